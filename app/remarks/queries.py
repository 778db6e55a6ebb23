"""Reads of remarks."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.errors import NotFoundError
from app.models import Assessment, Membership, Remark, User

FORMER = "A former member"


@dataclass(frozen=True)
class Said:
    """A remark and whose it is."""

    remark: Remark
    author: str


def remarks_of(
    session: Session, assessment: Assessment, subject: str | None = None, subject_id: str | None = None
) -> Sequence[Said]:
    """The remarks of an assessment, the oldest first: all of them, of one kind of subject, or of one subject."""
    statement = (
        select(Remark, User.name)
        .outerjoin(User, col(User.id) == col(Remark.author_id))
        .where(Remark.organization_id == assessment.organization_id, Remark.assessment_id == assessment.id)
        .order_by(col(Remark.created_at), col(Remark.id))
    )
    if subject is not None:
        statement = statement.where(Remark.subject == subject)
    if subject_id is not None:
        statement = statement.where(Remark.subject_id == subject_id)
    return [Said(remark, name or FORMER) for remark, name in session.exec(statement).all()]


def thread_of(
    session: Session, user: User, assessment: Assessment, subject: str, subject_id: str
) -> tuple[str | None, Sequence[Said]]:
    """The role of ``user`` and the remarks of a subject, in one select: every page of a capability asks for them."""
    thread = (
        (col(Remark.organization_id) == col(Membership.organization_id))
        & (col(Remark.assessment_id) == assessment.id)
        & (col(Remark.subject) == subject)
        & (col(Remark.subject_id) == subject_id)
    )
    rows = session.exec(
        select(Membership.role, Remark, User.name)
        .outerjoin(Remark, thread)
        .outerjoin(User, col(User.id) == col(Remark.author_id))
        .where(Membership.organization_id == assessment.organization_id, Membership.user_id == user.id)
        .order_by(col(Remark.created_at), col(Remark.id))
    ).all()
    role = rows[0][0] if rows else None
    return role, [Said(remark, name or FORMER) for _, remark, name in rows if remark is not None]


def find_remark(session: Session, assessment: Assessment, remark_id: str) -> Remark:
    """A remark of this assessment."""
    statement = select(Remark).where(
        Remark.organization_id == assessment.organization_id,
        Remark.assessment_id == assessment.id,
        Remark.id == remark_id,
    )
    remark = session.exec(statement.with_for_update()).first()
    if remark is None:
        raise NotFoundError("There is no such comment. It may have been deleted.")
    return remark
