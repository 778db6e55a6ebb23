"""Privacy as JSON."""

from typing import Any

from fastapi import APIRouter, BackgroundTasks, Request
from pydantic import BaseModel, ConfigDict

from app.access import Permission, access_assessment, access_organization
from app.clock import now
from app.organizations.actions import delete_organization
from app.privacy.actions import RESPONDENT, erase_people, erase_subject, note_export, set_retention
from app.privacy.files import clean_files
from app.privacy.forms import ReceiptForm, RetentionForm
from app.privacy.processing import processing_record
from app.privacy.queries import answers_shown, subject_document
from app.privacy.subjects import subject_of_participant, subject_of_receipt
from app.repeats import OnceRoute
from app.throttle import RECEIPT, throttled
from app.web import CurrentUser, Problem, Public, SessionDep

router = APIRouter(
    prefix="/api/v1",
    route_class=OnceRoute,
    tags=["privacy"],
    responses={code: {"model": Problem} for code in (401, 403, 404, 409, 422)},
)
receipts = APIRouter(
    prefix="/api/v1/receipts", tags=["privacy"], responses={code: {"model": Problem} for code in (401, 404, 422, 429)}
)

MANAGE = Permission.MANAGE


class ActivityOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    purpose: str
    people: str
    stored: str
    seen_by: str
    kept: str


class AskedOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    status: str
    anonymity: str
    people: int
    erased: bool


class ProcessingOut(BaseModel):
    """The record of processing of one organisation."""

    model_config = ConfigDict(from_attributes=True)

    controller: str
    activities: list[ActivityOut]
    safeguards: list[str]
    recipients: list[str]
    assessments: list[AskedOut]


def _clean_after(tasks: BackgroundTasks, request: Request) -> None:
    tasks.add_task(clean_files, request.app.state.engine)


@router.get("/organizations/{organization_id}/processing", summary="The record of processing")
def get_processing(session: SessionDep, user: CurrentUser, organization_id: str) -> ProcessingOut:
    organization = access_organization(session, user, organization_id, MANAGE)
    return ProcessingOut.model_validate(processing_record(session, organization))


@router.put("/organizations/{organization_id}/retention", summary="How long people are kept after a close")
def put_retention(session: SessionDep, user: CurrentUser, organization_id: str, form: RetentionForm) -> RetentionForm:
    organization = access_organization(session, user, organization_id, MANAGE)
    set_retention(session, organization, form.months, at=now())
    return form


@router.delete("/organizations/{organization_id}", status_code=204, summary="Delete an organisation")
def remove_organization(
    request: Request, tasks: BackgroundTasks, session: SessionDep, user: CurrentUser, organization_id: str
) -> None:
    """With everything it owns. Refused while an assessment is open."""
    delete_organization(session, access_organization(session, user, organization_id, MANAGE))
    _clean_after(tasks, request)


@router.post(
    "/assessments/{assessment_id}/people/{participant_id}/export", summary="Everything that is stored about a person"
)
def post_export(session: SessionDep, user: CurrentUser, assessment_id: str, participant_id: str) -> dict[str, Any]:
    """Answers are in it where the assessment is identified; else only the person can take them along."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    subject = subject_of_participant(session, assessment, participant_id)
    note_export(session, subject)
    return subject_document(session, subject, answers=answers_shown(assessment))


@router.delete(
    "/assessments/{assessment_id}/people/{participant_id}", status_code=204, summary="Erase a person and their answers"
)
def delete_person(
    request: Request,
    tasks: BackgroundTasks,
    session: SessionDep,
    user: CurrentUser,
    assessment_id: str,
    participant_id: str,
) -> None:
    """In anonymous assessments answers stay: nothing leads to them but the receipt code."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    erase_subject(session, subject_of_participant(session, assessment, participant_id))
    _clean_after(tasks, request)


@router.delete("/assessments/{assessment_id}/people", status_code=204, summary="Erase everybody of an assessment")
def delete_people(
    request: Request, tasks: BackgroundTasks, session: SessionDep, user: CurrentUser, assessment_id: str
) -> None:
    """List, mails, answers and comments; results stay. Refused while it is open."""
    erase_people(session, access_assessment(session, user, assessment_id, MANAGE), at=now())
    _clean_after(tasks, request)


@receipts.post(
    "/export", dependencies=[Public, throttled(RECEIPT)], summary="Everything that is stored with a receipt code"
)
def export_receipt(session: SessionDep, form: ReceiptForm) -> dict[str, Any]:
    subject = subject_of_receipt(session, form.receipt_code)
    note_export(session, subject, actor=RESPONDENT)
    return subject_document(session, subject, answers=True)


@receipts.post(
    "/erase",
    dependencies=[Public, throttled(RECEIPT)],
    status_code=204,
    summary="Erase everything stored with a receipt code",
)
def erase_receipt(request: Request, tasks: BackgroundTasks, session: SessionDep, form: ReceiptForm) -> None:
    """Answers; and unless the assessment is anonymous, the entry on the list, the invitation and its mails too."""
    erase_subject(session, subject_of_receipt(session, form.receipt_code), actor=RESPONDENT)
    _clean_after(tasks, request)
