"""Privacy for consultants: the record of processing, how long people are kept, one person's data, deleting everything."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from fastapi.responses import Response as HttpResponse
from sqlmodel import Session
from starlette.background import BackgroundTask

from app.access import Permission, access_assessment, access_organization
from app.assessments.pages import crumbs_of
from app.assessments.queries import organization_of
from app.clock import now
from app.errors import AppError, InvalidInputError
from app.models import Assessment, Organization
from app.organizations.actions import delete_organization
from app.privacy.actions import erase_people, erase_subject, note_export, set_retention
from app.privacy.files import clean_files
from app.privacy.forms import RetentionForm
from app.privacy.notice import notice_of
from app.privacy.pages import AssessmentPrivacyPage, DeletionPage, FoundPerson, OrganizationPrivacyPage, as_text
from app.privacy.processing import processing_record
from app.privacy.queries import answers_shown, people_count, subject_document, what_is_lost
from app.privacy.subjects import Subject, subject_of_participant, subjects_of_address
from app.web import (
    CurrentUser,
    FieldError,
    FormErrors,
    Notice,
    SessionDep,
    UserForm,
    fields,
    parse_form,
    redirect,
    render,
    shell_for,
)

router = APIRouter(include_in_schema=False)

MANAGE = Permission.MANAGE
DONE = {
    "retention": "Saved. The worker erases what is older once a day.",
    "erased": "Erased. Nothing of this person is left here; backups forget them as they expire.",
    "all": "Everybody of this assessment is erased. Its results stay.",
}
SURE = "Tick the box to confirm: what is erased cannot be brought back."

Done = Annotated[str, Query(max_length=20)]


def cleaned(request: Request, response: HttpResponse) -> HttpResponse:
    """``response``, and once it is sent, the files of the database without what was deleted."""
    response.background = BackgroundTask(clean_files, request.app.state.engine)
    return response


def _notices(done: str) -> tuple[Notice, ...]:
    return (Notice(DONE[done]),) if done in DONE else ()


def _sure(values: dict[str, str]) -> None:
    if values.get("sure") != "yes":
        raise InvalidInputError(SURE, field="sure")


# --- an organisation -------------------------------------------------------------------------------------------------


@router.get("/organizations/{organization_id}/privacy")
def organization_privacy(
    request: Request, session: SessionDep, user: CurrentUser, organization_id: str, done: Done = ""
) -> HTMLResponse:
    organization = access_organization(session, user, organization_id, MANAGE)
    months = "" if organization.retention_months is None else str(organization.retention_months)
    return _organization(request, session, organization, months, FormErrors(), done)


def _organization(
    request: Request, session: Session, organization: Organization, months: str, errors: FormErrors, done: str = ""
) -> HTMLResponse:
    base = f"/organizations/{organization.id}"
    page = OrganizationPrivacyPage(
        f"Privacy at {organization.name}", base, processing_record(session, organization), months, errors
    )
    shell = shell_for(request, crumbs=crumbs_of(organization, "Privacy"), notices=_notices(done))
    return render(request, "privacy/organization.html", status=422 if errors else 200, shell=shell, page=page)


@router.post("/organizations/{organization_id}/retention")
def post_retention(
    request: Request, session: SessionDep, user: CurrentUser, organization_id: str, posted: UserForm
) -> HttpResponse:
    organization = access_organization(session, user, organization_id, MANAGE)
    months = fields(posted).get("months", "").strip()
    form, errors = parse_form(RetentionForm, {"months": months or None})
    if form is None:
        return _organization(request, session, organization, months, errors)
    set_retention(session, organization, form.months, at=now())
    return redirect(f"/organizations/{organization.id}/privacy?done=retention")


@router.get("/organizations/{organization_id}/delete")
def ask_deletion(request: Request, session: SessionDep, user: CurrentUser, organization_id: str) -> HTMLResponse:
    organization = access_organization(session, user, organization_id, MANAGE)
    return _deletion(request, session, organization, FormErrors())


def _deletion(request: Request, session: Session, organization: Organization, errors: FormErrors) -> HTMLResponse:
    lost, still_open = what_is_lost(session, organization)
    page = DeletionPage(organization.name, f"/organizations/{organization.id}", lost, still_open, errors)
    shell = shell_for(request, crumbs=crumbs_of(organization, "Delete"))
    return render(request, "privacy/delete.html", status=422 if errors else 200, shell=shell, page=page)


@router.post("/organizations/{organization_id}/delete")
def post_delete(
    request: Request, session: SessionDep, user: CurrentUser, organization_id: str, posted: UserForm
) -> HttpResponse:
    organization = access_organization(session, user, organization_id, MANAGE)
    if fields(posted).get("name", "").strip() != organization.name:
        error = FieldError("name", "Type the organisation's name exactly to delete it with everything it owns.")
        return _deletion(request, session, organization, FormErrors((error,)))
    delete_organization(session, organization)
    return cleaned(request, redirect("/"))


# --- an assessment ---------------------------------------------------------------------------------------------------


@router.get("/assessments/{assessment_id}/privacy")
def assessment_privacy(
    request: Request, session: SessionDep, user: CurrentUser, assessment_id: str, done: Done = ""
) -> HTMLResponse:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    return _assessment(request, session, assessment, done=done)


@router.post("/assessments/{assessment_id}/privacy")
def post_find(
    request: Request, session: SessionDep, user: CurrentUser, assessment_id: str, posted: UserForm
) -> HTMLResponse:
    """Looks somebody up. A post, so that no address stands in one of ours."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    email = fields(posted).get("email", "").strip()[:254]
    found = subjects_of_address(session, email, assessment)
    if not found:
        error = FieldError("email", "Nobody with this address is on the list of this assessment.")
        return _assessment(request, session, assessment, email=email, errors=FormErrors((error,)))
    return _assessment(request, session, assessment, email=email, subject=found[0])


