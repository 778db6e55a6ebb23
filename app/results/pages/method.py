"""Page 7, method and limits."""

from dataclasses import dataclass

from app.formats import day, moment, share
from app.results.frame import Frame, answered_by, edition_words, frame_of, heading
from app.results.queries import Report, comments_from
from scoring.results import (
    CapabilityResult,
    Distribution,
    Note,
    WithheldDistribution,
    WithheldLevel,
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
    diagnosis: str
    """Address of the diagnosis of the questions; empty for those who may not open it."""


def method_page(report: Report, *, diagnosis: bool = False) -> MethodPage:
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
        diagnosis=f"{report.base}/diagnosis" if diagnosis else "",
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
            f"rest: other units, counts and single cells. Comments are shown from {comments_from(settings.k)} people on, "
            "shuffled, never with unit or role.",
        ),
    )


def _coverage_row(one: CapabilityResult | WithheldLevel) -> CoverageRow:
    if isinstance(one, WithheldLevel):
        return CoverageRow(one.short or one.name, None, None, None, None, None, one.sentence)
    return CoverageRow(one.short, one.n, one.coverage, one.dont_know, one.not_applicable, one.bounds, None)
