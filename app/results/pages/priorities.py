"""Page 5, what matters: importance and gap, and where to stop adding effort."""

from dataclasses import dataclass

from app.results.charts import Drawn, drawn
from app.results.charts.priorities import ranked
from app.results.frame import Frame, frame_of, heading
from app.results.measures import shown
from app.results.queries import Report
from scoring.results import (
    CapabilityResult,
    OverInvestment,
)


@dataclass(frozen=True)
class PriorityRow:
    rank: int
    best: int
    worst: int
    name: str
    href: str
    importance: float
    gap: float
    sure: bool


@dataclass(frozen=True)
class SurplusRow:
    name: str
    href: str
    surplus: float
    low: float
    high: float
    importance: float | None
    advice: str


@dataclass(frozen=True)
class PrioritiesPage:
    frame: Frame
    title: str
    lead: str
    chart: Drawn | None
    first: tuple[PriorityRow, ...]
    surplus: tuple[SurplusRow, ...]
    missing: str | None


def priorities_page(report: Report) -> PrioritiesPage:
    head, found = heading(report, "priorities"), ranked(report)
    advice = report.library.stop
    return PrioritiesPage(
        frame=frame_of(report, "/priorities"),
        title=head.title if found else "There is no target to measure a gap to",
        lead=head.lead if found else "",
        chart=drawn(report, "priorities") if found else None,
        first=tuple(_priority_row(report, one) for one in found if one.priority_rank and one.priority)[:8],
        surplus=tuple(
            _surplus_row(report, one, advice.get(one.capability, "")) for one in report.result.over_investment
        ),
        missing=None
        if found
        else "Set importance and target of each capability in the strategy step, then compute again.",
    )


def _priority_row(report: Report, one: CapabilityResult) -> PriorityRow:
    best, worst = one.priority_ranks or (one.priority_rank or 0, one.priority_rank or 0)
    return PriorityRow(
        one.priority_rank or 0,
        best,
        worst,
        one.short,
        f"{report.base}/capabilities/{one.id}",
        one.importance or 0,
        shown(one.target or 0) - shown(one.estimate),
        bool(one.target_gap_interval and one.target_gap_interval.excludes_zero),
    )


def _surplus_row(report: Report, one: OverInvestment, advice: str) -> SurplusRow:
    capability = report.result.capability(one.capability)
    return SurplusRow(
        capability.short or capability.name,
        f"{report.base}/capabilities/{one.capability}",
        one.surplus,
        one.interval.low,
        one.interval.high,
        one.importance,
        advice,
    )
