/**
 * The queue of unsaved answers of one response.
 *
 * Everything recorded is kept in the store first and removed only when the server has acknowledged it. One sender works
 * at a time, also between tabs. Nothing here knows of pages or forms.
 */
import { type Answer, type Entry, type Hold, type Outcome, type SavedAnswer, sameAnswer } from "./answer";
import type { Store } from "./store";

export type QueueEvent =
  | { kind: "recorded"; entry: Entry }
  | { kind: "saved"; question: string; answer: Answer; revision: number; saved_at: string }
  | { kind: "held"; entry: Entry }
  | { kind: "retrying"; seconds: number }
  | { kind: "stopped"; why: "closed"; message: string }
  | { kind: "stopped"; why: "signed-out" }
  | { kind: "idle" };

/** Runs the work while no other tab does its own. */
export type Exclusive = (work: () => Promise<void>) => Promise<void>;

export interface Recorded {
  question: string;
  answer: Answer;
  /** The revision the page showed when the person began to change it. */
  base_revision: number;
  /** What the server has already, if that is known: the same content is not sent again. */
  saved: Answer | null;
  /** Why it cannot be sent as it stands, or null. */
  incomplete: string | null;
  page: string;
  title: string;
  words: string;
}

interface Setting {
  store: Store;
  send: (entry: Entry) => Promise<Outcome>;
  exclusive: Exclusive;
  tell: (event: QueueEvent) => void;
  random?: () => number;
}

const DELAYS = [1, 2, 4, 8];
const LONG_DELAY = 30;

/** Seconds before attempt n + 1: 1, 2, 4, 8 and then 30, each up to a quarter longer, so that clients do not come in step. */
export function delayAfter(failures: number, random: () => number): number {
  const base = DELAYS[failures - 1] ?? LONG_DELAY;
  return base * (1 + random() / 4);
}

function nextHold(old: Entry | undefined, incomplete: string | null): Hold | null {
  if (old?.hold?.kind === "conflict") return old.hold;
  return incomplete ? { kind: "incomplete", message: incomplete } : null;
}

export class AnswerQueue {
  private readonly acknowledged = new Map<string, SavedAnswer>();
  private readonly random: () => number;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private failures = 0;

  constructor(
    private readonly response: string,
    private readonly setting: Setting,
  ) {
    this.random = setting.random ?? Math.random;
  }

  unsaved(): Promise<Entry[]> {
    return this.setting.store.all(this.response);
  }

  /** Keeps an answer on the device; `soon` gives the milliseconds to wait for more typing before it is sent. */
  async record(recorded: Recorded, soon = 0): Promise<void> {
    const { incomplete, base_revision, saved, ...said } = recorded;
    const base = Math.max(base_revision, this.acknowledged.get(said.question)?.revision ?? 0);
    const entry = await this.setting.store.change(this.response, said.question, (old) => {
      if (!old && saved && sameAnswer(saved, said.answer)) return undefined;
      return {
        ...said,
        response: this.response,
        mutation_id: old && unchanged(old.answer, said.answer) ? old.mutation_id : crypto.randomUUID(),
        base_revision: old?.base_revision ?? base,
        attempts: old?.attempts ?? [],
        hold: nextHold(old, incomplete),
        changed_at: Date.now(),
      };
    });
    if (!entry) return;
    this.setting.tell({ kind: "recorded", entry });
    if (!entry.hold) this.schedule(soon);
  }

  /** Sends what can be sent; resolves when everything is saved or the attempt has ended. */
  drain(): Promise<void> {
    clearTimeout(this.timer);
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.runs().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  /** Drains until nothing sendable is left or the time is up; gives back what is still unsaved. */
  async flush(milliseconds: number): Promise<Entry[]> {
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
    await Promise.race([this.drain(), deadline]);
    return this.unsaved();
  }

  /** Ends a conflict: `yours` is sent again on top of the other one, `current` is taken as it is. */
  async resolve(question: string, keep: "current" | "yours"): Promise<SavedAnswer | undefined> {
    let current: SavedAnswer | undefined;
    await this.setting.store.change(this.response, question, (entry) => {
      if (entry?.hold?.kind !== "conflict") return entry;
      current = entry.hold.current;
      if (keep === "current") return undefined;
      return { ...entry, hold: null, ...rebased(current.revision) };
    });
    if (current) this.acknowledged.set(question, current);
    if (keep === "yours") this.schedule(0);
    return keep === "current" ? current : undefined;
  }

  /** Gives entries the server refused another chance: the page was loaded again. */
  async retryRefused(): Promise<void> {
    for (const { question, hold } of await this.unsaved()) {
      if (hold?.kind !== "refused") continue;
      await this.setting.store.change(this.response, question, (entry) => entry && { ...entry, hold: null });
    }
  }

  async wipe(): Promise<void> {
    clearTimeout(this.timer);
    await this.setting.store.wipe(this.response);
  }

  private schedule(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.drain(), milliseconds);
  }

