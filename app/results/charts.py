"""The charts of the report as Altair specs, each in a wide and a narrow drawing, and the table behind each.

Marks mean the same everywhere: filled circle = ours, pale bar through it = its interval, open triangle = target, grey
band and tick = the peers' middle half and median, hollow circle = the wave before, square = leaders or a dimension.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import altair as alt

from app.formats import interval, level, ordinal, signed
from app.results.drawing import (
    ACCENT,
    AXIS,
    BAND,
    INK,
    INTERVAL,
    MUTED,
    PEER,
    RULE,
    SECONDARY,
    SURFACE,
    Canvas,
    Row,
    svg_inline,
)
from app.results.measures import shown
from app.results.queries import Report
from scoring.results import CapabilityResult, DimensionResult, Overall, Peer
from scoring.wording import apart

ChartId = Literal["overall", "peers", "perception", "priorities"]
Width = Literal["wide", "narrow"]

WIDE, NARROW = 880, 328


@dataclass(frozen=True)
class Table:
    """The numbers of a chart, for "show as table" and the CSV file."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]


@dataclass(frozen=True)
class Drawn:
    """A chart in the page: both drawings and the table."""

    id: ChartId
    wide: str
    narrow: str
    table: Table


def drawn(report: Report, chart_id: ChartId) -> Drawn:
    """The chart of a snapshot, drawn once per process."""
    return Drawn(
        chart_id,
        _inline(_Key(report), chart_id, "wide"),
        _inline(_Key(report), chart_id, "narrow"),
        TABLES[chart_id](report),
    )


class _Key:
    """A report that is cached by the id of its snapshot."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.report.snapshot.id == self.report.snapshot.id

    def __hash__(self) -> int:
        return hash(self.report.snapshot.id)


@lru_cache(maxsize=256)
def _inline(key: _Key, chart_id: ChartId, width: Width) -> str:
    return svg_inline(chart(key.report, chart_id, width), ALTERNATIVES[chart_id](key.report))


def chart(report: Report, chart_id: ChartId, width: Width) -> alt.LayerChart:
    """The Altair chart. Raises ``KeyError`` for an unknown id."""
    return CHARTS[chart_id](report, WIDE if width == "wide" else NARROW)


# --- what the charts read ----------------------------------------------------------------------------------------------


def measured(report: Report) -> list[CapabilityResult]:
    return [one for one in report.result.capabilities if isinstance(one, CapabilityResult)]


def dimensions(report: Report) -> list[DimensionResult]:
    return [one for one in report.result.dimensions if isinstance(one, DimensionResult)]


def short_organization(name: str) -> str:
    """The first word of an organisation's name, where it says enough."""
    first = name.split()[0]
    return first if len(first) > 3 else name


def _ticks(report: Report) -> list[tuple[float, str]]:
    return [(one.value, one.name) for one in report.questionnaire.scale.levels]


def _level_axis(canvas: Canvas, report: Report, top: float, bottom: float, *, names: bool) -> None:
    ticks = _ticks(report)
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


# --- overall -----------------------------------------------------------------------------------------------------------


def overall_chart(report: Report, width: int) -> alt.LayerChart:
    """Our overall level with interval, target and the wave before, over a swarm of the peers."""
    narrow = width < 720
    overall = report.result.overall
    peer = overall.peer if isinstance(overall, Overall) else None
    bottom = (176 if narrow else 148) if peer else 84
    canvas = Canvas(width, bottom + (24 if narrow else 40))
    low, high = report.questionnaire.scale.low, report.questionnaire.scale.high
    canvas.scale(low, high, 10, width - 12)
    _level_axis(canvas, report, 0, bottom, names=not narrow)
    if not isinstance(overall, Overall):
        return canvas.chart()
    _ours_and_target(canvas, report, overall, narrow)
    if peer:
        _swarm(canvas, report, peer, narrow)
    return canvas.chart()


