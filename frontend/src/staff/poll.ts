/** Work longer than a second shows its progress and leads on when it is done. */

interface Progress {
  done: boolean;
  share: number | null;
  text: string;
  href?: string;
}

const EVERY = 700;
const AFTER_TROUBLE = 4_000;

function draw(box: HTMLElement, progress: Progress): void {
  const bar = box.querySelector("progress");
  const text = box.querySelector("[data-poll-text]");
  if (text && text.textContent !== progress.text) text.textContent = progress.text;
  if (progress.share === null) bar?.removeAttribute("value");
  else if (bar) bar.value = progress.share;
}

async function look(box: HTMLElement): Promise<void> {
  let wait = AFTER_TROUBLE;
  try {
    const response = await fetch(box.dataset.poll ?? "", { headers: { Accept: "application/json" } });
    if (response.ok) {
      const progress = (await response.json()) as Progress;
      draw(box, progress);
      if (progress.done) return progress.href ? location.assign(progress.href) : location.reload();
      wait = EVERY;
    }
  } catch {
    // The network is away: the next look may succeed.
  }
  if (box.isConnected) setTimeout(() => void look(box), wait);
}

export function pollProgress(box: HTMLElement): void {
  setTimeout(() => void look(box), EVERY);
}
