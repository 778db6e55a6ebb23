/** Respondent pages: answers are kept on the device the moment they are given, and sent until the server has them. */
import { AnsweringPage, focusSummary, showKept } from "./answering/page";
import { Question } from "./answering/question";
import { AnswerQueue, exclusively, type QueueEvent } from "./answering/queue";
import { localTimes } from "./answering/status";
import { openStore } from "./answering/store";
import { sender } from "./answering/transport";

async function begin(): Promise<void> {
  const { response, answers = "", csrf = "" } = document.body.dataset;
  const summary = document.querySelector<HTMLElement>("[data-error-summary]");
  if (summary) focusSummary(summary);
  localTimes(document);
  if (!response) return;

  const store = await openStore();
  const name = `trigpoint-answers-${response}`;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(name) : null;

  if ("wipe" in document.body.dataset) {
    await store.wipe(response);
    channel?.postMessage({ kind: "wiped" });
    return;
  }
  const kept = document.querySelector<HTMLElement>("[data-kept]");
  if (kept) return showKept(kept, await store.all(response));

  const sections = document.querySelectorAll<HTMLElement>("[data-question]");
  let page: AnsweringPage | undefined;
  const queue = new AnswerQueue(response, {
    store,
    send: sender(answers, csrf),
    exclusive: exclusively(name),
    tell: (event: QueueEvent) => void page?.told(event),
  });
  const questions = [...sections].map((section) => new Question(section));
  page = new AnsweringPage(queue, questions, channel, store.durable);
  await page.start();
}

void begin();