@router.post("/assessments/{assessment_id}/people/{participant_id}/export")
def post_export(
    session: SessionDep, user: CurrentUser, assessment_id: str, participant_id: str, _posted: UserForm
) -> HttpResponse:
    """What is stored about one person, as a file."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    subject = subject_of_participant(session, assessment, participant_id)
    note_export(session, subject)
    text = as_text(subject_document(session, subject, answers=answers_shown(assessment)))
    headers = {"Content-Disposition": 'attachment; filename="personal-data.json"'}
    return HttpResponse(text, media_type="application/json", headers=headers)


@router.post("/assessments/{assessment_id}/people/{participant_id}/erase")
def post_erase(
    request: Request, session: SessionDep, user: CurrentUser, assessment_id: str, participant_id: str, posted: UserForm
) -> HttpResponse:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    subject = subject_of_participant(session, assessment, participant_id)
    try:
        _sure(fields(posted))
    except InvalidInputError as error:
        return _assessment(request, session, assessment, subject=subject, errors=_wrong(error))
    erase_subject(session, subject)
    return cleaned(request, redirect(f"/assessments/{assessment.id}/privacy?done=erased"))


@router.post("/assessments/{assessment_id}/people/erase")
def post_erase_people(
    request: Request, session: SessionDep, user: CurrentUser, assessment_id: str, posted: UserForm
) -> HttpResponse:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    values = fields(posted)
    try:
        _sure({"sure": values.get("sure_all", "")})
        erase_people(session, assessment, at=now())
    except AppError as error:
        wrong = FormErrors((FieldError("sure_all", error.message),))
        return _assessment(request, session, assessment, errors=wrong)
    return cleaned(request, redirect(f"/assessments/{assessment.id}/privacy?done=all"))


def _wrong(error: AppError) -> FormErrors:
    return FormErrors((FieldError(str(error.extra["field"]), error.message),))


def _assessment(
    request: Request,
    session: Session,
    assessment: Assessment,
    *,
    done: str = "",
    email: str = "",
    subject: Subject | None = None,
    errors: FormErrors | None = None,
) -> HTMLResponse:
    organization = organization_of(session, assessment)
    page = AssessmentPrivacyPage(
        title=f"Privacy: {assessment.name}",
        base=f"/assessments/{assessment.id}",
        notice=notice_of(organization, assessment),
        email=email,
        found=_found(assessment, subject),
        can_erase_all=assessment.status != "open",
        erased=assessment.people_erased_at is not None,
        people=people_count(session, assessment),
        errors=errors or FormErrors(),
    )
    shell = shell_for(request, crumbs=crumbs_of(organization, "Privacy"), notices=_notices(done))
    return render(request, "privacy/assessment.html", status=422 if errors else 200, shell=shell, page=page)


def _found(assessment: Assessment, subject: Subject | None) -> FoundPerson | None:
    if subject is None or subject.participant is None:
        return None
    person = subject.participant
    if assessment.anonymity == "anonymous":
        answered = "Nothing leads from here to answers, so they stay. With the receipt code the person can erase them."
    elif subject.response is None:
        answered = "Has not started to answer."
    elif answers_shown(assessment):
        answered = "Answers are in the file, and are erased with the person."
    else:
        answered = "The file leaves the answers out, because nobody but the person may see them. They are erased too."
    return FoundPerson(person.name, person.email, f"/assessments/{assessment.id}/people/{person.id}", answered)
