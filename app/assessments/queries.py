"""Reads of assessments: one visible select each."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import case, func
from sqlmodel import Session, col, select

from app.errors import NotFoundError
from app.models import (
    Assessment,
    AssessmentUnit,
    BaselineEdition,
    Goal,
    Invitation,
    Organization,
    OutboxMail,
    Participant,
    Snapshot,
    Strategy,
    Target,
    Unit,
)
from questionnaires.load import load_questionnaire
from questionnaires.schema import Questionnaire


def questionnaire_of(assessment: Assessment) -> Questionnaire:
    """The version that the assessment is bound to."""
    return load_questionnaire(assessment.questionnaire_id, assessment.questionnaire_version)


def organization_of(session: Session, assessment: Assessment) -> Organization:
    return session.exec(select(Organization).where(Organization.id == assessment.organization_id)).one()


def assessments_of(session: Session, organization_id: str) -> list[Assessment]:
    """The assessments of an organisation, newest first."""
    statement = (
        select(Assessment)
        .where(Assessment.organization_id == organization_id)
        .order_by(col(Assessment.created_at).desc(), col(Assessment.id).desc())
    )
    return list(session.exec(statement).all())


def strategy_of(session: Session, assessment: Assessment) -> Strategy | None:
    return session.get(Strategy, (assessment.organization_id, assessment.id))


def goals_of(session: Session, assessment: Assessment) -> list[Goal]:
    """Business goals first, each kind in its order."""
    statement = (
        select(Goal)
        .where(Goal.organization_id == assessment.organization_id, Goal.assessment_id == assessment.id)
        .order_by(col(Goal.kind), col(Goal.position))
    )
    return list(session.exec(statement).all())


def targets_of(session: Session, assessment: Assessment) -> list[Target]:
    statement = (
        select(Target)
        .where(Target.organization_id == assessment.organization_id, Target.assessment_id == assessment.id)
        .order_by(col(Target.capability_id))
    )
    return list(session.exec(statement).all())


def targets_frame(session: Session, assessment: Assessment) -> pd.DataFrame:
    """One row per capability with a target: ``capability``, ``target`` (level), ``importance`` (1–5), ``reason`` and
    ``goal`` (its text, or empty)."""
    goals = {goal.id: goal.text for goal in goals_of(session, assessment)}
    rows = [
        (target.capability_id, target.level, target.importance, target.reason, goals.get(target.goal_id or "", ""))
        for target in targets_of(session, assessment)
    ]
    return pd.DataFrame(rows, columns=["capability", "target", "importance", "reason", "goal"])


def units_of(session: Session, assessment: Assessment) -> list[AssessmentUnit]:
    """The units as they were at launch, in their order; before launch the organisation's own."""
    if assessment.status == "draft":
        return [as_launched(assessment, unit) for unit in organization_units(session, assessment.organization_id)]
    statement = (
        select(AssessmentUnit)
        .where(
            AssessmentUnit.organization_id == assessment.organization_id,
            AssessmentUnit.assessment_id == assessment.id,
        )
        .order_by(col(AssessmentUnit.position), col(AssessmentUnit.name))
    )
    return list(session.exec(statement).all())


def as_launched(assessment: Assessment, unit: Unit) -> AssessmentUnit:
    """The copy of a unit that an assessment keeps."""
    return AssessmentUnit(
        organization_id=assessment.organization_id,
        assessment_id=assessment.id,
        unit_id=unit.id,
        name=unit.name,
        headcount=unit.headcount,
        position=unit.position,
    )


def organization_units(session: Session, organization_id: str) -> list[Unit]:
    """The units of an organisation in their order."""
    statement = select(Unit).where(Unit.organization_id == organization_id).order_by(col(Unit.position), col(Unit.name))
    return list(session.exec(statement).all())


def editions_for(session: Session, questionnaire_id: str) -> list[BaselineEdition]:
    """The peer editions of a questionnaire, newest first; without their content."""
    statement = (
        select(BaselineEdition)
        .where(BaselineEdition.questionnaire_id == questionnaire_id)
        .order_by(col(BaselineEdition.published_on).desc(), col(BaselineEdition.id).desc())
    )
    return list(session.exec(statement).all())


@dataclass(frozen=True)
class ParticipantRow:
    """Somebody who is asked, with the state of their invitation (none before launch)."""

    id: str
    name: str
    email: str
    unit_id: str
    unit: str
    role: str
    seniority: str
    invitation_id: str | None
    started_at: datetime | None
    submitted_at: datetime | None
    revoked_at: datetime | None
    opted_out_at: datetime | None


