"""Reminders: planned with the terms, sent to those who have not submitted, never too often.

Nobody gets more than `MOST`, none within `APART` of another mail about the same assessment. Both hold when a round is
queued and once more when each mail leaves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.assessments.mailing import NOT_STARTED, REMINDERS, UNFINISHED, Pair, inviting_of, queue_participant_mails
from app.audit.actions import record
from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.formats import moment
from app.models import Assessment, Invitation, OutboxMail, Participant, Reminder

MOST = 3
APART = timedelta(days=3)
LEFT = ("waiting", "claimed", "sending", "sent", "uncertain")
"""Mails that count as received, or will be."""


def reminders_of(session: Session, assessment: Assessment) -> list[Reminder]:
    """Every round, oldest first."""
    statement = (
        select(Reminder)
        .where(Reminder.organization_id == assessment.organization_id, Reminder.assessment_id == assessment.id)
        .order_by(col(Reminder.due_at), col(Reminder.id))
    )
    return list(session.exec(statement).all())


def plan_reminders(session: Session, assessment: Assessment, due: Sequence[datetime], *, at: datetime) -> None:
    """Replace the planned rounds. Raises `InvalidInputError` naming ``remind_1`` … and the fix."""
    if assessment.status == "closed":
        raise ConflictError("The assessment has closed, so nobody is reminded any more.")
    stored = reminders_of(session, assessment)
    rounds = [reminder.due_at for reminder in stored if reminder.state == "queued" and not reminder.unit_ids]
    _check_plan(assessment, rounds, due, at)
    kept = set(due)
    for reminder in stored:
        if reminder.state == "planned" and reminder.due_at in kept:
            kept.discard(reminder.due_at)
        elif reminder.state == "planned":
            session.delete(reminder)
    session.add_all(
        Reminder(organization_id=assessment.organization_id, assessment_id=assessment.id, due_at=when)
        for when in sorted(kept)
    )
    session.flush()
    record(
        session,
        "inviting.reminders_planned",
        organization_id=assessment.organization_id,
        subject=assessment.id,
        rounds=len(due),
    )


def _check_plan(assessment: Assessment, rounds: list[datetime], due: Sequence[datetime], at: datetime) -> None:
    if len(rounds) + len(due) > MOST:
        raise InvalidInputError(
            f"At most {MOST} reminders in all, and {len(rounds)} have gone out. Leave some empty.",
            field=f"remind_{max(1, MOST - len(rounds) + 1)}",
        )
    opens = assessment.opens_at or at
    before = max([opens, *rounds])
    for number, when in sorted(enumerate(due, start=1), key=lambda item: item[1]):
        problem = ""
        if when <= at:
            problem = "This is in the past. Choose a later day."
        elif assessment.closes_at and when >= assessment.closes_at:
            problem = f"The survey closes on {moment(assessment.closes_at)}. Choose an earlier day."
        elif when - before < APART:
            problem = f"Leave at least three days after the mail before it ({moment(before)})."
        if problem:
            raise InvalidInputError(problem, field=f"remind_{number}")
        before = when


def proposed_rounds(opens: datetime, closes: datetime) -> tuple[datetime, ...]:
    """A third and two thirds into the window, and two days before its end: at nine, on working days, three days apart."""
    span = closes - opens
    found: list[datetime] = []
    for wanted in (opens + span / 3, opens + 2 * span / 3, closes - timedelta(days=2)):
        day = wanted.replace(hour=9, minute=0, second=0, microsecond=0)
        day -= timedelta(days=max(0, day.weekday() - 4))
        if day - max([opens, *found]) >= APART and day < closes - timedelta(hours=12):
            found.append(day)
    return tuple(found)


def skip_reminder(session: Session, assessment: Assessment, reminder_id: str) -> None:
    """Leave out one planned round."""
    reminder = session.get(Reminder, (assessment.organization_id, assessment.id, reminder_id), with_for_update=True)
    if reminder is None:
        raise NotFoundError("There is no such reminder in this assessment.")
    if reminder.state != "planned":
        raise ConflictError("This reminder is no longer planned, so there is nothing to skip.")
    reminder.state = "skipped"
    session.add(reminder)
    session.flush()
    record(session, "inviting.reminder_skipped", organization_id=assessment.organization_id, subject=assessment.id)


def remind_now(session: Session, assessment: Assessment, unit_ids: Sequence[str] = (), *, at: datetime) -> Reminder:
    """Remind everybody (or these units) who has not submitted, now. Raises `ConflictError` when nobody can be reminded;
    not in anonymous assessments, where that would tell who has answered."""
    if assessment.status != "open" or (assessment.closes_at and assessment.closes_at <= at):
        raise ConflictError("Only while the survey is open can people be reminded.")
    if assessment.opens_at and assessment.opens_at > at:
        raise ConflictError(f"The survey opens on {moment(assessment.opens_at)}. Nobody can answer before.")
    if inviting_of(session, assessment).by != "mail":
        raise ConflictError("Links were handed out, so there is no mail to remind of. Choose “by mail” first.")
    reminder = Reminder(
        organization_id=assessment.organization_id, assessment_id=assessment.id, due_at=at, unit_ids=list(unit_ids)
    )
    session.add(reminder)
    session.flush()
    if not queue_reminder(session, assessment, reminder, at=at) and assessment.anonymity != "anonymous":
        raise ConflictError(
            "Nobody can be reminded now: all others have submitted, want no mails, had one in the last three days, or "
            f"had {MOST} reminders."
        )
    record(
        session,
        "inviting.reminded",
        organization_id=assessment.organization_id,
        subject=assessment.id,
        units=len(unit_ids),
    )
    return reminder


def queue_reminder(session: Session, assessment: Assessment, reminder: Reminder, *, at: datetime) -> int:
    """Write the mails of a round; returns how many. Who has begun gets other words than who has not."""
    pairs = [each.pair for each in open_invitations(session, assessment, reminder.unit_ids) if each.may_be_reminded(at)]
    for template in (NOT_STARTED, UNFINISHED):
        group = [pair for pair in pairs if (pair[1].started_at is None) == (template == NOT_STARTED)]
        mails = [(pair, f"reminder:{reminder.id}:{pair[1].id}") for pair in group]
        queue_participant_mails(session, assessment, template, mails, at=at)
    reminder.state, reminder.mails = "queued", len(pairs)
    session.add(reminder)
    session.flush()
    return len(pairs)


@dataclass(frozen=True)
class OpenInvitation:
    """Somebody who has not submitted and may get mails, and what they got."""

    pair: Pair
    reminders: int
    last_mail_at: datetime | None

    def may_be_reminded(self, at: datetime) -> bool:
        return self.reminders < MOST and (self.last_mail_at is None or at - self.last_mail_at >= APART)


def open_invitations(
    session: Session, assessment: Assessment, unit_ids: Iterable[str] = ()
) -> tuple[OpenInvitation, ...]:
    """Everybody (or in these units) who is asked, has not submitted and did not opt out."""
    statement = (
        select(Participant, Invitation)
        .join(
            Invitation,
            (col(Invitation.organization_id) == col(Participant.organization_id))
            & (col(Invitation.assessment_id) == col(Participant.assessment_id))
            & (col(Invitation.participant_id) == col(Participant.id)),
        )
        .where(
            Invitation.organization_id == assessment.organization_id,
            Invitation.assessment_id == assessment.id,
            col(Invitation.submitted_at).is_(None),
            col(Invitation.revoked_at).is_(None),
            col(Invitation.opted_out_at).is_(None),
        )
    )
    units = list(unit_ids)
    if units:
        statement = statement.where(col(Participant.unit_id).in_(units))
    counts, last = _mails_received(session, assessment)
    return tuple(
        OpenInvitation((participant, invitation), counts.get(invitation.id, 0), last.get(invitation.id))
        for participant, invitation in session.exec(statement).all()
    )


def _mails_received(session: Session, assessment: Assessment) -> tuple[dict[str, int], dict[str, datetime]]:
    """Invitation id → reminders it got; and when its newest mail left, or will."""
    statement = select(OutboxMail.invitation_id, OutboxMail.template, OutboxMail.ended_at, OutboxMail.due_at).where(
        OutboxMail.organization_id == assessment.organization_id,
        OutboxMail.assessment_id == assessment.id,
        col(OutboxMail.invitation_id).is_not(None),
        col(OutboxMail.state).in_(LEFT),
    )
    counts: dict[str, int] = {}
    last: dict[str, datetime] = {}
    for invitation_id, template, ended_at, due_at in session.exec(statement).all():
        if invitation_id is None:
            continue
        counts[invitation_id] = counts.get(invitation_id, 0) + (template in REMINDERS)
        left = ended_at or due_at
        last[invitation_id] = max(left, last.get(invitation_id, left))
    return counts, last


def too_often(session: Session, mail: OutboxMail, at: datetime) -> str:
    """Why a reminder that is about to leave would be one too many; empty when it is not."""
    statement = select(OutboxMail.template, OutboxMail.ended_at).where(
        OutboxMail.organization_id == mail.organization_id,
        OutboxMail.invitation_id == mail.invitation_id,
        OutboxMail.id != mail.id,
        col(OutboxMail.state).in_(("sending", "sent", "uncertain")),
    )
    others = list(session.exec(statement).all())
    if sum(template in REMINDERS for template, _ in others) >= MOST:
        return f"had {MOST} reminders"
    if any(ended_at is None or at - ended_at < APART for _, ended_at in others):
        return "had a mail less than three days ago"
    return ""