def _ours_and_target(canvas: Canvas, report: Report, overall: Overall, narrow: bool) -> None:
    name, y, value = short_organization(report.organization.name), 44, overall.estimate
    if overall.target is not None and overall.target > value:
        canvas.rules([{"x": value, "x2": overall.target, "y": y}], AXIS, dash=(2, 3))
    if overall.low is not None and overall.high is not None:
        canvas.bars([{"x": overall.low, "x2": overall.high, "y": y - 4, "y2": y + 4}], INTERVAL)
    if overall.change is not None:
        before = overall.change.before
        canvas.points([{"x": before, "y": y}], ACCENT, area=50, hollow=True)
        if not narrow:
            side = -1 if before <= value else 1
            words: list[Row] = [
                {
                    "x": min(before, overall.low or before) if side < 0 else max(before, overall.high or before),
                    "y": y,
                    "text": f"{level(shown(before))} before",
                    "color": MUTED,
                }
            ]
            canvas.texts(words, align="right" if side < 0 else "left", dx=8 * side)
    canvas.points([{"x": value, "y": y}], ACCENT, area=110)
    ours: list[Row] = [{"x": value, "y": 24, "text": f"{name} {level(shown(value))}", "color": ACCENT, "bold": True}]
    canvas.texts(ours, size=13, align="center")
    if overall.target is None:
        return
    canvas.points([{"x": overall.target, "y": y}], INK, shape="triangle-up", area=120, hollow=True)
    gap = apart(overall.target, value)
    target: list[Row] = [
        {
            "x": overall.target,
            "y": y if not narrow else 68,
            "text": f"Target {level(shown(overall.target))}",
            "color": INK,
            "bold": True,
        }
    ]
    canvas.texts(target, size=13, align="left" if not narrow else "center", dx=12 if not narrow else 0)
    if gap > 0 and not narrow:
        middle = ((overall.high or value) + overall.target) / 2
        canvas.texts([{"x": middle, "y": 30, "text": f"{level(float(gap))} to go", "color": SECONDARY}], align="center")


def _swarm(canvas: Canvas, report: Report, peer: Peer, narrow: bool) -> None:
    y, half = (116 if narrow else 104), 19
    canvas.bars([{"x": peer.lower_quartile, "x2": peer.upper_quartile, "y": y - half, "y2": y + half}], BAND)
    if peer.levels:
        low, high = report.questionnaire.scale.low, report.questionnaire.scale.high
        per_pixel = (high - low) / (canvas.width - 22)
        dots = beeswarm(peer.levels, radius=3.2 * per_pixel)
        canvas.points([{"x": x, "y": y + place * 6.4} for x, place in dots], PEER, area=30)
    canvas.rules([{"x": peer.median, "y": y - half, "y2": y + half}], INK, width=2)
    words = (
        f"{peer.n} peer organisations; line: median {level(shown(peer.median))}; ",
        f"band: middle half, {interval(shown(peer.lower_quartile), shown(peer.upper_quartile))}",
    )
    right = max((*(peer.levels or ()), peer.upper_quartile))
    fits = (
        not narrow
        and canvas.width
        * (
            1
            - (right - report.questionnaire.scale.low)
            / (report.questionnaire.scale.high - report.questionnaire.scale.low)
        )
        > 260
    )
    place: Row = {"x": right if fits else report.questionnaire.scale.low}
    top = y - 4 if fits else y + half + 12
    rows: list[Row] = [
        {**place, "y": top + 15 * line, "text": text, "color": SECONDARY} for line, text in enumerate(words)
    ]
    canvas.texts(rows, dx=14 if fits else 0)


def beeswarm(levels: Sequence[float], radius: float) -> list[tuple[float, int]]:
    """Each level and how many dots up (−) or down (+) it moves so that no two overlap.

    >>> beeswarm([2.0, 2.0, 2.0, 3.0], 0.1)
    [(2.0, 0), (2.0, 1), (2.0, -1), (3.0, 0)]
    """
    placed: list[tuple[float, int]] = []
    for value in sorted(levels):
        taken = {place for other, place in placed if abs(other - value) < 2 * radius}
        step = 0
        while step in taken:
            step = -step if step > 0 else -step + 1
        placed.append((value, step))
    return placed


def overall_table(report: Report) -> Table:
    overall = report.result.overall
    if not isinstance(overall, Overall):
        return Table(("What", "Level"), ())
    rows: list[tuple[str | float | None, ...]] = [
        (report.organization.name, shown(overall.estimate), overall.low, overall.high)
    ]
    if overall.change:
        rows.append(("The wave before", shown(overall.change.before), None, None))
    if overall.target is not None:
        rows.append(("Target", shown(overall.target), None, None))
    if overall.peer:
        peer = overall.peer
        rows.append(
            (
                f"Peers: median of {peer.n}, and middle half",
                shown(peer.median),
                peer.lower_quartile,
                peer.upper_quartile,
            )
        )
    return Table(("What", "Level", "From", "To"), tuple(rows))


