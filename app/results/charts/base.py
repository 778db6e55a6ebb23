"""What every chart shares: the table behind it, what it reads, the axis of levels."""

from dataclasses import dataclass

from app.results.drawing import AXIS, INK, MUTED, Canvas, Row
from app.results.queries import Report
from scoring.results import CapabilityResult, DimensionResult

NARROW_BELOW = 600
"""Drawings under this many pixels are laid out for a phone."""


@dataclass(frozen=True)
class Table:
    """The numbers of a chart, for "show as table" and the CSV file."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]


def measured(report: Report) -> list[CapabilityResult]:
    return [one for one in report.result.capabilities if isinstance(one, CapabilityResult)]


def dimensions(report: Report) -> list[DimensionResult]:
    return [one for one in report.result.dimensions if isinstance(one, DimensionResult)]


def short_organization(name: str) -> str:
    """The first word of an organisation's name, where it says enough."""
    first = name.split()[0]
    return first if len(first) > 3 else name


def ticks_of(report: Report) -> list[tuple[float, str]]:
    return [(one.value, one.name) for one in report.questionnaire.scale.levels]


def level_axis(canvas: Canvas, report: Report, top: float, bottom: float, *, names: bool) -> None:
    ticks = ticks_of(report)
    canvas.grid([{"x": value, "y": top, "y2": bottom} for value, _ in ticks])
    canvas.rules([{"x": ticks[0][0], "x2": ticks[-1][0], "y": bottom}], AXIS)
    numbers: list[Row] = [
        {"x": value, "y": bottom + 16, "text": f"{value:g}", "color": INK, "bold": True} for value, _ in ticks
    ]
    canvas.texts(numbers, align="center", dy=0)
    if names:
        words: list[Row] = [{"x": value, "y": bottom + 32, "text": name, "color": MUTED} for value, name in ticks]
        canvas.texts(words[:1], align="left", dy=0, dx=-4)
        canvas.texts(words[1:-1], align="center", dy=0)
        canvas.texts(words[-1:], align="right", dy=0, dx=4)
