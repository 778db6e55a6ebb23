/** What a person can say to one question, and what is kept of it until the server has it. */

export type Status = "dont_know" | "not_applicable" | null;

export interface Answer {
  value: string | null;
  status: Status;
  reason: string;
  comment: string;
  evidence_url: string;
}

/** An answer as the server holds it. */
export interface SavedAnswer extends Answer {
  revision: number;
}

/** Why an entry waits for the person instead of the network. */
export type Hold =
  | { kind: "incomplete"; message: string }
  | { kind: "refused"; message: string }
  | { kind: "conflict"; current: SavedAnswer };

/** One unsaved answer. There is at most one per question: a newer one replaces it before it is sent. */
export interface Entry {
  response: string;
  question: string;
  answer: Answer;
  mutation_id: string;
  base_revision: number;
  /** Contents that were sent without an answer coming back: the server may hold any of them. */
  attempts: Answer[];
  hold: Hold | null;
  changed_at: number;
  /** Where the question stands and what was said, for pages that do not show it. */
  page: string;
  title: string;
  words: string;
}

export type Outcome =
  | { kind: "saved"; revision: number; saved_at: string }
  | { kind: "conflict"; current: SavedAnswer }
  | { kind: "refused"; message: string }
  | { kind: "closed"; message: string }
  | { kind: "signed-out" }
  /** Nobody knows whether it was stored; `reached` tells a server in trouble from a lost network. */
  | { kind: "later"; reached: boolean; seconds: number | null };

export function sameAnswer(one: Answer, other: Answer): boolean {
  return (
    one.value === other.value &&
    one.status === other.status &&
    one.comment.trim() === other.comment.trim() &&
    one.evidence_url.trim() === other.evidence_url.trim() &&
    (one.status !== "not_applicable" || one.reason.trim() === other.reason.trim())
  );
}

export function isAnswered(answer: Answer): boolean {
  return answer.value !== null || answer.status !== null;
}

/** The body of the PUT. Empty texts are sent too, so that clearing a comment clears it. */
export function requestBody(entry: Entry): Record<string, unknown> {
  const { value, status, reason, comment, evidence_url } = entry.answer;
  const said =
    status === "not_applicable" ? { status, reason: reason.trim() } : status ? { status } : { value };
  return {
    ...said,
    comment: comment.trim(),
    evidence_url: evidence_url.trim(),
    mutation_id: entry.mutation_id,
    base_revision: entry.base_revision,
  };
}