# --- against peers -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PeerRow:
    """One line of the peer chart: a capability, or a dimension that heads its capabilities."""

    id: str
    name: str
    estimate: float
    low: float | None
    high: float | None
    peer: Peer
    dimension: bool

    @property
    def distance(self) -> float:
        """Ours minus the peer median, both as printed."""
        return float(apart(self.estimate, self.peer.median))


def peer_rows(report: Report, sort: str = "percentile") -> list[PeerRow]:
    """Dimensions in the questionnaire's order, their capabilities by percentile, distance or name."""
    rows = []
    for dimension in dimensions(report):
        if dimension.peer:
            rows.append(_peer_row(dimension, dimension.name, dimension.peer, True))
        members = [
            _peer_row(one, one.short, one.peer, False)
            for one in measured(report)
            if one.dimension == dimension.id and one.peer
        ]
        rows.extend(sorted(members, key=PEER_SORTS[sort]))
    return rows


def _peer_row(one: CapabilityResult | DimensionResult, name: str, peer: Peer, dimension: bool) -> PeerRow:
    return PeerRow(one.id, name, one.estimate, one.low, one.high, peer, dimension)


PEER_SORTS: Mapping[str, Callable[[PeerRow], Any]] = {
    "percentile": lambda row: (row.peer.percentile if row.peer.percentile is not None else 50.0, row.distance),
    "distance": lambda row: row.distance,
    "name": lambda row: row.name,
}


def peers_chart(report: Report, width: int) -> alt.LayerChart:
    """Per capability all peers as ticks, our interval, and the percentile with its own interval."""
    rows = peer_rows(report)
    if width < 720:
        return _peers_narrow(report, rows, width)
    places: list[float] = []
    y = 58.0
    for row in rows:
        y += 12 if row.dimension and places else 0
        places.append(y)
        y += 20
    height = int(y + 4)
    canvas = Canvas(width, height)
    left, right, start, end = 168, 556, 736, width - 14
    canvas.pixels()
    separators = [places[i] - 16 for i, row in enumerate(rows) if row.dimension]
    canvas.rules([{"x": 0, "x2": width, "y": one} for one in separators], RULE)
    _peer_texts(canvas, report, rows, places, end)
    low, high = report.questionnaire.scale.low, report.questionnaire.scale.high
    canvas.scale(low, high, left, right)
    canvas.grid([{"x": value, "y": 34, "y2": height} for value, _ in _ticks(report)])
    names: list[Row] = [{"x": value, "y": 12, "text": name, "color": MUTED} for value, name in _ticks(report)]
    canvas.texts(names, align="center", size=11)
    numbers: list[Row] = [
        {"x": value, "y": 27, "text": f"{value:g}", "color": INK, "bold": True} for value, _ in _ticks(report)
    ]
    canvas.texts(numbers, align="center")
    for row, place in zip(rows, places, strict=True):
        _peer_marks(canvas, row, place)
    canvas.scale(0, 100, start, end)
    _percentiles(canvas, rows, places, height)
    return canvas.chart()


def _peer_texts(canvas: Canvas, report: Report, rows: list[PeerRow], places: list[float], end: float) -> None:
    heads: list[Row] = [
        {"x": x, "y": 27, "text": text, "color": SECONDARY}
        for x, text in ((606, short_organization(report.organization.name)), (652, "Median"), (706, "Distance"))
    ]
    canvas.texts(heads, align="right", dx=-2)
    for row, y in zip(rows, places, strict=True):
        bold, quiet = row.dimension or row.peer.clear, SECONDARY if not row.dimension else INK
        strong = ACCENT if row.peer.clear and not row.dimension else (INK if bold else SECONDARY)
        canvas.texts(
            [{"x": 0, "y": y, "text": row.name, "color": INK if bold else quiet, "bold": bold}],
            size=13 if row.dimension else 12,
        )
        canvas.texts(
            [
                {
                    "x": 600,
                    "y": y,
                    "text": level(shown(row.estimate)),
                    "color": INK if bold else SECONDARY,
                    "bold": bold,
                },
                {"x": 648, "y": y, "text": level(shown(row.peer.median)), "color": SECONDARY},
                {"x": 700, "y": y, "text": signed(row.distance), "color": strong, "bold": bold},
            ],
            align="right",
        )


