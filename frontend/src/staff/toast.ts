/** A short sentence in the corner, read out, gone after a while. */
const SHOWN = 8_000;

export function toast(words: string): void {
  const place = document.querySelector("[data-toasts]");
  if (!place) return;
  const box = document.createElement("div");
  box.className = "toast";
  box.textContent = words;
  place.append(box);
  setTimeout(() => box.remove(), SHOWN);
}
