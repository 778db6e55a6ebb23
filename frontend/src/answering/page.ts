/** Binds the queue to a respondent's page. */
import { type Answer, type Entry, isAnswered } from "./answer";
import type { Problem, Question } from "./question";
import type { AnswerQueue, QueueEvent } from "./queue";
import { plural, say, saySaved } from "./status";

const PAUSE = 700;
const NOTICEABLE = 500;
const CONTINUE_PATIENCE = 4_000;
const SUBMIT_PATIENCE = 15_000;

const KEPT = "Your answer is kept on this device, so you can go on or close the page.";
const KEPT_IN_PAGE = "Keep this page open: this browser does not let us keep answers on the device.";

type Shared = QueueEvent | { kind: "wiped" };

export class AnsweringPage {
  private readonly header = document.querySelector<HTMLElement>("[data-save-status]");
  private readonly form = document.querySelector<HTMLFormElement>("[data-answer-form]");
  private readonly answeredOnLoad: Map<string, boolean>;
  private stopped: "closed" | "signed-out" | null = null;
  private closedBecause = "";
  private seconds: number | null = null;
  private savedAt: Date | null = null;
  private waiting = 0;
  private typing = new Set<Question>();

  constructor(
    private readonly queue: AnswerQueue,
    private readonly questions: Question[],
    private readonly channel: BroadcastChannel | null,
    private readonly durable: boolean,
  ) {
    this.answeredOnLoad = new Map(questions.map((question) => [question.id, isAnswered(question.read())]));
  }

  /** Puts what is still unsaved over the server's values, then begins to send. */
  async start(): Promise<void> {
    await this.queue.retryRefused();
    for (const entry of await this.queue.unsaved()) {
      const question = this.questionOf(entry.question);
      question?.write(entry.answer);
      if (question) this.sayUnsaved(question, entry);
    }
    this.listen();
    await this.refresh();
    await this.queue.drain();
  }

  async told(event: QueueEvent): Promise<void> {
    this.channel?.postMessage(event satisfies Shared);
    await this.apply(event);
  }

  private async apply(event: QueueEvent): Promise<void> {
    if (event.kind === "retrying") this.seconds = event.seconds;
    if (event.kind === "stopped") this.stopped = event.why;
    if (event.kind === "stopped" && event.why === "closed") this.closedBecause = event.message;
    if (event.kind === "recorded") this.showRecorded(event.entry);
    if (event.kind === "held") this.showHeld(event.entry);
    if (event.kind === "saved") this.showSaved(event);
    if (event.kind === "idle") this.seconds = null;
    await this.refresh();
  }

