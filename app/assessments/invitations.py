"""Links: minted, handed out once, revoked. Only digests of tokens are stored."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.accounts.actions import digest
from app.assessments.mailing import inviting_of, queue_invitations
from app.assessments.queries import participant_of
from app.audit.actions import record
from app.clock import new_token
from app.errors import ConflictError
from app.formats import moment, safe_text
from app.models import AnsweringSession, Assessment, Invitation, InvitationToken, Participant

Linked = tuple[Participant, str]


def invite(session: Session, assessment: Assessment, participants: Iterable[Participant], *, at: datetime) -> None:
    """One invitation for each, and its mail where they are asked by mail; links are minted as they are handed out."""
    pairs = [
        (
            participant,
            Invitation(
                organization_id=assessment.organization_id,
                assessment_id=assessment.id,
                participant_id=participant.id,
                created_at=at,
            ),
        )
        for participant in participants
    ]
    session.add_all(invitation for _, invitation in pairs)
    session.flush()
    if inviting_of(session, assessment).by == "mail":
        queue_invitations(session, assessment, pairs, at=at)


def mint_links(session: Session, assessment: Assessment, *, at: datetime) -> list[Linked]:
    """A fresh link for everybody who has not been handed one, once: after that, only for people added since.

    Raises `ConflictError` before launch, after closing, and when all links were handed out.
    """
    session.refresh(assessment, with_for_update=True)
    _require_open(assessment)
    before = assessment.links_downloaded_at
    waiting = [pair for pair in _answering(session, assessment) if before is None or pair[1].created_at > before]
    if before is not None and not waiting:
        raise ConflictError(
            f"The links were downloaded on {moment(before)}. They are not stored, so they cannot be shown again. "
            "Issue new links (the old ones keep working), or copy the link of one participant."
        )
    assessment.links_downloaded_at = at
    _record(session, assessment, "invitation.links_issued", people=len(waiting))
    return [(participant, mint(session, invitation, at)) for participant, invitation in waiting]


def issue_new_links(session: Session, assessment: Assessment, *, at: datetime) -> list[Linked]:
    """Another live link for everybody who has not submitted; links handed out before keep working.

    In anonymous assessments everybody gets one: a list without those who answered would name them.
    """
    session.refresh(assessment, with_for_update=True)
    _require_open(assessment)
    assessment.links_downloaded_at = at
    waiting = _answering(session, assessment)
    _record(session, assessment, "invitation.links_issued", people=len(waiting))
    return [(participant, mint(session, invitation, at)) for participant, invitation in waiting]


def mint_link(session: Session, assessment: Assessment, participant_id: str, *, at: datetime) -> Linked:
    """Another live link for one participant, to be copied now."""
    _require_open(assessment)
    participant, invitation = invited(session, assessment, participant_id)
    if invitation.revoked_at is not None:
        raise ConflictError(f"The invitation of {participant.name} was revoked. Restore it first, then copy its link.")
    _record(session, assessment, "invitation.link_issued", participant=participant.id)
    return participant, mint(session, invitation, at)


def revoke_invitation(session: Session, assessment: Assessment, participant_id: str, *, at: datetime) -> Participant:
    """End every link of one participant. Answers already submitted stay. Raises `ConflictError` when there are some."""
    _require_open(assessment)
    participant, invitation = invited(session, assessment, participant_id)
    if invitation.submitted_at is not None and assessment.anonymity != "anonymous":
        raise ConflictError(f"{participant.name} has already submitted, so there is nothing left to revoke.")
    if invitation.revoked_at is None:
        invitation.revoked_at = at
        session.add(invitation)
        _end_answering(session, invitation)
        _record(session, assessment, "invitation.revoked", participant=participant.id)
    return participant


def restore_invitation(session: Session, assessment: Assessment, participant_id: str) -> Participant:
    """Undo a revocation. The old links stay dead: their digests go, a new link has to be copied. In anonymous assessments
    they come back to life instead, because nothing else leads to answers that were begun."""
    _require_open(assessment)
    participant, invitation = invited(session, assessment, participant_id)
    if invitation.revoked_at is not None:
        if assessment.anonymity != "anonymous":
            session.execute(delete(InvitationToken).where(col(InvitationToken.invitation_id) == invitation.id))
        invitation.revoked_at = None
        session.add(invitation)
        _record(session, assessment, "invitation.restored", participant=participant.id)
    return participant


def links_csv(links: Sequence[Linked], units: dict[str, str], base_url: str) -> str:
    """``name,email,unit,link`` with cells that a spreadsheet would run quoted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("name", "email", "unit", "link"))
    for participant, token in links:
        row = (participant.name, participant.email, units[participant.unit_id], link_of(token, base_url))
        writer.writerow([safe_text(cell) for cell in row])
    return text.getvalue()


def link_of(token: str, base_url: str) -> str:
    return f"{base_url}/a/{token}"


def _record(session: Session, assessment: Assessment, act: str, **details: Any) -> None:
    record(session, act, organization_id=assessment.organization_id, subject=f"assessment:{assessment.id}", **details)


def _require_open(assessment: Assessment) -> None:
    if assessment.status == "draft":
        raise ConflictError("There are no links before the launch. Launch the assessment first.")
    if assessment.status != "open":
        raise ConflictError("The assessment has closed, so its links no longer work. Start a new wave to ask again.")


def _answering(session: Session, assessment: Assessment) -> list[tuple[Participant, Invitation]]:
    statement = (
        select(Participant, Invitation)
        .join(
            Invitation,
            (col(Invitation.organization_id) == col(Participant.organization_id))
            & (col(Invitation.assessment_id) == col(Participant.assessment_id))
            & (col(Invitation.participant_id) == col(Participant.id)),
        )
        .where(
            Participant.organization_id == assessment.organization_id,
            Participant.assessment_id == assessment.id,
            col(Invitation.revoked_at).is_(None),
        )
        .order_by(col(Participant.email))
    )
    if assessment.anonymity != "anonymous":
        statement = statement.where(col(Invitation.submitted_at).is_(None))
    return list(session.exec(statement).all())


def invited(session: Session, assessment: Assessment, participant_id: str) -> tuple[Participant, Invitation]:
    """A participant and their invitation, to be changed."""
    participant = participant_of(session, assessment, participant_id)
    statement = (
        select(Invitation)
        .where(
            Invitation.organization_id == assessment.organization_id,
            Invitation.assessment_id == assessment.id,
            Invitation.participant_id == participant.id,
        )
        .with_for_update()
    )
    return participant, session.exec(statement).one()


def mint(session: Session, invitation: Invitation, at: datetime) -> str:
    """Another live token; only its digest is stored."""
    token = new_token()
    session.add(
        InvitationToken(
            token_hash=digest(token),
            organization_id=invitation.organization_id,
            assessment_id=invitation.assessment_id,
            invitation_id=invitation.id,
            created_at=at,
        )
    )
    return token


def _end_answering(session: Session, invitation: Invitation) -> None:
    if invitation.response_id is not None:
        session.execute(delete(AnsweringSession).where(col(AnsweringSession.response_id) == invitation.response_id))
