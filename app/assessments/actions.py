"""What a consultant does with an assessment: create, say where to, ask whom, agree terms, launch, extend, close."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.assessments.importing import ImportOutcome, RowResult, import_participants
from app.assessments.invitations import (
    invite,
    issue_new_links,
    links_csv,
    mint_link,
    mint_links,
    restore_invitation,
    revoke_invitation,
)
from app.assessments.people import PersonInput, change_participant, remove_participant
from app.assessments.queries import (
    as_launched,
    goals_of,
    missing_before_launch,
    organization_of,
    organization_units,
    questionnaire_of,
    strategy_of,
    targets_of,
)
from app.audit.actions import record
from app.clock import new_id
from app.errors import ConflictError, InvalidInputError
from app.formats import moment
from app.models import (
    Assessment,
    BaselineEdition,
    Goal,
    Organization,
    Participant,
    Strategy,
    Target,
    User,
)
from questionnaires.load import load_questionnaire, shipped
from questionnaires.schema import Questionnaire, Scale

__all__ = [
    "GoalInput",
    "ImportOutcome",
    "PersonInput",
    "RowResult",
    "StrategyInput",
    "TargetInput",
    "Terms",
    "change_assessment",
    "change_participant",
    "choose_questionnaire",
    "close_assessment",
    "create_assessment",
    "default_targets",
    "extend_window",
    "import_participants",
    "issue_new_links",
    "keep_headcounts",
    "launch_assessment",
    "links_csv",
    "mint_link",
    "mint_links",
    "name_wave",
    "remove_participant",
    "restore_invitation",
    "revoke_invitation",
    "save_strategy",
    "save_targets",
    "set_terms",
]

DEFAULT_REASON = "Proposed by default; not discussed yet."
DEFAULT_IMPORTANCE = 3
LOWEST_MIN_GROUP = 3


@dataclass(frozen=True)
class GoalInput:
    """A goal as typed. ``key`` names it within one save; ``serves`` is the key of a business goal."""

    key: str
    kind: str
    text: str
    serves: str = ""


@dataclass(frozen=True)
class StrategyInput:
    """The strategy step without the targets."""

    mandate: str = ""
    key_initiatives: str = ""
    headcount: int | None = None
    skills: str = ""
    time: str = ""
    budget: str = ""
    goals: tuple[GoalInput, ...] = ()


@dataclass(frozen=True)
class TargetInput:
    """The level wanted of one capability, its importance from 1 to 5, and why."""

    capability: str
    level: float
    importance: int
    reason: str = ""
    goal_id: str | None = None


@dataclass(frozen=True)
class Terms:
    """What is agreed before launch and frozen by it."""

    name: str
    anonymity: str
    closes_at: datetime | None
    opens_at: datetime | None = None
    purpose: str = ""
    min_group: int = 5
    show_profile: bool = False
    edition_id: str | None = None
    previous_id: str | None = None


def create_assessment(
    session: Session,
    organization: Organization,
    user: User,
    *,
    name: str,
    questionnaire_id: str,
    at: datetime,
    version: str | None = None,
    previous_id: str | None = None,
) -> Assessment:
    """A draft. After a wave before (``previous_id``), strategy and targets start as they were then."""
    questionnaire = _shipped(questionnaire_id, version)
    previous = _previous(session, organization.id, previous_id)
    assessment = Assessment(
        organization_id=organization.id,
        name=name,
        wave=previous.wave + 1 if previous else 1,
        previous_id=previous.id if previous else None,
        questionnaire_id=questionnaire.id,
        questionnaire_version=questionnaire.version,
        questionnaire_sha256=questionnaire.sha256,
        edition_id=_newest_edition(session, questionnaire.id),
        anonymity=previous.anonymity if previous else "confidential",
        min_group=previous.min_group if previous else 5,
        purpose=previous.purpose if previous else "",
        created_by=user.id,
        created_at=at,
        updated_at=at,
    )
    session.add(assessment)
    session.flush()
    _record(session, assessment, "assessment.created", questionnaire=questionnaire.id, wave=assessment.wave)
    if previous:
        _take_over(session, previous, assessment)
    return assessment


def _shipped(questionnaire_id: str, version: str | None) -> Questionnaire:
    known = shipped()
    if questionnaire_id not in known:
        raise InvalidInputError(
            f"There is no questionnaire '{questionnaire_id}'. Choose one of: {', '.join(known)}.", field="questionnaire"
        )
    if version is not None and version not in known[questionnaire_id]:
        there = ", ".join(known[questionnaire_id])
        raise InvalidInputError(f"'{questionnaire_id}' has no version {version}. There is: {there}.", field="version")
    return load_questionnaire(questionnaire_id, version)


def _previous(session: Session, organization_id: str, previous_id: str | None) -> Assessment | None:
    if previous_id is None:
        return None
    found = session.get(Assessment, (organization_id, previous_id))
    if found is None:
        raise InvalidInputError(
            "The wave before is no assessment of this organisation. Choose one from the list.", field="previous_id"
        )
    return found


def _newest_edition(session: Session, questionnaire_id: str) -> str | None:
    statement = (
        select(BaselineEdition.id)
        .where(BaselineEdition.questionnaire_id == questionnaire_id)
        .order_by(col(BaselineEdition.published_on).desc(), col(BaselineEdition.id).desc())
    )
    return session.exec(statement).first()


def _take_over(session: Session, previous: Assessment, assessment: Assessment) -> None:
    before = strategy_of(session, previous)
    if before is not None:
        taken = before.model_dump(exclude={"organization_id", "assessment_id"})
        session.add(Strategy(organization_id=assessment.organization_id, assessment_id=assessment.id, **taken))
    goals = goals_of(session, previous)
    ids = {goal.id: new_id() for goal in goals}
    # What is served comes before what serves it.
    for goal in sorted(goals, key=lambda goal: goal.serves_id is not None):
        taken = goal.model_dump(exclude={"assessment_id", "id", "serves_id"})
        serves = ids.get(goal.serves_id or "")
        session.add(Goal(assessment_id=assessment.id, id=ids[goal.id], serves_id=serves, **taken))
    session.flush()
    known = {capability.id for capability in questionnaire_of(assessment).capabilities}
    scale = questionnaire_of(assessment).scale
    for target in targets_of(session, previous):
        if target.capability_id in known and scale.low <= target.level <= scale.high:
            taken = target.model_dump(exclude={"assessment_id", "goal_id"})
            session.add(Target(assessment_id=assessment.id, goal_id=ids.get(target.goal_id or ""), **taken))
    session.flush()


def choose_questionnaire(
    session: Session, assessment: Assessment, questionnaire_id: str, version: str | None, *, at: datetime
) -> None:
    """Another questionnaire for a draft: targets of capabilities that it does not have, or off its scale, go."""
    _require_draft(assessment, "The questionnaire")
    questionnaire = _shipped(questionnaire_id, version)
    if questionnaire.sha256 == assessment.questionnaire_sha256:
        return
    assessment.questionnaire_id = questionnaire.id
    assessment.questionnaire_version = questionnaire.version
    assessment.questionnaire_sha256 = questionnaire.sha256
    assessment.edition_id = _newest_edition(session, questionnaire.id)
    known = {capability.id for capability in questionnaire.capabilities}
    for target in targets_of(session, assessment):
        if target.capability_id not in known or not _on_scale(questionnaire.scale, target.level):
            session.delete(target)
    _changed(session, assessment, at, "assessment.questionnaire_chosen")


def name_wave(session: Session, assessment: Assessment, name: str, previous_id: str | None, *, at: datetime) -> None:
    """The name of a draft, and the wave before it."""
    _require_draft(assessment, "The wave")
    previous = _previous(session, assessment.organization_id, previous_id)
    _refuse_circle(session, assessment, previous)
    assessment.name = name
    assessment.previous_id = previous.id if previous else None
    assessment.wave = previous.wave + 1 if previous else 1
    _changed(session, assessment, at, "assessment.wave_named")


def save_strategy(session: Session, assessment: Assessment, given: StrategyInput, *, at: datetime) -> dict[str, str]:
    """Keep the strategy and its goals; returns the id of each goal by its key. A goal whose key is the id of a stored
    one keeps its id."""
    _require_draft(assessment, "The strategy")
    stored = strategy_of(session, assessment) or Strategy(
        organization_id=assessment.organization_id, assessment_id=assessment.id
    )
    stored.mandate, stored.key_initiatives = given.mandate, given.key_initiatives
    stored.headcount, stored.skills = given.headcount, given.skills
    stored.time, stored.budget = given.time, given.budget
    session.add(stored)
    ids = _save_goals(session, assessment, given.goals)
    _changed(session, assessment, at, "assessment.strategy_saved")
    return ids


def _save_goals(session: Session, assessment: Assessment, goals: Sequence[GoalInput]) -> dict[str, str]:
    before = {goal.id: goal for goal in goals_of(session, assessment)}
    kept = [goal for goal in goals if goal.text]
    ids = {goal.key: goal.key if goal.key in before else new_id() for goal in kept}
    business = {goal.key for goal in kept if goal.kind == "business"}
    # What is served comes before what serves it.
    for position, goal in sorted(enumerate(kept), key=lambda item: item[1].kind != "business"):
        row = before.pop(ids[goal.key], None) or Goal(
            organization_id=assessment.organization_id, assessment_id=assessment.id, id=ids[goal.key], kind="", text=""
        )
        row.kind, row.text, row.position = goal.kind, goal.text, position
        row.serves_id = ids[goal.serves] if goal.kind == "marketing" and goal.serves in business else None
        session.add(row)
    for target in targets_of(session, assessment):
        if target.goal_id in before:
            target.goal_id = None
            session.add(target)
    session.flush()
    # In one statement: one of them may serve another.
    session.execute(
        delete(Goal).where(
            col(Goal.organization_id) == assessment.organization_id,
            col(Goal.assessment_id) == assessment.id,
            col(Goal.id).in_(before),
        )
    )
    return ids


def default_targets(questionnaire: Questionnaire) -> list[TargetInput]:
    """A first proposal for every capability: medium importance, and a level a little above the middle of the scale."""
    level = _default_level(questionnaire.scale)
    return [
        TargetInput(capability.id, level, DEFAULT_IMPORTANCE, DEFAULT_REASON)
        for capability in questionnaire.capabilities
    ]


def _default_level(scale: Scale) -> float:
    return round(2 * (scale.low + 0.6 * (scale.high - scale.low)) + 0.1) / 2


def save_targets(session: Session, assessment: Assessment, targets: Sequence[TargetInput], *, at: datetime) -> None:
    """Replace the target profile. Raises `InvalidInputError` naming every capability, value and fix; then nothing is
    kept."""
    _require_draft(assessment, "The target profile")
    questionnaire = questionnaire_of(assessment)
    goal_ids = {goal.id for goal in goals_of(session, assessment)}
    errors = target_errors(questionnaire, targets, goal_ids)
    if errors:
        first = errors[0]["message"]
        more = f" There are {len(errors) - 1} more problems." if len(errors) > 1 else ""
        raise InvalidInputError(f"{first}{more}", errors=errors)
    session.execute(
        delete(Target).where(
            col(Target.organization_id) == assessment.organization_id, col(Target.assessment_id) == assessment.id
        )
    )
    session.add_all(
        Target(
            organization_id=assessment.organization_id,
            assessment_id=assessment.id,
            capability_id=target.capability,
            importance=target.importance,
            level=target.level,
            reason=target.reason,
            goal_id=target.goal_id,
        )
        for target in targets
    )
    _changed(session, assessment, at, "assessment.targets_saved")


def target_errors(
    questionnaire: Questionnaire, targets: Sequence[TargetInput], goal_ids: set[str]
) -> list[dict[str, str]]:
    """What is wrong with each target: ``field`` (``level:capability``) and ``message``."""
    known = {capability.id: capability.name for capability in questionnaire.capabilities}
    errors: list[dict[str, str]] = []
    seen: set[str] = set()
    for target in targets:
        name = known.get(target.capability)
        if name is None:
            text = f"'{target.capability}' is no capability of {questionnaire.id} {questionnaire.version}. Remove it."
            errors.append({"field": f"capability:{target.capability}", "message": text})
            continue
        if target.capability in seen:
            errors.append({"field": f"capability:{target.capability}", "message": f"{name} is there twice. Keep one."})
        seen.add(target.capability)
        errors += [
            {"field": f"{part}:{target.capability}", "message": f"{name}: {text}"}
            for part, text in _target_problems(questionnaire.scale, target, goal_ids)
        ]
    return errors


def _target_problems(scale: Scale, target: TargetInput, goal_ids: set[str]) -> list[tuple[str, str]]:
    problems: list[tuple[str, str]] = []
    if not _on_scale(scale, target.level):
        problems.append(
            (
                "level",
                (
                    f"the target level {target.level:g} is not on the scale. "
                    f"Choose a level from {scale.low:g} to {scale.high:g} in steps of a half."
                ),
            )
        )
    if not 1 <= target.importance <= 5:
        problems.append(("importance", f"the importance {target.importance} must be from 1 (low) to 5 (decisive)."))
    if len(target.reason) > 1000:
        problems.append(("reason", "shorten the reason to at most 1,000 characters."))
    if target.goal_id is not None and target.goal_id not in goal_ids:
        problems.append(("goal", "the goal is none of this assessment's. Choose one from the list."))
    return problems


def _on_scale(scale: Scale, level: float) -> bool:
    return scale.low <= level <= scale.high and float(2 * level).is_integer()


def keep_headcounts(session: Session, assessment: Assessment, given: Mapping[str, int | None]) -> None:
    """The head-counts of units by their ids, before launch."""
    for unit in organization_units(session, assessment.organization_id):
        if unit.id in given and unit.headcount != given[unit.id]:
            _require_draft(assessment, "The head-count of a unit")
            unit.headcount = given[unit.id]
            session.add(unit)
    session.flush()


def set_terms(session: Session, assessment: Assessment, terms: Terms, *, at: datetime) -> None:
    """Keep anonymity, window, purpose, peers and wave of a draft. Raises `InvalidInputError` naming the field."""
    _require_draft(assessment, "What was agreed")
    if terms.min_group < LOWEST_MIN_GROUP:
        raise InvalidInputError(
            f"The minimum group of {terms.min_group} is too small to protect anybody. Choose 3 or more; 5 is usual.",
            field="min_group",
        )
    if terms.closes_at and terms.opens_at and terms.closes_at <= terms.opens_at:
        raise InvalidInputError("It closes before it opens. Choose a later closing time.", field="closes_at")
    _check_edition(session, assessment, terms.edition_id)
    name_wave(session, assessment, terms.name, terms.previous_id, at=at)
    _record(
        session,
        assessment,
        "assessment.terms_set",
        anonymity=terms.anonymity,
        anonymity_before=assessment.anonymity,
        min_group=terms.min_group,
        min_group_before=assessment.min_group,
    )
    assessment.anonymity = terms.anonymity
    assessment.opens_at, assessment.closes_at = terms.opens_at, terms.closes_at
    assessment.purpose, assessment.min_group = terms.purpose, terms.min_group
    assessment.show_profile, assessment.edition_id = terms.show_profile, terms.edition_id
    session.add(assessment)
    session.flush()


def _refuse_circle(session: Session, assessment: Assessment, previous: Assessment | None) -> None:
    seen = {assessment.id}
    while previous is not None:
        if previous.id in seen:
            raise InvalidInputError("An assessment cannot be its own earlier wave.", field="previous_id")
        seen.add(previous.id)
        following = previous.previous_id
        previous = session.get(Assessment, (assessment.organization_id, following)) if following else None


def _check_edition(session: Session, assessment: Assessment, edition_id: str | None) -> None:
    if edition_id is None:
        return
    edition = session.get(BaselineEdition, edition_id)
    if edition is None or edition.questionnaire_id != assessment.questionnaire_id:
        raise InvalidInputError(
            "The peer edition is not one for this questionnaire. Choose one from the list, or none.", field="edition_id"
        )


def change_assessment(session: Session, assessment: Assessment, given: Mapping[str, Any], *, at: datetime) -> None:
    """Change the named terms of a draft; of an open assessment only ``closes_at``, and only to a later time."""
    if assessment.status == "open" and set(given) == {"closes_at"} and given["closes_at"] is not None:
        extend_window(session, assessment, closes_at=given["closes_at"], at=at)
        return
    stored = {field.name: getattr(assessment, field.name) for field in fields(Terms)}
    kept = {name for name in ("name", "anonymity", "purpose", "min_group", "show_profile") if given.get(name) is None}
    changes = {name: value for name, value in given.items() if name not in kept}
    set_terms(session, assessment, Terms(**(stored | changes)), at=at)


def launch_assessment(session: Session, assessment: Assessment, *, at: datetime) -> None:
    """Open the window: profile and units are copied, everybody gets an invitation.

    Raises `InvalidInputError` naming all that is missing, and `ConflictError` when it was launched before.
    """
    session.refresh(assessment, with_for_update=True)
    if assessment.status != "draft":
        raise ConflictError(f"It was launched on {moment(assessment.launched_at)} already.")
    missing = missing_before_launch(session, assessment, at=at)
    if missing:
        raise InvalidInputError(
            f"The assessment cannot be launched yet. {' '.join(item.text for item in missing)}",
            missing=[{"step": item.step, "message": item.text} for item in missing],
        )
    organization = organization_of(session, assessment)
    assessment.profile = {name: getattr(organization, name) for name in PROFILE}
    assessment.opens_at = assessment.opens_at or at
    assessment.launched_at = at
    for unit in organization_units(session, assessment.organization_id):
        session.add(as_launched(assessment, unit))
    assessment.status = "open"
    _changed(session, assessment, at, "assessment.launched")
    participants = session.exec(
        select(Participant).where(
            Participant.organization_id == assessment.organization_id, Participant.assessment_id == assessment.id
        )
    )
    invite(session, assessment, participants.all(), at=at)


PROFILE = ("name", "industry", "size", "region", "business_model", "operating_model", "currency")
"""What is copied of an organisation at launch and never read live afterwards."""


def extend_window(session: Session, assessment: Assessment, *, closes_at: datetime, at: datetime) -> None:
    """A later end of an open window; links keep working until then."""
    if assessment.status != "open":
        raise ConflictError("Only an open assessment can be extended. Start a new wave to ask again.")
    if closes_at <= at:
        raise InvalidInputError("The new closing time is in the past. Choose a later one.", field="closes_at")
    if assessment.closes_at is not None and closes_at <= assessment.closes_at:
        raise InvalidInputError(
            f"It closes on {moment(assessment.closes_at)} already. Choose a later time, or close it early.",
            field="closes_at",
        )
    assessment.closes_at = closes_at
    _changed(session, assessment, at, "assessment.extended")


def close_assessment(session: Session, assessment: Assessment, *, at: datetime) -> None:
    """End the window now: nothing more can be answered. Raises `ConflictError` unless it is open."""
    session.refresh(assessment, with_for_update=True)
    if assessment.status == "draft":
        raise ConflictError("It has not been launched, so there is nothing to close.")
    if assessment.status == "closed":
        raise ConflictError(f"It was closed on {moment(assessment.closed_at)} already.")
    assessment.status = "closed"
    assessment.closed_at = at
    _changed(session, assessment, at, "assessment.closed")


def _require_draft(assessment: Assessment, what: str, instead: str = "Start a new wave to change it.") -> None:
    if assessment.status != "draft":
        raise ConflictError(f"{what} is frozen since the launch on {moment(assessment.launched_at)}. {instead}")


def _changed(session: Session, assessment: Assessment, at: datetime, act: str) -> None:
    assessment.updated_at = at
    assessment.revision += 1
    session.add(assessment)
    session.flush()
    _record(session, assessment, act)


def _record(session: Session, assessment: Assessment, act: str, **details: Any) -> None:
    record(
        session,
        act,
        organization_id=assessment.organization_id,
        subject=f"assessment:{assessment.id}",
        **details,
    )
