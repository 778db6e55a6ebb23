import { afterEach, describe, expect, test, vi } from "vitest";
import { type Entry, requestBody, sameAnswer } from "../src/answering/answer";
import { isWebLink, withScheme } from "../src/answering/question";
import { sender } from "../src/answering/transport";

const ENTRY: Entry = {
  response: "r1",
  question: "data.quality.1",
  answer: { value: "l3", status: null, reason: "", comment: " Sales has its own list ", evidence_url: "" },
  mutation_id: "m1",
  base_revision: 3,
  attempts: [],
  hold: null,
  changed_at: 0,
  page: "/",
  title: "",
  words: "",
};

function answering(status: number, body: unknown = {}, headers: Record<string, string> = {}) {
  const fetched = vi.fn(
    async (_url: string, _init: RequestInit) => new Response(JSON.stringify(body), { status, headers }),
  );
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

const send = sender("/api/v1/responses/r1/answers/", "token");

afterEach(() => vi.unstubAllGlobals());

describe("one PUT", () => {
  test("carries the answer, the mutation and the revision it is based on", async () => {
    const fetched = answering(200, { revision: 4, saved_at: "2026-10-14T14:02:00Z" });
    expect(await send(ENTRY)).toEqual({ kind: "saved", revision: 4, saved_at: "2026-10-14T14:02:00Z" });
    const [url, init] = fetched.mock.calls[0] ?? ["", {}];
    expect(url).toBe("/api/v1/responses/r1/answers/data.quality.1");
    expect(init.headers).toMatchObject({ "X-CSRF-Token": "token", "Content-Type": "application/json" });
    expect(JSON.parse(String(init.body))).toEqual({
      value: "l3",
      comment: "Sales has its own list",
      evidence_url: "",
      mutation_id: "m1",
      base_revision: 3,
    });
  });

  test("says don't know and not applicable by status", () => {
    const with_ = (answer: Partial<Entry["answer"]>) =>
      requestBody({ ...ENTRY, answer: { ...ENTRY.answer, ...answer } });
    expect(with_({ value: null, status: "dont_know" })).toMatchObject({ status: "dont_know" });
    expect(with_({ value: null, status: "dont_know" })).not.toHaveProperty("value");
    expect(with_({ value: null, status: "not_applicable", reason: " home market " })).toMatchObject({
      status: "not_applicable",
      reason: "home market",
    });
  });

  test.each([
    [401, { kind: "signed-out" }],
    [403, { kind: "signed-out" }],
    [410, { kind: "closed", message: "The link must start with https://" }],
    [422, { kind: "refused", message: "The link must start with https://" }],
    [413, { kind: "refused", message: "The link must start with https://" }],
    [503, { kind: "later", reached: true, seconds: null }],
  ])("status %i", async (status, outcome) => {
    answering(status, { detail: "The link must start with https://" });
    expect(await send(ENTRY)).toEqual(outcome);
  });

  test("429 keeps to the time the server asks for, within reason", async () => {
    answering(429, {}, { "Retry-After": "12" });
    expect(await send(ENTRY)).toEqual({ kind: "later", reached: true, seconds: 12 });
    answering(429, {}, { "Retry-After": "90000" });
    expect(await send(ENTRY)).toEqual({ kind: "later", reached: true, seconds: 300 });
  });

  test("409 brings the other answer, whole", async () => {
    answering(409, { current: { status: "answered", value: "l1", revision: 5 }, yours: { value: "l3" } });
    expect(await send(ENTRY)).toEqual({
      kind: "conflict",
      current: { value: "l1", status: null, reason: "", comment: "", evidence_url: "", revision: 5 },
    });
  });

  test("a lost network and a page that is no JSON are tried again", async () => {
    vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("failed")));
    expect(await send(ENTRY)).toEqual({ kind: "later", reached: false, seconds: null });
    vi.stubGlobal("fetch", async () => new Response("<html>a portal's sign-in page</html>", { status: 200 }));
    expect(await send(ENTRY)).toEqual({ kind: "later", reached: false, seconds: null });
  });
});

test("answers are the same when they say the same", () => {
  const { answer } = ENTRY;
  expect(sameAnswer(answer, { ...answer, comment: "Sales has its own list", reason: "left over" })).toBe(
    true,
  );
  expect(sameAnswer(answer, { ...answer, value: "l2" })).toBe(false);
  const na = { ...answer, value: null, status: "not_applicable" as const };
  expect(sameAnswer({ ...na, reason: "a" }, { ...na, reason: "b" })).toBe(false);
});

test("links to evidence", () => {
  expect(withScheme("wiki.example.org/brief")).toBe("https://wiki.example.org/brief");
  expect(withScheme("https://wiki.example.org")).toBe("https://wiki.example.org");
  expect(withScheme("see the folder")).toBe("see the folder");
  expect(isWebLink("https://wiki.example.org")).toBe(true);
  expect(isWebLink("javascript:alert(1)")).toBe(false);
  expect(isWebLink("see the folder")).toBe(false);
});
