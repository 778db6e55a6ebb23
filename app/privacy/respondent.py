"""Privacy for those who are asked, without signing in: the notice by their link, their data by receipt code."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from fastapi.responses import Response as HttpResponse
from pydantic import ValidationError
from sqlmodel import Session, select
from starlette.datastructures import FormData

from app.errors import AppError
from app.models import Organization
from app.privacy.actions import RESPONDENT, erase_subject, note_export
from app.privacy.forms import ReceiptForm
from app.privacy.notice import notice_of
from app.privacy.pages import NoticePage, YourDataPage, as_text
from app.privacy.queries import subject_document
from app.privacy.routes import SURE, cleaned
from app.privacy.subjects import Subject, subject_of_receipt
from app.responses.actions import follow_link
from app.responses.pages import shell_of
from app.responses.routes import bare_shell, problem, show
from app.throttle import RECEIPT, throttled
from app.web import FieldError, Public, SessionDep, fields, posted_form
from questionnaires.load import load_questionnaire

router = APIRouter(include_in_schema=False)

PostedForm = Annotated[FormData, Depends(posted_form)]


@router.get("/a/{token}/privacy", dependencies=[Public])
def notice(request: Request, session: SessionDep, token: str) -> HTMLResponse:
    """The privacy notice. Changes nothing, and needs nothing but the link."""
    try:
        assessment = follow_link(session, token).assessment
    except AppError as error:
        return problem(request, error)
    organization = session.exec(select(Organization).where(Organization.id == assessment.organization_id)).one()
    questionnaire = load_questionnaire(assessment.questionnaire_id, assessment.questionnaire_version)
    shell = shell_of(organization, assessment, questionnaire, nonce=request.state.nonce)
    return show("notice", shell, NoticePage(notice_of(organization, assessment), f"/a/{token}"))


@router.get("/your-data", dependencies=[Public])
def your_data(request: Request) -> HTMLResponse:
    return show("your_data", bare_shell(request), YourDataPage())


@router.post("/your-data", dependencies=[Public, throttled(RECEIPT)])
def post_your_data(request: Request, session: SessionDep, posted: PostedForm) -> HttpResponse:
    """Shows what belongs to a receipt code, gives it as a file (``then=export``) or erases it (``then=erase``)."""
    values = fields(posted)
    code = values.get("receipt_code", "").strip()
    try:
        subject = subject_of_receipt(session, ReceiptForm(receipt_code=code).receipt_code)
    except ValidationError:
        return _refused(
            request, "", "", "receipt_code", "Enter the code of your receipt: four groups of four characters."
        )
    except AppError as error:
        return _refused(request, code[:60], "", "receipt_code", error.message)
    match values.get("then", ""):
        case "erase":
            return _erase(request, session, subject, code, sure=values.get("sure") == "yes")
        case "export":
            return _export(session, subject)
    return show("your_data", bare_shell(request), YourDataPage(code, _text(session, subject)))


def _text(session: Session, subject: Subject) -> str:
    return as_text(subject_document(session, subject, answers=True))


def _refused(request: Request, code: str, document: str, place: str, message: str) -> HTMLResponse:
    page = YourDataPage(code, document, errors=(FieldError(place, message),))
    return show("your_data", bare_shell(request), page, 422)


def _export(session: Session, subject: Subject) -> HttpResponse:
    note_export(session, subject, actor=RESPONDENT)
    headers = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return HttpResponse(_text(session, subject), media_type="application/json", headers=headers)


def _erase(request: Request, session: Session, subject: Subject, code: str, *, sure: bool) -> HttpResponse:
    if not sure:
        return _refused(request, code, _text(session, subject), "sure", SURE)
    erase_subject(session, subject, actor=RESPONDENT)
    return cleaned(request, show("your_data", bare_shell(request), YourDataPage(erased=True)))