def _peer_marks(canvas: Canvas, row: PeerRow, y: float) -> None:
    peer = row.peer
    if row.dimension:
        canvas.bars(
            [{"x": peer.lower_quartile, "x2": peer.upper_quartile, "y": y - 6, "y2": y + 6}], SURFACE, stroke=AXIS
        )
    else:
        if peer.levels:
            canvas.rules([{"x": min(peer.levels), "x2": max(peer.levels), "y": y + 2}], RULE)
        canvas.bars([{"x": peer.lower_quartile, "x2": peer.upper_quartile, "y": y - 5, "y2": y + 8}], BAND)
        canvas.rules([{"x": value, "y": y + 4, "y2": y + 8} for value in peer.levels or ()], PEER)
    canvas.rules([{"x": peer.median, "y": y - 6, "y2": y + (6 if row.dimension else 8)}], INK, width=2)
    color = INK if row.dimension else (ACCENT if peer.clear else MUTED)
    if row.low is not None and row.high is not None:
        if row.dimension:
            canvas.rules([{"x": row.low, "x2": row.high, "y": y}], INK, width=1.5)
        else:
            pale = INTERVAL if peer.clear else AXIS
            canvas.bars([{"x": row.low, "x2": row.high, "y": y - 3, "y2": y + 1}], pale)
    at = y if row.dimension else y - 1
    canvas.points([{"x": row.estimate, "y": at}], color, shape="square" if row.dimension else "circle", area=50)


def _percentiles(canvas: Canvas, rows: list[PeerRow], places: list[float], height: int) -> None:
    canvas.grid([{"x": value, "y": 34, "y2": height} for value in (0, 25, 75, 100)])
    canvas.grid([{"x": 50, "y": 34, "y2": height}], AXIS)
    n = max((row.peer.n for row in rows), default=0)
    canvas.texts([{"x": 50, "y": 12, "text": f"Percentile among {n} peers", "color": MUTED}], align="center", size=11)
    ticks: list[Row] = [
        {"x": value, "y": 27, "text": str(value), "color": INK, "bold": True} for value in (0, 25, 50, 75, 100)
    ]
    canvas.texts(ticks, align="center")
    for row, y in zip(rows, places, strict=True):
        peer = row.peer
        if peer.percentile is None or peer.percentile_low is None or peer.percentile_high is None:
            third = f"{peer.third} third" if peer.third else "–"
            canvas.texts([{"x": 50, "y": y, "text": third, "color": MUTED}], align="center", size=11)
            continue
        color = INK if row.dimension else (ACCENT if peer.clear else MUTED)
        span: Row = {"x": peer.percentile_low, "x2": peer.percentile_high}
        if row.dimension:
            canvas.rules([{**span, "y": y}], INK, width=1.5)
        else:
            canvas.bars([{**span, "y": y - 2, "y2": y + 2}], INTERVAL if peer.clear else RULE)
        canvas.points([{"x": peer.percentile, "y": y}], color, shape="square" if row.dimension else "circle", area=45)
        if not row.dimension:
            outside = peer.percentile < 50
            words: Row = {
                "x": peer.percentile_high if outside else peer.percentile_low,
                "y": y,
                "text": str(round(peer.percentile)),
                "color": INK if peer.clear else MUTED,
                "bold": peer.clear,
            }
            canvas.texts([words], align="left" if outside else "right", dx=5 if outside else -5)


def _peers_narrow(report: Report, rows: list[PeerRow], width: int) -> alt.LayerChart:
    places: list[float] = []
    y = 40.0
    for row in rows:
        y += 14 if row.dimension and places else 0
        places.append(y)
        y += 38
    canvas = Canvas(width, int(y))
    canvas.pixels()
    canvas.rules([{"x": 0, "x2": width, "y": places[i] - 16} for i, row in enumerate(rows) if row.dimension], RULE)
    for row, place in zip(rows, places, strict=True):
        bold = row.dimension or row.peer.clear
        canvas.texts(
            [{"x": 0, "y": place, "text": row.name, "color": INK if bold else SECONDARY, "bold": bold}], size=13
        )
        rank = f", {ordinal(row.peer.percentile)} percentile" if row.peer.percentile is not None else ""
        words: Row = {
            "x": width,
            "y": place,
            "text": f"{level(shown(row.estimate))} ({signed(row.distance)}){rank}",
            "color": ACCENT if row.peer.clear and not row.dimension else SECONDARY,
            "bold": bold,
        }
        canvas.texts([words], align="right")
    low, high = report.questionnaire.scale.low, report.questionnaire.scale.high
    canvas.scale(low, high, 8, width - 8)
    canvas.grid([{"x": value, "y": 20, "y2": int(y)} for value, _ in _ticks(report)])
    ticks: list[Row] = [
        {"x": value, "y": 12, "text": f"{value:g}", "color": INK, "bold": True} for value, _ in _ticks(report)
    ]
    canvas.texts(ticks, align="center")
    for row, place in zip(rows, places, strict=True):
        _peer_marks(canvas, row, place + 17)
    return canvas.chart()


