"""Sign in, sign out."""

from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from app.accounts.actions import SignedIn, digest, sign_out, use_sign_in_link
from app.accounts.sessions import agent_words
from app.accounts.signing_in import begin_session, user_of_password
from app.clock import now
from app.errors import ForbiddenError, NotSignedInError
from app.settings import OidcProvider, get_settings
from app.throttle import PASSWORD_LINK, SIGN_IN, throttled
from app.web import (
    SESSION_COOKIE,
    CurrentUser,
    Public,
    SessionDep,
    UserForm,
    clear_cookie,
    fields,
    posted_form,
    redirect,
    relative_path,
    render,
    session_token,
    set_cookie,
)

router = APIRouter(include_in_schema=False)


def agent_of(request: Request) -> str:
    """Browser and system of a request, in words."""
    return agent_words(request.headers.get("user-agent", ""))


LOOPBACK = frozenset({"127.0.0.1", "::1", "testclient"})


@dataclass(frozen=True)
class SignInPage:
    next: str
    email: str = ""
    error: str | None = None
    done: str = ""
    still_at: OidcProvider | None = None
    """A provider where the person who has just signed out here may still be signed in."""
    providers: tuple[OidcProvider, ...] = field(default_factory=lambda: get_settings().oidc_providers)


DONE = {
    "": "",
    "signed-out": "You are signed out.",
    "password": "Your password is set, and every session of before has ended. Sign in with it.",
}
"""What may have led here, by the ``done`` of the address."""


@router.get("/sign-in", dependencies=[Public])
def sign_in_page(
    request: Request, to: Annotated[str, Query(alias="next")] = "/", done: str = "", at: str = ""
) -> HTMLResponse:
    still_at = next((each for each in get_settings().oidc_providers if each.id == at), None)
    page = SignInPage(relative_path(to), done=DONE.get(done, ""), still_at=still_at)
    return render(request, "accounts/sign_in.html", page=page)


@router.post("/sign-in", dependencies=[Public, throttled(SIGN_IN)])
def post_sign_in(request: Request, session: SessionDep, form: Annotated[FormData, Depends(posted_form)]) -> Response:
    values = fields(form)
    email, to = values.get("email", ""), relative_path(values.get("next"))
    try:
        user = user_of_password(session, email, values.get("password", ""))
    except NotSignedInError as error:
        return render(request, "accounts/sign_in.html", status=401, page=SignInPage(to, email, error.message))
    signed_in, needs = begin_session(session, user, at=now(), days=get_settings().session_days, agent=agent_of(request))
    return signed_in_response(signed_in, needs, to)


def signed_in_response(signed_in: SignedIn, needs: str, to: str) -> Response:
    """On to ``to``, or first to the page of what the session ``needs``."""
    response = redirect(f"/sign-in/{needs}?{urlencode({'next': to})}" if needs else to)
    set_cookie(response, SESSION_COOKIE, signed_in.token, days=get_settings().session_days)
    return response


@router.get("/enter/{token}", dependencies=[Public])
def enter_page(request: Request, token: str) -> HTMLResponse:
    """A one-time link changes nothing until the person presses the button: scanners only GET."""
    _only_loopback(request)
    return render(request, "accounts/enter.html", page=token)


@router.post("/enter/{token}", dependencies=[Public, throttled(PASSWORD_LINK)])
def post_enter(request: Request, session: SessionDep, token: str) -> Response:
    _only_loopback(request)
    settings = get_settings()
    signed_in, to = use_sign_in_link(session, token, at=now(), days=settings.session_days, agent=agent_of(request))
    response = redirect(relative_path(to))
    set_cookie(response, SESSION_COOKIE, signed_in.token, days=settings.session_days)
    return response


def _only_loopback(request: Request) -> None:
    if request.client is None or request.client.host not in LOOPBACK:
        raise ForbiddenError("One-time sign-in links work only on the machine that runs the server.")


@router.post("/sign-out")
def post_sign_out(request: Request, session: SessionDep, _user: CurrentUser, _form: UserForm) -> Response:
    provider = sign_out(session, digest(session_token(request) or ""))
    response = redirect(f"/sign-in?{urlencode({'done': 'signed-out'} | ({'at': provider} if provider else {}))}")
    clear_cookie(response, SESSION_COOKIE)
    return response
