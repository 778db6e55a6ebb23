/** One PUT, and what its status means for the person. */
import { type Entry, type Outcome, requestBody, type SavedAnswer } from "./answer";

const TIMEOUT = 15_000;

interface Problem {
  detail?: string;
  title?: string;
  current?: Stored;
}

/** The server names every state of an answer; here a chosen option and nothing chosen need no status. */
interface Stored extends Partial<Omit<SavedAnswer, "status">> {
  status?: string | null;
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return {};
  }
}

function savedAnswer(current: Stored): SavedAnswer {
  const status =
    current.status === "dont_know" || current.status === "not_applicable" ? current.status : null;
  return {
    value: current.value ?? null,
    status,
    reason: current.reason ?? "",
    comment: current.comment ?? "",
    evidence_url: current.evidence_url ?? "",
    revision: current.revision ?? 0,
  };
}

function secondsOf(header: string | null): number | null {
  const seconds = Number(header);
  return header && seconds > 0 ? Math.min(seconds, 300) : null;
}

async function outcomeOf(response: Response): Promise<Outcome> {
  if (response.ok) {
    const { revision, saved_at } = (await response.json()) as { revision: number; saved_at: string };
    return { kind: "saved", revision, saved_at };
  }
  if (response.status === 401 || response.status === 403) return { kind: "signed-out" };
  if (response.status === 408 || response.status === 429 || response.status >= 500) {
    return { kind: "later", reached: true, seconds: secondsOf(response.headers.get("Retry-After")) };
  }
  const problem = await problemOf(response);
  const message = problem.detail ?? problem.title ?? `The server refused it (${response.status}).`;
  if (response.status === 410) return { kind: "closed", message };
  if (response.status === 409 && problem.current) {
    return { kind: "conflict", current: savedAnswer(problem.current) };
  }
  return { kind: "refused", message };
}

export function sender(url: string, csrf: string): (entry: Entry) => Promise<Outcome> {
  const base = url.replace(/\/$/, "");
  return async (entry) => {
    try {
      const response = await fetch(`${base}/${encodeURIComponent(entry.question)}`, {
        method: "PUT",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf },
        body: JSON.stringify(requestBody(entry)),
        credentials: "same-origin",
        redirect: "error",
        keepalive: true,
        signal: AbortSignal.timeout(TIMEOUT),
      });
      return await outcomeOf(response);
    } catch {
      return { kind: "later", reached: false, seconds: null };
    }
  };
}
