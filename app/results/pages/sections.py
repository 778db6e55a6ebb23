"""Pages 3 to 5 and 7: against peers, perception, what matters, method and limits."""

from dataclasses import dataclass

from app.formats import day, moment, share
from app.results.charts import Drawn, drawn
from app.results.charts.base import measured, short_organization
from app.results.charts.peers import peer_rows
from app.results.charts.perception import perceived
from app.results.charts.priorities import ranked
from app.results.frame import Frame, answered_by, edition_words, frame_of, heading
from app.results.measures import shown
from app.results.queries import Report
from questionnaires.load import load_library
from scoring.results import (
    CapabilityResult,
    Distribution,
    Note,
    OverInvestment,
    Perception,
    WithheldDistribution,
    WithheldLevel,
)


@dataclass(frozen=True)
class Paragraph:
    title: str
    text: str


@dataclass(frozen=True)
class PeersPage:
    frame: Frame
    title: str
    lead: str
    name: str
    chart: Drawn | None
    paragraphs: tuple[Paragraph, ...]
    missing: str | None


def peers_page(report: Report) -> PeersPage:
    peers, head = report.result.peers, heading(report, "peers")
    has = peers is not None and bool(peer_rows(report))
    return PeersPage(
        frame=frame_of(report, "/peers"),
        title=head.title if has else "There are no peers to compare with",
        lead=head.lead if has else "",
        name=short_organization(report.organization.name),
        chart=drawn(report, "peers") if has else None,
        paragraphs=_peer_paragraphs(report) if has else (),
        missing=None
        if has
        else "No baseline was chosen for this assessment, or it has fewer than 5 organisations that fit. Choose an "
        "edition under Benchmarks and compute the result again.",
    )


def _peer_paragraphs(report: Report) -> tuple[Paragraph, ...]:
    peers = report.result.peers
    if peers is None:
        return ()
    asked = (
        f"Asked for {peers.asked}: {peers.fallback}, and a percentile needs 10. Shown: {peers.group_name}, n = {peers.n}."
        if peers.fallback
        else f"{peers.group_name[:1].upper()}{peers.group_name[1:]}, n = {peers.n}."
    )
    kind = "illustrative" if peers.kind == "illustrative" else f"{peers.kind}, {peers.year}"
    q = report.result.settings.q
    return (
        Paragraph("Peer group and fallback", f"{asked} {report.organization.name} itself is left out."),
        Paragraph(
            "Edition and provenance",
            f"Edition {peers.edition}, {peers.published_on}, {kind}. {peers.source.rstrip('.')}. {peers.method.rstrip('.')}.",
        ),
        Paragraph(
            "When a difference is called clear",
            f"Our 95% interval excludes the peer median, and the percentile's Wilson interval excludes 50. Both survive "
            f"allowing for {peers.family} comparisons (Benjamini–Hochberg, q = {q:.2f}). Anything else reads as “like peers”.",
        ),
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
    href = f"/snapshots/{report.snapshot.id}/capabilities/{one.id}"
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
    advice = load_library(report.questionnaire.id).stop
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
        f"/snapshots/{report.snapshot.id}/capabilities/{one.id}",
        one.importance or 0,
        shown(one.target or 0) - shown(one.estimate),
        bool(one.target_gap_interval and one.target_gap_interval.excludes_zero),
    )


def _surplus_row(report: Report, one: OverInvestment, advice: str) -> SurplusRow:
    capability = report.result.capability(one.capability)
    return SurplusRow(
        capability.short or capability.name,
        f"/snapshots/{report.snapshot.id}/capabilities/{one.capability}",
        one.surplus,
        one.interval.low,
        one.interval.high,
        one.importance,
        advice,
    )


@dataclass(frozen=True)
class CoverageRow:
    name: str
    n: int | None
    coverage: float | None
    dont_know: float | None
    not_applicable: float | None
    bounds: tuple[float, float] | None
    sentence: str | None


@dataclass(frozen=True)
class OutcomePart:
    """A share of the answers in percent, and the colour of its place in the scale."""

    start: float
    width: float
    bin: int


@dataclass(frozen=True)
class OutcomeRow:
    name: str
    text: str
    n: int
    parts: tuple[OutcomePart, ...]
    words: str
    sentence: str | None


