"""What stands around every page of the report: outline, facts, crumbs and tabs."""

from dataclasses import dataclass

from app.formats import day, level, moment, share
from app.results.measures import shown
from app.results.queries import Report
from app.web import Link
from scoring.results import Headline, WithheldLevel

SECTIONS: tuple[tuple[str, str], ...] = (
    ("", "Where we are"),
    ("/heatmap", "Gap heatmap"),
    ("/peers", "Against peers"),
    ("/perception", "Perception"),
    ("/priorities", "What matters"),
    ("/roadmap", "Roadmap"),
    ("/method", "Method and limits"),
)


@dataclass(frozen=True)
class OutlineItem:
    label: str
    href: str
    current: bool = False
    number: int | None = None
    value: float | None = None


@dataclass(frozen=True)
class Frame:
    """``facts`` are pairs of term and text under the outline; ``label`` warns of an illustrative baseline."""

    base: str
    organization: str
    wave: str
    outline: tuple[OutlineItem, ...]
    facts: tuple[tuple[str, str], ...]
    label: str
    crumbs: tuple[Link, ...]
    tabs: tuple[Link, ...]
    shared: bool = False
    """Shown by a link without sign-in: nothing may lead out of it."""


def frame_of(report: Report, section: str | None) -> Frame:
    """The frame with the section (its path, see ``SECTIONS``) marked; ``None`` marks none."""
    base, shared = report.base, bool(report.shared_at)
    sections = [each for each in SECTIONS if not (shared and each[0] == "/roadmap")]
    return Frame(
        base=base,
        organization=report.organization.name,
        wave=report.assessment.name,
        outline=tuple(
            OutlineItem(label, f"{base}{path}", path == section, number)
            for number, (path, label) in enumerate(sections, start=1)
        ),
        facts=facts_of(report),
        label=report.label,
        crumbs=(
            Link(report.organization.name, "" if shared else f"/organizations/{report.organization.id}"),
            Link(report.assessment.name),
        ),
        tabs=()
        if shared
        else (
            Link("Report", base, section is not None),
            Link("Roadmap", f"{base}/roadmap"),
            Link("Exports", f"{base}/exports", section is None),
        ),
        shared=shared,
    )


def facts_of(report: Report) -> tuple[tuple[str, str], ...]:
    """Who answered, when, with which questionnaire, against whom."""
    result = report.result
    facts = [
        ("Answered by", answered_by(report)),
        ("Window", window(report)),
        ("Snapshot", moment(report.snapshot.computed_at).removesuffix(" UTC")),
        ("Questionnaire", f"{result.questionnaire.id} {result.questionnaire.version}"),
    ]
    if result.peers:
        facts.append(("Peers", f"{result.peers.n} organisations, {result.peers.group_name}, {edition_words(report)}"))
    return tuple(facts)


def edition_words(report: Report) -> str:
    """``edition 2026.1``; empty without peers."""
    return f"edition {report.result.peers.edition}" if report.result.peers else ""


def answered_by(report: Report) -> str:
    result = report.result
    if result.respondents is None:
        return f"Fewer than {result.settings.k} people"
    if not result.invited or result.response_rate is None:
        return f"{result.respondents} people"
    return f"{result.respondents} of {result.invited} invited ({share(result.response_rate.share)})"


def window(report: Report) -> str:
    """The days on which people could answer."""
    assessment = report.assessment
    start = assessment.opens_at or assessment.launched_at
    end = assessment.closed_at or assessment.closes_at
    if start is None or end is None:
        return day(start or end)
    if (start.year, start.month) == (end.year, end.month):
        return day(end) if start.day == end.day else f"{start.day}–{day(end)}"
    return f"{start.day} {start:%b} – {day(end)}" if start.year == end.year else f"{day(start)} – {day(end)}"


def heading(report: Report, section: str) -> Headline:
    """The finding that stands above a section; where nothing may be shown, that and why."""
    overall, found = report.result.overall, report.result.sections.get(section)
    if isinstance(overall, WithheldLevel):
        found = report.result.sections.get("overview")
        return found or Headline(title="There is not enough to report yet", lead=overall.sentence, rule="none")
    if found is not None:
        return found
    stands = f"{report.organization.name} stands at level {level(shown(overall.estimate))}"
    return Headline(title=stands, lead=f"{answered_by(report)}, {window(report)}.", rule="none")
