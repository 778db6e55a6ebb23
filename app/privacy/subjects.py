"""Whose data it is: a person on the list of an assessment, a response, or both where something stored joins them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.accounts.actions import digest
from app.errors import NotFoundError
from app.models import Assessment, Invitation, Participant, Response
from app.tenancy import see_as_receipt

NO_SUCH_CODE = "No answers belong to this code. Check that it was copied whole; after an erasure it leads nowhere."


@dataclass(frozen=True)
class Subject:
    """In anonymous assessments either the person or the response, never both: nothing leads from one to the other."""

    assessment: Assessment
    participant: Participant | None
    invitation: Invitation | None
    response: Response | None


def subject_of_participant(session: Session, assessment: Assessment, participant_id: str) -> Subject:
    """Somebody on the list of an assessment, with their response where the mode keeps the join."""
    statement = select(Participant).where(
        Participant.organization_id == assessment.organization_id,
        Participant.assessment_id == assessment.id,
        Participant.id == participant_id,
    )
    participant = session.exec(statement).first()
    if participant is None:
        raise NotFoundError("There is no such person on the list of this assessment.")
    return _of_person(session, assessment, participant)


def subjects_of_address(session: Session, email: str, assessment: Assessment | None = None) -> Sequence[Subject]:
    """Everybody with this address: of one assessment, or in all that the session sees."""
    statement = select(Participant, Assessment).join(
        Assessment,
        (col(Assessment.organization_id) == col(Participant.organization_id))
        & (col(Assessment.id) == col(Participant.assessment_id)),
    )
    statement = statement.where(Participant.email == email.strip().lower()).order_by(col(Participant.id))
    if assessment is not None:
        statement = statement.where(Assessment.id == assessment.id)
    return [_of_person(session, found, participant) for participant, found in session.exec(statement).all()]


def subject_of_receipt(session: Session, code: str) -> Subject:
    """Whoever holds the receipt code of a submitted response. Raises `NotFoundError` for an unknown code."""
    mark = digest(normal_code(code))
    see_as_receipt(session, mark)
    response = session.exec(select(Response).where(Response.receipt_hash == mark)).first()
    if response is None:
        raise NotFoundError(NO_SUCH_CODE)
    assessment = session.exec(
        select(Assessment).where(
            Assessment.organization_id == response.organization_id, Assessment.id == response.assessment_id
        )
    ).one()
    found = session.exec(
        select(Invitation, Participant)
        .join(
            Participant,
            (col(Participant.organization_id) == col(Invitation.organization_id))
            & (col(Participant.id) == col(Invitation.participant_id)),
        )
        .where(Invitation.organization_id == response.organization_id, Invitation.response_id == response.id)
    ).first()
    invitation, participant = found or (None, None)
    return Subject(assessment, participant, invitation, response)


def normal_code(code: str) -> str:
    """The code as it was printed, however it was typed.

    >>> normal_code(" abcd2345efgh 6723 ")
    'ABCD-2345-EFGH-6723'
    """
    letters = "".join(letter for letter in code.upper() if letter.isascii() and letter.isalnum())
    return "-".join(letters[place : place + 4] for place in range(0, len(letters), 4))


def _of_person(session: Session, assessment: Assessment, participant: Participant) -> Subject:
    found = session.exec(
        select(Invitation, Response)
        .join(
            Response,
            (col(Response.organization_id) == col(Invitation.organization_id))
            & (col(Response.id) == col(Invitation.response_id)),
            isouter=True,
        )
        .where(
            Invitation.organization_id == participant.organization_id,
            Invitation.assessment_id == participant.assessment_id,
            Invitation.participant_id == participant.id,
        )
    ).first()
    invitation, response = found or (None, None)
    return Subject(assessment, participant, invitation, response)
