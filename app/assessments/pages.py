"""What each page shows: one frozen dataclass per page, every decision made here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from app.assessments.actions import DEFAULT_REASON, default_targets
from app.assessments.forms import goal_rows
from app.assessments.importing import ImportOutcome
from app.assessments.mailing import inviting_of
from app.assessments.queries import (
    LastMail,
    Missing,
    ParticipantRow,
    assessments_of,
    editions_for,
    goals_of,
    last_mails,
    missing_before_launch,
    organization_of,
    organization_units,
    participant_count,
    participants_by_unit,
    participants_of,
    previous_levels,
    questionnaire_of,
    strategy_of,
    targets_of,
)
from app.assessments.reminders import proposed_rounds, reminders_of
from app.assessments.roster import SYNONYMS, short_label
from app.formats import clock_time, day, level, long_day, moment, plural
from app.models import Assessment, Inviting, Organization, Reminder, Target
from app.settings import get_settings
from app.web import FormErrors, Link
from questionnaires.load import load_questionnaire, shipped
from questionnaires.schema import Dimension, Questionnaire

STEPS = (
    ("questionnaire", "Questionnaire"),
    ("strategy", "Strategy and targets"),
    ("participants", "Units and participants"),
    ("terms", "Anonymity and window"),
    ("review", "Review and launch"),
)
PEOPLE_PER_PAGE = 50

ANONYMITY = (
    (
        "confidential",
        "Confidential",
        (
            "You see who has answered, never what. Results are shown only for groups of at least the minimum size. "
            "The usual choice."
        ),
    ),
    (
        "anonymous",
        "Anonymous",
        (
            "Nobody, the database included, can join a person to answers. You see only how many of a unit have answered, "
            "once that is at least the minimum size. Participants keep a receipt code if they want their answers erased."
        ),
    ),
    (
        "identified",
        "Identified",
        (
            "Answers are stored with the person's invitation, and participants are told so before the first question. "
            "Reports still show only groups of at least the minimum size."
        ),
    ),
)


WAYS = (
    ("mail", "By mail from here", "One mail each, with a link of their own, as soon as the window is open."),
    ("links", "By links that you hand out", "No mail is sent: you download the links once, or copy them one by one."),
)


class Typed(dict[str, str]):
    """What stands in the fields of a form; a field that was not sent is empty."""

    def __missing__(self, field: str) -> str:
        return ""


@dataclass(frozen=True)
class Choice:
    """An option of a select or a radio group."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Step:
    label: str
    href: str | None
    current: bool
    done: bool


@dataclass(frozen=True)
class Setup:
    """What every step shows around its form."""

    title: str
    lead: str
    steps: tuple[Step, ...]
    frozen: str
    """Why nothing can be changed any more; empty in a draft."""


def crumbs_of(organization: Organization, label: str) -> tuple[Link, ...]:
    return (Link("Portfolio", "/"), Link(organization.name, f"/organizations/{organization.id}"), Link(label))


def tabs_of(assessment: Assessment, current: str, *, manage: bool = True) -> tuple[Link, ...]:
    """The pages of a launched assessment, all of them for those who ``manage`` it; a draft has its steps instead."""
    if assessment.status == "draft":
        return ()
    base = f"/assessments/{assessment.id}"
    tabs = [("strategy", "Strategy", f"{base}/setup/strategy")]
    if manage:
        tabs += [("participants", "Participants", f"{base}/setup/participants"), ("mails", "Mails", f"{base}/mails")]
    tabs.append(("live", "Live", f"{base}/live"))
    if assessment.status == "closed":
        tabs.append(("report", "Report", f"{base}/report"))
    return tuple(Link(label, href, name == current) for name, label, href in tabs)


def setup_of(session: Session, assessment: Assessment, current: str, *, at: datetime) -> Setup:
    """The frame of one step: where we are, and what is done."""
    if assessment.status != "draft":
        text = f"Launched on {moment(assessment.launched_at)}. What was agreed before the launch is frozen."
        return Setup(f"{assessment.name}: {dict(STEPS)[current].lower()}", "", (), text)
    missing = {item.step for item in missing_before_launch(session, assessment, at=at)}
    steps = tuple(
        Step(label, f"/assessments/{assessment.id}/setup/{name}", name == current, name not in missing | {"review"})
        for name, label in STEPS
    )
    return Setup(assessment.name, "Five steps. Leave at any time; what you saved is kept.", steps, "")