def peers_table(report: Report) -> Table:
    columns = (
        "Capability",
        "Level",
        "From",
        "To",
        "Peer median",
        "Lower quartile",
        "Upper quartile",
        "Distance",
        "Percentile",
        "Percentile from",
        "Percentile to",
        "Peers",
        "Clear",
    )
    rows = tuple(
        (
            row.name if not row.dimension else f"{row.name} (dimension)",
            shown(row.estimate),
            row.low,
            row.high,
            shown(row.peer.median),
            row.peer.lower_quartile,
            row.peer.upper_quartile,
            row.distance,
            row.peer.percentile,
            row.peer.percentile_low,
            row.peer.percentile_high,
            row.peer.n,
            "yes" if row.peer.clear else "no",
        )
        for row in peer_rows(report)
    )
    return Table(columns, rows)


# --- perception --------------------------------------------------------------------------------------------------------


def perceived(report: Report) -> list[CapabilityResult]:
    """The capabilities on which leaders and staff can be compared, furthest apart first."""
    found = [one for one in measured(report) if one.perception is not None]
    return sorted(found, key=lambda one: -abs(one.perception.gap if one.perception else 0))


def perception_chart(report: Report, width: int) -> alt.LayerChart:
    """Staff (circle) and leaders (square) on one line per capability, each with its interval."""
    rows, narrow = perceived(report), width < 720
    step, top = (40, 44) if narrow else (24, 56)
    height = top + step * max(len(rows), 1)
    canvas = Canvas(width, height)
    places = [top + step * place for place in range(len(rows))]
    canvas.pixels()
    for one, y in zip(rows, places, strict=True):
        gap = one.perception
        if gap is None:
            continue
        apart_words = signed(float(apart(gap.leaders.estimate, gap.staff.estimate)))
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
    canvas.grid([{"x": value, "y": 22 if narrow else 36, "y2": height} for value, _ in _ticks(report)])
    ticks: list[Row] = [
        {"x": value, "y": 14 if narrow else 28, "text": f"{value:g}", "color": INK, "bold": True}
        for value, _ in _ticks(report)
    ]
    canvas.texts(ticks, align="center")
    if not narrow:
        names: list[Row] = [{"x": value, "y": 12, "text": name, "color": MUTED} for value, name in _ticks(report)]
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
                    float(apart(gap.leaders.estimate, gap.staff.estimate)),
                    gap.low,
                    gap.high,
                    "yes" if gap.clear else "no",
                    agreement.rwg_j if agreement else None,
                    agreement.ad if agreement else None,
                    agreement.band if agreement else "",
                )
            )
    return Table(columns, tuple(rows))


# --- what matters ------------------------------------------------------------------------------------------------------


def ranked(report: Report) -> list[CapabilityResult]:
    """The capabilities with importance and gap, first priority first."""
    found = [one for one in measured(report) if one.target_gap is not None and one.importance is not None]
    return sorted(found, key=lambda one: (one.priority_rank or 999, -(one.target_gap or 0)))


def priorities_chart(report: Report, width: int) -> alt.LayerChart:
    """Importance in lanes, gap to target across: to the right and above comes first; left of zero is above target."""
    rows, narrow = ranked(report), width < 720
    gaps = [one.target_gap or 0.0 for one in rows] or [0.0]
    ends = min(-0.5, min(gaps) - 0.1), max(1.0, max(gaps) + (0.9 if narrow else 0.5))
    start, end = (26, width - 8) if narrow else (112, width - 8)
    lanes, y = [], 36.0
    for importance in range(5, 0, -1):
        members = sorted(
            (one for one in rows if round(one.importance or 0) == importance), key=lambda one: one.target_gap or 0
        )
        lines = _lines(members, ends, start, end, narrow)
        lanes.append((importance, y, lines))
        y += max(1, len(lines)) * 18 + 14
    canvas = Canvas(width, int(y) + 4)
    canvas.pixels()
    canvas.rules(
        [{"x": 0, "x2": width, "y": top - 4} for _, top, _ in lanes] + [{"x": 0, "x2": width, "y": y - 4}], RULE
    )
    words = {5: "matters most", 1: "matters least"}
    for importance, top, _ in lanes:
        canvas.texts([{"x": 0, "y": top + 14, "text": str(importance), "color": INK, "bold": True}], size=14)
        if not narrow:
            canvas.texts([{"x": 16, "y": top + 14, "text": words.get(importance, ""), "color": MUTED}])
    canvas.scale(*ends, start, end)
    _gap_axis(canvas, ends, y, narrow)
    for _, top, lines in lanes:
        for place, line in enumerate(lines):
            _lane_points(canvas, line, top + 10 + place * 18)
    return canvas.chart()


