"""The charts of the report as Altair specs, each in a wide and a narrow drawing, and the table behind each.

Marks mean the same everywhere: filled circle = ours, pale bar through it = its interval, open triangle = target, grey
band and tick = the peers' middle half and median, hollow circle = the wave before, square = leaders or a dimension.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock
from typing import Literal

import altair as alt

from app.results.charts.base import Table
from app.results.charts.overall import overall_chart, overall_table, overall_words
from app.results.charts.peers import peers_chart, peers_table, peers_words
from app.results.charts.perception import perception_chart, perception_table, perception_words
from app.results.charts.priorities import priorities_chart, priorities_table, priorities_words
from app.results.drawing import FONT, INK, SECONDARY, svg_inline
from app.results.frame import answered_by, window
from app.results.queries import Report
from scoring.results import Overall

ChartId = Literal["overall", "peers", "perception", "priorities"]
Width = Literal["wide", "narrow"]

WIDE: Mapping[ChartId, int] = {"overall": 664, "peers": 920, "perception": 920, "priorities": 920}
NARROW = 328
WIDTHS: tuple[Width, Width] = ("wide", "narrow")


@dataclass(frozen=True)
class Drawn:
    """A chart in the page: both drawings and the table."""

    id: ChartId
    wide: str
    narrow: str
    table: Table


def drawn(report: Report, chart_id: ChartId) -> Drawn:
    """The chart of a snapshot, drawn once per process."""
    key = _Key(report)
    wide, narrow = (_drawing(key, chart_id, width).svg() for width in WIDTHS)
    return Drawn(chart_id, wide, narrow, TABLES[chart_id](report))


def draw_all(report: Report) -> None:
    """Draw every chart that the report can have, so that its next pages open at once."""
    if isinstance(report.result.overall, Overall):
        for chart_id in CHARTS:
            drawn(report, chart_id)


class _Key:
    """A report that is cached by the id of its snapshot."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.report.snapshot.id == self.report.snapshot.id

    def __hash__(self) -> int:
        return hash(self.report.snapshot.id)


class _Drawing:
    """Drawn by whoever asks first; others who ask meanwhile wait for that one instead of drawing it again."""

    def __init__(self, report: Report, chart_id: ChartId, width: Width) -> None:
        self.report, self.chart_id, self.width = report, chart_id, width
        self.lock = Lock()

    @cached_property
    def _svg(self) -> str:
        return svg_inline(chart(self.report, self.chart_id, self.width), WORDS[self.chart_id](self.report))

    def svg(self) -> str:
        with self.lock:
            return self._svg


@lru_cache(maxsize=256)
def _drawing(key: _Key, chart_id: ChartId, width: Width) -> _Drawing:
    return _Drawing(key.report, chart_id, width)


def chart(report: Report, chart_id: ChartId, width: Width) -> alt.LayerChart:
    """The Altair chart."""
    return CHARTS[chart_id](report, WIDE[chart_id] if width == "wide" else NARROW)


def chart_for_file(report: Report, chart_id: ChartId) -> alt.LayerChart:
    """The wide chart with what has to travel with it: of whom, when, which snapshot and edition, and the label."""
    peers = report.result.peers
    origin = [f"{report.organization.name}, {report.assessment.name}. {answered_by(report)}, {window(report)}."]
    origin.append(f"Snapshot {report.snapshot.id}" + (f", baseline edition {peers.edition}" if peers else ""))
    if report.label:
        origin.append(f"{report.label}.")
    title = alt.TitleParams(
        text=TITLES[chart_id],
        subtitle=origin,
        anchor="start",
        offset=20,
        font=FONT,
        fontSize=16,
        fontWeight=600,
        color=INK,
        subtitleFont=FONT,
        subtitleFontSize=12,
        subtitleColor=SECONDARY,
        subtitlePadding=6,
    )
    finished: alt.LayerChart = chart(report, chart_id, "wide").properties(title=title, padding=24)
    return finished


TITLES: Mapping[ChartId, str] = {
    "overall": "Overall level, target and peers",
    "peers": "Level of each capability among its peers",
    "perception": "Leaders and staff on each capability",
    "priorities": "Importance and gap to target",
}
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
WORDS: Mapping[ChartId, Callable[[Report], str]] = {
    "overall": overall_words,
    "peers": peers_words,
    "perception": perception_words,
    "priorities": priorities_words,
}
