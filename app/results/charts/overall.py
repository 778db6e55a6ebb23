"""The overall level beside its target, the wave before and a swarm of the peers."""

from collections.abc import Sequence

import altair as alt

from app.formats import interval, level
from app.results.charts.base import NARROW_BELOW, Table, level_axis, short_organization
from app.results.drawing import (
    ACCENT,
    AXIS,
    BAND,
    INK,
    INTERVAL,
    MUTED,
    PEER,
    SECONDARY,
    Canvas,
    Row,
)
from app.results.measures import shown
from app.results.queries import Report
from scoring.results import Overall, Peer
from scoring.wording import apart


def overall_chart(report: Report, width: int) -> alt.LayerChart:
    """Our overall level with interval, target and the wave before, over a swarm of the peers."""
    narrow = width < NARROW_BELOW
    overall = report.result.overall
    peer = overall.peer if isinstance(overall, Overall) else None
    bottom = (176 if narrow else 150) if peer else 84
    canvas = Canvas(width, bottom + (24 if narrow else 40))
    low, high = report.questionnaire.scale.low, report.questionnaire.scale.high
    canvas.scale(low, high, 10, width - 12)
    level_axis(canvas, report, 0, bottom, names=not narrow)
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
        f"{peer.n} peers; line: median {level(shown(peer.median))}",
        f"band: middle half, {interval(shown(peer.lower_quartile), shown(peer.upper_quartile))}",
    )
    low, high = report.questionnaire.scale.low, report.questionnaire.scale.high
    if narrow:
        canvas.texts([{"x": low, "y": y + half + 14 + 15 * line, "text": text} for line, text in enumerate(words)])
        return
    ends = peer.levels or (peer.lower_quartile, peer.upper_quartile)
    right = (high - max(ends)) >= (min(ends) - low)
    rows: list[Row] = [
        {"x": max(ends) if right else min(ends), "y": y - 4 + 15 * line, "text": text}
        for line, text in enumerate(words)
    ]
    canvas.texts(rows, align="left" if right else "right", dx=12 if right else -12)


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


def overall_words(report: Report) -> str:
    return (
        "; ".join(f"{row[0]} {level(float(row[1] or 0))}" for row in overall_table(report).rows) or "No overall level"
    )
