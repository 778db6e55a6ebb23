"""Say something about a capability, an initiative or the roadmap; change, delete and resolve it."""

from datetime import datetime

from sqlmodel import Session

from app.assessments.queries import questionnaire_of
from app.audit.actions import record
from app.errors import ForbiddenError, InvalidInputError
from app.libraries import whole_library
from app.models import Assessment, Remark, User


def write_remark(
    session: Session, assessment: Assessment, author: User, *, subject: str, subject_id: str, text: str, at: datetime
) -> Remark:
    """A new remark in the thread of its subject. Raises `InvalidInputError` for a subject that the assessment has not."""
    if not _exists(session, assessment, subject, subject_id):
        raise InvalidInputError(f"There is no {subject} '{subject_id}' to comment on.", field="subject_id")
    remark = Remark(
        organization_id=assessment.organization_id,
        assessment_id=assessment.id,
        subject=subject,
        subject_id=subject_id,
        author_id=author.id,
        text=text,
        created_at=at,
    )
    session.add(remark)
    session.flush()
    _noted(session, "remark.written", remark)
    return remark


def _exists(session: Session, assessment: Assessment, subject: str, subject_id: str) -> bool:
    if subject == "roadmap":
        return subject_id == ""
    if subject == "capability":
        return any(capability.id == subject_id for capability in questionnaire_of(assessment).capabilities)
    library = whole_library(session, assessment.organization_id, assessment.questionnaire_id)
    return any(initiative.id == subject_id for initiative in library)


def edit_remark(session: Session, remark: Remark, user: User, text: str, *, at: datetime) -> None:
    """Change one's own words; that they were changed stays visible."""
    if remark.author_id != user.id:
        raise ForbiddenError("Only who wrote a comment can change it.")
    if text == remark.text:
        return
    remark.text, remark.edited_at = text, at
    remark.revision += 1
    session.add(remark)
    session.flush()
    _noted(session, "remark.changed", remark)


def remove_remark(session: Session, remark: Remark, user: User, *, moderator: bool) -> None:
    """Delete one's own words; consultants (``moderator``) also those of others, such as what names somebody who answered."""
    if remark.author_id != user.id and not moderator:
        raise ForbiddenError("Only who wrote a comment, or a consultant, can delete it.")
    _noted(session, "remark.removed", remark)
    session.delete(remark)
    session.flush()


def resolve_remark(session: Session, remark: Remark, *, resolved: bool, at: datetime) -> None:
    """Settled, or open again."""
    if resolved == (remark.resolved_at is not None):
        return
    remark.resolved_at = at if resolved else None
    remark.revision += 1
    session.add(remark)
    session.flush()
    _noted(session, "remark.resolved" if resolved else "remark.reopened", remark)


def _noted(session: Session, act: str, remark: Remark) -> None:
    record(
        session,
        act,
        organization_id=remark.organization_id,
        subject=remark.id,
        assessment=remark.assessment_id,
        about=remark.subject,
        of=remark.subject_id,
    )
