"""The pages of an assessment: five steps, launch, participants and their links, live."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile

from app.access import Permission, access_assessment, access_organization, may
from app.assessments import actions
from app.assessments.files import links_file, progress_file
from app.assessments.forms import (
    ExtendForm,
    NewUnitForm,
    QuestionnaireForm,
    TermsForm,
    as_errors,
    column_mapping,
    goal_keys,
    headcounts,
    parse_strategy,
    parse_targets,
)
from app.assessments.invitations import link_of
from app.assessments.live import live_page
from app.assessments.mailing import choose_way
from app.assessments.pages import (
    STEPS,
    LinkPage,
    agreed_page,
    crumbs_of,
    first_open_step,
    participants_page,
    questionnaire_page,
    review_page,
    strategy_page,
    tabs_of,
    terms_page,
)
from app.assessments.queries import organization_of, progress, questionnaire_of
from app.assessments.reminders import plan_reminders
from app.assessments.workbooks import table_text
from app.clock import now
from app.errors import AppError, ConflictError, InvalidInputError, NotFoundError
from app.models import Assessment
from app.organizations.actions import add_unit
from app.organizations.forms import UnitForm
from app.settings import get_settings
from app.web import (
    CurrentUser,
    FieldError,
    FormErrors,
    Notice,
    SessionDep,
    Shell,
    UserForm,
    clean_text,
    fields,
    parse_form,
    redirect,
    render,
    shell_for,
)

router = APIRouter(include_in_schema=False)

NEXT_STEP = dict(zip([name for name, _ in STEPS], [name for name, _ in STEPS[1:]], strict=False))
MANAGE = Permission.MANAGE


def _shell(
    request: Request, session: Session, assessment: Assessment, tab: str, notice: str = "", *, manage: bool = True
) -> Shell:
    organization = organization_of(session, assessment)
    return shell_for(
        request,
        crumbs=crumbs_of(organization, assessment.name),
        tabs=tabs_of(assessment, tab, manage=manage),
        notices=(Notice(notice),) if notice else (),
    )


def _wrong(error: AppError, field: str) -> FormErrors:
    """A refused action as an error of the form; ``field`` when the action names none."""
    return FormErrors((FieldError(str(error.extra.get("field", field)), error.message),))


# --- 1 questionnaire -------------------------------------------------------------------------------------------------


@router.get("/organizations/{organization_id}/assessments/new")
def new_assessment(request: Request, session: SessionDep, user: CurrentUser, organization_id: str) -> HTMLResponse:
    organization = access_organization(session, user, organization_id, MANAGE)
    page = questionnaire_page(session, organization, None, at=now())
    shell = shell_for(request, crumbs=crumbs_of(organization, "New assessment"))
    return render(request, "assessments/questionnaire.html", shell=shell, page=page)


@router.post("/organizations/{organization_id}/assessments/new")
def post_new_assessment(
    request: Request, session: SessionDep, user: CurrentUser, form: UserForm, organization_id: str
) -> Response:
    organization = access_organization(session, user, organization_id, MANAGE)
    values = fields(form)
    given, errors = parse_form(QuestionnaireForm, values)
    if isinstance(given, QuestionnaireForm):
        try:
            assessment = actions.create_assessment(
                session,
                organization,
                user,
                name=given.name,
                questionnaire_id=given.questionnaire_id,
                version=given.version,
                previous_id=given.previous_id or None,
                at=now(),
            )
            return redirect(f"/assessments/{assessment.id}/setup/strategy")
        except InvalidInputError as error:
            errors = _wrong(error, "questionnaire")
    page = questionnaire_page(session, organization, None, values, errors, at=now())
    shell = shell_for(request, crumbs=crumbs_of(organization, "New assessment"))
    return render(request, "assessments/questionnaire.html", status=422, shell=shell, page=page)


@router.get("/assessments/{assessment_id}")
def open_assessment(session: SessionDep, user: CurrentUser, assessment_id: str) -> Response:
    """Where an assessment's status belongs; a draft is set up by those who manage it, and the report says so to others."""
    assessment = access_assessment(session, user, assessment_id, Permission.VIEW)
    waits = assessment.status == "draft" and not may(session, user, assessment.organization_id, MANAGE)
    if assessment.status == "closed" or waits:
        return redirect(f"/assessments/{assessment.id}/report")
    if assessment.status == "open":
        return redirect(f"/assessments/{assessment.id}/live")
    return redirect(f"/assessments/{assessment.id}/setup/{first_open_step(session, assessment, at=now())}")