def first_open_step(session: Session, assessment: Assessment, *, at: datetime) -> str:
    """Where a draft goes on."""
    missing = {item.step for item in missing_before_launch(session, assessment, at=at)}
    return next((name for name, _ in STEPS if name in missing), "review")


# --- 1 questionnaire -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offer:
    """One shipped version with its preview."""

    value: str
    title: str
    description: str
    facts: str
    levels: str
    language: str
    dimensions: tuple[Dimension, ...]


@dataclass(frozen=True)
class QuestionnairePage:
    setup: Setup
    action: str
    cancel_href: str
    offers: tuple[Offer, ...]
    waves: tuple[Choice, ...]
    values: Typed
    errors: FormErrors
    new: bool


def questionnaire_page(
    session: Session,
    organization: Organization,
    assessment: Assessment | None,
    values: Mapping[str, str] | None = None,
    errors: FormErrors | None = None,
    *,
    at: datetime,
) -> QuestionnairePage:
    others = [
        other for other in assessments_of(session, organization.id) if assessment is None or other.id != assessment.id
    ]
    if assessment is None:
        first = Step(STEPS[0][1], None, True, False)
        steps = (first, *(Step(label, None, False, False) for _, label in STEPS[1:]))
        setup = Setup(
            "New assessment", f"One questionnaire, put to {organization.name} in one window of time.", steps, ""
        )
        action = f"/organizations/{organization.id}/assessments/new"
    else:
        setup = setup_of(session, assessment, "questionnaire", at=at)
        action = f"/assessments/{assessment.id}/setup/questionnaire"
    return QuestionnairePage(
        setup,
        action,
        f"/organizations/{organization.id}",
        tuple(
            _offer(load_questionnaire(name, version))
            for name, versions in shipped().items()
            for version in reversed(versions)
        ),
        _waves(others),
        Typed(values if values is not None else _questionnaire_values(assessment, others, at)),
        errors or FormErrors(),
        assessment is None,
    )


def _questionnaire_values(assessment: Assessment | None, others: Sequence[Assessment], at: datetime) -> dict[str, str]:
    if assessment is not None:
        return {
            "name": assessment.name,
            "questionnaire": f"{assessment.questionnaire_id}@{assessment.questionnaire_version}",
            "previous_id": assessment.previous_id or "",
        }
    closed = next((other for other in others if other.status == "closed"), None)
    name, versions = next(iter(shipped().items()))
    return {
        "name": f"Wave {closed.wave + 1 if closed else 1}, {at:%B %Y}",
        "questionnaire": f"{name}@{versions[-1]}",
        "previous_id": closed.id if closed else "",
    }


def _offer(questionnaire: Questionnaire) -> Offer:
    pulse = sum(question.pulse for question in questionnaire.questions)
    facts = (
        f"Version {questionnaire.version}: {plural(len(questionnaire.dimensions), 'dimension')}, "
        f"{plural(len(questionnaire.capabilities), 'capability', 'capabilities')}, "
        f"{plural(len(questionnaire.asked), 'question')}"
    )
    return Offer(
        f"{questionnaire.id}@{questionnaire.version}",
        questionnaire.title,
        questionnaire.description,
        facts + (f", of which {pulse} in the short form." if pulse else "."),
        " · ".join(f"{found.value:g} {found.name}" for found in questionnaire.scale.levels),
        questionnaire.language,
        questionnaire.dimensions,
    )


def _waves(others: Sequence[Assessment]) -> tuple[Choice, ...]:
    return tuple(Choice(other.id, f"{other.name} ({_state(other)})") for other in others if other.status != "draft")


def _state(assessment: Assessment) -> str:
    if assessment.status == "closed":
        return f"closed {day(assessment.closed_at)}"
    return "open now" if assessment.status == "open" else "draft"


# --- 2 strategy ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GoalRow:
    """One input of a goal; ``name`` is the row (``business-0``)."""

    name: str
    label: str


@dataclass(frozen=True)
class TargetRow:
    """One capability of the target profile."""

    id: str
    name: str
    description: str
    previous: str
    caution: str


@dataclass(frozen=True)
class TargetGroup:
    name: str
    rows: tuple[TargetRow, ...]


