/** "Show as table": the accessible version of a chart, kept in the address so that it can be linked to. */

function show(chart: HTMLElement, asTable: boolean): void {
  for (const view of chart.querySelectorAll<HTMLElement>("[data-view]")) {
    view.hidden = (view.dataset.view === "table") !== asTable;
  }
  const button = chart.querySelector<HTMLElement>("[data-table-switch]");
  button?.setAttribute("aria-pressed", String(asTable));
  const text = button?.querySelector("span");
  if (text) text.textContent = asTable ? "Show as chart" : "Show as table";
}

function remember(id: string, asTable: boolean): void {
  const address = new URL(location.href);
  const others = address.searchParams.getAll("table").filter((other) => other !== id);
  address.searchParams.delete("table");
  for (const other of asTable ? [...others, id] : others) address.searchParams.append("table", other);
  history.replaceState(history.state, "", address);
}

export function tableSwitch(chart: HTMLElement): void {
  const button = chart.querySelector<HTMLButtonElement>("[data-table-switch]");
  if (!button || !chart.querySelector('[data-view="table"]')) return;
  let asTable = new URL(location.href).searchParams.getAll("table").includes(chart.id);
  show(chart, asTable);
  button.hidden = false;
  button.addEventListener("click", () => {
    asTable = !asTable;
    show(chart, asTable);
    remember(chart.id, asTable);
  });
}
