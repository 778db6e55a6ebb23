"""One participant changed or taken off the list: as long as it changes no answer, and never so that it tells of one."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.assessments.importing import launch_units
from app.assessments.mailing import INVITATION, inviting_of, mails_to, queue_participant_mails
from app.assessments.queries import organization_units, participant_of, questionnaire_of
from app.assessments.roster import RawRow, check_rows, choices_of
from app.audit.actions import record
from app.errors import ConflictError, InvalidInputError
from app.models import Assessment, Invitation, OutboxMail, Participant


@dataclass(frozen=True)
class PersonInput:
    """Somebody as typed; ``unit_id``, ``role`` and ``seniority`` are None where they stay."""

    name: str
    email: str
    unit_id: str | None = None
    role: str | None = None
    seniority: str | None = None


def invitation_of(session: Session, participant: Participant, *, lock: bool = True) -> Invitation | None:
    """The invitation of a participant; none before the launch."""
    statement = select(Invitation).where(
        Invitation.organization_id == participant.organization_id,
        Invitation.assessment_id == participant.assessment_id,
        Invitation.participant_id == participant.id,
    )
    return session.exec(statement.with_for_update() if lock else statement).first()


def may_be_moved(assessment: Assessment, invitation: Invitation | None) -> bool:
    """Whether unit, role and seniority can still change: not once answers carry them, and not after the launch of an
    anonymous assessment, where the counts of two units would tell whether the person has answered."""
    if assessment.status == "draft":
        return True
    return assessment.anonymity != "anonymous" and (invitation is None or invitation.started_at is None)


def change_participant(
    session: Session, assessment: Assessment, participant_id: str, given: PersonInput, *, at: datetime
) -> Participant:
    """Correct a participant. With another address a new invitation goes there, where people are asked by mail; links of
    the old one keep working. Raises `InvalidInputError` naming the field."""
    if assessment.status == "closed":
        raise ConflictError("The assessment has closed, so nobody can be changed.")
    participant = participant_of(session, assessment, participant_id)
    invitation = invitation_of(session, participant)
    moved = _wanted(participant, given)
    if moved != (participant.unit_id, participant.role, participant.seniority) and not may_be_moved(
        assessment, invitation
    ):
        raise ConflictError(
            "Unit, role and seniority stay as they are: "
            + (
                "the assessment is anonymous, and a change would tell who has answered."
                if assessment.anonymity == "anonymous"
                else f"{participant.name} has begun, and the answers carry them."
            )
        )
    checked = _checked(session, assessment, participant, given, moved)
    corrected = checked.email != participant.email
    participant.name, participant.email = checked.name, checked.email
    participant.unit_id, participant.role, participant.seniority = moved
    session.add(participant)
    session.flush()
    if assessment.status == "open":
        launch_units(session, assessment, {participant.unit_id})
    if corrected and invitation is not None:
        _invite_there(session, assessment, participant, invitation, at)
    record(
        session,
        "participants.changed",
        organization_id=assessment.organization_id,
        subject=f"assessment:{assessment.id}",
        participant=participant.id,
        address=corrected,
    )
    return participant


def _wanted(participant: Participant, given: PersonInput) -> tuple[str, str, str]:
    return (
        participant.unit_id if given.unit_id is None else given.unit_id,
        participant.role if given.role is None else given.role,
        participant.seniority if given.seniority is None else given.seniority,
    )


@dataclass(frozen=True)
class _Checked:
    name: str
    email: str


def _checked(
    session: Session, assessment: Assessment, participant: Participant, given: PersonInput, moved: tuple[str, str, str]
) -> _Checked:
    """The same rules as for a list, with the field instead of the column."""
    units = {unit.id: unit.name for unit in organization_units(session, assessment.organization_id)}
    if moved[0] not in units:
        raise InvalidInputError("There is no such unit. Choose one from the list.", field="unit_id")
    questionnaire = questionnaire_of(assessment)
    cells = {"name": given.name, "email": given.email, "unit": units[moved[0]], "role": moved[1], "seniority": moved[2]}
    rows, problems = check_rows(
        [RawRow(1, cells)], choices_of(questionnaire, "profile.role"), choices_of(questionnaire, "profile.seniority")
    )
    if problems:
        field = {"e-mail": "email", "unit": "unit_id"}.get(problems[0].column, problems[0].column)
        raise InvalidInputError(problems[0].message, field=field)
    other = session.exec(
        select(Participant.name).where(
            Participant.organization_id == assessment.organization_id,
            Participant.assessment_id == assessment.id,
            Participant.email == rows[0].email,
            Participant.id != participant.id,
        )
    ).first()
    if other is not None:
        raise InvalidInputError(f"{other} is asked by this address already. Use another one.", field="email")
    return _Checked(rows[0].name, rows[0].email)


def _invite_there(
    session: Session, assessment: Assessment, participant: Participant, invitation: Invitation, at: datetime
) -> None:
    """What waits goes to the new address; what has left is sent there once more."""
    if inviting_of(session, assessment).by != "mail" or invitation.revoked_at or invitation.opted_out_at:
        return
    earlier = mails_to(session, invitation)
    for mail in earlier:
        if mail.state == "waiting":
            mail.to_address = participant.email
            session.add(mail)
    session.flush()
    invitations = [mail for mail in earlier if mail.template == INVITATION]
    if assessment.status != "open" or (invitations and invitations[0].state == "waiting"):
        return
    cause = f"{INVITATION}:{invitation.id}" + (f":after:{invitations[0].id}" if invitations else "")
    queue_participant_mails(session, assessment, INVITATION, [((participant, invitation), cause)], at=at)


def remove_participant(session: Session, assessment: Assessment, participant_id: str) -> None:
    """Take somebody off the list who has not begun, with invitation and mails. Raises `ConflictError` where that would
    lose answers, or tell whether there are some: an invitation can be revoked instead."""
    if assessment.status == "closed":
        raise ConflictError("The assessment has closed, so nobody can be removed.")
    participant = participant_of(session, assessment, participant_id)
    invitation = invitation_of(session, participant)
    if not may_be_moved(assessment, invitation):
        begun = assessment.anonymity != "anonymous"
        reason = (
            f"{participant.name} has begun" if begun else "In an anonymous assessment that would tell who has answered"
        )
        raise ConflictError(f"{reason}. Revoke the invitation instead.")
    if invitation is not None and _being_sent(session, invitation):
        raise ConflictError(f"A mail to {participant.name} is leaving at this moment. Try again in a minute.")
    removed = participant.id
    session.delete(participant)
    session.flush()
    record(
        session,
        "participants.removed",
        organization_id=assessment.organization_id,
        subject=f"assessment:{assessment.id}",
        participant=removed,
    )


def _being_sent(session: Session, invitation: Invitation) -> bool:
    statement = select(OutboxMail.id).where(
        OutboxMail.invitation_id == invitation.id, col(OutboxMail.state).in_(("claimed", "sending"))
    )
    return session.exec(statement.limit(1)).first() is not None