@dataclass(frozen=True)
class StrategyPage:
    setup: Setup
    action: str
    values: Typed
    errors: FormErrors
    business: tuple[GoalRow, ...]
    marketing: tuple[GoalRow, ...]
    serves: tuple[Choice, ...]
    goals: tuple[Choice, ...]
    levels: tuple[Choice, ...]
    importances: tuple[Choice, ...]
    scale: str
    groups: tuple[TargetGroup, ...]
    proposed: bool
    """Nothing is saved yet: the targets on the page are our proposal."""
    previous: str


IMPORTANCES = (
    Choice("1", "1 low"),
    Choice("2", "2"),
    Choice("3", "3 medium"),
    Choice("4", "4"),
    Choice("5", "5 decisive"),
)


def strategy_page(
    session: Session,
    assessment: Assessment,
    values: Mapping[str, str] | None = None,
    errors: FormErrors | None = None,
    *,
    at: datetime,
) -> StrategyPage:
    questionnaire = questionnaire_of(assessment)
    stored = values is None
    shown = strategy_values(session, assessment) if values is None else values
    before = previous_levels(session, assessment)
    business = tuple(GoalRow(row, f"Business goal {n}") for n, row in enumerate(goal_rows(shown, "business"), 1))
    marketing = tuple(GoalRow(row, f"Marketing goal {n}") for n, row in enumerate(goal_rows(shown, "marketing"), 1))
    return StrategyPage(
        setup=setup_of(session, assessment, "strategy", at=at),
        action=f"/assessments/{assessment.id}/setup/strategy",
        values=Typed(shown),
        errors=errors or FormErrors(),
        business=business,
        marketing=marketing,
        serves=tuple(_goal_choice(row, shown) for row in business),
        goals=tuple(_goal_choice(row, shown) for row in (*business, *marketing)),
        levels=_levels(questionnaire),
        importances=IMPORTANCES,
        scale=_scale_words(questionnaire),
        groups=tuple(_group(dimension, shown, before) for dimension in questionnaire.dimensions),
        proposed=stored and not targets_of(session, assessment),
        previous="the wave before" if before else "",
    )


@dataclass(frozen=True)
class AgreedGoal:
    text: str
    kind: str
    serves: str


@dataclass(frozen=True)
class AgreedTarget:
    name: str
    importance: int
    level: str
    goal: str
    reason: str


@dataclass(frozen=True)
class AgreedGroup:
    name: str
    rows: tuple[AgreedTarget, ...]


@dataclass(frozen=True)
class Agreed:
    """The strategy as it was agreed, to be read."""

    goals: tuple[AgreedGoal, ...]
    means: tuple[Choice, ...]
    groups: tuple[AgreedGroup, ...]


@dataclass(frozen=True)
class AgreedPage:
    setup: Setup
    scale: str
    agreed: Agreed


def agreed_page(session: Session, assessment: Assessment, *, at: datetime) -> AgreedPage:
    """The strategy after the launch: nothing to change, everything to read."""
    questionnaire = questionnaire_of(assessment)
    goals = goals_of(session, assessment)
    texts = {goal.id: goal.text for goal in goals}
    chosen = {target.capability_id: target for target in targets_of(session, assessment)}
    stored = strategy_of(session, assessment)
    means = [(label, str(getattr(stored, name) or "")) for name, label in MEANS] if stored else []
    return AgreedPage(
        setup_of(session, assessment, "strategy", at=at),
        _scale_words(questionnaire),
        Agreed(
            tuple(AgreedGoal(goal.text, goal.kind, texts.get(goal.serves_id or "", "")) for goal in goals),
            tuple(Choice(value, label) for label, value in means if value),
            tuple(
                AgreedGroup(
                    dimension.name,
                    tuple(
                        _agreed_target(capability.name, chosen[capability.id], texts)
                        for capability in dimension.capabilities
                        if capability.id in chosen
                    ),
                )
                for dimension in questionnaire.dimensions
            ),
        ),
    )


MEANS = (
    ("mandate", "What leadership believes marketing operations is for"),
    ("key_initiatives", "Key initiatives of the year"),
    ("headcount", "People in marketing operations"),
    ("skills", "Skills"),
    ("time", "Time"),
    ("budget", "Budget"),
)


def _agreed_target(name: str, target: Target, goals: Mapping[str, str]) -> AgreedTarget:
    goal = goals.get(target.goal_id or "", "")
    return AgreedTarget(name, target.importance, level(target.level), goal, target.reason)


def _scale_words(questionnaire: Questionnaire) -> str:
    return ", ".join(f"{found.value:g} {found.name}" for found in questionnaire.scale.levels)


