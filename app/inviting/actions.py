"""What a consultant does with the mails of an assessment: words of their own, a test, and another try."""

from datetime import datetime

from sqlmodel import Session

from app.assessments.mailing import choose_way
from app.assessments.queries import questionnaire_of
from app.audit.actions import record
from app.clock import new_id
from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.inviting.mails import TEMPLATES
from app.mail.outbox import queue_mail
from app.mail.wording import Wording, shipped_wording, wording_problems
from app.models import Assessment, MailWording, User

__all__ = ["check_wording", "choose_way", "find_template", "restore_wording", "save_wording", "send_test"]


def find_template(name: str) -> str:
    """The template of that name. Raises `NotFoundError`."""
    if name not in TEMPLATES:
        raise NotFoundError(f"There is no mail '{name[:40]}'. There is: {', '.join(TEMPLATES)}.")
    return name


def check_wording(assessment: Assessment, template: str, subject: str, body: str) -> Wording:
    """An author's words, if they can be sent. Raises `InvalidInputError` naming ``subject`` or ``body`` and the fix."""
    shipped = shipped_wording(template, questionnaire_of(assessment).language)
    wording = Wording(subject.strip(), body.replace("\r\n", "\n").strip())
    problems = wording_problems(wording, shipped)
    if problems:
        errors = [{"field": field, "message": message} for field, message in problems.items()]
        raise InvalidInputError(" ".join(problems.values()), errors=errors)
    return wording


def save_wording(session: Session, assessment: Assessment, template: str, wording: Wording) -> None:
    """Keep the consultant's own words, which were checked."""
    if assessment.status == "closed":
        raise ConflictError("The assessment has closed, so no more mails go out.")
    key = (assessment.organization_id, assessment.id, template)
    stored = session.get(MailWording, key) or MailWording(
        organization_id=assessment.organization_id, assessment_id=assessment.id, template=template, subject="", body=""
    )
    stored.subject, stored.body = wording.subject, wording.body
    session.add(stored)
    session.flush()
    record(
        session,
        "inviting.words_saved",
        organization_id=assessment.organization_id,
        subject=assessment.id,
        template=template,
    )


def restore_wording(session: Session, assessment: Assessment, template: str) -> None:
    """Back to the shipped words."""
    stored = session.get(MailWording, (assessment.organization_id, assessment.id, template))
    if stored is not None:
        session.delete(stored)
        session.flush()
        record(
            session,
            "inviting.words_restored",
            organization_id=assessment.organization_id,
            subject=assessment.id,
            template=template,
        )


def send_test(session: Session, assessment: Assessment, template: str, user: User, *, at: datetime) -> None:
    """The mail as participants get it, to the consultant alone; its links lead nowhere."""
    queue_mail(
        session,
        to=user.email,
        template=template,
        values={},
        cause=f"test:{new_id()}",
        organization_id=assessment.organization_id,
        assessment_id=assessment.id,
        locale=questionnaire_of(assessment).language,
        due_at=at,
    )
    record(
        session,
        "inviting.test_sent",
        organization_id=assessment.organization_id,
        subject=assessment.id,
        template=template,
    )
