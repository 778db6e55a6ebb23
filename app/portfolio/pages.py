"""What the portfolio and the page of an organisation may use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.access import ROLE_PERMISSIONS, Permission
from app.models import Assessment, Organization, Roadmap, Snapshot
from app.organizations.profile import INDUSTRIES, PROFILE, SIZES
from app.organizations.queries import Member
from app.portfolio.queries import Wave
from app.results.queries import result_of
from app.web import FormErrors
from questionnaires.load import load_questionnaire
from questionnaires.schema import Dimension
from scoring.results import AssessmentResult, CapabilityResult, Overall

STAGES = ("Set up", "Live", "Report", "Roadmap", "Review")


@dataclass(frozen=True)
class Measured:
    """The overall result of a wave, when it may be shown."""

    level: float
    low: float | None
    high: float | None
    target: float | None
    change: float | None
    scale_low: float
    scale_high: float
    ticks: tuple[float, ...]
    biggest_gap: str
    gap: float | None


@dataclass(frozen=True)
class WaveRow:
    href: str
    name: str
    wave: int
    stage: int
    stage_name: str
    invited: int
    submitted: int
    share: float
    live: bool
    measured: Measured | None
    note: str
    next_step: str
    next_href: str
    closes_at: datetime | None
    report_href: str = ""
    roadmap_href: str = ""


@dataclass(frozen=True)
class ClientRow:
    name: str
    href: str
    profile: str
    role: str
    wave: WaveRow | None


@dataclass(frozen=True)
class CompareCell:
    level: float | None


@dataclass(frozen=True)
class CompareRow:
    name: str
    href: str
    cells: tuple[float | None, ...]
    overall: float


@dataclass(frozen=True)
class Comparison:
    title: str
    dimensions: tuple[Dimension, ...]
    rows: tuple[CompareRow, ...]
    low: float
    high: float
    questionnaire: str


@dataclass(frozen=True)
class PortfolioPage:
    title: str
    lead: str
    clients: tuple[ClientRow, ...]
    comparison: Comparison | None
    can_create: bool


@dataclass(frozen=True)
class OrganizationPage:
    id: str
    name: str
    profile: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, int | None], ...]
    waves: tuple[WaveRow, ...]
    members: tuple[Member, ...]
    can_manage: bool
    pooled_since: datetime | None
    libraries: tuple[tuple[str, str], ...]
    errors: FormErrors


def wave_row(wave: Wave, roadmap: Roadmap | None, role: str) -> WaveRow:
    """One assessment as a row: where it stands and what comes next for somebody with this role."""
    assessment = wave.assessment
    base = f"/assessments/{assessment.id}"
    stage, step, href = _next_step(assessment, wave.snapshot, roadmap, role)
    measured = measured_of(wave.snapshot) if wave.snapshot else None
    return WaveRow(
        href=base,
        name=assessment.name,
        wave=assessment.wave,
        stage=stage,
        stage_name=STAGES[stage - 1],
        invited=wave.invited,
        submitted=wave.submitted,
        share=wave.submitted / wave.invited if wave.invited else 0.0,
        live=assessment.status == "open",
        measured=measured,
        note=_note(assessment, wave, measured),
        next_step=step,
        next_href=href,
        closes_at=assessment.closes_at,
        report_href=f"/snapshots/{wave.snapshot.id}" if wave.snapshot else "",
        roadmap_href=f"/snapshots/{wave.snapshot.id}/roadmap" if wave.snapshot else "",
    )


def _next_step(
    assessment: Assessment, snapshot: Snapshot | None, roadmap: Roadmap | None, role: str
) -> tuple[int, str, str]:
    """Stage, what the role does next, and where."""
    base = f"/assessments/{assessment.id}"
    manages, plans = (does in ROLE_PERMISSIONS[role] for does in (Permission.MANAGE, Permission.PLAN))
    if assessment.status == "draft":
        return 1, "Finish the set-up and launch" if manages else "Wait for the launch", base
    if assessment.status == "open":
        return 2, f"Watch the response{', close when it is time' if manages else ''}", f"{base}/live"
    if snapshot is None:
        return 3, "Compute the result" if manages else "Wait for the result", f"{base}/live"
    if roadmap is None:
        report = f"/snapshots/{snapshot.id}"
        return (3, "Plan the roadmap", f"{report}/roadmap") if plans else (3, "Read the report", report)
    if roadmap.status != "adopted":
        return 4, "Adopt the roadmap" if plans else "Read the roadmap", f"/roadmaps/{roadmap.id}"
    return 5, "Review the roadmap" if plans else "Read the roadmap", f"/roadmaps/{roadmap.id}"


def _note(assessment: Assessment, wave: Wave, measured: Measured | None) -> str:
    if assessment.status == "draft":
        return "Not launched yet: nobody has been asked."
    if assessment.status == "open":
        return "The window is open. No results are shown before it closes."
    if measured is None:
        return "Too few answers for a result." if wave.snapshot else "Closed, not computed yet."
    return ""


def measured_of(snapshot: Snapshot) -> Measured | None:
    """What the portfolio shows of a snapshot; ``None`` when the overall level is withheld."""
    result = result_of(snapshot)
    if not isinstance(result.overall, Overall):
        return None
    scale = load_questionnaire(result.questionnaire.id, result.questionnaire.version).scale
    gaps = [x for x in result.capabilities if isinstance(x, CapabilityResult) and x.target_gap is not None]
    largest = max(gaps, key=lambda one: one.target_gap or 0.0, default=None)
    overall = result.overall
    return Measured(
        level=overall.estimate,
        low=overall.low,
        high=overall.high,
        target=overall.target,
        change=overall.change.change if overall.change else None,
        scale_low=scale.low,
        scale_high=scale.high,
        ticks=scale.values,
        biggest_gap=largest.short if largest else "",
        gap=largest.target_gap if largest else None,
    )


def client_row(organization: Organization, role: str, wave: WaveRow | None) -> ClientRow:
    profile = f"{INDUSTRIES.get(organization.industry, organization.industry)}, {SIZES.get(organization.size, '')}"
    return ClientRow(organization.name, f"/organizations/{organization.id}", profile, role, wave)


def comparison_of(measured: Sequence[tuple[str, str, AssessmentResult]]) -> Comparison | None:
    """Clients side by side, for those measured with the questionnaire that most have in common; needs two.

    ``measured``: organisation name, report address and result of each; two clients may share a name.
    """
    refs = [result.questionnaire.id for _, _, result in measured]
    if len(refs) < 2:
        return None
    common = max(set(refs), key=refs.count)
    chosen = [one for one in measured if one[2].questionnaire.id == common]
    rows = [_compare_row(name, href, result) for name, href, result in chosen]
    shown = sorted((row for row in rows if row is not None), key=lambda row: -row.overall)
    if len(shown) < 2:
        return None
    first = chosen[0][2].questionnaire
    questionnaire = load_questionnaire(first.id, first.version)
    columns = list(zip(*(row.cells for row in shown), strict=True))
    means = [
        (sum(x for x in column if x is not None) / max(1, sum(x is not None for x in column)), capability.short)
        for column, capability in zip(columns, questionnaire.capabilities, strict=True)
        if any(x is not None for x in column)
    ]
    lowest = [name for _, name in sorted(means)[:3]]
    return Comparison(
        title=f"{lowest[0]}, {lowest[1]} and {lowest[2]} are lowest across the {len(shown)} measured clients"
        if len(lowest) == 3
        else "Clients side by side",
        dimensions=questionnaire.dimensions,
        rows=tuple(shown),
        low=questionnaire.scale.low,
        high=questionnaire.scale.high,
        questionnaire=f"{questionnaire.id} {questionnaire.version}",
    )


def _compare_row(name: str, href: str, result: AssessmentResult) -> CompareRow | None:
    if not isinstance(result.overall, Overall):
        return None
    cells = tuple(x.estimate if isinstance(x, CapabilityResult) else None for x in result.capabilities)
    return CompareRow(name, href, cells, result.overall.estimate)


def profile_words(organization: Organization) -> tuple[tuple[str, str], ...]:
    """The profile in words."""
    return tuple(
        (label, choices.get(getattr(organization, name), getattr(organization, name)))
        for name, (label, choices) in PROFILE.items()
    )
