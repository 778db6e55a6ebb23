"""Ask for a new password, and set one by the link of a mail."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from app.accounts.links import open_link, request_reset, use_link
from app.accounts.pages import PasswordPage, ResetPage
from app.clock import now
from app.errors import InvalidInputError
from app.settings import get_settings
from app.throttle import PASSWORD_LINK, RESET, throttled
from app.web import FieldError, FormErrors, Public, SessionDep, fields, posted_form, redirect, render

router = APIRouter(include_in_schema=False, dependencies=[Public])

OpenForm = Annotated[FormData, Depends(posted_form)]


@router.get("/password-reset")
def reset_page(request: Request) -> HTMLResponse:
    return render(request, "accounts/reset.html", page=ResetPage("", asked=False))


@router.post("/password-reset", dependencies=[throttled(RESET)])
def post_reset(request: Request, session: SessionDep, form: OpenForm) -> HTMLResponse:
    """The same page for every address."""
    email = fields(form).get("email", "").strip()
    request_reset(session, email, at=now())
    return render(request, "accounts/reset.html", page=ResetPage(email, asked=True))


@router.get("/password/{token}")
def password_page(request: Request, session: SessionDep, token: str) -> HTMLResponse:
    """Opening the link changes nothing: mail scanners open it too."""
    return _page(request, session, token, FormErrors())


@router.post("/password/{token}", dependencies=[throttled(PASSWORD_LINK)])
def post_password(request: Request, session: SessionDep, token: str, form: OpenForm) -> Response:
    values = fields(form)
    name, password = values.get("name", "").strip()[:200], values.get("password", "")
    if password != values.get("again", ""):
        return _refused(request, session, token, "The two passwords differ. Enter the same one twice.")
    try:
        use_link(session, token, name=name, password=password, at=now())
    except InvalidInputError as error:
        session.rollback()
        return _refused(request, session, token, error.message)
    return redirect("/sign-in?done=password")


def _refused(request: Request, session: SessionDep, token: str, problem: str) -> HTMLResponse:
    return _page(request, session, token, FormErrors((FieldError("password", problem),)))


def _page(request: Request, session: SessionDep, token: str, errors: FormErrors) -> HTMLResponse:
    link, user = open_link(session, token, at=now())
    page = PasswordPage(
        token=token,
        invited=link.purpose == "invitation",
        name=user.name,
        email=user.email,
        providers=get_settings().oidc_providers,
        errors=errors,
    )
    return render(request, "accounts/password.html", status=422 if errors else 200, page=page)
