"""Expected level of each dimension over time, beside its target and its peers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.formats import level
from app.roadmaps.limits import period_name
from app.roadmaps.pages.levels import dimension_levels, expected_levels
from app.roadmaps.pages.view import View
from scoring.results import DimensionResult, Overall

WIDTH, TOP, BOTTOM = 240.0, 10.0, 106.0
LEFT, RIGHT, TAIL = 28.0, 232.0, 8.0
"""The drawing of one panel, in pixels of its own; the tail shows what the last quarter lifts."""


@dataclass(frozen=True)
class Tick:
    y: float
    label: str


@dataclass(frozen=True)
class LevelPanel:
    """One dimension, or the whole. ``now`` is measured; ``levels`` stand at the end of each period; heights in pixels."""

    name: str
    now: float
    levels: tuple[float, ...]
    before: tuple[float, ...]
    target: float | None
    median: float | None
    path: str
    before_path: str
    now_y: float
    end_y: float
    target_y: float | None
    median_y: float | None
    words: str


@dataclass(frozen=True)
class ExpectedLevels:
    """All panels on one cropped axis, with its ticks."""

    title: str
    subtitle: str
    label: str
    periods: tuple[str, ...]
    ticks: tuple[Tick, ...]
    panels: tuple[LevelPanel, ...]


@dataclass(frozen=True)
class _Row:
    name: str
    now: float
    levels: tuple[float, ...]
    before: tuple[float, ...]
    target: float | None
    median: float | None


def expected(view: View, before: View | None, periods: Sequence[str]) -> ExpectedLevels | None:
    """None where no level is known."""
    rows = _rows(view, before)
    if not rows:
        return None
    low, high = _range(rows)
    last = period_name(view.limits, view.limits.periods - 1)
    peers = view.result.peers
    against = f"; peers: {peers.group_name}, n = {peers.n}, {peers.id} {peers.edition}" if peers else ""
    return ExpectedLevels(
        title=_title(rows[1:], last),
        subtitle=f"If every initiative lifts what it promises; measured again each wave{against}",
        label=peers.label if peers and any(row.median is not None for row in rows) else "",
        periods=tuple(periods),
        ticks=tuple(Tick(_y(value, low, high), f"{value:.1f}") for value in (low, (low + high) / 2, high)),
        panels=tuple(_panel(row, low, high, last) for row in rows),
    )


def _rows(view: View, before: View | None) -> list[_Row]:
    """The whole first, then the dimensions in their order; those without a level are left out."""
    overall, levels = view.result.overall, expected_levels(view)
    if not isinstance(overall, Overall) or levels is None:
        return []
    old_levels = (expected_levels(before) if before else None) or ()
    rows = [_row("Overall", overall, levels, old_levels)]
    by_dimension, old = dimension_levels(view), dimension_levels(before) if before else {}
    measured = [x for x in view.result.dimensions if isinstance(x, DimensionResult) and x.id in by_dimension]
    return [*rows, *(_row(x.name, x, by_dimension[x.id], old.get(x.id, ())) for x in measured)]


def _row(name: str, one: Overall | DimensionResult, levels: tuple[float, ...], before: tuple[float, ...]) -> _Row:
    return _Row(name, one.estimate, levels, before, one.target, one.peer.median if one.peer else None)


def _range(rows: Sequence[_Row]) -> tuple[float, float]:
    """Half levels around everything that is drawn."""
    values = [value for row in rows for value in (row.now, *row.levels, *row.before, row.target, row.median)]
    known = [value for value in values if value is not None]
    low, high = math.floor(min(known) * 2) / 2, math.ceil(max(known) * 2) / 2
    return low, max(high, low + 0.5)


def _y(value: float, low: float, high: float) -> float:
    return round(BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP), 2)


def _steps(now: float, levels: Sequence[float], low: float, high: float) -> str:
    """Level until an initiative ends, then a step up."""
    step = (RIGHT - TAIL - LEFT) / len(levels)
    parts = [f"M{LEFT:g} {_y(now, low, high):g}"]
    for place, value in enumerate(levels, start=1):
        parts.append(f"H{round(LEFT + place * step, 2):g}V{_y(value, low, high):g}")
    return "".join([*parts, f"H{RIGHT:g}"])


def _panel(row: _Row, low: float, high: float, last: str) -> LevelPanel:
    words = f"{row.name}: {level(row.now)} measured, {level(row.levels[-1])} expected at the end of {last}"
    if row.target is not None:
        words += f", target {level(row.target)}"
    if row.median is not None:
        words += f", peers' median {level(row.median)}"
    differs = bool(row.before) and [round(x, 2) for x in row.before] != [round(x, 2) for x in row.levels]
    return LevelPanel(
        name=row.name,
        now=row.now,
        levels=row.levels,
        before=row.before,
        target=row.target,
        median=row.median,
        path=_steps(row.now, row.levels, low, high),
        before_path=_steps(row.now, row.before, low, high) if differs else "",
        now_y=_y(row.now, low, high),
        end_y=_y(row.levels[-1], low, high),
        target_y=None if row.target is None else _y(row.target, low, high),
        median_y=None if row.median is None else _y(row.median, low, high),
        words=words,
    )


def _title(rows: Sequence[_Row], last: str) -> str:
    if not rows:
        return f"What the plan is expected to lift by {last}"
    most = max(rows, key=lambda row: round(row.levels[-1], 1) - round(row.now, 1))
    gain = f"{most.name} gains most, from {level(most.now)} to {level(most.levels[-1])} by {last}"
    compared = [row for row in rows if row.median is not None]
    if not compared:
        return gain
    now, then = (
        sum(round(value, 1) >= round(row.median or 0.0, 1) for row, value in pairs)
        for pairs in ([(row, row.now) for row in compared], [(row, row.levels[-1]) for row in compared])
    )
    return f"{gain}; {then} of {len(compared)} dimensions end at or above today's peer median, {_are(now)} there now"


def _are(count: int) -> str:
    return {0: "none is", 1: "one is"}.get(count, f"{count} are")
