"""One's own account: name, password, sessions."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.accounts.actions import change_password, digest, rename, start_session
from app.accounts.factors import has_factor, is_demanded
from app.accounts.identities import issuers_of
from app.accounts.pages import AccountPage
from app.accounts.routes.sign_in import agent_of
from app.accounts.sessions import end_other_sessions, end_session, open_sessions
from app.accounts.tokens import SCOPES, create_token, revoke_token, scopes_for, tokens_of
from app.clock import now
from app.errors import InvalidInputError
from app.models import User
from app.settings import get_settings
from app.throttle import PASSWORD_LINK, throttled
from app.web import (
    SESSION_COOKIE,
    CurrentUser,
    FieldError,
    FormErrors,
    Link,
    SessionDep,
    UserForm,
    fields,
    redirect,
    render,
    session_token,
    set_cookie,
    shell_for,
)

router = APIRouter(include_in_schema=False, prefix="/account")

DONE = {
    "": "",
    "name": "Your name is changed.",
    "password": "Your password is changed. Every other session has ended.",
    "factor-off": "The second factor is turned off.",
    "token": "The token is revoked.",
    "session": "The session has ended.",
    "disconnected": "Your account is no longer connected with the provider.",
    "sessions": "Every other session has ended.",
}


@router.get("")
def account(request: Request, session: SessionDep, user: CurrentUser, done: str = "") -> HTMLResponse:
    return account_page(request, session, user, done=DONE.get(done, ""))


@router.post("/profile")
def post_profile(request: Request, session: SessionDep, user: CurrentUser, posted: UserForm) -> Response:
    name = " ".join(fields(posted).get("name", "").split())
    if not 1 <= len(name) <= 200:
        return _refused(request, session, user, "name", "Enter your name, of at most 200 characters.")
    rename(session, user, name)
    return redirect("/account?done=name")


@router.post("/password", dependencies=[throttled(PASSWORD_LINK)])
def post_password(request: Request, session: SessionDep, user: CurrentUser, posted: UserForm) -> Response:
    """Ends every session, this one too: the browser that asked gets a new one."""
    values = fields(posted)
    try:
        change_password(session, user, present=values.get("present", ""), new=values.get("password", ""))
    except InvalidInputError as error:
        return _refused(request, session, user, error.extra.get("field", "password"), error.message)
    days = get_settings().session_days
    signed_in = start_session(session, user, at=now(), days=days, agent=agent_of(request))
    response = redirect("/account?done=password")
    set_cookie(response, SESSION_COOKIE, signed_in.token, days=days)
    return response


@router.post("/sessions/{session_id}/end")
def post_end_session(session: SessionDep, user: CurrentUser, session_id: str, _posted: UserForm) -> Response:
    end_session(session, user, session_id)
    return redirect("/account?done=session#sessions")


@router.post("/end-other-sessions")
def post_end_others(request: Request, session: SessionDep, user: CurrentUser, _posted: UserForm) -> Response:
    end_other_sessions(session, user, current=_current(request))
    return redirect("/account?done=sessions#sessions")


@router.post("/tokens")
def post_token(request: Request, session: SessionDep, user: CurrentUser, posted: UserForm) -> HTMLResponse:
    """Rendered, not redirected: the token is shown only now."""
    values = fields(posted)
    scopes = [scope for scope in SCOPES if values.get(f"scope_{scope}")]
    days = values.get("days", "")
    try:
        _, secret = create_token(
            session,
            user,
            name=values.get("token_name", ""),
            scopes=scopes,
            days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
            at=now(),
        )
    except InvalidInputError as error:
        return _refused(request, session, user, "token_name", error.message)
    return account_page(request, session, user, new_token=secret)


@router.post("/tokens/{token_id}/revoke")
def post_revoke_token(session: SessionDep, user: CurrentUser, token_id: str, _posted: UserForm) -> Response:
    revoke_token(session, user, token_id, at=now())
    return redirect("/account?done=token#tokens")


def _current(request: Request) -> str:
    return digest(session_token(request) or "")


def _refused(request: Request, session: SessionDep, user: User, field: str, message: str) -> HTMLResponse:
    session.rollback()
    return account_page(request, session, user, errors=FormErrors((FieldError(field, message),)))


def account_page(
    request: Request,
    session: SessionDep,
    user: User,
    *,
    done: str = "",
    errors: FormErrors | None = None,
    new_token: str = "",
) -> HTMLResponse:
    issuers = issuers_of(session, user)
    page = AccountPage(
        name=user.name,
        email=user.email,
        has_password=user.password_hash is not None,
        sessions=open_sessions(
            session,
            user,
            current=_current(request),
            at=now(),
            idle_minutes=get_settings().session_idle_minutes,
        ),
        factor=has_factor(user),
        factor_demanded=is_demanded(session, user),
        tokens=tokens_of(session, user),
        scopes=scopes_for(user),
        new_token=new_token,
        providers=[(each, each.issuer in issuers) for each in get_settings().oidc_providers],
        done=done,
        errors=errors or FormErrors(),
    )
    shell = shell_for(request, crumbs=(Link("Your account"),))
    return render(request, "accounts/account.html", status=422 if errors else 200, shell=shell, page=page)
