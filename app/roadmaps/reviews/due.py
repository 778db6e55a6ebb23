"""The quarterly review: when it is due, and the mail that says so, once a quarter and person."""

from datetime import date, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import load_only
from sqlmodel import Session, col, select

from app.access import ROLE_PERMISSIONS, Permission
from app.db import everything, transaction
from app.mail.outbox import queue_mail
from app.models import Assessment, Membership, Organization, Roadmap, User
from app.roadmaps.limits import MONTHS, Limits, period_of
from app.settings import get_settings

TEMPLATE = "roadmap_review"


def quarter_of(day: date) -> tuple[int, int]:
    """Year and quarter, 1 to 4."""
    return day.year, (day.month - 1) // MONTHS + 1


def is_due(roadmap: Roadmap, day: date) -> bool:
    """Whether a quarter of the plan has ended since it was adopted or last reviewed."""
    if roadmap.status != "adopted" or roadmap.adopted_at is None:
        return False
    limits = Limits.of(roadmap.limits)
    return 1 <= period_of(limits, day) < limits.periods and quarter_of(roadmap.adopted_at.date()) < quarter_of(day)


def remind_of_reviews(engine: Engine, *, at: datetime) -> int:
    """Queue a mail to everybody who may re-plan, for each plan whose review is due; returns how many were queued."""
    enough = load_only(col(Roadmap.limits), col(Roadmap.status), col(Roadmap.adopted_at))  # type: ignore[arg-type]
    statement = select(Roadmap).where(Roadmap.status == "adopted").options(enough)
    with Session(everything(engine).execution_options(writes=False)) as session:
        due = [row for row in session.exec(statement) if is_due(row, at.date())]
    queued = 0
    for row in due:
        with transaction(engine) as session:
            queued += _remind(session, row, at.date())
    return queued


def _remind(session: Session, roadmap: Roadmap, day: date) -> int:
    assessment = session.get_one(Assessment, (roadmap.organization_id, roadmap.assessment_id))
    organization = session.get_one(Organization, roadmap.organization_id)
    year, quarter = quarter_of(day)
    values = {
        "organization": organization.name,
        "assessment": assessment.name,
        "quarter": f"Q{quarter} {year}",
        # It opens nothing: who follows it signs in.
        "link": f"{get_settings().base_url}/roadmaps/{roadmap.id}/reviews",
    }
    roles = [role for role, may in ROLE_PERMISSIONS.items() if Permission.PLAN in may]
    people = session.exec(
        select(User)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(Membership.organization_id == roadmap.organization_id, col(Membership.role).in_(roles))
        .where(col(User.disabled_at).is_(None), col(User.password_hash).is_not(None))
    ).all()
    sent = [
        queue_mail(
            session,
            to=person.email,
            template=TEMPLATE,
            values=values,
            cause=f"{TEMPLATE}:{roadmap.assessment_id}:{year}-{quarter}:{person.id}",
            organization_id=roadmap.organization_id,
            assessment_id=roadmap.assessment_id,
        )
        for person in people
    ]
    return sum(each is not None for each in sent)
