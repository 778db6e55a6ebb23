"""Leaders and staff side by side."""

import altair as alt

from app.formats import signed
from app.results.charts.base import NARROW_BELOW, Table, measured, ticks_of
from app.results.drawing import (
    ACCENT,
    INK,
    INTERVAL,
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


def perceived(report: Report) -> list[CapabilityResult]:
    """The capabilities on which leaders and staff can be compared, furthest apart first."""
    found = [one for one in measured(report) if one.perception is not None]
    return sorted(found, key=lambda one: (-abs(_apart(one)), -abs(one.perception.gap if one.perception else 0)))


def _apart(one: CapabilityResult) -> float:
    """Leaders minus staff, both as printed."""
    gap = one.perception
    return float(apart(gap.leaders.estimate, gap.staff.estimate)) if gap else 0.0


def perception_chart(report: Report, width: int) -> alt.LayerChart:
    """Staff (circle) and leaders (square) on one line per capability, each with its interval."""
    rows, narrow = perceived(report), width < NARROW_BELOW
    step, top = (40, 44) if narrow else (24, 56)
    height = top + step * max(len(rows), 1)
    canvas = Canvas(width, height)
    places = [top + step * place for place in range(len(rows))]
    canvas.pixels()
    for one, y in zip(rows, places, strict=True):
        gap = one.perception
        if gap is None:
            continue
        apart_words = signed(_apart(one))
        canvas.texts(
            [{"x": 0, "y": y, "text": one.short, "color": INK if gap.clear else SECONDARY, "bold": gap.clear}],
            size=13 if narrow else 12,
        )
        words = apart_words if narrow else f"{apart_words}  ({signed(gap.low)} to {signed(gap.high)})"
        canvas.texts(
            [{"x": width, "y": y, "text": words, "color": ACCENT if gap.clear else SECONDARY, "bold": gap.clear}],
            align="right",
        )
    start, end = (8, width - 8) if narrow else (176, width - 160)
    canvas.scale(report.questionnaire.scale.low, report.questionnaire.scale.high, start, end)
    canvas.grid([{"x": value, "y": 22 if narrow else 36, "y2": height} for value, _ in ticks_of(report)])
    ticks: list[Row] = [
        {"x": value, "y": 14 if narrow else 28, "text": f"{value:g}", "color": INK, "bold": True}
        for value, _ in ticks_of(report)
    ]
    canvas.texts(ticks, align="center")
    if not narrow:
        names: list[Row] = [{"x": value, "y": 12, "text": name, "color": MUTED} for value, name in ticks_of(report)]
        canvas.texts(names, align="center", size=11)
    for one, y in zip(rows, places, strict=True):
        _dumbbell(canvas, one, y + (18 if narrow else 0))
    return canvas.chart()


def _dumbbell(canvas: Canvas, one: CapabilityResult, y: float) -> None:
    gap = one.perception
    if gap is None:
        return
    for side, shift in ((gap.staff, 2.5), (gap.leaders, -2.5)):
        if side.low is not None and side.high is not None:
            canvas.bars(
                [{"x": side.low, "x2": side.high, "y": y + shift - 1.5, "y2": y + shift + 1.5}],
                INTERVAL if gap.clear else RULE,
            )
    canvas.rules(
        [{"x": gap.staff.estimate, "x2": gap.leaders.estimate, "y": y}], ACCENT if gap.clear else MUTED, width=1.75
    )
    canvas.points([{"x": gap.staff.estimate, "y": y}], ACCENT if gap.clear else MUTED, area=60)
    canvas.points(
        [{"x": gap.leaders.estimate, "y": y}], ACCENT if gap.clear else MUTED, shape="square", area=62, hollow=True
    )


def perception_table(report: Report) -> Table:
    columns = (
        "Capability",
        "Leaders",
        "n",
        "Staff",
        "n",
        "Leaders − staff",
        "From",
        "To",
        "Clear",
        "Agreement rwg(j)",
        "AD",
        "Reading",
    )
    rows = []
    for one in perceived(report):
        gap, agreement = one.perception, one.agreement
        if gap is not None:
            rows.append(
                (
                    one.short,
                    shown(gap.leaders.estimate),
                    gap.leaders.n,
                    shown(gap.staff.estimate),
                    gap.staff.n,
                    _apart(one),
                    gap.low,
                    gap.high,
                    "yes" if gap.clear else "no",
                    agreement.rwg_j if agreement else None,
                    agreement.ad if agreement else None,
                    agreement.band if agreement else "",
                )
            )
    return Table(columns, tuple(rows))


def perception_words(report: Report) -> str:
    names = ", ".join(one.short for one in perceived(report)[:3])
    return f"Leaders and staff on {len(perceived(report))} capabilities, furthest apart: {names}. The table has the numbers."