def _goal_choice(row: GoalRow, values: Mapping[str, str]) -> Choice:
    text = values.get(f"{row.name}-text", "").strip()
    return Choice(row.name, f"{row.label}: {text}" if text else row.label)


def _levels(questionnaire: Questionnaire) -> tuple[Choice, ...]:
    scale = questionnaire.scale
    halves = range(round(2 * scale.low), round(2 * scale.high) + 1)
    named = {found.value: found.name for found in scale.levels}
    return tuple(Choice(f"{n / 2:g}", f"{n / 2:.1f} {named.get(n / 2, '')}".strip()) for n in halves)


def _group(dimension: Dimension, values: Mapping[str, str], before: Mapping[str, float]) -> TargetGroup:
    rows = []
    for capability in dimension.capabilities:
        was = before.get(capability.id)
        given = values.get(f"level:{capability.id}", "")
        caution = ""
        if was is not None and given and _below(given, was):
            caution = f"Below the level {level(was)} measured in the wave before: this plans to do less."
        shown = f"was {level(was)}" if was is not None else ""
        rows.append(TargetRow(capability.id, capability.name, capability.description, shown, caution))
    return TargetGroup(dimension.name, tuple(rows))


def _below(given: str, was: float) -> bool:
    try:
        return float(given) < round(was, 1)
    except ValueError:
        return False


def strategy_values(session: Session, assessment: Assessment) -> dict[str, str]:
    """The fields of the strategy page as they are stored, or our proposal where nothing is."""
    stored = strategy_of(session, assessment)
    values: dict[str, str] = {}
    if stored is not None:
        values = {
            name: str(getattr(stored, name) or "")
            for name in ("mandate", "key_initiatives", "skills", "time", "budget")
        }
        values["headcount"] = str(stored.headcount or "")
    rows: dict[str, str] = {}
    for kind in ("business", "marketing"):
        goals = [goal for goal in goals_of(session, assessment) if goal.kind == kind]
        for n, goal in enumerate(goals):
            rows[goal.id] = f"{kind}-{n}"
            values |= {f"{kind}-{n}-id": goal.id, f"{kind}-{n}-text": goal.text}
            values[f"{kind}-{n}-serves"] = rows.get(goal.serves_id or "", "")
    proposal = {target.capability: target for target in default_targets(questionnaire_of(assessment))}
    chosen = {target.capability_id: target for target in targets_of(session, assessment)}
    for capability, proposed in proposal.items():
        target = chosen.get(capability)
        values[f"level:{capability}"] = f"{(target or proposed).level:g}"
        values[f"importance:{capability}"] = str((target or proposed).importance)
        values[f"reason:{capability}"] = (target or proposed).reason
        values[f"goal:{capability}"] = rows.get(target.goal_id or "", "") if target else ""
    return values


# --- 3 participants --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnitRow:
    id: str
    name: str
    headcount: int | None
    people: int
    small: bool


@dataclass(frozen=True)
class PersonRow:
    """One participant; ``state`` and ``can_…`` only after launch."""

    id: str
    name: str
    email: str
    unit: str
    role: str
    seniority: str
    state: str
    mail: str
    trouble: str
    """Why a mail did not arrive; empty when it did, or is on its way."""
    can_link: bool
    can_send: bool
    can_revoke: bool
    can_restore: bool
    can_remove: bool
    can_edit: bool


@dataclass(frozen=True)
class ParticipantsPage:
    setup: Setup
    base: str
    next_href: str
    draft: bool
    open: bool
    by_mail: bool
    anonymous: bool
    minimum: int
    units: tuple[UnitRow, ...]
    people: tuple[PersonRow, ...]
    count: int
    newer: str | None
    older: str | None
    roles: str
    seniorities: str
    example: str
    text: str
    outcome: ImportOutcome | None
    names: tuple[Choice, ...]
    """What a column may be."""
    errors: FormErrors
    links: str
    """When links were downloaded, in words; empty when they were not."""
    values: Typed


