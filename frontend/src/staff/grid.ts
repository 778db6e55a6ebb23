/** A heatmap is one tab stop; arrow keys move among the cells that link somewhere. */

type Move = (row: number, column: number) => [number, number];

const MOVES: Record<string, Move> = {
  ArrowUp: (row, column) => [row - 1, column],
  ArrowDown: (row, column) => [row + 1, column],
  ArrowLeft: (row, column) => [row, column - 1],
  ArrowRight: (row, column) => [row, column + 1],
  Home: (row) => [row, 0],
  End: (row) => [row, Number.MAX_SAFE_INTEGER],
  PageUp: (_row, column) => [0, column],
  PageDown: (_row, column) => [Number.MAX_SAFE_INTEGER, column],
};

function linksOf(table: HTMLTableElement): HTMLAnchorElement[][] {
  return [...table.rows]
    .map((row) => [...row.querySelectorAll<HTMLAnchorElement>(".cell > a")])
    .filter((links) => links.length > 0);
}

function clamp(value: number, length: number): number {
  return Math.max(0, Math.min(value, length - 1));
}

function move(
  links: HTMLAnchorElement[][],
  from: HTMLAnchorElement,
  by: Move,
): HTMLAnchorElement | undefined {
  const row = links.findIndex((cells) => cells.includes(from));
  const [nextRow, nextColumn] = by(row, links[row]?.indexOf(from) ?? 0);
  const cells = links[clamp(nextRow, links.length)] ?? [];
  return cells[clamp(nextColumn, cells.length)];
}

export function gridKeys(table: HTMLTableElement): void {
  const links = linksOf(table);
  const all = links.flat();
  const first = all.find((link) => link.hasAttribute("aria-current")) ?? all[0];
  for (const link of all) link.tabIndex = link === first ? 0 : -1;
  table.addEventListener("focusin", (event) => {
    if (!all.includes(event.target as HTMLAnchorElement)) return;
    for (const link of all) link.tabIndex = link === event.target ? 0 : -1;
  });
  table.addEventListener("keydown", (event) => {
    const by = MOVES[event.key];
    const from = event.target as HTMLAnchorElement;
    if (!by || event.ctrlKey || event.metaKey || event.altKey || !all.includes(from)) return;
    event.preventDefault();
    move(links, from, by)?.focus();
  });
}
