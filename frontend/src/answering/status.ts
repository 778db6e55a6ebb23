/** The sentences about saving, and the lines they stand in. */

export type Mood = "calm" | "saved" | "waiting";

export function clock(time: Date): string {
  return time.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

export function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}

/** Sets a status line. `aside` changes often (seconds to go) and is not read out again each time. */
export function say(line: HTMLElement | null, mood: Mood, words: string, icon = "", aside = ""): void {
  if (!line) return;
  const key = `${mood}|${words}`;
  if (line.dataset.said === key) {
    const quiet = line.querySelector("[data-aside]");
    if (quiet) quiet.textContent = aside;
    return;
  }
  line.dataset.said = key;
  line.className = mood === "calm" ? "status" : `status status-${mood}`;
  const text = document.createElement("span");
  const quiet = document.createElement("span");
  quiet.dataset.aside = "";
  quiet.setAttribute("aria-hidden", "true");
  quiet.textContent = aside;
  const [before, after = ""] = words.split("{aside}");
  text.append(before ?? "", quiet, after);
  line.replaceChildren(...iconOf(icon), text);
}

/** A copy of an icon the page brought along, or nothing. */
export function iconOf(name: string): Node[] {
  const template = document.getElementById(`icon-${name}`);
  return template instanceof HTMLTemplateElement ? [template.content.cloneNode(true)] : [];
}

export function saySaved(line: HTMLElement | null, at: Date): void {
  say(line, "saved", `Saved ${clock(at)}`, "check");
}

/** Server times are written for the assessment's place; the person's own clock is what they compare with. */
export function localTimes(root: ParentNode): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>(".status time[datetime]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) time.textContent = clock(at);
  }
}