def _gap_axis(canvas: Canvas, ends: tuple[float, float], bottom: float, narrow: bool) -> None:
    ticks = [tick / 2 for tick in range(-6, 9) if ends[0] <= tick / 2 <= ends[1]]
    canvas.grid([{"x": tick, "y": 30, "y2": bottom} for tick in ticks if tick])
    canvas.grid([{"x": 0, "y": 24, "y2": bottom}], AXIS, width=1.5)
    numbers: list[Row] = [
        {"x": tick, "y": 14, "text": level(tick) if tick else "0", "color": INK, "bold": True}
        for tick in ticks
        if not narrow or tick == int(tick)
    ]
    canvas.texts(numbers, align="center")


def _lines(
    members: list[CapabilityResult], ends: tuple[float, float], start: float, end: float, narrow: bool
) -> list[list[CapabilityResult]]:
    """Pack the points of a lane into lines so that no label runs into the next point."""
    per_level = (end - start) / (ends[1] - ends[0])
    lines: list[tuple[float, list[CapabilityResult]]] = []
    for one in members:
        at = ((one.target_gap or 0) - ends[0]) * per_level
        width = 14 + 6.9 * len(_point_label(one))
        free = next((place for place, (until, _) in enumerate(lines) if until + 10 < at), None)
        if free is None:
            lines.append((at + width, [one]))
        else:
            lines[free] = (at + width, [*lines[free][1], one])
    return [line for _, line in lines]


def _point_label(one: CapabilityResult) -> str:
    rank = f"{one.priority_rank}  " if one.priority_rank and one.priority_rank <= 5 else ""
    return f"{rank}{one.short}"


def _lane_points(canvas: Canvas, line: list[CapabilityResult], y: float) -> None:
    for one in line:
        gap = one.target_gap or 0.0
        sure = bool(one.target_gap_interval and one.target_gap_interval.excludes_zero)
        first = bool(one.priority_rank and one.priority_rank <= 5)
        color = ACCENT if sure else MUTED
        canvas.points([{"x": gap, "y": y}], color, area=70 if first else 50, hollow=gap < 0)
        label: Row = {"x": gap, "y": y, "text": _point_label(one), "color": INK if first else SECONDARY, "bold": first}
        canvas.texts([label], dx=9)


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


# --- words -------------------------------------------------------------------------------------------------------------


def _overall_words(report: Report) -> str:
    return (
        "; ".join(f"{row[0]} {level(float(row[1] or 0))}" for row in overall_table(report).rows) or "No overall level"
    )


def _peers_words(report: Report) -> str:
    peers = report.result.peers
    if peers is None:
        return "No peers to compare with"
    clear = f"{len(peers.behind)} clearly behind, {len(peers.ahead)} clearly ahead"
    return f"{len(peer_rows(report))} levels beside {peers.n} peers: {clear}. The table has the numbers."


def _perception_words(report: Report) -> str:
    names = ", ".join(one.short for one in perceived(report)[:3])
    return f"Leaders and staff on {len(perceived(report))} capabilities, furthest apart: {names}. The table has the numbers."


def _priorities_words(report: Report) -> str:
    names = ", ".join(one.short for one in ranked(report)[:5])
    return f"Capabilities by importance and gap to target; first by their product: {names}. The table has the numbers."


CHARTS: Mapping[ChartId, Callable[[Report, int], alt.LayerChart]] = {
    "overall": overall_chart,
    "peers": peers_chart,
    "perception": perception_chart,
    "priorities": priorities_chart,
}
TABLES: Mapping[ChartId, Callable[[Report], Table]] = {
    "overall": overall_table,
    "peers": peers_table,
    "perception": perception_table,
    "priorities": priorities_table,
}
ALTERNATIVES: Mapping[ChartId, Callable[[Report], str]] = {
    "overall": _overall_words,
    "peers": _peers_words,
    "perception": _perception_words,
    "priorities": _priorities_words,
}
