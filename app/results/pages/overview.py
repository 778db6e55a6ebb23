"""Page 1, where we are."""

from dataclasses import dataclass

from app.formats import interval, level, plural
from app.results.charts import Drawn, drawn
from app.results.charts.base import measured, short_organization
from app.results.frame import Frame, frame_of, heading
from app.results.measures import Value, change_value, shown
from app.results.queries import Report
from app.results.since import how_changed
from scoring.results import CapabilityResult, DimensionResult, Finding, Overall, TextPart, WithheldLevel
from scoring.wording import apart

LARGEST = 4
LEADING = 3


@dataclass(frozen=True)
class DimensionColumn:
    """One dimension beside its target and its peers, or why it is withheld."""

    name: str
    withheld: str | None = None
    value: float = 0.0
    low: float | None = None
    high: float | None = None
    interval: tuple[float, float] | None = None
    target: float | None = None
    gap: float | None = None
    peers: tuple[float, float, float] | None = None
    ahead: float | None = None
    percentile: float | None = None
    percentile_low: float | None = None
    percentile_high: float | None = None
    third: str | None = None
    change: Value | None = None


@dataclass(frozen=True)
class EvidenceRow:
    """One line of the small chart under a finding; ``clear`` ones are dark."""

    name: str
    href: str
    value: float
    number: float
    clear: bool = True
    interval: tuple[float, float] | None = None
    target: float | None = None
    peers: tuple[float, float, float] | None = None
    other: float | None = None


@dataclass(frozen=True)
class FindingView:
    """``evidence`` names the small chart: level, change or perception."""

    kind: str
    title: str
    parts: tuple[TextPart, ...]
    evidence: str
    rows: tuple[EvidenceRow, ...]
    reach: float
    href: str
    link: str


@dataclass(frozen=True)
class Stage:
    name: str
    text: str
    provisional: bool
    binding: tuple[tuple[str, str, float], ...]
    next_name: str | None


@dataclass(frozen=True)
class OverviewPage:
    frame: Frame
    title: str
    lead: str
    name: str
    overall: Overall | None
    withheld: WithheldLevel | None
    estimate: float | None
    stage: Stage | None
    chart: Drawn | None
    low: float
    high: float
    ticks: tuple[float, ...]
    dimensions: tuple[DimensionColumn, ...]
    findings: tuple[FindingView, ...]
    more: tuple[Finding, ...]
    n_before: int | None
    how: str
    whom: str | None
    minimum: int


def overview_page(report: Report) -> OverviewPage:
    overall = report.result.overall
    head = heading(report, "overview")
    shows = isinstance(overall, Overall)
    scale = report.questionnaire.scale
    columns = tuple(dimension_column(one) for one in report.result.dimensions)
    return OverviewPage(
        frame=frame_of(report, ""),
        title=head.title,
        lead=head.lead,
        name=short_organization(report.organization.name),
        overall=overall if isinstance(overall, Overall) else None,
        withheld=overall if isinstance(overall, WithheldLevel) else None,
        estimate=shown(overall.estimate) if isinstance(overall, Overall) else None,
        stage=_stage(report, overall) if isinstance(overall, Overall) else None,
        chart=drawn(report, "overall") if shows else None,
        low=scale.low,
        high=scale.high,
        ticks=scale.values,
        dimensions=columns,
        findings=tuple(_finding(report, one) for one in report.result.findings[:LEADING]),
        more=report.result.findings[LEADING:],
        n_before=overall.change.n_before if isinstance(overall, Overall) and overall.change else None,
        how=_how(report),
        whom=_whom(report),
        minimum=report.result.settings.k,
    )


def dimension_column(one: DimensionResult | WithheldLevel) -> DimensionColumn:
    if isinstance(one, WithheldLevel):
        return DimensionColumn(one.name, one.sentence)
    peer = one.peer
    return DimensionColumn(
        name=one.name,
        value=shown(one.estimate),
        low=one.low,
        high=one.high,
        interval=span(one.low, one.high),
        target=None if one.target is None else shown(one.target),
        gap=None if one.target is None else float(apart(one.target, one.estimate)),
        peers=(peer.lower_quartile, shown(peer.median), peer.upper_quartile) if peer else None,
        ahead=float(apart(one.estimate, peer.median)) if peer else None,
        percentile=peer.percentile if peer else None,
        percentile_low=peer.percentile_low if peer else None,
        percentile_high=peer.percentile_high if peer else None,
        third=peer.third if peer else None,
        change=change_value(one.estimate, one.change, one.n) if one.change else None,
    )


def span(low: float | None, high: float | None) -> tuple[float, float] | None:
    return None if low is None or high is None else (low, high)


