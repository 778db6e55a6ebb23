import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Answer, Entry, Outcome } from "../src/answering/answer";
import {
  AnswerQueue,
  delayAfter,
  type Exclusive,
  type QueueEvent,
  type Recorded,
} from "../src/answering/queue";
import { MemoryStore, openStore, type Store } from "../src/answering/store";

const BLANK: Answer = { value: null, status: null, reason: "", comment: "", evidence_url: "" };

/** A server that keeps revisions and replays mutations as the product does. */
class Server {
  readonly answers = new Map<string, Answer & { revision: number }>();
  readonly puts: Entry[] = [];
  private readonly replies = new Map<string, Outcome>();
  /** What happens to the next requests: stored and answered, stored but the answer is lost, or not stored. */
  script: ("ok" | "lost" | "down" | Outcome)[] = [];

  send = async (entry: Entry): Promise<Outcome> => {
    this.puts.push(structuredClone(entry));
    const step = this.script.shift() ?? "ok";
    if (step === "down") return { kind: "later", reached: false, seconds: null };
    if (typeof step === "object") return step;
    const reply = this.replies.get(entry.mutation_id) ?? this.store(entry);
    return step === "lost" ? { kind: "later", reached: false, seconds: null } : reply;
  };

  private store(entry: Entry): Outcome {
    const current = this.answers.get(entry.question);
    if (current && current.revision !== entry.base_revision) return { kind: "conflict", current };
    const revision = entry.base_revision + 1;
    this.answers.set(entry.question, { ...entry.answer, revision });
    const reply: Outcome = { kind: "saved", revision, saved_at: "2026-10-14T14:02:00Z" };
    this.replies.set(entry.mutation_id, reply);
    return reply;
  }
}

function said(question: string, answer: Partial<Answer>, more: Partial<Recorded> = {}): Recorded {
  return {
    question,
    answer: { ...BLANK, ...answer },
    base_revision: 0,
    saved: null,
    incomplete: null,
    page: "/answer/data.quality",
    title: question,
    words: "",
    ...more,
  };
}

function mutex(): Exclusive {
  let last = Promise.resolve();
  return (work) => {
    last = last.then(work, work);
    return last;
  };
}

function queueOn(store: Store, server: Server, exclusive: Exclusive = (work) => work()) {
  const events: QueueEvent[] = [];
  const queue = new AnswerQueue("r1", {
    store,
    send: server.send,
    exclusive,
    tell: (event) => events.push(event),
    random: () => 0,
  });
  return { queue, events };
}