def _participant_rows() -> Any:
    return (
        select(  # type: ignore[call-overload]
            Participant.id,
            Participant.name,
            Participant.email,
            Participant.unit_id,
            col(Unit.name),
            Participant.role,
            Participant.seniority,
            col(Invitation.id),
            col(Invitation.started_at),
            col(Invitation.submitted_at),
            col(Invitation.revoked_at),
            col(Invitation.opted_out_at),
        )
        .join(
            Unit,
            (col(Unit.organization_id) == col(Participant.organization_id))
            & (col(Unit.id) == col(Participant.unit_id)),
        )
        .outerjoin(
            Invitation,
            (col(Invitation.organization_id) == col(Participant.organization_id))
            & (col(Invitation.assessment_id) == col(Participant.assessment_id))
            & (col(Invitation.participant_id) == col(Participant.id)),
        )
    )


def participants_of(
    session: Session, assessment: Assessment, *, after: str = "", limit: int = 100
) -> list[ParticipantRow]:
    """One page of participants in the order of their addresses; ``after`` is the id of the last one of the page before.

    In anonymous assessments nobody is told who has answered: started and submitted stay empty.
    """
    statement = (
        _participant_rows()
        .where(
            Participant.organization_id == assessment.organization_id,
            Participant.assessment_id == assessment.id,
        )
        .order_by(col(Participant.email))
        .limit(limit)
    )
    if after:
        statement = statement.where(col(Participant.email) > participant_of(session, assessment, after).email)
    return [_shown(assessment, ParticipantRow(*row)) for row in session.exec(statement).all()]


def _shown(assessment: Assessment, row: ParticipantRow) -> ParticipantRow:
    if assessment.anonymity != "anonymous":
        return row
    return ParticipantRow(
        row.id,
        row.name,
        row.email,
        row.unit_id,
        row.unit,
        row.role,
        row.seniority,
        row.invitation_id,
        None,
        None,
        row.revoked_at,
        row.opted_out_at,
    )


def participant_of(session: Session, assessment: Assessment, participant_id: str) -> Participant:
    """One participant of an accessed assessment. Raises `NotFoundError` for those of another."""
    found = session.get(Participant, (assessment.organization_id, assessment.id, participant_id))
    if found is None:
        raise NotFoundError("There is no such participant in this assessment.")
    return found


@dataclass(frozen=True)
class LastMail:
    """How the newest mail to somebody ended, or that it is on its way."""

    state: str
    to: str
    reply: str
    ended_at: datetime | None


def last_mails(session: Session, assessment: Assessment, invitation_ids: Sequence[str]) -> dict[str, LastMail]:
    """Invitation id → its newest mail; in anonymous assessments its newest invitation, because who gets a reminder tells
    who has not answered."""
    statement = (
        select(  # type: ignore[call-overload]
            OutboxMail.invitation_id, OutboxMail.state, OutboxMail.to_address, OutboxMail.reply, OutboxMail.ended_at
        )
        .where(
            OutboxMail.organization_id == assessment.organization_id,
            OutboxMail.assessment_id == assessment.id,
            col(OutboxMail.invitation_id).in_(invitation_ids),
            col(OutboxMail.state) != "skipped",
        )
        .order_by(col(OutboxMail.id))
    )
    if assessment.anonymity == "anonymous":
        statement = statement.where(OutboxMail.template == "invitation")
    return {row[0]: LastMail(*row[1:]) for row in session.exec(statement).all() if row[0]}


def participant_count(session: Session, assessment: Assessment) -> int:
    statement = (
        select(func.count())
        .select_from(Participant)
        .where(Participant.organization_id == assessment.organization_id, Participant.assessment_id == assessment.id)
    )
    return session.exec(statement).one()


def participants_by_unit(session: Session, assessment: Assessment) -> dict[str, int]:
    """Unit id → people asked."""
    statement = (
        select(Participant.unit_id, func.count())
        .where(Participant.organization_id == assessment.organization_id, Participant.assessment_id == assessment.id)
        .group_by(col(Participant.unit_id))
    )
    return dict(session.exec(statement).all())


@dataclass(frozen=True)
class UnitProgress:
    """How far a unit is. ``started`` and ``submitted`` are ``None`` where anonymity hides them."""

    unit_id: str
    name: str
    headcount: int | None
    invited: int
    started: int | None
    submitted: int | None
    below_minimum: bool
    """Fewer submitted than a shown group needs: no result yet."""


@dataclass(frozen=True)
class Progress:
    """Counts, never answers: lowest response first. ``total`` is all units together."""

    units: tuple[UnitProgress, ...]
    total: UnitProgress
    minimum: int
    anonymous: bool