@dataclass(frozen=True)
class MethodPage:
    frame: Frame
    title: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...]
    coverage: tuple[CoverageRow, ...]
    outcomes: tuple[OutcomeRow, ...]


def method_page(report: Report) -> MethodPage:
    head = heading(report, "method")
    return MethodPage(
        frame=frame_of(report, "/method"),
        title=head.title
        if "method" in report.result.sections
        else "How these numbers were made, and what they cannot say",
        lead=head.lead if "method" in report.result.sections else "",
        facts=_method_facts(report),
        notes=report.result.notes or fallback_notes(report),
        coverage=tuple(_coverage_row(one) for one in report.result.capabilities),
        outcomes=tuple(_outcome_row(report, one) for one in report.result.outcomes),
    )


def _outcome_row(report: Report, one: Distribution | WithheldDistribution) -> OutcomeRow:
    asked = next(question for question in report.questionnaire.outcomes if question.id == one.question)
    if isinstance(one, WithheldDistribution):
        return OutcomeRow(asked.name, asked.text, 0, (), "", one.sentence)
    places = {option.id: place for place, option in enumerate(asked.options)}
    last, parts, start = max(len(places) - 1, 1), [], 0.0
    for count in one.counts:
        middle = sum(places[level] for level in count.levels) / len(count.levels)
        parts.append(OutcomePart(round(start, 2), round(100 * count.share, 2), 1 + round(7 * middle / last)))
        start += 100 * count.share
    words = ", ".join(share(count.share) for count in one.counts)
    return OutcomeRow(asked.name, asked.text, one.n, tuple(parts), f"Shares from the lowest option: {words}", None)


def _method_facts(report: Report) -> tuple[tuple[str, str], ...]:
    result, settings = report.result, report.result.settings
    rate = result.response_rate
    facts = [
        ("Answered by", answered_by(report)),
        ("Response rate, 95% interval", f"{share(rate.low)} to {share(rate.high)}" if rate else "not known"),
        ("Questionnaire", f"{result.questionnaire.id} {result.questionnaire.version}"),
        ("Questionnaire digest", result.questionnaire.sha256[:16]),
        ("Scoring version", result.scoring_version),
        ("Snapshot", report.snapshot.id),
        ("Computed", moment(report.snapshot.computed_at)),
        ("Digest of the inputs", report.snapshot.inputs_sha256[:16]),
        ("Smallest group shown", f"{settings.k} people"),
        (
            "Peers",
            f"{result.peers.n} organisations, {result.peers.group_name}, {edition_words(report)}"
            if result.peers
            else "none",
        ),
    ]
    if result.comparability:
        facts.append(("In common with the wave before", share(result.comparability.share)))
    if report.previous and report.previous.closed_at:
        facts.append(("The wave before", f"{report.previous.name}, closed {day(report.previous.closed_at)}"))
    return tuple(facts)


def fallback_notes(report: Report) -> tuple[Note, ...]:
    """What holds of every result."""
    settings = report.result.settings
    return (
        Note(
            topic="level",
            title="From answers to a level",
            text="Each person's answers to a capability's questions average to their level. People average inside their unit, "
            "units are weighted by head-count where it is known, capabilities count equally in their dimension and "
            "dimensions equally in the whole.",
        ),
        Note(
            topic="missing",
            title="Don't know and not applicable",
            text="Both leave numerator and denominator and are counted apart. A capability of which a person answered less "
            f"than {share(report.questionnaire.min_answered_share)} of the applicable questions has no level for that person. "
            "Nothing is imputed.",
        ),
        Note(
            topic="interval",
            title="Intervals",
            text="95% intervals, stratified by unit, Student t. They assume that who answered is like who did not; the "
            "response rate says how far that is from certain.",
        ),
        Note(
            topic="disclosure",
            title="What is withheld",
            text=f"Groups under {settings.k} people are withheld, and so is whatever would let a reader work them out from the "
            "rest: other units, counts and single cells. Comments are shown from 10 on, shuffled, never with unit or role.",
        ),
    )


def _coverage_row(one: CapabilityResult | WithheldLevel) -> CoverageRow:
    if isinstance(one, WithheldLevel):
        return CoverageRow(one.short or one.name, None, None, None, None, None, one.sentence)
    return CoverageRow(one.short, one.n, one.coverage, one.dont_know, one.not_applicable, one.bounds, None)
