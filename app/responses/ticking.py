"""Ticking off invitations: that somebody has begun, and has submitted.

In an anonymous assessment the database itself could tell who wrote a response: PostgreSQL shows of each row which transaction
wrote or locked it (``xmin``, ``xmax``) and where it lies (``ctid``). So an invitation is never written or locked alone
together with a response: all invitations of the unit are written at once, in one statement, and only one of them changes. What
is left to see is the unit, which the response says anyway. The day is left out too: it is the same for everybody.
"""

from datetime import datetime, time

from sqlalchemy import case, literal, select, text, update
from sqlmodel import Session, col

from app.models import Assessment, Invitation, Participant
from app.models.types import UtcDateTime


def take_turn(session: Session, assessment: Assessment, participant: Participant, invitation: Invitation) -> None:
    """From here to the end of the transaction nobody else ticks off this invitation; reads it afresh."""
    if assessment.anonymity != "anonymous":
        session.refresh(invitation, with_for_update=True)
        return
    if session.get_bind().dialect.name == "postgresql":
        key = f"ticking:{assessment.id}:{participant.unit_id}"
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    session.refresh(invitation)


def tick_begun(session: Session, assessment: Assessment, invitation: Invitation, *, at: datetime) -> None:
    """The invitation's person has begun to answer. The caller has taken its turn."""
    _tick(session, assessment, invitation, "started_at", at)


def tick_submitted(session: Session, assessment: Assessment, invitation: Invitation, *, at: datetime) -> None:
    """The invitation's person has submitted. The caller has taken its turn."""
    _tick(session, assessment, invitation, "submitted_at", at)


def _tick(session: Session, assessment: Assessment, invitation: Invitation, name: str, at: datetime) -> None:
    if assessment.anonymity != "anonymous":
        setattr(invitation, name, at)
        session.add(invitation)
        session.flush()
        return
    column = getattr(Invitation, name)
    day = datetime.combine((assessment.launched_at or at).date(), time(0), at.tzinfo)
    unit = select(col(Participant.unit_id)).where(
        col(Participant.organization_id) == invitation.organization_id,
        col(Participant.assessment_id) == invitation.assessment_id,
        col(Participant.id) == invitation.participant_id,
    )
    together = select(col(Participant.id)).where(
        col(Participant.organization_id) == invitation.organization_id,
        col(Participant.assessment_id) == invitation.assessment_id,
        col(Participant.unit_id) == unit.scalar_subquery(),
    )
    session.execute(
        update(Invitation)
        .where(
            col(Invitation.organization_id) == invitation.organization_id,
            col(Invitation.assessment_id) == invitation.assessment_id,
            col(Invitation.participant_id).in_(together),
        )
        .values({name: case((col(Invitation.id) == invitation.id, literal(day, UtcDateTime())), else_=column)}),
        execution_options={"synchronize_session": False},
    )
    session.refresh(invitation)
