"""The second factor: asked for while signing in, set up, renewed, turned off."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from app.accounts.factors import (
    WRONG_CODE,
    begin_enrolment,
    code_fits,
    confirm_enrolment,
    has_factor,
    is_demanded,
    new_recovery_codes,
    recovery_codes_left,
    resume_enrolment,
    turn_off,
)
from app.accounts.pages import CodePage, EnrolmentPage, FactorPage, RecoveryCodesPage
from app.accounts.signing_in import complete_session
from app.clock import now
from app.errors import AppError, ConflictError, InvalidInputError, NotSignedInError, TooManyAttemptsError
from app.models import LoginSession, User
from app.settings import get_settings
from app.throttle import PASSWORD_LINK, throttled
from app.web import (
    SESSION_COOKIE,
    CurrentUser,
    FieldError,
    FormErrors,
    Link,
    OptionalUser,
    SessionDep,
    UserForm,
    fields,
    policy,
    posted_form,
    redirect,
    relative_path,
    render,
    set_cookie,
    shell_for,
)

router = APIRouter(include_in_schema=False)

Next = Annotated[str, Query(alias="next")]
HERE = "/account/second-factor"


@policy
def half_way(request: Request, _user: OptionalUser) -> LoginSession:
    """A session that still lacks its second factor."""
    login: LoginSession | None = getattr(request.state, "login", None)
    if login is None or not login.needs:
        raise NotSignedInError("Sign in first.")
    return login


HalfWay = Annotated[LoginSession, Depends(half_way)]


def half_way_form(_login: HalfWay, form: Annotated[FormData, Depends(posted_form)]) -> FormData:
    """The posted form of a session that is half-way."""
    return form


HalfWayForm = Annotated[FormData, Depends(half_way_form)]


def _errors(message: str) -> FormErrors:
    return FormErrors((FieldError("code", message),) if message else ())


@router.get("/sign-in/code")
def code_page(request: Request, _login: HalfWay, to: Next = "/") -> HTMLResponse:
    return render(request, "accounts/code.html", page=CodePage(relative_path(to), FormErrors()))


@router.post("/sign-in/code", dependencies=[throttled(PASSWORD_LINK)])
def post_code(request: Request, session: SessionDep, login: HalfWay, posted: HalfWayForm) -> Response:
    values = fields(posted)
    to = relative_path(values.get("next"))
    user = session.get_one(User, login.user_id)
    problem = "" if login.needs == "code" else "Set up the second factor first."
    try:
        if not problem and not code_fits(session, user, values.get("code", ""), at=now()):
            problem = WRONG_CODE
    except TooManyAttemptsError as error:
        problem = error.message
    if problem:
        return render(request, "accounts/code.html", status=401, page=CodePage(to, _errors(problem)))
    return _completed(session, login, user, redirect(to))


def _completed(session: SessionDep, login: LoginSession, user: User, response: Response) -> Response:
    days = get_settings().session_days
    set_cookie(response, SESSION_COOKIE, complete_session(session, login, user, at=now(), days=days).token, days=days)
    return response


@router.get("/sign-in/enrolment")
def demanded_page(request: Request, session: SessionDep, login: HalfWay, to: Next = "/") -> Response:
    user = session.get_one(User, login.user_id)
    if has_factor(user):
        return redirect(f"/sign-in/code?{urlencode({'next': relative_path(to)})}")
    page = EnrolmentPage(begin_enrolment(user), "/sign-in/enrolment", relative_path(to), True, FormErrors())
    return render(request, "accounts/enrolment.html", page=page)


@router.post("/sign-in/enrolment")
def post_demanded(request: Request, session: SessionDep, login: HalfWay, posted: HalfWayForm) -> Response:
    if login.needs != "enrolment":
        raise NotSignedInError("Enter the code of your authenticator first.")
    values = fields(posted)
    to = relative_path(values.get("next"))
    user = session.get_one(User, login.user_id)
    shown = _confirmed(request, session, user, values, EnrolmentTarget("/sign-in/enrolment", to, demanded=True))
    return _completed(session, login, user, shown) if shown.status_code == 200 else shown


@dataclass(frozen=True)
class EnrolmentTarget:
    """Where the form of an enrolment goes, and where it leads afterwards."""

    action: str
    to: str
    demanded: bool


def _confirmed(
    request: Request, session: SessionDep, user: User, values: dict[str, str], target: EnrolmentTarget
) -> HTMLResponse:
    """The page of recovery codes, or the form again with what is wrong."""
    ticket = values.get("ticket", "")
    try:
        codes = confirm_enrolment(session, user, ticket, values.get("code", ""), at=now())
    except InvalidInputError as error:
        enrolment = resume_enrolment(user, ticket)
        page = EnrolmentPage(enrolment, target.action, target.to, target.demanded, _errors(error.message))
        return render(request, "accounts/enrolment.html", status=422, page=page)
    return render(request, "accounts/recovery_codes.html", page=RecoveryCodesPage(codes, target.to))


@router.get(HERE)
def factor_page(request: Request, session: SessionDep, user: CurrentUser) -> HTMLResponse:
    return _factor(request, session, user, "")


def _factor(request: Request, session: SessionDep, user: User, problem: str) -> HTMLResponse:
    shell = shell_for(request, crumbs=(Link("Your account", "/account"), Link("Second factor")))
    status = 422 if problem else 200
    demanded = is_demanded(session, user)
    if not has_factor(user):
        page = EnrolmentPage(begin_enrolment(user), HERE, HERE, demanded, FormErrors())
        return render(request, "accounts/enrolment.html", status=status, shell=shell, page=page)
    left = recovery_codes_left(session, user)
    return render(
        request, "accounts/factor.html", status=status, shell=shell, page=FactorPage(left, demanded, _errors(problem))
    )


@router.post(HERE)
def post_factor(request: Request, session: SessionDep, user: CurrentUser, posted: UserForm) -> HTMLResponse:
    target = EnrolmentTarget(HERE, "/account", demanded=is_demanded(session, user))
    return _confirmed(request, session, user, fields(posted), target)


def _code_problem(session: SessionDep, user: User, posted: FormData) -> str:
    """Why the code of a form does not allow what it asks for."""
    if not has_factor(user):
        raise ConflictError("There is no second factor to change. Set one up first.")
    try:
        fits = code_fits(session, user, fields(posted).get("code", ""), at=now())
    except AppError as error:
        return error.message
    return "" if fits else WRONG_CODE


@router.post(f"{HERE}/recovery-codes")
def post_recovery_codes(request: Request, session: SessionDep, user: CurrentUser, posted: UserForm) -> HTMLResponse:
    problem = _code_problem(session, user, posted)
    if problem:
        return _factor(request, session, user, problem)
    page = RecoveryCodesPage(new_recovery_codes(session, user), "/account")
    return render(request, "accounts/recovery_codes.html", page=page)


@router.post(f"{HERE}/off")
def post_off(request: Request, session: SessionDep, user: CurrentUser, posted: UserForm) -> Response:
    """Where the role needs a factor, turning it off leads to setting up another at once."""
    problem = _code_problem(session, user, posted)
    if problem:
        return _factor(request, session, user, problem)
    turn_off(session, user)
    return redirect(HERE if is_demanded(session, user) else "/account?done=factor-off")
