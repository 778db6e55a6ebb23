"""Everything that is stored about one person, as they may take it with them."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from app.formats import plural
from app.models import (
    Answer,
    Assessment,
    Organization,
    OutboxMail,
    Participant,
    Remark,
    Response,
    Roadmap,
    Snapshot,
    Unit,
)
from app.privacy.subjects import Subject
from questionnaires.load import load_questionnaire
from questionnaires.schema import Questionnaire

WITHHELD = "Only the person can take the answers along, with their receipt code: nobody else sees who answered what."


def subject_document(session: Session, subject: Subject, *, answers: bool) -> dict[str, Any]:
    """The export of a subject. ``answers``: whether who asks may see what was answered; else it says who may."""
    assessment = subject.assessment
    document: dict[str, Any] = {
        "organization": session.exec(
            select(Organization.name).where(Organization.id == assessment.organization_id)
        ).one(),
        "assessment": {
            "name": assessment.name,
            "questionnaire": f"{assessment.questionnaire_id} {assessment.questionnaire_version}",
            "anonymity": assessment.anonymity,
        },
    }
    if subject.participant is not None:
        document["person"] = _person(session, subject)
        document["mails"] = _mails(session, subject)
    if subject.response is not None:
        document["answers"] = _response(session, subject) if answers else WITHHELD
    elif assessment.anonymity == "anonymous" and subject.participant is not None:
        document["answers"] = "Nothing stored leads from a person to answers; with a receipt code they can be found."
    return document


def _person(session: Session, subject: Subject) -> dict[str, Any]:
    participant, invitation = subject.participant, subject.invitation
    if participant is None:
        return {}
    unit = session.exec(
        select(Unit.name).where(Unit.organization_id == participant.organization_id, Unit.id == participant.unit_id)
    ).first()
    times = ("created_at", "started_at", "submitted_at", "revoked_at")
    return {
        "name": participant.name,
        "email": participant.email,
        "unit": unit or "",
        "role": participant.role,
        "seniority": participant.seniority,
        "invitation": {name: _time(getattr(invitation, name)) for name in times} if invitation else None,
    }


def _mails(session: Session, subject: Subject) -> list[dict[str, Any]]:
    if subject.invitation is None:
        return []
    statement = (
        select(OutboxMail)
        .where(
            OutboxMail.organization_id == subject.invitation.organization_id,
            OutboxMail.invitation_id == subject.invitation.id,
        )
        .order_by(col(OutboxMail.queued_at))
    )
    return [
        {
            "kind": mail.template,
            "state": mail.state,
            "queued_at": _time(mail.queued_at),
            "ended_at": _time(mail.ended_at),
        }
        for mail in session.exec(statement)
    ]


def _response(session: Session, subject: Subject) -> dict[str, Any]:
    response = subject.response
    if response is None:
        return {}
    questionnaire = load_questionnaire(subject.assessment.questionnaire_id, subject.assessment.questionnaire_version)
    rows = session.exec(
        select(Answer)
        .where(Answer.organization_id == response.organization_id, Answer.response_id == response.id)
        .order_by(col(Answer.question_id))
    ).all()
    return {
        "role": response.role,
        "seniority": response.seniority,
        "started_at": _time(response.started_at),
        "submitted_at": _time(response.submitted_at),
        "given": [_answer(questionnaire, row) for row in rows],
    }


def _answer(questionnaire: Questionnaire, row: Answer) -> dict[str, Any]:
    questions = {question.id: question for question in (*questionnaire.asked, *questionnaire.profile)}
    question = questions.get(row.question_id)
    option = next((each.text for each in question.options if each.id == row.option_id), None) if question else None
    kept = {name: getattr(row, name) for name in ("reason", "comment", "evidence_url") if getattr(row, name)}
    return {
        "question": row.question_id,
        "text": question.text if question else "",
        "answer": option or row.status.replace("_", " "),
        **kept,
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def answers_shown(assessment: Assessment) -> bool:
    """Whether consultants may see who answered what."""
    return assessment.anonymity == "identified"


def people_count(session: Session, assessment: Assessment) -> int:
    """How many are on the list of an assessment."""
    statement = select(func.count()).where(
        Participant.organization_id == assessment.organization_id, Participant.assessment_id == assessment.id
    )
    return session.exec(statement).one()


def what_is_lost(session: Session, organization: Organization) -> tuple[tuple[str, ...], str]:
    """What goes with an organisation, counted in words; and the open assessment that forbids it, if any."""
    counted: tuple[tuple[Any, str, str], ...] = (
        (Assessment, "assessment", "assessments"),
        (Participant, "invited person", "invited people"),
        (Response, "response", "responses"),
        (Snapshot, "result", "results"),
        (Roadmap, "roadmap", "roadmaps"),
        (Remark, "comment", "comments"),
    )
    lost = []
    for table, one, many in counted:
        found = session.exec(select(func.count()).where(table.organization_id == organization.id)).one()
        lost.append(plural(found, one, many))
    still_open = session.exec(
        select(Assessment.name).where(Assessment.organization_id == organization.id, Assessment.status == "open")
    ).first()
    return tuple(lost), still_open or ""