describe("the queue", () => {
  let server: Server;
  let store: MemoryStore;

  beforeEach(() => {
    vi.useFakeTimers();
    server = new Server();
    store = new MemoryStore();
  });

  afterEach(() => vi.useRealTimers());

  test("an answer is kept before it is sent and forgotten when it is acknowledged", async () => {
    const { queue, events } = queueOn(store, server);
    await queue.record(said("q1", { value: "l3" }));
    expect(await queue.unsaved()).toHaveLength(1);
    await vi.runAllTimersAsync();
    expect(await queue.unsaved()).toEqual([]);
    expect(server.answers.get("q1")).toMatchObject({ value: "l3", revision: 1 });
    expect(events.map((event) => event.kind)).toEqual(["recorded", "saved", "idle"]);
  });

  test("changes before sending become one request with the last content", async () => {
    const { queue } = queueOn(store, server);
    await queue.record(said("q1", { value: "l1" }), 700);
    await queue.record(said("q1", { value: "l2" }), 700);
    await queue.record(said("q1", { value: "l2", comment: "by e-mail" }), 700);
    await vi.runAllTimersAsync();
    expect(server.puts).toHaveLength(1);
    expect(server.answers.get("q1")).toMatchObject({ value: "l2", comment: "by e-mail" });
  });

  test("a lost network is retried after 1, 2, 4, 8, 30 and 30 seconds with the same mutation", async () => {
    server.script = ["down", "down", "down", "down", "down", "down"];
    const { queue, events } = queueOn(store, server);
    await queue.record(said("q1", { value: "l3" }));
    await vi.runAllTimersAsync();
    const waits = events.flatMap((event) => (event.kind === "retrying" ? [event.seconds] : []));
    expect(waits).toEqual([1, 2, 4, 8, 30, 30]);
    expect(new Set(server.puts.map((put) => put.mutation_id)).size).toBe(1);
    expect(server.answers.get("q1")?.revision).toBe(1);
  });

  test("waits carry up to a quarter of jitter, and never less than the server asks for", async () => {
    expect(delayAfter(1, () => 0.999)).toBeCloseTo(1.25, 2);
    expect(delayAfter(9, () => 0)).toBe(30);
    server.script = [{ kind: "later", reached: true, seconds: 17 }];
    const { queue, events } = queueOn(store, server);
    await queue.record(said("q1", { value: "l3" }));
    await vi.runAllTimersAsync();
    expect(events).toContainEqual({ kind: "retrying", seconds: 17 });
  });

  test("an edit made while the answer is on its way is sent on top of it", async () => {
    const { queue } = queueOn(store, server);
    const send = server.send;
    server.send = async (entry) => {
      if (server.puts.length === 0) await queue.record(said("q1", { value: "l4" }));
      return send(entry);
    };
    const late = queueOn(store, server).queue;
    await late.record(said("q1", { value: "l3" }));
    await vi.runAllTimersAsync();
    expect(server.puts.map((put) => [put.answer.value, put.base_revision])).toEqual([
      ["l3", 0],
      ["l4", 1],
    ]);
    expect(await queue.unsaved()).toEqual([]);
  });

  test("a lost acknowledgement followed by an edit is not mistaken for somebody else's change", async () => {
    server.script = ["lost"];
    const { queue, events } = queueOn(store, server);
    await queue.record(said("q1", { value: "l3" }));
    await vi.advanceTimersByTimeAsync(10);
    await queue.record(said("q1", { value: "l4" }));
    await vi.runAllTimersAsync();
    expect(events.some((event) => event.kind === "held")).toBe(false);
    expect(server.answers.get("q1")).toMatchObject({ value: "l4", revision: 2 });
  });

  test("another device's change waits for the person, who may keep what was said here", async () => {
    server.answers.set("q1", { ...BLANK, value: "l1", revision: 5 });
    const { queue, events } = queueOn(store, server);
    await queue.record(said("q1", { value: "l3", comment: "mine" }, { base_revision: 4 }));
    await vi.runAllTimersAsync();
    expect(events.at(-2)).toMatchObject({ kind: "held", entry: { hold: { current: { value: "l1" } } } });
    expect(server.answers.get("q1")?.value).toBe("l1");
    await queue.resolve("q1", "yours");
    await vi.runAllTimersAsync();
    expect(server.answers.get("q1")).toMatchObject({ value: "l3", comment: "mine", revision: 6 });
  });

  test("or take the other one, and go on from there", async () => {
    server.answers.set("q1", { ...BLANK, value: "l1", revision: 5 });
    const { queue } = queueOn(store, server);
    await queue.record(said("q1", { value: "l3" }, { base_revision: 4 }));
    await vi.runAllTimersAsync();
    expect(await queue.resolve("q1", "current")).toMatchObject({ value: "l1", revision: 5 });
    expect(await queue.unsaved()).toEqual([]);
    await queue.record(said("q1", { value: "l2" }, { base_revision: 4 }));
    await vi.runAllTimersAsync();
    expect(server.answers.get("q1")).toMatchObject({ value: "l2", revision: 6 });
  });

  test("a change made while a conflict is open stays part of it", async () => {
    server.answers.set("q1", { ...BLANK, value: "l1", revision: 5 });
    const { queue } = queueOn(store, server);
    await queue.record(said("q1", { value: "l3" }));
    await vi.runAllTimersAsync();
    await queue.record(said("q1", { value: "l5" }));
    await vi.runAllTimersAsync();
    expect((await queue.unsaved())[0]).toMatchObject({ answer: { value: "l5" }, hold: { kind: "conflict" } });
  });

  test("the same content saved from two places is no conflict", async () => {
    server.answers.set("q1", { ...BLANK, value: "l3", revision: 5 });
    const { queue, events } = queueOn(store, server);
    await queue.record(said("q1", { value: "l3" }));
    await vi.runAllTimersAsync();
    expect(await queue.unsaved()).toEqual([]);
    expect(events).toContainEqual(expect.objectContaining({ kind: "saved", revision: 5 }));
  });

  test("a refused answer is kept, told, and does not hold up the others", async () => {
    server.script = [{ kind: "refused", message: "The comment is longer than 4,000 characters." }];
    const { queue, events } = queueOn(store, server);
    await queue.record(said("q1", { value: "l1", comment: "…" }));
    await queue.record(said("q2", { value: "l2" }));
    await vi.runAllTimersAsync();
    expect(server.answers.get("q2")?.value).toBe("l2");
    expect((await queue.unsaved()).map((entry) => entry.question)).toEqual(["q1"]);
    expect(events.some((event) => event.kind === "held")).toBe(true);
    await queue.record(said("q1", { value: "l1", comment: "shorter" }));
    await vi.runAllTimersAsync();
    expect(server.answers.get("q1")?.comment).toBe("shorter");
  });

  test("one answer the server stumbles over does not hold up the others", async () => {
    server.script = [{ kind: "later", reached: true, seconds: null }];
    const { queue } = queueOn(store, server);
    await queue.record(said("q1", { value: "l1" }));
    await queue.record(said("q2", { value: "l2" }));
    await vi.advanceTimersByTimeAsync(10);
    expect(server.answers.get("q2")?.value).toBe("l2");
    await vi.runAllTimersAsync();
    expect(server.answers.get("q1")?.value).toBe("l1");
  });

  const ENDS: Outcome[] = [{ kind: "closed", message: "The survey has closed." }, { kind: "signed-out" }];

  test.each(ENDS)("when $kind, everything typed is kept and nothing hammers", async (outcome) => {
    server.script = [outcome];
    const { queue, events } = queueOn(store, server);
    await queue.record(said("q1", { value: "l1", comment: "kept" }));
    await vi.runAllTimersAsync();
    expect(server.puts).toHaveLength(1);
    expect(events).toContainEqual(expect.objectContaining({ kind: "stopped", why: outcome.kind }));
    expect((await queue.unsaved())[0]?.answer.comment).toBe("kept");
    await queue.drain();
    expect(server.answers.get("q1")?.comment).toBe("kept");
  });

  test("an incomplete answer is kept and not sent until it is complete", async () => {
    const { queue } = queueOn(store, server);
    await queue.record(said("q1", { status: "not_applicable" }, { incomplete: "Say why" }));
    await vi.runAllTimersAsync();
    expect(server.puts).toEqual([]);
    expect(await queue.unsaved()).toHaveLength(1);
    await queue.record(said("q1", { status: "not_applicable", reason: "home market only" }));
    await vi.runAllTimersAsync();
    expect(server.answers.get("q1")?.reason).toBe("home market only");
  });

  test("what the server has already is not sent again", async () => {
    const { queue } = queueOn(store, server);
    await queue.record(said("q1", { value: "l1" }, { saved: { ...BLANK, value: "l1" } }));
    await vi.runAllTimersAsync();
    expect(server.puts).toEqual([]);
    await queue.record(said("q1", { value: "l2" }, { saved: { ...BLANK, value: "l1" } }), 700);
    await queue.record(said("q1", { value: "l1" }, { saved: { ...BLANK, value: "l1" } }), 700);
    await vi.runAllTimersAsync();
    expect(server.answers.get("q1")?.value).toBe("l1");
  });

  test("two tabs send one at a time and each answer once", async () => {
    const lock = mutex();
    let inside = 0;
    let most = 0;
    const send = server.send;
    server.send = async (entry) => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
      return send(entry);
    };
    const one = queueOn(store, server, lock).queue;
    const two = queueOn(store, server, lock).queue;
    await one.record(said("q1", { value: "l1" }));
    await two.record(said("q2", { value: "l2" }));
    await Promise.all([one.drain(), two.drain(), vi.runAllTimersAsync()]);
    expect(most).toBe(1);
    expect(server.puts).toHaveLength(2);
  });

  test("flush gives back what could not be saved in time", async () => {
    server.script = ["down", "down", "down"];
    const { queue } = queueOn(store, server);
    await queue.record(said("q1", { value: "l1" }));
    const left = queue.flush(1000);
    await vi.advanceTimersByTimeAsync(1100);
    expect((await left).map((entry) => entry.question)).toEqual(["q1"]);
    await vi.runAllTimersAsync();
    expect(await queue.flush(0)).toEqual([]);
  });
});

describe("the device's store", () => {
  test("a reload finds what was unsaved, sends it with the same mutation, and a wipe leaves other responses alone", async () => {
    const server = new Server();
    server.script = ["lost"];
    const before = queueOn(await openStore(), server).queue;
    await before.record(said("q1", { value: "l3", comment: "half a sentence" }), 60_000);
    await before.drain();

    const after = queueOn(await openStore(), server).queue;
    const [kept] = await after.unsaved();
    expect(kept?.answer.comment).toBe("half a sentence");
    await after.drain();
    expect(server.puts[1]?.mutation_id).toBe(server.puts[0]?.mutation_id);
    expect(server.answers.get("q1")?.revision).toBe(1);
    expect(await after.unsaved()).toEqual([]);

    const store = await openStore();
    expect(store.durable).toBe(true);
    await after.record(said("q2", { value: "l1" }), 60_000);
    await store.change("r2", "q2", () => ({ ...(kept as Entry), response: "r2", question: "q2" }));
    await after.wipe();
    expect(await store.all("r1")).toEqual([]);
    expect(await store.all("r2")).toHaveLength(1);
    await before.wipe();
  });
});
