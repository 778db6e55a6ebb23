"""Mails to the people who are asked: queued here, in the transaction of what causes them; made ready by `app.inviting`."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from app.assessments.queries import questionnaire_of
from app.audit.actions import record
from app.errors import ConflictError, InvalidInputError
from app.mail.outbox import ADDRESS, NewMail, queue_mails
from app.models import Assessment, Invitation, Inviting, OutboxMail, Participant

INVITATION = "invitation"
NOT_STARTED = "reminder_not_started"
UNFINISHED = "reminder_unfinished"
UNFINISHED_ANONYMOUS = "reminder_unfinished_anonymous"
REMINDERS = (NOT_STARTED, UNFINISHED, UNFINISHED_ANONYMOUS)

Pair = tuple[Participant, Invitation]


def inviting_of(session: Session, assessment: Assessment) -> Inviting:
    """How people get their links; by links that are handed out where nothing was said."""
    stored = session.get(Inviting, (assessment.organization_id, assessment.id))
    return stored or Inviting(organization_id=assessment.organization_id, assessment_id=assessment.id)


def choose_way(session: Session, assessment: Assessment, *, by: str, reply_to: str, at: datetime) -> None:
    """By mail, or by links. While the window is open it may still become "by mail": then everybody who has not answered
    gets an invitation."""
    if reply_to and not ADDRESS.fullmatch(reply_to):
        raise InvalidInputError("This is no e-mail address. Write it like name@company.com.", field="reply_to")
    if assessment.status == "closed":
        raise ConflictError("The assessment has closed, so no more mails go out.")
    chosen = inviting_of(session, assessment)
    if assessment.status == "open" and chosen.by == "mail" and by == "links":
        raise ConflictError(
            "Invitations have gone out by mail. Links can be handed out as well, among the participants."
        )
    begins = assessment.status == "open" and chosen.by != by
    chosen.by, chosen.reply_to = by, reply_to
    session.add(chosen)
    session.flush()
    record(session, "inviting.way_chosen", organization_id=assessment.organization_id, subject=assessment.id, by=by)
    if begins:
        queue_invitations(session, assessment, _waiting(session, assessment), at=at)


def _waiting(session: Session, assessment: Assessment) -> list[Pair]:
    statement = (
        select(Participant, Invitation)
        .join(
            Invitation,
            (col(Invitation.organization_id) == col(Participant.organization_id))
            & (col(Invitation.participant_id) == col(Participant.id)),
        )
        .where(
            Invitation.organization_id == assessment.organization_id,
            Invitation.assessment_id == assessment.id,
            col(Invitation.revoked_at).is_(None),
            col(Invitation.submitted_at).is_(None),
            col(Invitation.opted_out_at).is_(None),
        )
    )
    return list(session.exec(statement).all())


def queue_invitations(session: Session, assessment: Assessment, pairs: Iterable[Pair], *, at: datetime) -> None:
    """One mail for each invitation, not before the window opens. An invitation that has its mail gets no other."""
    queue_participant_mails(
        session, assessment, INVITATION, ((pair, f"{INVITATION}:{pair[1].id}") for pair in pairs), at=at
    )


def queue_participant_mails(
    session: Session, assessment: Assessment, template: str, mails: Iterable[tuple[Pair, str]], *, at: datetime
) -> None:
    """``mails``: who, and the cause."""
    queue_mails(
        session,
        [NewMail(participant.email, cause, invitation.id) for (participant, invitation), cause in mails],
        template=template,
        organization_id=assessment.organization_id,
        assessment_id=assessment.id,
        locale=questionnaire_of(assessment).language,
        due_at=max(at, assessment.opens_at or at),
    )


def mails_to(session: Session, invitation: Invitation, templates: Sequence[str] = ()) -> list[OutboxMail]:
    """The mails of an invitation, newest first."""
    statement = (
        select(OutboxMail)
        .where(
            OutboxMail.organization_id == invitation.organization_id,
            OutboxMail.assessment_id == invitation.assessment_id,
            OutboxMail.invitation_id == invitation.id,
        )
        .order_by(col(OutboxMail.id).desc())
    )
    if templates:
        statement = statement.where(col(OutboxMail.template).in_(templates))
    return list(session.exec(statement).all())


def send_again(session: Session, assessment: Assessment, pair: Pair, *, at: datetime) -> None:
    """Another invitation in place of the last one, once. Raises `ConflictError` while that one is on its way."""
    participant, invitation = pair
    if inviting_of(session, assessment).by != "mail" or assessment.status != "open":
        raise ConflictError("No invitations go out by mail here. Copy the link and hand it out instead.")
    if invitation.revoked_at is not None:
        raise ConflictError(f"The invitation of {participant.name} was revoked. Restore it first.")
    if invitation.opted_out_at is not None:
        raise ConflictError(f"{participant.name} asked for no more mails about this survey. Respect that.")
    if invitation.submitted_at is not None and assessment.anonymity != "anonymous":
        raise ConflictError(f"{participant.name} has already submitted.")
    earlier = mails_to(session, invitation, (INVITATION,))
    if earlier and earlier[0].state in {"waiting", "claimed", "sending"} and earlier[0].to_address == participant.email:
        raise ConflictError(f"The invitation of {participant.name} is on its way already.")
    cause = f"{INVITATION}:{invitation.id}" + (f":after:{earlier[0].id}" if earlier else "")
    queue_participant_mails(session, assessment, INVITATION, [(pair, cause)], at=at)
    record(
        session,
        "invitation.sent_again",
        organization_id=assessment.organization_id,
        subject=assessment.id,
        participant=participant.id,
    )