def participants_page(
    session: Session,
    assessment: Assessment,
    *,
    at: datetime,
    after: str = "",
    text: str = "",
    outcome: ImportOutcome | None = None,
    errors: FormErrors | None = None,
    values: Mapping[str, str] | None = None,
) -> ParticipantsPage:
    questionnaire = questionnaire_of(assessment)
    rows = participants_of(session, assessment, after=after, limit=PEOPLE_PER_PAGE + 1)
    people = rows[:PEOPLE_PER_PAGE]
    base = f"/assessments/{assessment.id}"
    labels = {
        question.id: {option.id: short_label(option.text) for option in question.options}
        for question in questionnaire.profile
    }
    counts = participants_by_unit(session, assessment)
    mails = last_mails(session, assessment, [row.invitation_id for row in people if row.invitation_id])
    by_mail = inviting_of(session, assessment).by == "mail"
    return ParticipantsPage(
        setup=setup_of(session, assessment, "participants", at=at),
        base=base,
        next_href=f"{base}/setup/terms" if assessment.status == "draft" else f"{base}/live",
        draft=assessment.status == "draft",
        open=assessment.status == "open",
        by_mail=by_mail,
        anonymous=assessment.anonymity == "anonymous",
        minimum=assessment.min_group,
        units=tuple(
            UnitRow(
                unit.id,
                unit.name,
                unit.headcount,
                counts.get(unit.id, 0),
                0 < counts.get(unit.id, 0) < assessment.min_group,
            )
            for unit in organization_units(session, assessment.organization_id)
        ),
        people=tuple(_person(assessment, row, labels, mails.get(row.invitation_id or ""), by_mail) for row in people),
        count=participant_count(session, assessment),
        newer=f"{base}/setup/participants#people" if after else None,
        older=f"{base}/setup/participants?after={people[-1].id}#people" if len(rows) > PEOPLE_PER_PAGE else None,
        roles=", ".join(labels.get("profile.role", {}).values()) or "any",
        seniorities=", ".join(labels.get("profile.seniority", {}).values()),
        example=_example(labels),
        text=text,
        outcome=outcome,
        names=tuple(Choice(name, "e-mail" if name == "email" else name) for name in SYNONYMS),
        errors=errors or FormErrors(),
        links=moment(assessment.links_downloaded_at) if assessment.links_downloaded_at else "",
        values=Typed(values or {}),
    )


def _example(labels: Mapping[str, Mapping[str, str]]) -> str:
    roles = list(labels.get("profile.role", {}).values()) or ["Manager"]
    return f"name,e-mail,unit,role\nFirst Last,first.last@company.com,Field EMEA,{roles[-1]}"


def _person(
    assessment: Assessment,
    row: ParticipantRow,
    labels: Mapping[str, Mapping[str, str]],
    mail: LastMail | None,
    by_mail: bool,
) -> PersonRow:
    open_now = assessment.status == "open" and row.invitation_id is not None
    waits = open_now and row.revoked_at is None and row.submitted_at is None
    failed = mail is not None and mail.state in {"bounced", "failed", "uncertain"}
    return PersonRow(
        row.id,
        row.name,
        row.email,
        row.unit,
        labels.get("profile.role", {}).get(row.role, row.role),
        labels.get("profile.seniority", {}).get(row.seniority, row.seniority),
        _invitation_state(assessment, row),
        mail_words(mail) if by_mail else "",
        mail.reply if mail and failed else "",
        can_link=waits,
        can_send=waits and by_mail and row.opted_out_at is None and (failed or mail is None),
        can_revoke=waits,
        can_restore=open_now and row.revoked_at is not None,
        can_remove=assessment.status == "draft"
        or (open_now and assessment.anonymity != "anonymous" and row.started_at is None),
        can_edit=assessment.status != "closed" and row.submitted_at is None,
    )


def _invitation_state(assessment: Assessment, row: ParticipantRow) -> str:
    if row.invitation_id is None:
        return ""
    if row.submitted_at is not None:
        return f"submitted {day(row.submitted_at)}"
    if row.revoked_at is not None:
        return f"revoked {day(row.revoked_at)}"
    if row.started_at is not None:
        return f"started {day(row.started_at)}"
    return "wants no more mails" if row.opted_out_at else "invited"


def mail_words(mail: LastMail | None) -> str:
    """How a mail ended, in words."""
    if mail is None:
        return "no mail yet"
    words = {"sent": "delivered", "bounced": "bounced", "failed": "given up", "uncertain": "perhaps delivered"}
    if mail.state not in words:
        return "mail on its way"
    return f"{words[mail.state]} {day(mail.ended_at)}"


@dataclass(frozen=True)
class LinkPage:
    """One link, shown once."""

    name: str
    email: str
    link: str
    back_href: str