def progress(session: Session, assessment: Assessment) -> Progress:
    """Invited, started and submitted per unit; revoked invitations do not count unless they were answered in time.

    In anonymous assessments a count under the minimum group is hidden, and, where that leaves a single hidden unit, the
    smallest shown one with it, so that no subtraction brings it back.
    """
    counts = _counts(session, assessment)
    names = {unit.unit_id: unit for unit in units_of(session, assessment)}
    anonymous = assessment.anonymity == "anonymous"
    minimum = assessment.min_group
    order = [unit_id for unit_id, (invited, _, _) in counts.items() if invited]
    shown_started = _protected([counts[unit_id][1] for unit_id in order], minimum if anonymous else 0)
    shown_submitted = _protected([counts[unit_id][2] for unit_id in order], minimum if anonymous else 0)
    units = [
        UnitProgress(
            unit_id,
            names[unit_id].name,
            names[unit_id].headcount,
            counts[unit_id][0],
            started,
            submitted,
            counts[unit_id][2] < minimum,
        )
        for unit_id, started, submitted in zip(order, shown_started, shown_submitted, strict=True)
    ]
    sums = [sum(counts[unit_id][place] for unit_id in order) for place in range(3)]
    total = UnitProgress(
        "",
        "All units",
        None,
        sums[0],
        None if anonymous and sums[1] < minimum else sums[1],
        None if anonymous and sums[2] < minimum else sums[2],
        sums[2] < minimum,
    )
    return Progress(tuple(sorted(units, key=_response_order)), total, minimum, anonymous)


def _response_order(unit: UnitProgress) -> tuple[float, str]:
    return ((unit.submitted or 0) / unit.invited, unit.name)


def _counts(session: Session, assessment: Assessment) -> dict[str, tuple[int, int, int]]:
    answering = col(Invitation.revoked_at).is_(None) | col(Invitation.submitted_at).is_not(None)
    statement = (
        select(
            Participant.unit_id,
            func.sum(case((answering, 1), else_=0)),
            func.sum(case((answering & col(Invitation.started_at).is_not(None), 1), else_=0)),
            func.sum(case((col(Invitation.submitted_at).is_not(None), 1), else_=0)),
        )
        .join(
            Invitation,
            (col(Invitation.organization_id) == col(Participant.organization_id))
            & (col(Invitation.assessment_id) == col(Participant.assessment_id))
            & (col(Invitation.participant_id) == col(Participant.id)),
        )
        .where(Participant.organization_id == assessment.organization_id, Participant.assessment_id == assessment.id)
        .group_by(col(Participant.unit_id))
    )
    return {unit: (int(invited), int(started), int(sent)) for unit, invited, started, sent in session.exec(statement)}


def _protected(counts: Sequence[int], minimum: int) -> list[int | None]:
    """The counts, without those under ``minimum`` and, where only one is hidden, without the smallest other one."""
    shown: list[int | None] = [count if count >= minimum else None for count in counts]
    if shown.count(None) == 1 and len(shown) > 1:
        smallest = min((count, place) for place, count in enumerate(shown) if count is not None)[1]
        shown[smallest] = None
    return shown


def submission_times(session: Session, assessment: Assessment) -> list[datetime]:
    """When responses were submitted, oldest first: times, or days where the assessment is anonymous."""
    statement = (
        select(Invitation.submitted_at)
        .where(
            Invitation.organization_id == assessment.organization_id,
            Invitation.assessment_id == assessment.id,
            col(Invitation.submitted_at).is_not(None),
        )
        .order_by(col(Invitation.submitted_at))
    )
    return [at for at in session.exec(statement).all() if at is not None]


def previous_levels(session: Session, assessment: Assessment) -> dict[str, float]:
    """Capability id → its level in the newest result of the wave before; empty when there is none."""
    if assessment.previous_id is None:
        return {}
    statement = (
        select(Snapshot.document)
        .where(
            Snapshot.organization_id == assessment.organization_id,
            Snapshot.assessment_id == assessment.previous_id,
        )
        .order_by(col(Snapshot.computed_at).desc())
        .limit(1)
    )
    document = session.exec(statement).first()
    if document is None:
        return {}
    capabilities = json.loads(zlib.decompress(document)).get("capabilities", [])
    return {item["id"]: item["estimate"] for item in capabilities if "estimate" in item}


@dataclass(frozen=True)
class Missing:
    """What stands between a draft and its launch, and in which step it is mended."""

    step: str
    text: str


def missing_before_launch(session: Session, assessment: Assessment, *, at: datetime) -> tuple[Missing, ...]:
    """Everything that a launch would refuse; empty when it can go out."""
    found: list[Missing] = []
    have = {target.capability_id for target in targets_of(session, assessment)}
    lacking = [capability for capability in questionnaire_of(assessment).capabilities if capability.id not in have]
    if not have:
        found.append(
            Missing("strategy", "It has no “where to”: set the importance and target level of each capability.")
        )
    elif lacking:
        names = ", ".join(capability.name for capability in lacking[:3])
        more = f" and {len(lacking) - 3} more" if len(lacking) > 3 else ""
        found.append(Missing("strategy", f"These capabilities have no target level: {names}{more}."))
    if not participant_count(session, assessment):
        found.append(Missing("participants", "Nobody is asked yet: add the participants."))
    found += _window_problems(assessment, at)
    return tuple(found)


def _window_problems(assessment: Assessment, at: datetime) -> list[Missing]:
    if assessment.closes_at is None:
        return [Missing("terms", "The window has no end: say when it closes.")]
    if assessment.closes_at <= at:
        return [Missing("terms", "The window has already closed: choose a closing time in the future.")]
    return []
