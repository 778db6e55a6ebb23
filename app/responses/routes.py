"""The respondent's pages: landing, hub, questions, check, receipt. All work without JavaScript."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from fastapi.responses import Response as HttpResponse
from pydantic import ValidationError
from sqlmodel import Session, col, select
from starlette.datastructures import FormData

from app.clock import new_token, now
from app.errors import AppError, ConflictError, GoneError, InvalidInputError, NotFoundError
from app.models import Answer, Assessment, Organization, Response
from app.responses import pages
from app.responses.actions import follow_link, receipt_code, redeem, submit_response, window_refusal
from app.responses.forms import AnswerForm
from app.responses.queries import median_minutes, own_answers
from app.responses.respondent import ANSWERING_COOKIE, Respondent, RespondentDep
from app.responses.saving import Save, save
from app.settings import get_settings
from app.throttle import INVITATION, throttled
from app.web import (
    ENVIRONMENT,
    FieldError,
    Public,
    SessionDep,
    fields,
    posted_form,
    redirect,
    set_cookie,
)
from questionnaires.load import load_questionnaire
from questionnaires.schema import Questionnaire

COOKIE_DAYS = 90

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Desk:
    """Everything a respondent page starts from."""

    organization: Organization
    assessment: Assessment
    questionnaire: Questionnaire
    response: Response
    answers: dict[str, Answer]
    sheets: tuple[pages.Sheet, ...]
    shell: pages.AnsweringShell


def desk_of(request: Request, session: Session, person: Respondent) -> Desk:
    response = person.response
    found = session.exec(
        select(Assessment, Organization)
        .join(Organization, col(Organization.id) == col(Assessment.organization_id))
        .where(Assessment.id == response.assessment_id)
    ).one()
    assessment, organization = found
    questionnaire = load_questionnaire(assessment.questionnaire_id, assessment.questionnaire_version)
    shell = pages.shell_of(
        organization,
        assessment,
        questionnaire,
        nonce=request.state.nonce,
        csrf=request.state.csrf,
        response=response,
    )
    answers = own_answers(session, response)
    return Desk(
        organization, assessment, questionnaire, response, answers, pages.sheets_of(questionnaire, response), shell
    )


def show(template: str, shell: pages.AnsweringShell, page: object, status: int = 200) -> HTMLResponse:
    html = ENVIRONMENT.get_template(f"answering/{template}.html").render(shell=shell, page=page)
    return HTMLResponse(html, status_code=status)


def bare_shell(request: Request) -> pages.AnsweringShell:
    """The frame of a page that knows no survey."""
    return pages.AnsweringShell(request.state.nonce, "en", "", "Survey", pages.Privacy("", ""), "")


def problem(request: Request, error: AppError) -> HTMLResponse:
    page = pages.ProblemPage(
        error.title if error.status != 404 else "This link does not work",
        error.message,
        "If this surprises you, reply to the person who sent you the link.",
    )
    return show("problem", bare_shell(request), page, error.status)


@router.api_route("/a/{token}", methods=["GET", "HEAD"], dependencies=[Public])
def landing(request: Request, session: SessionDep, token: str) -> HTMLResponse:
    """Changes nothing: mail scanners open links too."""
    try:
        linked = follow_link(session, token)
    except AppError as error:
        return problem(request, error)
    assessment = linked.assessment
    organization = session.exec(select(Organization).where(Organization.id == assessment.organization_id)).one()
    questionnaire = load_questionnaire(assessment.questionnaire_id, assessment.questionnaire_version)
    shell = pages.shell_of(organization, assessment, questionnaire, nonce=request.state.nonce)
    refusal = window_refusal(assessment, now())
    answers = own_answers(session, linked.response) if linked.response else {}
    answered = sum(pages.is_answered(answer) for answer in answers.values())
    submitted = linked.response is not None and linked.response.submitted_at is not None
    if refusal and not submitted:
        if assessment.status == "draft" or "opened yet" in refusal:
            return show("problem", shell, pages.ProblemPage("Not open yet", refusal), 403)
        return show("closed", shell, pages.ClosedPage(answered, refusal), 410)
    page = pages.LandingPage(
        purpose=assessment.purpose or questionnaire.description,
        asked_by=f"{organization.name}, with the people who run this survey for it",
        questions=len(questionnaire.asked) + len(pages.unknown_profile(questionnaire, linked.participant)),
        median_minutes=median_minutes(session, assessment),
        started=linked.response is not None,
        answered=answered,
        action=f"/a/{token}",
    )
    return show("landing", shell, page)


@router.post("/a/{token}", dependencies=[Public, throttled(INVITATION)])
def start(request: Request, session: SessionDep, token: str) -> HttpResponse:
    """Start or continue: a cookie for this device, then an address without the token."""
    try:
        redeemed = redeem(session, token, at=now())
    except AppError as error:
        return problem(request, error)
    response = redirect("/answering/receipt" if redeemed.response.submitted_at else pages.HUB)
    set_cookie(response, ANSWERING_COOKIE, redeemed.cookie, days=COOKIE_DAYS)
    return response


@router.get("/answering")
def hub(request: Request, session: SessionDep, person: RespondentDep) -> HttpResponse:
    desk = desk_of(request, session, person)
    if desk.response.submitted_at:
        return redirect("/answering/receipt")
    minutes = median_minutes(session, desk.assessment)
    return show("hub", desk.shell, pages.hub_page(desk.sheets, desk.answers, desk.assessment, minutes))


@router.get("/answering/check")
def check(request: Request, session: SessionDep, person: RespondentDep) -> HttpResponse:
    desk = desk_of(request, session, person)
    if desk.response.submitted_at:
        return redirect("/answering/receipt")
    return show("check", desk.shell, check_page(desk))


def check_page(desk: Desk, errors: tuple[FieldError, ...] = ()) -> pages.CheckPage:
    progress = pages.progress_of(desk.sheets, desk.answers)
    return pages.CheckPage(
        progress=progress,
        open_count=progress.questions - progress.answered,
        groups=pages.check_groups(desk.sheets, desk.answers),
        action="/answering/submit",
        hub_href=pages.HUB,
        idempotency_key=new_token(),
        saved_at=pages.last_saved(desk.answers, desk.assessment),
        errors=errors,
    )


def respondent_form(_person: RespondentDep, form: Annotated[FormData, Depends(posted_form)]) -> FormData:
    """The posted form of a respondent."""
    return form


RespondentForm = Annotated[FormData, Depends(respondent_form)]


@router.post("/answering/submit")
def submit(request: Request, session: SessionDep, person: RespondentDep, form: RespondentForm) -> HttpResponse:
    desk = desk_of(request, session, person)
    key = fields(form).get("idempotency_key", "")
    try:
        submit_response(session, person.response, link=person.link, key=key, at=now())
    except InvalidInputError as error:
        places = error.extra.get("errors", [])
        errors = tuple(FieldError(f"reason.{item['field']}", item["message"]) for item in places)
        return show("check", desk.shell, check_page(desk, errors), error.status)
    except GoneError as error:
        return show("closed", desk.shell, pages.ClosedPage(len(desk.answers), error.message), error.status)
    return redirect("/answering/receipt")


@router.get("/answering/receipt")
def receipt(request: Request, session: SessionDep, person: RespondentDep) -> HttpResponse:
    desk = desk_of(request, session, person)
    if desk.response.submitted_at is None:
        return redirect(pages.HUB)
    assessment, scale = desk.assessment, desk.questionnaire.scale
    progress = pages.progress_of(desk.sheets, desk.answers)
    page = pages.ReceiptPage(
        submitted_at=desk.response.submitted_at,
        show_time=assessment.anonymity != "anonymous",
        answered=progress.answered,
        questions=progress.questions,
        receipt_code=receipt_code(desk.response.id),
        next_step=f"The survey closes on {pages.closes_text(assessment)}. Results are computed after that.",
        profile=pages.own_profile(desk.questionnaire, desk.answers) if assessment.show_profile else (),
        scale_low=scale.low,
        scale_high=scale.high,
        ticks=scale.values,
    )
    return show("receipt", desk.shell, page)


@router.get("/answering/{slug}")
def questions(request: Request, session: SessionDep, person: RespondentDep, slug: str) -> HttpResponse:
    desk = desk_of(request, session, person)
    if desk.response.submitted_at:
        return redirect("/answering/receipt")
    sheet = _sheet(desk, slug)
    return _show_sheet(session, desk, sheet, _views(desk, sheet))


def _sheet(desk: Desk, slug: str) -> pages.Sheet:
    sheet = next((sheet for sheet in desk.sheets if sheet.slug == slug), None)
    if sheet is None:
        raise NotFoundError("There is no such page in this survey. Go back to all capabilities.")
    return sheet


def _views(desk: Desk, sheet: pages.Sheet) -> tuple[pages.QuestionView, ...]:
    of = len(sheet.questions)
    return tuple(
        pages.question_view(question, number, of, desk.answers.get(question.id), desk.assessment)
        for number, question in enumerate(sheet.questions, start=1)
    )


def _show_sheet(
    session: Session,
    desk: Desk,
    sheet: pages.Sheet,
    views: tuple[pages.QuestionView, ...],
    errors: tuple[FieldError, ...] = (),
    status: int = 200,
) -> HTMLResponse:
    intros = {
        pages.OUTCOMES: "How well marketing meets its goals, as you see it. This is never part of a level.",
        pages.ABOUT_YOU: "Used only to compare groups that are large enough.",
    }
    page = pages.QuestionsPage(
        name=sheet.name,
        dimension=sheet.group,
        intro=intros.get(sheet.slug, ""),
        action=sheet.href,
        next_href=_next_href(desk, sheet),
        hub_href=pages.HUB,
        questions=views,
        progress=pages.progress_of(desk.sheets, desk.answers),
        median_minutes=median_minutes(session, desk.assessment),
        saved_at=pages.last_saved(desk.answers, desk.assessment),
        errors=errors,
    )
    return show("outcomes" if sheet.slug in intros else "capability", desk.shell, page, status)


def _next_href(desk: Desk, sheet: pages.Sheet) -> str:
    """The next page with open questions after this one, then any other, then the check page."""
    place = desk.sheets.index(sheet)
    others = (*desk.sheets[place + 1 :], *desk.sheets[:place])
    unfinished = (x for x in others if pages.answered_in(x, desk.answers) < len(x.questions))
    return next((x.href for x in unfinished), pages.CHECK)


@router.post("/answering/{slug}")
def post_questions(
    request: Request, session: SessionDep, person: RespondentDep, form: RespondentForm, slug: str
) -> HttpResponse:
    """Save a whole page of answers, for browsers without JavaScript; the same revisions hold."""
    desk = desk_of(request, session, person)
    sheet = _sheet(desk, slug)
    values = fields(form)
    at = now()
    errors: list[FieldError] = []
    views = []
    for view in _views(desk, sheet):
        if values.get(f"keep.{view.id}") == "current":
            views.append(view)
            continue
        try:
            shown, found = _save_posted(session, person, desk, view, values, at)
        except GoneError as error:
            page = pages.ClosedPage(len(desk.answers), error.message)
            return show("closed", desk.shell, page, error.status)
        views.append(shown)
        errors += found
    if errors:
        return _show_sheet(session, desk, sheet, tuple(views), tuple(errors), 422)
    fresh = desk_of(request, session, person)
    return redirect(_next_href(fresh, _sheet(fresh, slug)))


def _save_posted(
    session: Session, person: Respondent, desk: Desk, view: pages.QuestionView, values: dict[str, str], at: datetime
) -> tuple[pages.QuestionView, list[FieldError]]:
    """Save one posted question; returns how it is shown again and what is wrong with it."""
    chosen = values.get(f"q.{view.id}")
    statuses = {"dont_know", "not_applicable"}
    given = {
        "value": None if chosen in statuses else chosen,
        "status": chosen if chosen in statuses else None,
        "reason": values.get(f"reason.{view.id}", ""),
        "comment": values.get(f"comment.{view.id}", ""),
        "evidence_url": values.get(f"evidence.{view.id}", ""),
        "mutation_id": values.get(f"mutation.{view.id}", "")[:64],
        "base_revision": values.get(f"base.{view.id}", "0"),
    }
    shown = replace(
        view,
        value=given["value"],
        status=chosen if chosen in statuses else "answered" if chosen else "unanswered",
        reason=given["reason"] or "",
        comment=given["comment"] or "",
        evidence_url=given["evidence_url"] or "",
    )
    try:
        answer = AnswerForm.model_validate(given).answer(view.id)
    except ValidationError as error:
        message = str(error.errors()[0].get("ctx", {}).get("error", error.errors()[0]["msg"]))
        place = "evidence" if "evidence_url" in error.errors()[0]["loc"] else "comment"
        return replace(shown, evidence_error=message), [FieldError(f"{place}.{view.id}", message)]
    if answer.status == "unanswered" and not answer.comment and not answer.evidence_url and view.revision == 0:
        return shown, []
    try:
        grace = get_settings().grace_hours
        save(session.connection(), Save(person.token_hash, person.response.id, (answer,), at, grace))
    except ConflictError as error:
        current = error.extra["current"]
        question = next(q for sheet in desk.sheets for q in sheet.questions if q.id == view.id)
        conflict = pages.Conflict(
            pages.answer_text(question, current["status"], current["value"]),
            pages.answer_text(question, answer.status, answer.option_id),
        )
        shown = replace(shown, conflict=conflict, revision=current["revision"])
        return shown, [FieldError(f"conflict.{view.id}", f"Question {view.number}: {error.message}")]
    if answer.status == "not_applicable" and not answer.reason.strip():
        message = "Say why it does not apply to you; a few words are enough."
        revision = view.revision + (0 if desk.answers.get(view.id) and view.status == "not_applicable" else 1)
        return replace(shown, reason_error=message, revision=revision), [FieldError(f"reason.{view.id}", message)]
    return shown, []