  private listen(): void {
    for (const question of this.questions) {
      question.section.addEventListener("change", (event) => this.changed(question, event));
      question.section.addEventListener("input", (event) => {
        if (event.target instanceof HTMLElement && event.target.classList.contains("input")) {
          this.typing.add(question);
          void this.keep(question, PAUSE);
        }
      });
    }
    this.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.goOn();
    });
    const submit = document.querySelector<HTMLFormElement>("[data-submit-form]");
    submit?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit(submit);
    });
    const wake = () => {
      if (document.visibilityState === "visible") void this.queue.drain();
    };
    addEventListener("online", wake);
    addEventListener("focus", wake);
    document.addEventListener("visibilitychange", () => {
      wake();
      if (document.visibilityState === "hidden") void this.keepTyping();
    });
    addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
    addEventListener("pagehide", () => void this.keepTyping());
    addEventListener("beforeunload", (event) => {
      if (!this.durable && this.waiting) event.preventDefault();
    });
    this.channel?.addEventListener("message", (message) => void this.heard(message.data as Shared));
  }

  /** Another tab of this browser recorded or saved something. */
  private async heard(event: Shared): Promise<void> {
    if (event.kind === "wiped") return location.reload();
    const id =
      event.kind === "recorded" ? event.entry.question : event.kind === "saved" ? event.question : null;
    const question = id ? this.questionOf(id) : undefined;
    if (question && !question.hasFocusInText()) {
      if (event.kind === "recorded") question.write(event.entry.answer);
      if (event.kind === "saved") question.write(event.answer);
    }
    await this.apply(event);
  }

  private changed(question: Question, event: Event): void {
    if (event.target instanceof HTMLInputElement && event.target.name.startsWith("evidence.")) {
      question.completeLink();
    }
    this.typing.delete(question);
    void this.keep(question, 0);
  }

  private async keep(question: Question, soon: number): Promise<void> {
    await this.queue.record(
      {
        question: question.id,
        answer: question.read(),
        base_revision: question.revision,
        saved: question.saved,
        incomplete: question.problem()?.message ?? null,
        page: location.pathname,
        title: question.title,
        words: question.words(),
      },
      soon,
    );
  }

  private async keepTyping(): Promise<void> {
    const unfinished = [...this.typing];
    this.typing.clear();
    await Promise.all(unfinished.map((question) => this.keep(question, 0)));
    if (unfinished.length) await this.queue.drain();
  }

  private async goOn(): Promise<void> {
    const problems = this.questions.flatMap((question) => {
      const problem = question.problem();
      question.showProblem(problem);
      return problem ? [problem] : [];
    });
    if (problems.length) return showSummary(problems);
    clearSummary();
    await this.keepTyping();
    const left = await this.queue.flush(CONTINUE_PATIENCE);
    const here = left.filter((entry) => entry.hold && this.questionOf(entry.question));
    if (here.length) {
      return showSummary(
        here.map((entry) => ({ field: `question.${entry.question}`, message: heldWords(entry) })),
      );
    }
    if (left.length) return this.offerToGoOn(left.length);
    location.assign(this.form?.dataset.next ?? "");
  }

  /** The network is away: nothing is lost, and the person decides whether to try the next page. */
  private offerToGoOn(count: number): void {
    const form = this.form;
    if (!form) return;
    const line = form.querySelector<HTMLElement>("[data-go-on-status]") ?? document.createElement("div");
    line.dataset.goOnStatus = "";
    line.setAttribute("role", "status");
    form.querySelector(".go-on")?.before(line);
    say(line, "waiting", `${plural(count, "answer")} not saved yet. ${this.keptWords()} `, "refresh-cw");
    const link = document.createElement("a");
    link.href = form.dataset.next ?? "";
    link.textContent = "Go to the next page all the same";
    line.lastElementChild?.append(link);
  }

  private async submit(form: HTMLFormElement): Promise<void> {
    const line = form.querySelector<HTMLElement>("[data-submit-status]");
    const button = form.querySelector("button");
    if (button?.getAttribute("aria-disabled") === "true") return;
    button?.setAttribute("aria-disabled", "true");
    if ((await this.queue.unsaved()).length) say(line, "calm", "Saving your last answers…");
    const left = await this.queue.flush(SUBMIT_PATIENCE);
    if (!left.length) return form.submit();
    button?.removeAttribute("aria-disabled");
    const words = `Nothing was submitted: ${plural(left.length, "answer")} not saved yet. `;
    say(line, "waiting", words, "circle-alert");
    const links = left.map((entry) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `${entry.page}#question.${entry.question}`;
      link.textContent = entry.title;
      item.append(link, `: ${heldWords(entry)}`);
      return item;
    });
    const list = document.createElement("ul");
    list.append(...links);
    line?.lastElementChild?.append(list);
  }

  private showRecorded(entry: Entry): void {
    const question = this.questionOf(entry.question);
    if (!question) return;
    if (!question.problem()) question.showProblem(null);
    this.sayUnsaved(question, entry);
  }

  private showHeld(entry: Entry): void {
    const question = this.questionOf(entry.question);
    if (question) this.sayUnsaved(question, entry);
  }

  private showSaved(event: Extract<QueueEvent, { kind: "saved" }>): void {
    this.savedAt = new Date(event.saved_at);
    this.seconds = null;
    this.stopped = null;
    const question = this.questionOf(event.question);
    if (!question) return;
    question.revision = event.revision;
    question.saved = event.answer;
    this.answeredOnLoad.set(question.id, isAnswered(event.answer));
    question.settleWhich();
    question.sending = "";
    saySaved(question.statusLine, this.savedAt);
  }

  /** The line under one question, while the server does not have it. */
  private sayUnsaved(question: Question, entry: Entry): void {
    const line = question.statusLine;
    const sending = question.sending;
    question.sending = "";
    if (entry.hold?.kind === "conflict") {
      if (question.section.querySelector(".conflict")) return;
      question.askWhich(entry, entry.hold.current, (keep) => void this.decide(question, keep));
    } else if (entry.hold) {
      const tone = entry.hold.kind === "incomplete" ? "calm" : "waiting";
      say(
        line,
        tone,
        `Not saved yet: ${uncapitalised(entry.hold.message)}.`.replace("..", "."),
        "circle-alert",
      );
    } else if (this.stopped === "closed") {
      say(line, "waiting", this.closedWords(), "circle-alert");
    } else if (this.stopped === "signed-out") {
      say(
        line,
        "waiting",
        `Not saved yet: your session has ended. Open the link in your mail again. ${this.keptWords()}`,
        "circle-alert",
      );
    } else if (this.seconds !== null) {
      const wait = ` in ${plural(Math.max(1, Math.round(this.seconds)), "second")}`;
      say(line, "waiting", `Not saved yet, retrying{aside}. ${this.keptWords()}`, "refresh-cw", wait);
    } else {
      question.sending = sending;
      this.saySoon(question, entry.mutation_id);
    }
  }

  /** "Saving…" only when it takes long enough to be noticed; most saves go straight to "Saved". */
  private saySoon(question: Question, mutation: string): void {
    if (question.sending === mutation) return;
    question.sending = mutation;
    setTimeout(() => {
      if (question.sending === mutation && this.seconds === null) say(question.statusLine, "calm", "Saving…");
    }, NOTICEABLE);
  }

  private async decide(question: Question, keep: "current" | "yours"): Promise<void> {
    const current = await this.queue.resolve(question.id, keep);
    question.settleWhich();
    if (current) question.take(current);
    if (current)
      say(question.statusLine, "saved", "Saved: the answer from the other window or device", "check");
    (question.section.querySelector<HTMLElement>("input:checked") ?? question.statusLine).focus();
    await this.refresh();
  }

  /** Header, counts and the lines of all waiting questions. */
  private async refresh(): Promise<void> {
    const unsaved = await this.queue.unsaved();
    this.waiting = unsaved.length;
    for (const entry of unsaved) {
      const question = this.questionOf(entry.question);
      if (question) this.sayUnsaved(question, entry);
    }
    if (!unsaved.length) document.querySelector("[data-go-on-status]")?.remove();
    const waiting = unsaved.filter((entry) => entry.hold?.kind !== "incomplete");
    this.sayInHeader(waiting);
    this.count(unsaved);
  }

  private sayInHeader(waiting: Entry[]): void {
    const many = plural(waiting.length, "answer");
    if (!waiting.length) {
      if (this.savedAt) saySaved(this.header, this.savedAt);
    } else if (this.stopped === "closed")
      say(this.header, "waiting", `Closed: ${many} not saved`, "circle-alert");
    else if (this.stopped)
      say(this.header, "waiting", `${many} not saved yet: open your link again`, "circle-alert");
    else if (waiting.some((entry) => entry.hold))
      say(this.header, "waiting", `${many} not saved yet: see below`, "circle-alert");
    else if (this.seconds !== null)
      say(this.header, "waiting", `${many} not saved yet, retrying`, "refresh-cw");
  }

  /** "15 of 59" counts what the server has, and never runs backwards while something is being sent. */
  private count(unsaved: Entry[]): void {
    const more = document.querySelector("[data-pending-count]");
    const pending = unsaved.filter((entry) => isAnswered(entry.answer)).length;
    if (more) more.textContent = pending && this.seconds !== null ? `${pending} more not saved yet. ` : "";
    const shown = document.querySelector<HTMLElement>("[data-answered]");
    if (!shown || !this.questions.length) return;
    shown.dataset.elsewhere ??= String(
      Number(shown.dataset.answered) - [...this.answeredOnLoad.values()].filter(Boolean).length,
    );
    const here = [...this.answeredOnLoad.values()].filter(Boolean).length;
    shown.textContent = String(Number(shown.dataset.elsewhere) + here);
  }

  private closedWords(): string {
    return `Not saved. ${this.closedBecause} What you wrote stays here: copy it if you need it.`;
  }

  private keptWords(): string {
    return this.durable ? KEPT : KEPT_IN_PAGE;
  }

  private questionOf(id: string): Question | undefined {
    return this.questions.find((question) => question.id === id);
  }
}