# --- 4 terms ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TermsPage:
    setup: Setup
    action: str
    values: Typed
    errors: FormErrors
    modes: tuple[Choice, ...]
    ways: tuple[Choice, ...]
    words_href: str
    editions: tuple[Choice, ...]
    waves: tuple[Choice, ...]
    illustrative: bool


def terms_page(
    session: Session,
    assessment: Assessment,
    values: Mapping[str, str] | None = None,
    errors: FormErrors | None = None,
    *,
    at: datetime,
) -> TermsPage:
    editions = editions_for(session, assessment.questionnaire_id)
    others = [other for other in assessments_of(session, assessment.organization_id) if other.id != assessment.id]
    shown = terms_values(session, assessment, at) if values is None else values
    illustrative = {edition.id for edition in editions if edition.kind == "illustrative"}
    return TermsPage(
        setup_of(session, assessment, "terms", at=at),
        f"/assessments/{assessment.id}/setup/terms",
        Typed(shown),
        errors or FormErrors(),
        tuple(Choice(*mode) for mode in ANONYMITY),
        tuple(Choice(*way) for way in WAYS),
        f"/assessments/{assessment.id}/mails",
        tuple(
            Choice(
                x.id,
                f"{x.baseline} {x.edition}: {x.peers} peers, {x.year}{', illustrative' if x.id in illustrative else ''}",
            )
            for x in editions
        ),
        _waves(others),
        shown.get("edition_id", "") in illustrative,
    )


def terms_values(session: Session, assessment: Assessment, at: datetime) -> dict[str, str]:
    """The stored terms; a window of two weeks is proposed where there is none."""
    closes = assessment.closes_at or _in_two_weeks(at)
    way = session.get(Inviting, (assessment.organization_id, assessment.id))
    return {
        "by": way.by if way else ("mail" if get_settings().smtp_url.get_secret_value() else "links"),
        "reply_to": way.reply_to if way else "",
        **reminder_values(
            [each.due_at for each in reminders_of(session, assessment) if each.state == "planned"]
            if way
            else proposed_rounds(assessment.opens_at or at, closes)
        ),
        "name": assessment.name,
        "previous_id": assessment.previous_id or "",
        "anonymity": assessment.anonymity,
        "opens_at": input_moment(assessment.opens_at),
        "closes_at": input_moment(closes),
        "purpose": assessment.purpose or _purpose(organization_of(session, assessment).name),
        "min_group": str(assessment.min_group),
        "show_profile": "yes" if assessment.show_profile else "",
        "edition_id": assessment.edition_id or "",
    }


def reminder_values(due: Sequence[datetime]) -> dict[str, str]:
    """The fields ``remind_1`` … of planned reminders."""
    return {f"remind_{number}": input_moment(when) for number, when in enumerate(due, start=1)}


def _in_two_weeks(at: datetime) -> datetime:
    """The same weekday in two weeks, moved to Friday at the latest, 18:00."""
    then = at + timedelta(days=14)
    then -= timedelta(days=max(0, then.weekday() - 4))
    return then.replace(hour=18, minute=0, second=0, microsecond=0)


def input_moment(value: datetime | None) -> str:
    """What a date-and-time input takes."""
    return f"{value:%Y-%m-%dT%H:%M}" if value else ""


def _purpose(organization: str) -> str:
    return (
        f"{organization} wants to know how marketing works today, so that it can decide together what to improve first. "
        "Your answers describe the work, not you or your colleagues."
    )


# --- 5 review --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fact:
    term: str
    text: str
    href: str


@dataclass(frozen=True)
class ReviewPage:
    setup: Setup
    action: str
    missing: tuple[tuple[str, Missing], ...]
    """Link of the step, and what is missing there."""
    cautions: tuple[Fact, ...]
    facts: tuple[Fact, ...]
    people: int
    by_mail: bool
    illustrative: bool


def review_page(session: Session, assessment: Assessment, *, at: datetime) -> ReviewPage:
    base = f"/assessments/{assessment.id}/setup"
    missing = missing_before_launch(session, assessment, at=at)
    editions = {edition.id: edition for edition in editions_for(session, assessment.questionnaire_id)}
    edition = editions.get(assessment.edition_id or "")
    return ReviewPage(
        setup_of(session, assessment, "review", at=at),
        f"/assessments/{assessment.id}/launch",
        tuple((f"{base}/{item.step}", item) for item in missing),
        tuple(_cautions(session, assessment, base)),
        tuple(_facts(session, assessment, base, edition.edition if edition else None)),
        participant_count(session, assessment),
        inviting_of(session, assessment).by == "mail",
        edition is not None and edition.kind == "illustrative",
    )


