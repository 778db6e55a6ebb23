"""Who the demo signs in, found again on every start: light, because a start must be quick."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.accounts.actions import digest
from app.clock import new_token
from app.models import Assessment, Invitation, InvitationToken, Organization, User

CONSULTANT = "consultant@quillon.example"
LEADER = "leader@norbeck.example"
MEASURED = "Norbeck Instruments"
LIVE = "Calder Energy Services"
WINDOW = timedelta(days=28)


@dataclass(frozen=True)
class DemoUsers:
    consultant: User
    leader: User


def demo_users(session: Session) -> DemoUsers | None:
    """The people of a demo that was loaded before."""
    statement = select(User).where(col(User.email).in_([CONSULTANT, LEADER]))
    found = {user.email: user for user in session.exec(statement)}
    return DemoUsers(found[CONSULTANT], found[LEADER]) if len(found) == 2 else None


def report_path(session: Session) -> str:
    """Where the leader's link leads: the newest measured wave."""
    statement = (
        select(Assessment.id)
        .join(Organization)
        .where(Organization.name == MEASURED, Assessment.status == "closed")
        .order_by(col(Assessment.wave).desc())
    )
    found = session.exec(statement).first()
    return f"/assessments/{found}/report" if found else "/"


def respondent_link(session: Session, *, at: datetime) -> str | None:
    """Another live token for somebody who has not answered the open survey; `None` once it was closed."""
    statement = (
        select(Assessment, Invitation)
        .join(Organization)
        .join(
            Invitation,
            (col(Invitation.organization_id) == col(Assessment.organization_id))
            & (col(Invitation.assessment_id) == col(Assessment.id)),
        )
        .where(Organization.name == LIVE, Assessment.status == "open", col(Invitation.revoked_at).is_(None))
        .order_by(
            col(Invitation.submitted_at).is_not(None), col(Invitation.started_at).is_not(None), col(Invitation.id)
        )
    )
    found = session.exec(statement).first()
    if found is None:
        return None
    assessment, invitation = found
    if assessment.closes_at is not None and assessment.closes_at < at + timedelta(days=2):
        # A demo that was loaded a month ago still has a survey to answer.
        assessment.closes_at = at + WINDOW
        session.add(assessment)
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