@router.get("/assessments/{assessment_id}/setup/questionnaire")
def questionnaire_step(request: Request, session: SessionDep, user: CurrentUser, assessment_id: str) -> HTMLResponse:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    page = questionnaire_page(session, organization_of(session, assessment), assessment, at=now())
    shell = _shell(request, session, assessment, "questionnaire")
    return render(request, "assessments/questionnaire.html", shell=shell, page=page)


@router.post("/assessments/{assessment_id}/setup/questionnaire")
def post_questionnaire_step(
    request: Request, session: SessionDep, user: CurrentUser, form: UserForm, assessment_id: str
) -> Response:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    values = fields(form)
    given, errors = parse_form(QuestionnaireForm, values)
    if isinstance(given, QuestionnaireForm):
        try:
            actions.name_wave(session, assessment, given.name, given.previous_id or None, at=now())
            actions.choose_questionnaire(session, assessment, given.questionnaire_id, given.version, at=now())
            return redirect(f"/assessments/{assessment.id}/setup/strategy")
        except InvalidInputError as error:
            session.rollback()
            errors = _wrong(error, "questionnaire")
    page = questionnaire_page(session, organization_of(session, assessment), assessment, values, errors, at=now())
    shell = _shell(request, session, assessment, "questionnaire")
    return render(request, "assessments/questionnaire.html", status=422, shell=shell, page=page)


# --- 2 strategy ------------------------------------------------------------------------------------------------------


@router.get("/assessments/{assessment_id}/setup/strategy")
def strategy_step(request: Request, session: SessionDep, user: CurrentUser, assessment_id: str) -> HTMLResponse:
    assessment = access_assessment(session, user, assessment_id, Permission.VIEW)
    manage = may(session, user, assessment.organization_id, MANAGE)
    shell = _shell(request, session, assessment, "strategy", manage=manage)
    if assessment.status != "draft":
        page = agreed_page(session, assessment, at=now())
        return render(request, "assessments/strategy_agreed.html", shell=shell, page=page)
    access_assessment(session, user, assessment_id, MANAGE)
    return render(request, "assessments/strategy.html", shell=shell, page=strategy_page(session, assessment, at=now()))


@router.post("/assessments/{assessment_id}/setup/strategy")
def post_strategy_step(
    request: Request, session: SessionDep, user: CurrentUser, form: UserForm, assessment_id: str
) -> Response:
    """Keeps all of it or, when something is wrong, shows it again as typed and keeps nothing."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    values = fields(form)
    strategy, errors = parse_strategy(values)
    if not errors:
        errors = _save_strategy(session, assessment, strategy, values)
    if errors:
        page = strategy_page(session, assessment, values, as_errors(errors), at=now())
        shell = _shell(request, session, assessment, "strategy")
        return render(request, "assessments/strategy.html", status=422, shell=shell, page=page)
    step = "strategy#targets" if values.get("then") == "stay" else "participants"
    return redirect(f"/assessments/{assessment.id}/setup/{step}")


def _save_strategy(
    session: Session, assessment: Assessment, strategy: actions.StrategyInput, values: dict[str, str]
) -> list[FieldError]:
    saved = actions.save_strategy(session, assessment, strategy, at=now())
    rows = {row: saved[key] for row, key in goal_keys(values).items() if key in saved}
    targets, errors = parse_targets(questionnaire_of(assessment), values, rows)
    if not errors:
        try:
            actions.save_targets(session, assessment, targets, at=now())
        except InvalidInputError as error:
            errors = [FieldError(item["field"], item["message"]) for item in error.extra.get("errors", [])]
    if errors:
        session.rollback()
    return errors


# --- 3 participants --------------------------------------------------------------------------------------------------


@router.get("/assessments/{assessment_id}/setup/participants")
def participants_step(
    request: Request,
    session: SessionDep,
    user: CurrentUser,
    assessment_id: str,
    after: Annotated[str, Query(max_length=36)] = "",
) -> HTMLResponse:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    page = participants_page(session, assessment, after=after, at=now())
    return render(
        request, "assessments/participants.html", shell=_shell(request, session, assessment, "participants"), page=page
    )


@router.post("/assessments/{assessment_id}/setup/participants")
def post_participants_step(
    request: Request, session: SessionDep, user: CurrentUser, form: UserForm, assessment_id: str
) -> Response:
    """Imports a paste or a file: all rows, or none and every error. ``then=preview`` only says what would happen."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    values = fields(form)
    try:
        text, mapping = _pasted(form), column_mapping(values)
    except InvalidInputError as error:
        return _participants(request, session, assessment, status=422, errors=_wrong(error, "text"))
    if not text.strip():
        errors = FormErrors((FieldError("text", "Paste a table or choose a file first."),))
        return _participants(request, session, assessment, status=422, errors=errors)
    outcome = actions.import_participants(
        session, assessment, text, at=now(), mapping=None if _uploaded(form) else mapping
    )
    if outcome.problems:
        return _participants(request, session, assessment, status=422, outcome=outcome, text=text)
    if values.get("then") == "preview":
        # Everything was tried, and nothing stays.
        session.rollback()
        return _participants(request, session, assessment, outcome=outcome, text=text)
    return _participants(request, session, assessment, outcome=outcome, notice=outcome.sentence)


