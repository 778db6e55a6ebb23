"""The way out of mails about a survey: a link in every mail, and the button of mail programs (RFC 8058)."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.responses import Response as HttpResponse

from app.clock import now
from app.errors import AppError
from app.responses.actions import stop_mails
from app.responses.routes import bare_shell, problem, show
from app.throttle import INVITATION, throttled
from app.web import FieldError, Public, SessionDep, redirect

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class StopPage:
    action: str
    survey: str
    done: bool
    errors: tuple[FieldError, ...] = ()


@router.get("/a/{token}/stop", dependencies=[Public])
def ask(request: Request, session: SessionDep, token: str) -> HTMLResponse:
    """Changes nothing: mail scanners open links too."""
    return _answer(request, session, token, stop=False)


@router.post("/a/{token}/stop", dependencies=[Public, throttled(INVITATION)])
def stop(request: Request, session: SessionDep, token: str) -> HTMLResponse:
    return _answer(request, session, token, stop=True)


def _answer(request: Request, session: SessionDep, token: str, *, stop: bool) -> HTMLResponse:
    try:
        survey, done = stop_mails(session, token, at=now() if stop else None)
    except AppError as error:
        return problem(request, error)
    return show("stop", bare_shell(request), StopPage(f"/a/{token}/stop", survey, done))


@router.get("/api/v1/invitations/stop/{token}", dependencies=[Public])
def from_program(token: str) -> HttpResponse:
    """Mail programs that know no one-click show the page."""
    return redirect(f"/a/{token}/stop")


@router.post("/api/v1/invitations/stop/{token}", dependencies=[Public, throttled(INVITATION)], status_code=204)
def one_click(session: SessionDep, token: str) -> None:
    """What a mail program sends when its own "unsubscribe" is pressed: no cookie, no page of ours, the token alone."""
    stop_mails(session, token, at=now())
