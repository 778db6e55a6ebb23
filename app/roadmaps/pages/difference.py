"""What a what-if changes in the plan it is set beside."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.roadmaps.difference import difference
from app.roadmaps.limits import period_name
from app.roadmaps.pages.timeline import TimelineRow
from app.roadmaps.pages.view import SYMBOLS, View


@dataclass(frozen=True)
class Change:
    title: str
    what: str
    why: str


@dataclass(frozen=True)
class DiffRow:
    name: str
    before: str
    after: str
    change: str


def _spent(view: View, kind: str) -> float:
    return float(sum(view.roadmap.solution["use"][kind]))


def differences(
    view: View, before: View, levels: tuple[float, ...] | None, old: tuple[float, ...] | None
) -> tuple[DiffRow, ...]:
    rows = []
    if levels and old:
        last = period_name(view.limits, view.limits.periods - 1)
        rows.append(_diff(f"Level, end {last}", old[-1], levels[-1], digits=2))
    value = view.roadmap.solution["objective"]
    value_before = value - difference(before.roadmap, view.roadmap).value_change
    change = f"{100 * (value / value_before - 1):+.0f}%".replace("-", "−") if value_before else "–"
    rows.append(DiffRow("Value of the plan", f"{value_before:,.0f}", f"{value:,.0f}", change))
    rows.append(_diff("Initiatives", len(before.starts), len(view.starts)))
    unit = SYMBOLS.get(view.currency, view.currency)
    rows.append(_diff(f"Operating, {unit}k", _spent(before, "operating"), _spent(view, "operating")))
    rows.append(_diff(f"Capital, {unit}k", _spent(before, "capital"), _spent(view, "capital")))
    return tuple(rows)


def _diff(name: str, before: float, after: float, digits: int = 0) -> DiffRow:
    change = round(after, digits) - round(before, digits)
    text = f"{change:+,.{digits}f}".replace("-", "−") if change else "0"
    return DiffRow(name, f"{before:,.{digits}f}", f"{after:,.{digits}f}", text)


def changes(view: View, before: View, rows: Sequence[TimelineRow]) -> tuple[Change, ...]:
    found = []
    for row in rows:
        if row.state == "same":
            continue
        what = {
            "dropped": "left out",
            "added": f"added, {row.when}",
            "moved": f"{period_name(before.limits, before.starts[row.id])} → {row.when.split(' to ')[0]}"
            if row.id in before.starts
            else "",
        }[row.state]
        found.append(Change(row.title, what, row.why))
    return tuple(found)
