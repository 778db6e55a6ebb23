"""Page 4, perception: leaders and staff, and agreement among raters."""

from dataclasses import dataclass

from app.results.charts import Drawn, drawn
from app.results.charts.base import measured
from app.results.charts.perception import perceived
from app.results.frame import Frame, frame_of, heading
from app.results.queries import Report
from scoring.results import (
    CapabilityResult,
    Perception,
)


@dataclass(frozen=True)
class AgreementRow:
    name: str
    href: str
    rwg: float | None
    skewed: float | None
    ad: float | None
    limit: float | None
    band: str
    text: str
    two_peaked: bool


@dataclass(frozen=True)
class PerceptionPage:
    frame: Frame
    title: str
    lead: str
    perception: Perception
    chart: Drawn | None
    missing: str | None
    agreement: tuple[AgreementRow, ...]
    ad_limit: float | None
    disputed: tuple[AgreementRow, ...]


def perception_page(report: Report) -> PerceptionPage:
    head, perception = heading(report, "perception"), report.result.perception
    has = bool(perceived(report))
    missing = perception.sentence or (
        f"Comparing leaders with staff needs at least {report.result.settings.k} people on both sides."
    )
    rows = [_agreement_row(report, one) for one in measured(report) if one.agreement is not None]
    rows.sort(key=lambda row: row.rwg if row.rwg is not None else 1.0)
    return PerceptionPage(
        frame=frame_of(report, "/perception"),
        title=head.title,
        lead=head.lead,
        perception=perception,
        chart=drawn(report, "perception") if has else None,
        missing=None if has else missing,
        agreement=tuple(rows),
        ad_limit=next((row.limit for row in rows if row.limit is not None), None),
        disputed=tuple(row for row in rows if row.two_peaked or (row.rwg is not None and row.rwg < 0.5)),
    )


def _agreement_row(report: Report, one: CapabilityResult) -> AgreementRow:
    found = one.agreement
    href = f"{report.base}/capabilities/{one.id}"
    if found is None:
        return AgreementRow(one.short, href, None, None, None, None, "", "", False)
    return AgreementRow(
        one.short,
        href,
        found.rwg_j,
        found.rwg_j_skewed,
        found.ad,
        found.ad_limit,
        found.band,
        found.text,
        found.two_peaked,
    )