def _cautions(session: Session, assessment: Assessment, base: str) -> list[Fact]:
    found: list[Fact] = []
    targets = targets_of(session, assessment)
    before = previous_levels(session, assessment)
    untouched = sum(target.reason == DEFAULT_REASON for target in targets)
    names = {capability.id: capability.name for capability in questionnaire_of(assessment).capabilities}
    lower = [names[t.capability_id] for t in targets if t.level < round(before.get(t.capability_id, t.level), 1)]
    counts = participants_by_unit(session, assessment)
    small = [
        unit.name
        for unit in organization_units(session, assessment.organization_id)
        if 0 < counts.get(unit.id, 0) < assessment.min_group
    ]
    if untouched:
        text = f"{untouched} of {len(targets)} target levels are still our proposal, without a reason of your own."
        found.append(Fact("Targets", text, f"{base}/strategy#targets"))
    if targets and not goals_of(session, assessment):
        found.append(Fact("Goals", "No goal is written down, so no target can point at one.", f"{base}/strategy"))
    if lower:
        text = f"Below the level measured in the wave before: {', '.join(lower)}. Fine if you mean to do less there."
        found.append(Fact("Targets", text, f"{base}/strategy#targets"))
    if small:
        text = f"Fewer than {assessment.min_group} people asked, so no result of their own: {', '.join(small)}."
        found.append(Fact("Units", text, f"{base}/participants"))
    return found


def _facts(session: Session, assessment: Assessment, base: str, edition: str | None) -> list[Fact]:
    questionnaire = questionnaire_of(assessment)
    targets = targets_of(session, assessment)
    goals = goals_of(session, assessment)
    counts = participants_by_unit(session, assessment)
    mode = next(label for value, label, _ in ANONYMITY if value == assessment.anonymity)
    levels = [target.level for target in targets]
    same = len(set(levels)) == 1
    span = f", from {level(min(levels))} to {level(max(levels))}" if levels and not same else ""
    span = f", all at {level(levels[0])}" if same else span
    people = f"{plural(sum(counts.values()), 'participant')} in {plural(len(counts), 'unit')}"
    previous = next(
        (x.name for x in assessments_of(session, assessment.organization_id) if x.id == assessment.previous_id), None
    )
    return [
        Fact("Questionnaire", f"{questionnaire.title}, version {questionnaire.version}", f"{base}/questionnaire"),
        Fact("Goals", plural(len(goals), "goal") if goals else "none", f"{base}/strategy"),
        Fact(
            "Targets",
            f"{len(targets)} of {len(questionnaire.capabilities)} capabilities{span}",
            f"{base}/strategy#targets",
        ),
        Fact("Participants", people, f"{base}/participants"),
        Fact("Anonymity", f"{mode}, groups of at least {assessment.min_group}", f"{base}/terms"),
        Fact("Window", window_words(assessment), f"{base}/terms"),
        Fact("Links", WAY_FACTS[inviting_of(session, assessment).by], f"{base}/terms"),
        Fact("Reminders", reminder_words(reminders_of(session, assessment)), f"{base}/terms"),
        Fact("Wave", f"{assessment.wave}, after {previous}" if previous else f"{assessment.wave}", f"{base}/terms"),
        Fact("Peers", f"edition {edition}" if edition else "no comparison with peers", f"{base}/terms"),
    ]


def reminder_words(reminders: Sequence[Reminder]) -> str:
    """The days of the planned reminders."""
    days = [day(each.due_at) for each in reminders if each.state == "planned"]
    return ", ".join(days) if days else "none planned"


WAY_FACTS = {"mail": "by mail, one to each participant", "links": "handed out by you; no mail is sent"}


def window_words(assessment: Assessment) -> str:
    """``Monday 23 November 2026, 09:00 to Friday 4 December 2026, 18:00 UTC``."""
    opens = (
        f"{long_day(assessment.opens_at)}, {clock_time(assessment.opens_at)}" if assessment.opens_at else "At launch"
    )
    if assessment.closes_at is None:
        return f"{opens}, no end"
    return f"{opens} to {long_day(assessment.closes_at)}, {clock_time(assessment.closes_at)} UTC"