def _stage(report: Report, overall: Overall) -> Stage:
    binding = []
    for capability_id in overall.binding[:3]:
        one = report.result.capability(capability_id)
        if isinstance(one, CapabilityResult):
            href = f"{report.base}/capabilities/{one.id}"
            binding.append((one.short, href, shown(one.estimate)))
    count = len(overall.binding)
    text = "A stage counts once every capability reaches it."
    if overall.next_stage_name and count:
        hold = "holds" if count == 1 else "hold"
        text += f" {plural(count, 'capability', 'capabilities')} {hold} {overall.next_stage_name} back"
        text += ", furthest:" if count > len(binding) else ":"
    return Stage(
        f"Stage {overall.stage:g}, {overall.stage_name}.",
        text,
        overall.provisional,
        tuple(binding),
        overall.next_stage_name,
    )


def _finding(report: Report, finding: Finding) -> FindingView:
    base = report.base
    evidence = evidence_kind(finding)
    if evidence == "change":
        rows, href, link = _change_rows(report, finding), f"{base}/heatmap?measure=change", "See change by capability"
    elif evidence == "perception":
        rows, href, link = _perception_rows(report, finding), f"{base}/perception", "See leaders and staff side by side"
    else:
        rows, href, link = _level_rows(report, finding), f"{base}/heatmap?measure=target_gap", "See them in the heatmap"
    reach = max([0.4, *(abs(end) for row in rows for end in (row.interval or ()))]) if evidence == "change" else 0.0
    return FindingView(finding.kind, finding.title, finding.parts, evidence, rows, reach, href, link)


def evidence_kind(finding: Finding) -> str:
    """Which small chart belongs under a finding."""
    words = f"{finding.kind} {finding.rule}".lower()
    if "perception" in words or "leader" in words:
        return "perception"
    if "change" in words or "move" in words:
        return "change"
    return "level"


def _level_rows(report: Report, finding: Finding) -> tuple[EvidenceRow, ...]:
    wanted = [one for one in measured(report) if one.id in finding.capabilities]
    if not wanted:
        wanted = sorted(measured(report), key=lambda one: one.priority_rank or 999)
    rows = []
    for one in sorted(wanted, key=lambda one: -(one.target_gap or 0))[:LARGEST]:
        peer = one.peer
        rows.append(
            EvidenceRow(
                name=one.short,
                href=f"{report.base}/capabilities/{one.id}",
                value=shown(one.estimate),
                number=float(apart(one.target, one.estimate)) if one.target is not None else shown(one.estimate),
                interval=span(one.low, one.high),
                target=one.target,
                peers=(peer.lower_quartile, peer.median, peer.upper_quartile) if peer else None,
            )
        )
    return tuple(rows)


def _change_rows(report: Report, finding: Finding) -> tuple[EvidenceRow, ...]:
    rows = []
    for one in report.result.dimensions:
        if isinstance(one, DimensionResult) and one.change:
            value = change_value(one.estimate, one.change, one.n)
            rows.append(
                EvidenceRow(one.name, "", one.change.change, value.value, value.clear, span(value.low, value.high))
            )
    return tuple(rows)


def _perception_rows(report: Report, finding: Finding) -> tuple[EvidenceRow, ...]:
    found = [one for one in measured(report) if one.perception]
    rows = []
    for one in sorted(found, key=lambda one: -abs(one.perception.gap if one.perception else 0))[:LARGEST]:
        if one.perception:
            gap = one.perception
            rows.append(
                EvidenceRow(
                    name=one.short,
                    href=f"{report.base}/capabilities/{one.id}",
                    value=gap.staff.estimate,
                    number=abs(float(apart(gap.leaders.estimate, gap.staff.estimate))),
                    clear=gap.clear,
                    other=gap.leaders.estimate,
                )
            )
    return tuple(rows)


def _how(report: Report) -> str:
    overall = report.result.overall
    text = "Answers average to a capability, capabilities to a dimension, dimensions equally to the whole."
    if isinstance(overall, Overall):
        text += f" {round(report.result.settings.confidence * 100)}% intervals, {overall.method}."
        if overall.with_fpc:
            with_fpc = interval(overall.with_fpc.low, overall.with_fpc.high)
            text += f" With finite-population correction: {with_fpc}."
        if overall.weight_range:
            low, high = (level(shown(end)) for end in overall.weight_range)
            words = f"stays at {low}" if low == high else f"moves between {low} and {high}"
            text += f" With every dimension's weight moved by up to 20%, the level {words}."
        if overall.change:
            text += f" Change since the wave before: {how_changed(report, overall.change, overall.n)}"
    return text


def _whom(report: Report) -> str | None:
    peers = report.result.peers
    if peers is None:
        return None
    text = f"{peers.n} organisations, {peers.group_name}, edition {peers.edition} of {peers.published_on}. "
    text += f"Asked for {peers.asked}: {peers.fallback}. " if peers.fallback else ""
    return text + f"Source: {peers.source.rstrip('.')}."
