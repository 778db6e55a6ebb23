"""Redeem a link, submit a response."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlmodel import Session, col, select

from app.accounts.actions import digest
from app.clock import new_token
from app.errors import GoneError, InvalidInputError, NotFoundError
from app.models import (
    Answer,
    AnsweringSession,
    Assessment,
    Invitation,
    InvitationToken,
    Participant,
    Response,
)
from app.responses.ticking import take_turn, tick_begun, tick_submitted
from app.settings import get_settings
from app.tenancy import see_as_invited
from questionnaires.load import load_questionnaire
from questionnaires.schema import DONT_KNOW, NOT_APPLICABLE, UNANSWERED, Questionnaire

PAUSE = timedelta(minutes=3)
"""A longer gap between two answers is a pause, not time spent answering."""


@dataclass(frozen=True)
class Linked:
    """What a link leads to."""

    assessment: Assessment
    invitation: Invitation
    participant: Participant
    response: Response | None


@dataclass(frozen=True)
class Redeemed:
    """``cookie`` goes to the browser and nowhere else."""

    cookie: str
    response: Response


def follow_link(session: Session, token: str, *, lock: bool = False) -> Linked:
    """What ``token`` leads to. Raises `NotFoundError` for unknown and `GoneError` for revoked links."""
    see_as_invited(session, digest(token))
    statement = (
        select(Invitation, Participant, Assessment)
        .join(
            InvitationToken,
            (col(InvitationToken.organization_id) == col(Invitation.organization_id))
            & (col(InvitationToken.invitation_id) == col(Invitation.id)),
        )
        .join(
            Participant,
            (col(Participant.organization_id) == col(Invitation.organization_id))
            & (col(Participant.id) == col(Invitation.participant_id)),
        )
        .join(Assessment, col(Assessment.id) == col(Invitation.assessment_id))
        .where(InvitationToken.token_hash == digest(token))
    )
    found = session.exec(statement).first()
    if found is None:
        raise NotFoundError("This link is not known. Check that it was copied whole, or ask for a new one.")
    invitation, participant, assessment = found
    if lock:
        take_turn(session, assessment, participant, invitation)
    if invitation.revoked_at is not None:
        raise GoneError("This link was withdrawn. Ask the person who invited you for a new one.")
    return Linked(assessment, invitation, participant, _response_of(session, assessment, invitation, token))


def _response_of(session: Session, assessment: Assessment, invitation: Invitation, token: str) -> Response | None:
    if assessment.anonymity == "anonymous":
        statement = select(Response).where(Response.resume_hash == resume_hash(token))
    else:
        statement = select(Response).where(Response.id == invitation.response_id)
    return session.exec(statement).first()


def stop_mails(session: Session, token: str, *, at: datetime | None) -> tuple[str, bool]:
    """No more mails to whom the link belongs, from ``at`` on; None only looks. Returns the survey's name, and whether mails
    have stopped."""
    linked = follow_link(session, token, lock=at is not None)
    invitation = linked.invitation
    if at is not None and invitation.opted_out_at is None:
        invitation.opted_out_at = at
        session.add(invitation)
        session.flush()
    return linked.assessment.name, invitation.opted_out_at is not None


def resume_hash(token: str) -> str:
    """Finds an anonymous response by its link; not computable from the digest that the invitation stores."""
    return digest(f"resume:{token}")


def window_refusal(assessment: Assessment, at: datetime) -> str | None:
    """Why nobody can answer now; ``None`` while the window is open (with its grace)."""
    if assessment.status == "draft" or (assessment.opens_at and at < assessment.opens_at):
        return "This survey has not opened yet. Your link will work once it has."
    grace = timedelta(hours=get_settings().grace_hours)
    if assessment.status == "closed" or (assessment.closes_at and at > assessment.closes_at + grace):
        return "This survey has closed. Thank you; the answers that were given are kept."
    return None


def redeem(session: Session, token: str, *, at: datetime) -> Redeemed:
    """Start or continue the response of a link on this device; a submitted one opens at its receipt."""
    linked = follow_link(session, token, lock=True)
    assessment, invitation = linked.assessment, linked.invitation
    response = linked.response
    refusal = window_refusal(assessment, at)
    if refusal and (response is None or response.submitted_at is None):
        raise GoneError(refusal)
    anonymous = assessment.anonymity == "anonymous"
    if response is None and anonymous and invitation.started_at is not None:
        raise GoneError("You began with another link of yours. Open that one: nothing else leads to your answers.")
    moment = at.replace(hour=0, minute=0, second=0, microsecond=0) if anonymous else at
    if response is None:
        response = _start(session, linked, token, moment)
    cookie = new_token()
    session.add(
        AnsweringSession(
            token_hash=digest(cookie),
            organization_id=response.organization_id,
            assessment_id=response.assessment_id,
            response_id=response.id,
        )
    )
    session.flush()
    # An anonymous invitation can be ticked off on submit only by its own link, so the browser keeps it.
    return Redeemed(f"{cookie}~{token}" if anonymous else cookie, response)


def _start(session: Session, linked: Linked, token: str, at: datetime) -> Response:
    participant = linked.participant
    response = Response(
        organization_id=participant.organization_id,
        assessment_id=participant.assessment_id,
        resume_hash=resume_hash(token),
        unit_id=participant.unit_id,
        role=participant.role,
        seniority=participant.seniority,
        started_at=at,
    )
    session.add(response)
    session.flush()
    if linked.assessment.anonymity != "anonymous":
        linked.invitation.response_id = response.id
    tick_begun(session, linked.assessment, linked.invitation, at=at)
    return response


def cookie_parts(cookie: str) -> tuple[str, str | None]:
    """Digest of the answering session, and the link of an anonymous one."""
    token, _, link = cookie.partition("~")
    return digest(token), link or None


def submit_response(session: Session, response: Response, *, link: str | None, key: str, at: datetime) -> Response:
    """Close a response: check it, pack its vector, tick off the invitation. Sent again it changes nothing.

    Raises `InvalidInputError` naming each question that is "not applicable" without a reason, `GoneError` after the window.
    """
    # First the turn, then the response: opening a link takes them in this order too.
    linked = None if link is None else follow_link(session, link, lock=True)
    locked = session.exec(select(Response).where(Response.id == response.id).with_for_update()).one()
    session.refresh(locked)
    if locked.submitted_at is not None:
        return locked
    assessment = session.exec(select(Assessment).where(Assessment.id == locked.assessment_id)).one()
    refusal = window_refusal(assessment, at)
    if refusal:
        raise GoneError(refusal)
    questionnaire = load_questionnaire(assessment.questionnaire_id, assessment.questionnaire_version)
    answers = list(session.exec(select(Answer).where(Answer.response_id == locked.id)).all())
    _refuse_incomplete(answers)
    anonymous = assessment.anonymity == "anonymous"
    locked.vector = pack(questionnaire, answers)
    locked.submitted_at = at.replace(hour=0, minute=0, second=0, microsecond=0) if anonymous else at
    locked.submit_key = key[:64]
    locked.seniority = locked.seniority or next(
        (x.option_id or "" for x in answers if x.question_id == "profile.seniority"), ""
    )
    locked.minutes = None if anonymous else minutes_spent(answers)
    locked.receipt_hash = digest(receipt_code(locked.id))
    session.add(locked)
    session.flush()
    invitation = _invitation_of(session, locked) if linked is None else linked.invitation
    if invitation is not None:
        tick_submitted(session, assessment, invitation, at=locked.submitted_at)
    return locked


def _refuse_incomplete(answers: list[Answer]) -> None:
    open_reasons = [x.question_id for x in answers if x.status == "not_applicable" and not x.reason.strip()]
    if open_reasons:
        raise InvalidInputError(
            "Say why a question does not apply to you, or choose another answer.",
            errors=[{"field": question, "message": "Say why it does not apply."} for question in sorted(open_reasons)],
        )


def _invitation_of(session: Session, response: Response) -> Invitation | None:
    return session.exec(select(Invitation).where(Invitation.response_id == response.id).with_for_update()).first()


def pack(questionnaire: Questionnaire, answers: list[Answer]) -> bytes:
    """The packed answer vector: one byte per asked question, in the questionnaire's order."""
    vector = bytearray([UNANSWERED]) * len(questionnaire.asked)
    special = {"dont_know": DONT_KNOW, "not_applicable": NOT_APPLICABLE, "unanswered": UNANSWERED}
    for answer in answers:
        place = questionnaire.position.get(answer.question_id)
        if place is None:  # a question about the respondent
            continue
        if answer.status == "answered":
            options = questionnaire.asked[place].options
            vector[place] = next(option.code for option in options if option.id == answer.option_id)
        else:
            vector[place] = special[answer.status]
    return bytes(vector)


def minutes_spent(answers: list[Answer]) -> int | None:
    """Minutes between the first and the last answer, without pauses."""
    times = sorted(answer.saved_at for answer in answers)
    if len(times) < 2:
        return None
    spent = sum((min(later - earlier, PAUSE) for earlier, later in pairwise(times)), timedelta())
    return max(1, round(spent.total_seconds() / 60))


def receipt_code(response_id: str) -> str:
    """What the person keeps to have the response erased later. Derived, so that the receipt can be shown again."""
    secret = get_settings().secret_key.get_secret_value().encode()
    raw = hmac.new(secret, f"receipt:{response_id}".encode(), hashlib.sha256).digest()[:10]
    text = base64.b32encode(raw).decode()
    return "-".join(text[place : place + 4] for place in range(0, 16, 4))