def _uploaded(form: FormData) -> UploadFile | None:
    upload = form.get("file")
    return upload if isinstance(upload, UploadFile) and upload.size else None


def _pasted(form: FormData) -> str:
    upload = _uploaded(form)
    if upload is not None:
        return clean_text(table_text(upload.file.read()))
    text = form.get("text")
    return clean_text(text) if isinstance(text, str) else ""


def _participants(
    request: Request,
    session: Session,
    assessment: Assessment,
    *,
    status: int = 200,
    notice: str = "",
    text: str = "",
    outcome: actions.ImportOutcome | None = None,
    errors: FormErrors | None = None,
    values: dict[str, str] | None = None,
) -> HTMLResponse:
    page = participants_page(session, assessment, at=now(), text=text, outcome=outcome, errors=errors, values=values)
    shell = _shell(request, session, assessment, "participants", notice)
    return render(request, "assessments/participants.html", status=status, shell=shell, page=page)


@router.post("/assessments/{assessment_id}/units")
def post_unit(request: Request, session: SessionDep, user: CurrentUser, form: UserForm, assessment_id: str) -> Response:
    """Adds a unit, and keeps the head-counts of the others."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    values = fields(form)
    try:
        actions.keep_headcounts(session, assessment, headcounts(values))
        if values.get("unit_name", "").strip():
            given, errors = parse_form(NewUnitForm, {k: v for k, v in values.items() if k in NewUnitForm.model_fields})
            if not isinstance(given, NewUnitForm):
                session.rollback()
                return _participants(request, session, assessment, status=422, errors=errors, values=values)
            unit = UnitForm(name=given.unit_name, headcount=given.headcount)
            add_unit(session, organization_of(session, assessment), unit)
    except InvalidInputError as error:
        session.rollback()
        return _participants(request, session, assessment, status=422, errors=_wrong(error, "unit_name"), values=values)
    return redirect(f"/assessments/{assessment.id}/setup/participants#units")


@router.post("/assessments/{assessment_id}/participants/{participant_id}/remove")
def post_remove(
    session: SessionDep, user: CurrentUser, _form: UserForm, assessment_id: str, participant_id: str
) -> Response:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    actions.remove_participant(session, assessment, participant_id)
    return redirect(f"/assessments/{assessment.id}/setup/participants#people")


@router.post("/assessments/{assessment_id}/participants/{participant_id}/link")
def post_link(
    request: Request, session: SessionDep, user: CurrentUser, _form: UserForm, assessment_id: str, participant_id: str
) -> Response:
    """Another live link of one participant, shown on this page and nowhere else."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    participant, token = actions.mint_link(session, assessment, participant_id, at=now())
    back = f"/assessments/{assessment.id}/setup/participants#people"
    page = LinkPage(participant.name, participant.email, link_of(token, get_settings().base_url), back)
    shell = _shell(request, session, assessment, "participants")
    return render(request, "assessments/link.html", shell=shell, page=page)


@router.post("/assessments/{assessment_id}/participants/{participant_id}/revoke")
def post_revoke(
    session: SessionDep, user: CurrentUser, _form: UserForm, assessment_id: str, participant_id: str
) -> Response:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    actions.revoke_invitation(session, assessment, participant_id, at=now())
    return redirect(f"/assessments/{assessment.id}/setup/participants#people")


@router.post("/assessments/{assessment_id}/participants/{participant_id}/restore")
def post_restore(
    session: SessionDep, user: CurrentUser, _form: UserForm, assessment_id: str, participant_id: str
) -> Response:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    actions.restore_invitation(session, assessment, participant_id)
    return redirect(f"/assessments/{assessment.id}/setup/participants#people")


# --- 4 terms, 5 review -----------------------------------------------------------------------------------------------


@router.get("/assessments/{assessment_id}/setup/terms")
def terms_step(request: Request, session: SessionDep, user: CurrentUser, assessment_id: str) -> HTMLResponse:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    page = terms_page(session, assessment, at=now())
    return render(request, "assessments/terms.html", shell=_shell(request, session, assessment, "terms"), page=page)