  private async runs(): Promise<void> {
    do {
      this.again = false;
      await this.setting.exclusive(() => this.pass());
    } while (this.again);
  }

  /** One pass over the entries: stops at a lost network, goes on past a single answer that fails. */
  private async pass(): Promise<void> {
    const failed = new Set<string>();
    let wait: number | null = null;
    for (;;) {
      const entry = (await this.unsaved()).find((one) => !one.hold && !failed.has(one.mutation_id));
      if (!entry) break;
      await this.setting.store.change(this.response, entry.question, (now) => now && attempted(now, entry));
      const outcome = await this.setting.send(entry);
      if (outcome.kind === "closed")
        return this.setting.tell({ kind: "stopped", why: "closed", message: outcome.message });
      if (outcome.kind === "signed-out") return this.setting.tell({ kind: "stopped", why: "signed-out" });
      if (outcome.kind === "later") {
        failed.add(entry.mutation_id);
        wait = Math.max(wait ?? 0, outcome.seconds ?? 0);
        if (outcome.reached) continue;
        break;
      }
      this.failures = 0;
      await this.settle(entry, outcome);
    }
    if (wait === null) this.setting.tell({ kind: "idle" });
    else this.retry(wait);
  }

  private retry(atLeast: number): void {
    this.failures += 1;
    const seconds = Math.max(delayAfter(this.failures, this.random), atLeast);
    this.schedule(seconds * 1000);
    this.setting.tell({ kind: "retrying", seconds });
  }

  private async settle(sent: Entry, outcome: Exclude<Outcome, { kind: "later" }>): Promise<void> {
    if (outcome.kind === "saved") return this.acknowledge(sent, outcome.revision, outcome.saved_at);
    if (outcome.kind === "conflict") return this.settleConflict(sent, outcome.current);
    if (outcome.kind === "refused") await this.hold(sent, { kind: "refused", message: outcome.message });
  }

  private async acknowledge(sent: Entry, revision: number, saved_at: string): Promise<void> {
    this.acknowledged.set(sent.question, { ...sent.answer, revision });
    const newer = await this.setting.store.change(this.response, sent.question, (now) =>
      !now || now.mutation_id === sent.mutation_id
        ? undefined
        : { ...now, base_revision: revision, attempts: [] },
    );
    if (!newer) {
      this.setting.tell({ kind: "saved", question: sent.question, answer: sent.answer, revision, saved_at });
    }
  }

  /** A conflict with ourselves (an acknowledgement got lost) is none; any other is for the person to decide. */
  private async settleConflict(sent: Entry, current: SavedAnswer): Promise<void> {
    if (sameAnswer(sent.answer, current)) {
      return this.acknowledge(sent, current.revision, new Date().toISOString());
    }
    const last = this.acknowledged.get(sent.question);
    const ours =
      sent.base_revision !== current.revision &&
      (sent.attempts.some((attempt) => sameAnswer(attempt, current)) || last?.revision === current.revision);
    if (ours) {
      await this.setting.store.change(
        this.response,
        sent.question,
        (now) => now && { ...now, ...rebased(current.revision) },
      );
      return;
    }
    await this.hold(sent, { kind: "conflict", current });
  }

  private async hold(sent: Entry, hold: Hold): Promise<void> {
    const held = await this.setting.store.change(this.response, sent.question, (now) => {
      const replaced = now && now.mutation_id !== sent.mutation_id;
      return now && !(replaced && hold.kind === "refused") ? { ...now, hold } : now;
    });
    if (held?.hold) this.setting.tell({ kind: "held", entry: held });
  }
}

/** Stricter than sameAnswer: what was typed under another choice is kept too. */
function unchanged(one: Answer, other: Answer): boolean {
  return sameAnswer(one, other) && one.reason === other.reason;
}

function rebased(revision: number): Pick<Entry, "base_revision" | "mutation_id" | "attempts"> {
  return { base_revision: revision, mutation_id: crypto.randomUUID(), attempts: [] };
}

function attempted(now: Entry, sent: Entry): Entry {
  if (now.mutation_id !== sent.mutation_id || now.attempts.some((one) => sameAnswer(one, sent.answer)))
    return now;
  return { ...now, attempts: [...now.attempts, sent.answer] };
}

/** One sender at a time between all tabs of this browser; where locks are missing, within this tab. */
export function exclusively(name: string): Exclusive {
  if (!("locks" in navigator)) return (work) => work();
  return (work) => navigator.locks.request(name, work);
}
