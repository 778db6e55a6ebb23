"""Importance in lanes, gap to target across."""

from dataclasses import dataclass, replace

import altair as alt

from app.formats import level
from app.results.charts.base import NARROW_BELOW, Table, measured
from app.results.drawing import (
    ACCENT,
    AXIS,
    INK,
    MUTED,
    RULE,
    SECONDARY,
    Canvas,
    Row,
)
from app.results.measures import shown
from app.results.queries import Report
from scoring.results import CapabilityResult
from scoring.wording import apart

NUMBERED = 5
"""The priorities whose rank is printed."""
LETTER = 6.9
"""Pixels that a letter of a label takes at most, on average."""


def ranked(report: Report) -> list[CapabilityResult]:
    """The capabilities with importance and gap, first priority first."""
    found = [one for one in measured(report) if one.target_gap is not None and one.importance is not None]
    return sorted(found, key=lambda one: (one.priority_rank or 999, -(one.target_gap or 0)))


@dataclass(frozen=True)
class Plot:
    """Where gaps lie: from ``low`` to ``high`` levels between the pixels ``start`` and ``end``."""

    low: float
    high: float
    start: float
    end: float
    narrow: bool

    @property
    def per_level(self) -> float:
        return (self.end - self.start) / (self.high - self.low)

    def span(self, one: CapabilityResult) -> tuple[float, float]:
        """The pixels that a point takes with its label, left of it where it lies above target."""
        at = self.start + ((one.target_gap or 0.0) - self.low) * self.per_level
        width = 16 + LETTER * len(_label(one))
        return (at - width, at + 6) if self.left(one) else (at - 6, at + width)

    def left(self, one: CapabilityResult) -> bool:
        return (one.target_gap or 0.0) < 0 and not self.narrow


def priorities_chart(report: Report, width: int) -> alt.LayerChart:
    """Importance in lanes, gap to target across: to the right and above comes first; left of zero is above target."""
    rows, narrow = ranked(report), width < NARROW_BELOW
    plot = _fitted(rows, Plot(-0.2, 1.0, 26 if narrow else 112, width - 4, narrow))
    lanes, y = [], 50.0
    for importance in range(5, 0, -1):
        members = [one for one in rows if round(one.importance or 0) == importance]
        lines = _lines(sorted(members, key=lambda one: plot.span(one)[0]), plot)
        lanes.append((importance, y, lines))
        y += max(1, len(lines)) * 18 + 14
    canvas = Canvas(width, int(y) + 2)
    canvas.pixels()
    edges = [*(top for _, top, _ in lanes), y]
    canvas.rules([{"x": 0, "x2": width, "y": edge - 4} for edge in edges], RULE)
    words = {5: "matters most", 1: "matters least"}
    for importance, top, _ in lanes:
        canvas.texts([{"x": 0, "y": top + 10, "text": str(importance), "color": INK, "bold": True}], size=14)
        if not narrow:
            canvas.texts([{"x": 16, "y": top + 10, "text": words.get(importance, ""), "color": MUTED}])
    canvas.scale(plot.low, plot.high, plot.start, plot.end)
    _gap_axis(canvas, plot, y)
    for _, top, lines in lanes:
        for place, line in enumerate(lines):
            _lane_points(canvas, line, top + 10 + place * 18, plot)
    return canvas.chart()


def _fitted(rows: list[CapabilityResult], plot: Plot) -> Plot:
    """Widen the range until every point has room for its label."""
    for _ in range(8):
        spans = [plot.span(one) for one in rows]
        short_left = max([0.0, *(plot.start - left for left, _ in spans)]) / plot.per_level
        short_right = max([0.0, *(right - plot.end for _, right in spans)]) / plot.per_level
        plot = replace(plot, low=plot.low - short_left, high=plot.high + short_right)
    return plot


def _gap_axis(canvas: Canvas, plot: Plot, bottom: float) -> None:
    ticks = [tick / 2 for tick in range(-8, 11) if plot.low <= tick / 2 <= plot.high]
    canvas.grid([{"x": tick, "y": 44, "y2": bottom} for tick in ticks if tick])
    canvas.grid([{"x": 0, "y": 38, "y2": bottom}], AXIS, width=1.5)
    numbers: list[Row] = [
        {"x": tick, "y": 30, "text": level(abs(tick)) if tick else "0", "color": INK, "bold": True}
        for tick in ticks
        if not plot.narrow or tick == int(tick)
    ]
    canvas.texts(numbers, align="center")
    canvas.texts([{"x": 0, "y": 12, "text": "levels still to go", "color": MUTED}], dx=8)
    if not plot.narrow:
        canvas.texts([{"x": 0, "y": 12, "text": "above target", "color": MUTED}], align="right", dx=-8)


def _lines(members: list[CapabilityResult], plot: Plot) -> list[list[CapabilityResult]]:
    """Pack the points of a lane into lines so that no label runs into the next point."""
    lines: list[tuple[float, list[CapabilityResult]]] = []
    for one in members:
        left, right = plot.span(one)
        free = next((place for place, (until, _) in enumerate(lines) if until + 8 < left), None)
        if free is None:
            lines.append((right, [one]))
        else:
            lines[free] = (right, [*lines[free][1], one])
    return [line for _, line in lines]


def _first(one: CapabilityResult) -> bool:
    return bool(one.priority_rank and one.priority_rank <= NUMBERED and one.priority)


def _label(one: CapabilityResult) -> str:
    return f"{one.priority_rank}. {one.short}" if _first(one) else one.short


def _lane_points(canvas: Canvas, line: list[CapabilityResult], y: float, plot: Plot) -> None:
    for one in line:
        gap = one.target_gap or 0.0
        sure = bool(one.target_gap_interval and one.target_gap_interval.excludes_zero)
        first = _first(one)
        canvas.points([{"x": gap, "y": y}], ACCENT if sure else MUTED, area=70 if first else 50, hollow=gap < 0)
        label: Row = {"x": gap, "y": y, "text": _label(one), "color": INK if first else SECONDARY, "bold": first}
        left = plot.left(one)
        canvas.texts([label], align="right" if left else "left", dx=-9 if left else 9)


def priorities_table(report: Report) -> Table:
    columns = (
        "Rank",
        "Best",
        "Worst",
        "Capability",
        "Importance",
        "Level",
        "Target",
        "Gap",
        "From",
        "To",
        "Importance × gap",
    )
    rows = tuple(
        (
            one.priority_rank,
            one.priority_ranks[0] if one.priority_ranks else None,
            one.priority_ranks[1] if one.priority_ranks else None,
            one.short,
            one.importance,
            shown(one.estimate),
            shown(one.target) if one.target is not None else None,
            float(apart(one.target, one.estimate)) if one.target is not None else None,
            one.target_gap_interval.low if one.target_gap_interval else None,
            one.target_gap_interval.high if one.target_gap_interval else None,
            one.priority,
        )
        for one in ranked(report)
    )
    return Table(columns, rows)


def priorities_words(report: Report) -> str:
    names = ", ".join(one.short for one in ranked(report)[:5])
    return f"Capabilities by importance and gap to target; first by their product: {names}. The table has the numbers."