@router.post("/assessments/{assessment_id}/setup/terms")
def post_terms_step(
    request: Request, session: SessionDep, user: CurrentUser, form: UserForm, assessment_id: str
) -> Response:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    values = fields(form)
    given, errors = parse_form(TermsForm, values)
    if isinstance(given, TermsForm):
        try:
            actions.set_terms(session, assessment, given.terms(), at=now())
            choose_way(session, assessment, by=given.by, reply_to=given.reply_to, at=now())
            plan_reminders(session, assessment, given.reminders, at=now())
            return redirect(f"/assessments/{assessment.id}/setup/review")
        except InvalidInputError as error:
            session.rollback()
            errors = _wrong(error, "name")
    page = terms_page(session, assessment, values, errors, at=now())
    shell = _shell(request, session, assessment, "terms")
    return render(request, "assessments/terms.html", status=422, shell=shell, page=page)


@router.get("/assessments/{assessment_id}/setup/review")
def review_step(request: Request, session: SessionDep, user: CurrentUser, assessment_id: str) -> Response:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    if assessment.status != "draft":
        return redirect(f"/assessments/{assessment.id}")
    page = review_page(session, assessment, at=now())
    return render(request, "assessments/review.html", shell=_shell(request, session, assessment, "review"), page=page)


@router.get("/assessments/{assessment_id}/setup/{step}")
def unknown_step(session: SessionDep, user: CurrentUser, assessment_id: str, step: str) -> Response:
    access_assessment(session, user, assessment_id, MANAGE)
    raise NotFoundError(f"There is no step '{step[:40]}'. Go on with the assessment from its organisation.")


@router.post("/assessments/{assessment_id}/launch")
def post_launch(
    request: Request, session: SessionDep, user: CurrentUser, _form: UserForm, assessment_id: str
) -> Response:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    try:
        actions.launch_assessment(session, assessment, at=now())
    except InvalidInputError:
        page = review_page(session, assessment, at=now())
        shell = _shell(request, session, assessment, "review")
        return render(request, "assessments/review.html", status=422, shell=shell, page=page)
    except ConflictError:
        # Launched in another tab, or the button was pressed twice: there is nothing left to do.
        return redirect(f"/assessments/{assessment.id}/live")
    return redirect(f"/assessments/{assessment.id}/live")


# --- live ------------------------------------------------------------------------------------------------------------


@router.get("/assessments/{assessment_id}/live")
def live(
    request: Request,
    session: SessionDep,
    user: CurrentUser,
    assessment_id: str,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    assessment = access_assessment(session, user, assessment_id, Permission.VIEW)
    if assessment.status == "draft":
        return redirect(f"/assessments/{assessment.id}")
    manage = may(session, user, assessment.organization_id, MANAGE)
    page = live_page(session, assessment, at=now(), manage=manage)
    notice = "The reminders are on their way." if done == "reminded" else ""
    shell = _shell(request, session, assessment, "live", notice, manage=manage)
    return render(request, "assessments/live.html", shell=shell, page=page)


@router.get("/assessments/{assessment_id}/progress.csv")
def get_progress_file(session: SessionDep, user: CurrentUser, assessment_id: str) -> Response:
    assessment = access_assessment(session, user, assessment_id, Permission.VIEW)
    return progress_file(progress(session, assessment))


@router.post("/assessments/{assessment_id}/extend")
def post_extend(
    request: Request, session: SessionDep, user: CurrentUser, form: UserForm, assessment_id: str
) -> Response:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    values = fields(form)
    given, errors = parse_form(ExtendForm, values)
    if isinstance(given, ExtendForm):
        try:
            actions.extend_window(session, assessment, closes_at=given.closes_at, at=now())
            return redirect(f"/assessments/{assessment.id}/live")
        except InvalidInputError as error:
            errors = _wrong(error, "closes_at")
    page = live_page(session, assessment, at=now(), errors=errors, extend_value=values.get("closes_at", ""))
    shell = _shell(request, session, assessment, "live")
    return render(request, "assessments/live.html", status=422, shell=shell, page=page)


@router.post("/assessments/{assessment_id}/links")
def post_links(session: SessionDep, user: CurrentUser, form: UserForm, assessment_id: str) -> Response:
    """The links as a CSV file, once; ``new=yes`` issues new ones."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    mint = actions.issue_new_links if fields(form).get("new") == "yes" else actions.mint_links
    return links_file(session, assessment, mint(session, assessment, at=now()))
