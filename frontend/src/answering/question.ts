/** One question on the page: reads what the person said, writes what is known, says how saving goes. */
import type { Answer, Entry, SavedAnswer } from "./answer";
import { iconOf, say } from "./status";

type Input = HTMLInputElement | HTMLTextAreaElement;

const STATUSES = ["dont_know", "not_applicable"];

export interface Problem {
  /** Element the summary links to. */
  field: string;
  message: string;
}

export function withScheme(link: string): string {
  return /^[\w-]+(\.[\w-]+)+([/?#:].*)?$/.test(link) ? `https://${link}` : link;
}

export function isWebLink(link: string): boolean {
  try {
    return ["http:", "https:"].includes(new URL(link).protocol);
  } catch {
    return false;
  }
}

export class Question {
  readonly id: string;
  readonly statusLine: HTMLElement;
  /** The mutation that is on its way, "" when none is. */
  sending = "";
  /** What the server has, as far as this page knows. */
  saved: Answer;
  private readonly base: HTMLInputElement | null;

  constructor(readonly section: HTMLElement) {
    this.id = section.dataset.question ?? "";
    this.statusLine = section.querySelector<HTMLElement>("[data-question-status]") ?? section;
    this.saved = this.read();
    this.base = section.querySelector<HTMLInputElement>(`[name="base.${CSS.escape(this.id)}"]`);
  }

  get revision(): number {
    return Number(this.base?.value ?? 0);
  }

  set revision(revision: number) {
    if (this.base) this.base.value = String(revision);
  }

  get title(): string {
    return this.section.querySelector(".question-text")?.textContent ?? this.id;
  }

  read(): Answer {
    const chosen = this.radios().find((radio) => radio.checked)?.value ?? null;
    const status = chosen !== null && STATUSES.includes(chosen) ? (chosen as Answer["status"]) : null;
    return {
      value: status ? null : chosen,
      status,
      reason: this.text("reason"),
      comment: this.text("comment"),
      evidence_url: this.text("evidence"),
    };
  }

  /** The chosen description, for pages that do not show the question. */
  words(): string {
    const chosen = this.radios().find((radio) => radio.checked);
    return chosen?.closest("label")?.textContent?.trim() ?? "";
  }

  write(answer: Answer): void {
    const chosen = answer.status ?? answer.value;
    for (const radio of this.radios()) radio.checked = radio.value === chosen;
    this.setText("reason", answer.reason);
    this.setText("comment", answer.comment);
    this.setText("evidence", answer.evidence_url);
  }

  take(saved: SavedAnswer): void {
    this.write(saved);
    this.saved = saved;
    this.revision = saved.revision;
  }

  completeLink(): void {
    const field = this.field("evidence");
    if (field) field.value = withScheme(field.value.trim());
  }

  problem(): Problem | null {
    const { status, reason, evidence_url } = this.read();
    if (status === "not_applicable" && !reason.trim()) {
      return { field: `reason.${this.id}`, message: "Say why it does not apply to you" };
    }
    if (evidence_url.trim() && !isWebLink(evidence_url.trim())) {
      return {
        field: `evidence.${this.id}`,
        message: "The link to evidence must start with https:// or http://",
      };
    }
    return null;
  }

  /** Writes the words of a problem beside its field, or takes them away. */
  showProblem(problem: Problem | null): void {
    for (const old of this.section.querySelectorAll(".error-text")) old.remove();
    for (const field of this.section.querySelectorAll(".has-error")) field.classList.remove("has-error");
    for (const input of this.section.querySelectorAll("[aria-invalid]")) {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
    const input = problem ? document.getElementById(problem.field) : null;
    if (!problem || !input) return;
    const words = document.createElement("span");
    words.className = "error-text";
    words.id = `${problem.field}-error`;
    const text = document.createElement("span");
    text.textContent = problem.message;
    const spoken = document.createElement("span");
    spoken.className = "visually-hidden";
    spoken.textContent = "Error: ";
    text.prepend(spoken);
    words.append(...iconOf("circle-alert"), text);
    input.before(words);
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", words.id);
    input.closest(".field")?.classList.add("has-error");
  }

  /** Asks, in place, which of two answers shall stay. */
  askWhich(entry: Entry, current: SavedAnswer, decide: (keep: "current" | "yours") => void): void {
    this.settleWhich();
    const box = document.createElement("div");
    box.className = "conflict";
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "This answer was changed somewhere else. Which one shall stay?");
    const heading = document.createElement("p");
    heading.className = "question-text";
    heading.textContent = "This answer was changed somewhere else. Which one shall stay?";
    const both = document.createElement("dl");
    this.describe(both, "Saved from another window or device", current);
    this.describe(both, "What you said here", entry.answer);
    const buttons = document.createElement("div");
    buttons.className = "button-row";
    buttons.append(
      choiceButton("Keep what I said here", () => decide("yours")),
      choiceButton("Take the other one", () => decide("current")),
    );
    box.append(heading, both, buttons);
    this.statusLine.before(box);
    say(this.statusLine, "waiting", "Not saved yet: choose which answer shall stay.", "circle-alert");
  }

  settleWhich(): void {
    for (const box of this.section.querySelectorAll(".conflict")) box.remove();
  }

  hasFocusInText(): boolean {
    const active = document.activeElement;
    return (
      active instanceof HTMLElement && this.section.contains(active) && active.classList.contains("input")
    );
  }

  private describe(list: HTMLElement, title: string, answer: Answer): void {
    const term = document.createElement("dt");
    term.textContent = title;
    list.append(term);
    const chosen = answer.status ?? answer.value;
    const label = this.radios()
      .find((radio) => radio.value === chosen)
      ?.closest("label");
    const lines = [label?.textContent?.trim() ?? "Nothing chosen"];
    if (answer.status === "not_applicable" && answer.reason) lines.push(`Because: ${answer.reason}`);
    if (answer.comment) lines.push(`Comment: ${answer.comment}`);
    if (answer.evidence_url) lines.push(`Evidence: ${answer.evidence_url}`);
    for (const line of lines) {
      const text = document.createElement("dd");
      text.textContent = line;
      list.append(text);
    }
  }

  private radios(): HTMLInputElement[] {
    return [...this.section.querySelectorAll<HTMLInputElement>(`[name="q.${CSS.escape(this.id)}"]`)];
  }

  private field(kind: string): Input | null {
    return this.section.querySelector<Input>(`[name="${kind}.${CSS.escape(this.id)}"]`);
  }

  private text(kind: string): string {
    return this.field(kind)?.value ?? "";
  }

  private setText(kind: string, text: string): void {
    const field = this.field(kind);
    if (field && field.value !== text) field.value = text;
  }
}

function choiceButton(text: string, press: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "big-button big-button-plain";
  button.textContent = text;
  button.addEventListener("click", press);
  return button;
}
