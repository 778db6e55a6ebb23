"""Every capability among its peers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt

from app.formats import level, ordinal, signed
from app.results.charts.base import NARROW_BELOW, Table, dimensions, measured, short_organization, ticks_of
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
)
from app.results.measures import shown
from app.results.queries import Report
from scoring.results import CapabilityResult, DimensionResult, Peer
from scoring.wording import apart


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
    if width < NARROW_BELOW:
        return _peers_narrow(report, rows, width)
    places: list[float] = []
    y = 58.0
    for row in rows:
        y += 12 if row.dimension and places else 0
        places.append(y)
        y += 20
    height = int(y + 4)
    canvas = Canvas(width, height)
    left, right, start, end = 168, 556, 776, width - 14
    canvas.pixels()
    separators = [places[i] - 16 for i, row in enumerate(rows) if row.dimension]
    canvas.rules([{"x": 0, "x2": width, "y": one} for one in separators], RULE)
    _peer_texts(canvas, report, rows, places, end)
    low, high = report.questionnaire.scale.low, report.questionnaire.scale.high
    canvas.scale(low, high, left, right)
    canvas.grid([{"x": value, "y": 34, "y2": height} for value, _ in ticks_of(report)])
    names: list[Row] = [{"x": value, "y": 12, "text": name, "color": MUTED} for value, name in ticks_of(report)]
    canvas.texts(names, align="center", size=11)
    numbers: list[Row] = [
        {"x": value, "y": 27, "text": f"{value:g}", "color": INK, "bold": True} for value, _ in ticks_of(report)
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
        for x, text in ((630, short_organization(report.organization.name)), (682, "Median"), (742, "Distance"))
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
                    "x": 628,
                    "y": y,
                    "text": level(shown(row.estimate)),
                    "color": INK if bold else SECONDARY,
                    "bold": bold,
                },
                {"x": 680, "y": y, "text": level(shown(row.peer.median)), "color": SECONDARY},
                {"x": 740, "y": y, "text": signed(row.distance), "color": strong, "bold": bold},
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
    canvas.grid([{"x": value, "y": 20, "y2": int(y)} for value, _ in ticks_of(report)])
    ticks: list[Row] = [
        {"x": value, "y": 12, "text": f"{value:g}", "color": INK, "bold": True} for value, _ in ticks_of(report)
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


def peers_words(report: Report) -> str:
    peers = report.result.peers
    if peers is None:
        return "No peers to compare with"
    clear = f"{len(peers.behind)} clearly behind, {len(peers.ahead)} clearly ahead"
    return f"{len(peer_rows(report))} levels beside {peers.n} peers: {clear}. The table has the numbers."