function uncapitalised(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}

function heldWords(entry: Entry): string {
  if (entry.hold?.kind === "conflict") return "It was changed somewhere else: choose which answer shall stay";
  return entry.hold ? entry.hold.message : "The connection is away";
}

/** The same summary the server renders, focused, with the page's title telling of the error. */
function showSummary(problems: Problem[]): void {
  const place = document.querySelector<HTMLElement>("[data-errors]");
  if (!place) return;
  const box = document.createElement("div");
  box.className = "error-summary";
  box.tabIndex = -1;
  box.setAttribute("role", "alert");
  const heading = document.createElement("h2");
  heading.textContent = "There is a problem";
  const list = document.createElement("ul");
  for (const { field, message } of problems) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `#${field}`;
    link.textContent = message;
    item.append(link);
    list.append(item);
  }
  box.append(heading, list);
  place.replaceChildren(box);
  if (!document.title.startsWith("Error: ")) document.title = `Error: ${document.title}`;
  focusSummary(box);
}

function clearSummary(): void {
  document.querySelector("[data-errors]")?.replaceChildren();
  document.title = document.title.replace(/^Error: /, "");
}

/** Moves to the summary, and from its links into the field itself. */
export function focusSummary(box: HTMLElement): void {
  box.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const target = link ? document.getElementById(link.hash.slice(1)) : null;
    if (!target) return;
    event.preventDefault();
    target.scrollIntoView({ block: "center" });
    const field = target.matches("input, textarea") ? target : target.querySelector<HTMLElement>("input");
    field?.focus({ preventScroll: true });
  });
  box.focus();
  box.scrollIntoView({ block: "start" });
}

/** Where the window has closed: what this device still holds stays readable. */
export function showKept(place: HTMLElement, entries: Entry[]): void {
  if (!entries.length) return;
  const heading = document.createElement("h2");
  heading.textContent = `${plural(entries.length, "answer")} on this device did not reach us in time`;
  const texts = entries.map((entry) => {
    const box = document.createElement("div");
    box.className = "kept";
    const title = document.createElement("strong");
    title.textContent = entry.title;
    const said = document.createElement("p");
    said.textContent = keptText(entry.words, entry.answer);
    box.append(title, said);
    return box;
  });
  place.replaceChildren(heading, ...texts);
  place.hidden = false;
}

function keptText(words: string, answer: Answer): string {
  return [words, answer.reason, answer.comment, answer.evidence_url].filter(Boolean).join(" · ");
}
