"""Erase a person, or everybody of an assessment whose time is over. Published results stay: they hold groups only."""

import json
import zlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.audit.actions import record
from app.errors import ConflictError, InvalidInputError
from app.models import Answer, Assessment, Inviting, Organization, OutboxMail, Participant, Response, Snapshot
from app.privacy.subjects import Subject
from app.responses.queries import comments_of
from app.results.queries import comments_from, questionnaire_of, result_of

MONTHS = range(1, 121)
RESPONDENT = "respondent"
"""The actor of records about what somebody did with a receipt code alone."""


def erase_subject(session: Session, subject: Subject, *, actor: str | None = None) -> None:
    """Delete everything that is stored about one person: list entry, invitation, links, mails, answers and comments.

    In anonymous assessments that is what this way leads to: the list entry from the list, the answers from the receipt code.
    """
    assessment = subject.assessment
    if subject.response is not None:
        _withdraw_comments(session, assessment, subject.response)
    if subject.participant is not None:
        # Its invitation, links and mails go with it; first, because the invitation names the response.
        session.execute(
            delete(Participant).where(
                col(Participant.organization_id) == assessment.organization_id,
                col(Participant.assessment_id) == assessment.id,
                col(Participant.id) == subject.participant.id,
            )
        )
    if subject.response is not None:
        # Answers, and what browsers hold, go with it.
        session.execute(
            delete(Response).where(
                col(Response.organization_id) == assessment.organization_id,
                col(Response.assessment_id) == assessment.id,
                col(Response.id) == subject.response.id,
            )
        )
    session.expire_all()
    record(
        session,
        "subject.erased",
        organization_id=assessment.organization_id,
        subject=f"assessment:{assessment.id}",
        actor=actor,
        person=subject.participant is not None,
        answers=subject.response is not None,
    )


def note_export(session: Session, subject: Subject, *, actor: str | None = None) -> None:
    """Record that somebody's data was taken out for them."""
    record(
        session,
        "subject.exported",
        organization_id=subject.assessment.organization_id,
        subject=f"assessment:{subject.assessment.id}",
        actor=actor,
        person=subject.participant is not None,
        answers=subject.response is not None,
    )


def _withdraw_comments(session: Session, assessment: Assessment, response: Response) -> None:
    """Take the comments of one response out of every stored result; a capability left with too few people shows none."""
    written = Counter(
        session.exec(
            select(Answer.comment).where(
                Answer.organization_id == response.organization_id,
                Answer.response_id == response.id,
                Answer.comment != "",
            )
        ).all()
    )
    if not written:
        return
    people = _people_left(session, assessment, response)
    for snapshot in _snapshots(session, assessment):
        least = comments_from(result_of(snapshot).settings.k)
        stored: dict[str, list[str]] = json.loads(zlib.decompress(snapshot.comments))
        kept = {capability: _without(texts, written) for capability, texts in stored.items()}
        shown = {capability: texts for capability, texts in kept.items() if people[capability] >= least}
        if shown != stored:
            _keep_comments(session, snapshot, shown)


def _people_left(session: Session, assessment: Assessment, response: Response) -> Counter[str]:
    """Capability id → how many others commented on it."""
    frame = comments_of(session, assessment)
    others = frame[frame["response_id"] != response.id]
    capabilities = questionnaire_of(assessment).capabilities
    asked = {capability.id: {question.id for question in capability.questions} for capability in capabilities}
    return Counter(
        {name: others[others["question_id"].isin(ids)]["response_id"].nunique() for name, ids in asked.items()}
    )


def _without(texts: Sequence[str], written: Counter[str]) -> list[str]:
    """``texts`` less each text as often as it was written.

    >>> _without(["a", "b", "a"], Counter(["a"]))
    ['b', 'a']
    """
    left = Counter(written)
    kept = []
    for text in texts:
        if left[text] > 0:
            left[text] -= 1
        else:
            kept.append(text)
    return kept


def _keep_comments(session: Session, snapshot: Snapshot, shown: dict[str, list[str]]) -> None:
    snapshot.comments = zlib.compress(json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode())
    session.add(snapshot)
    session.flush()


def _snapshots(session: Session, assessment: Assessment) -> Sequence[Snapshot]:
    statement = select(Snapshot).where(
        Snapshot.organization_id == assessment.organization_id, Snapshot.assessment_id == assessment.id
    )
    return session.exec(statement).all()


def erase_people(session: Session, assessment: Assessment, *, at: datetime) -> None:
    """Delete everybody of an assessment that is not open: list, invitations, mails, answers, comments. Results stay."""
    if assessment.status == "open":
        raise ConflictError("The assessment is open. Close it before its people are erased.")
    for table in (OutboxMail, Inviting, Participant, Response):
        session.execute(
            delete(table).where(
                col(table.organization_id) == assessment.organization_id, col(table.assessment_id) == assessment.id
            )
        )
    for snapshot in _snapshots(session, assessment):
        _keep_comments(session, snapshot, {})
    if assessment.status == "closed":
        assessment.people_erased_at = at
    session.add(assessment)
    session.flush()
    record(
        session,
        "assessment.people_erased",
        organization_id=assessment.organization_id,
        subject=f"assessment:{assessment.id}",
    )


def set_retention(session: Session, organization: Organization, months: int | None, *, at: datetime) -> None:
    """How long people and answers are kept after an assessment has closed; None: until somebody erases them."""
    if months is not None and months not in MONTHS:
        raise InvalidInputError("Choose 1 to 120 months, or leave it empty to keep them.", field="months")
    record(
        session,
        "organization.retention_set",
        organization_id=organization.id,
        months=months,
        months_before=organization.retention_months,
    )
    organization.retention_months = months
    organization.updated_at = at
    organization.revision += 1
    session.add(organization)
    session.flush()
