"""What a what-if changes in the plan it is set beside."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.roadmaps.difference import difference
from app.roadmaps.limits import period_name
from app.roadmaps.pages.levels import capability_levels, expected_levels
from app.roadmaps.pages.timeline import TimelineRow
from app.roadmaps.pages.view import SYMBOLS, View, period_names, short_name


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


MOST_CAPABILITIES = 3


def differences(view: View, before: View) -> tuple[DiffRow, ...]:
    """Levels, value, size and money of both plans, and the capabilities that end differently."""
    rows = [*_level_rows(view, before), *_capability_rows(view, before)]
    value = view.roadmap.solution["objective"]
    value_before = value - difference(before.roadmap, view.roadmap).value_change
    rows.append(DiffRow("Value of the plan", f"{value_before:,.0f}", f"{value:,.0f}", _percent(value, value_before)))
    rows.append(_diff("Initiatives", len(before.starts), len(view.starts)))
    unit = SYMBOLS.get(view.currency, view.currency)
    rows.append(_diff(f"Operating, {unit}k", _spent(before, "operating"), _spent(view, "operating")))
    rows.append(_diff(f"Capital, {unit}k", _spent(before, "capital"), _spent(view, "capital")))
    return tuple(rows)


def _level_rows(view: View, before: View) -> list[DiffRow]:
    """The overall level at the end of each calendar year, and of the plan."""
    levels, old = expected_levels(view), expected_levels(before)
    if levels is None or old is None:
        return []
    names = period_names(view.limits)
    last = min(len(levels), len(old)) - 1
    ends = [place for place in range(last + 1) if place == last or names[place].startswith("Q4")]
    return [
        _diff(f"Level, end {names[place].replace('Q4 ', '')}", old[place], levels[place], digits=2) for place in ends
    ]


def _capability_rows(view: View, before: View) -> list[DiffRow]:
    """The capabilities whose level at the end differs most."""
    now, old = capability_levels(view), capability_levels(before)
    pairs = [(name, old[name][-1], now[name][-1]) for name in now if name in old]
    moved = sorted((pair for pair in pairs if abs(pair[2] - pair[1]) >= 0.05), key=lambda pair: -abs(pair[2] - pair[1]))
    return [_diff(short_name(view, name), first, second, digits=1) for name, first, second in moved[:MOST_CAPABILITIES]]


def _percent(value: float, before: float) -> str:
    if not before:
        return "–"
    change = 100 * (value / before - 1)
    digits = 0 if abs(change) >= 9.5 else 1
    return f"{change:+.{digits}f}%".replace("-", "−") if round(abs(change), digits) else "0%"


def _diff(name: str, before: float, after: float, digits: int = 0) -> DiffRow:
    change = round(after, digits) - round(before, digits)
    text = f"{change:+,.{digits}f}".replace("-", "−") if change else "0"
    return DiffRow(name, f"{before:,.{digits}f}", f"{after:,.{digits}f}", text)


def changes(view: View, before: View, rows: Sequence[TimelineRow]) -> tuple[Change, ...]:
    """What is left out, added or moved, with why it stands where it does now."""
    return tuple(Change(row.title, _what(view, before, row), row.why) for row in rows if row.state != "same")


def _what(view: View, before: View, row: TimelineRow) -> str:
    if row.state == "dropped":
        return "left out"
    first = period_name(view.limits, view.starts[row.id])
    if row.state == "added":
        return f"added, {first}"
    old = period_name(before.limits, before.starts[row.id])
    if old.split()[1] == first.split()[1]:
        old = old.split()[0]
    return f"{old} → {first}"
