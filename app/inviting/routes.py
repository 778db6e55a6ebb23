"""The pages of mails: words and preview, test mail, sending again."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.access import Permission, access_assessment
from app.assessments.invitations import invited
from app.assessments.mailing import INVITATION, send_again
from app.assessments.pages import crumbs_of, tabs_of
from app.assessments.queries import organization_of
from app.assessments.reminders import plan_reminders, remind_now, skip_reminder
from app.clock import now
from app.errors import AppError, InvalidInputError
from app.inviting import actions
from app.inviting.forms import RemindersForm, WayForm, WordingForm
from app.inviting.pages import mails_page
from app.models import Assessment
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
    "saved": "Saved. Mails that have not left yet carry these words.",
    "restored": "Our words are back.",
    "test": "The test mail is on its way to you.",
    "way": "Saved.",
    "planned": "The reminders are planned.",
    "skipped": "The reminder is skipped.",
}


def _show(
    request: Request,
    session: Session,
    assessment: Assessment,
    template: str,
    *,
    done: str = "",
    typed: dict[str, str] | None = None,
    planned: dict[str, str] | None = None,
    errors: FormErrors | None = None,
) -> HTMLResponse:
    notices = (Notice(DONE[done]),) if done in DONE else ()
    crumbs = crumbs_of(organization_of(session, assessment), assessment.name)
    shell = shell_for(request, crumbs=crumbs, tabs=tabs_of(assessment, "mails"), notices=notices)
    page = mails_page(session, assessment, template, typed=typed, planned=planned, errors=errors)
    return render(request, "inviting/mails.html", status=422 if errors else 200, shell=shell, page=page)


@router.get("/assessments/{assessment_id}/mails")
def mails(
    request: Request,
    session: SessionDep,
    user: CurrentUser,
    assessment_id: str,
    template: Annotated[str, Query(max_length=60)] = INVITATION,
    done: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    return _show(request, session, assessment, actions.find_template(template), done=done)


@router.post("/assessments/{assessment_id}/mails/way")
def post_way(request: Request, session: SessionDep, user: CurrentUser, form: UserForm, assessment_id: str) -> Response:
    """By mail or by links, and where answers go."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    given, errors = parse_form(WayForm, fields(form))
    if given is not None:
        try:
            actions.choose_way(session, assessment, by=given.by, reply_to=given.reply_to.strip(), at=now())
            return redirect(f"/assessments/{assessment.id}/mails?done=way")
        except InvalidInputError as error:
            errors = _wrong(error)
    return _show(request, session, assessment, INVITATION, errors=errors)


@router.post("/assessments/{assessment_id}/mails/words")
def post_words(
    request: Request, session: SessionDep, user: CurrentUser, form: UserForm, assessment_id: str
) -> Response:
    """Saves, previews or restores the words of one mail, or sends them to the consultant as a test."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    values = fields(form)
    given, errors = parse_form(WordingForm, values)
    if given is None:
        return _show(request, session, assessment, INVITATION, errors=errors)
    template = actions.find_template(given.template)
    here = f"/assessments/{assessment.id}/mails?template={template}"
    if given.then == "restore":
        actions.restore_wording(session, assessment, template)
        return redirect(f"{here}&done=restored")
    try:
        wording = actions.check_wording(assessment, template, given.subject, given.body)
    except InvalidInputError as error:
        return _show(request, session, assessment, template, typed=values, errors=_wrong(error))
    if given.then == "preview":
        return _show(request, session, assessment, template, typed=values)
    actions.save_wording(session, assessment, template, wording)
    if given.then == "test":
        actions.send_test(session, assessment, template, user, at=now())
        return redirect(f"{here}&done=test")
    return redirect(f"{here}&done=saved")


def _wrong(error: AppError) -> FormErrors:
    found = error.extra.get("errors") or [{"field": error.extra.get("field", ""), "message": error.message}]
    return FormErrors(tuple(FieldError(str(item["field"]), str(item["message"])) for item in found))


@router.post("/assessments/{assessment_id}/reminders")
def post_reminders(
    request: Request, session: SessionDep, user: CurrentUser, form: UserForm, assessment_id: str
) -> Response:
    """The rounds that are planned, instead of those before."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    values = fields(form)
    given, errors = parse_form(RemindersForm, values)
    if given is not None:
        try:
            plan_reminders(session, assessment, given.due, at=now())
            return redirect(f"/assessments/{assessment.id}/mails?done=planned")
        except InvalidInputError as error:
            session.rollback()
            errors = _wrong(error)
    return _show(request, session, assessment, INVITATION, planned=values, errors=errors)


@router.post("/assessments/{assessment_id}/reminders/{reminder_id}/skip")
def post_skip(
    session: SessionDep, user: CurrentUser, _form: UserForm, assessment_id: str, reminder_id: str
) -> Response:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    skip_reminder(session, assessment, reminder_id)
    return redirect(f"/assessments/{assessment.id}/mails?done=skipped")


@router.post("/assessments/{assessment_id}/remind")
def post_remind(session: SessionDep, user: CurrentUser, form: UserForm, assessment_id: str) -> Response:
    """Reminds everybody who has not submitted, or those of one unit (``unit``), now."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    unit = fields(form).get("unit", "")[:36]
    remind_now(session, assessment, [unit] if unit else [], at=now())
    return redirect(f"/assessments/{assessment.id}/live?done=reminded")


@router.post("/assessments/{assessment_id}/participants/{participant_id}/send-again")
def post_send_again(
    session: SessionDep, user: CurrentUser, _form: UserForm, assessment_id: str, participant_id: str
) -> Response:
    """Another invitation by mail for one person, in place of the one that did not arrive."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    send_again(session, assessment, invited(session, assessment, participant_id), at=now())
    return redirect(f"/assessments/{assessment.id}/setup/participants#people")
