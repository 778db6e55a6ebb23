"""Users and system, for platform administrators."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import Engine

from app.access import require_administrator
from app.accounts.oidc import redirect_uri
from app.administration.actions import disable_user, enable_user, find_user, invite_user, reset_factor, set_rights
from app.administration.queries import UserRow, all_users, mails_by_state, sessions_open
from app.clock import now
from app.errors import InvalidInputError
from app.health import current_revision, readiness
from app.mail.servers import described
from app.models import User
from app.settings import get_settings
from app.web import (
    CurrentUser,
    FieldError,
    FormErrors,
    Link,
    SessionDep,
    UserForm,
    fields,
    policy,
    redirect,
    render,
    shell_for,
)

router = APIRouter(include_in_schema=False)

DONE = {
    "invited": "Invited. The mail is on its way.",
    "rights": "The rights are changed.",
    "disabled": "The user is shut out: sessions, tokens and links have ended.",
    "enabled": "The user can sign in again.",
    "factor": "The second factor is reset. The next sign-in sets up another one where the role needs it.",
}


@policy
def administrator(user: CurrentUser) -> User:
    """A platform administrator."""
    require_administrator(user)
    return user


Administrator = Annotated[User, Depends(administrator)]


@dataclass(frozen=True)
class UsersPage:
    users: Sequence[UserRow]
    me: str
    email: str
    done: str
    errors: FormErrors


@dataclass(frozen=True)
class SystemPage:
    ready: bool
    facts: tuple[tuple[str, str], ...]
    mails: dict[str, int]


@router.get("/users")
def users(request: Request, session: SessionDep, user: Administrator, done: str = "") -> HTMLResponse:
    return _users(request, session, user, done=DONE.get(done, ""))


def _users(
    request: Request, session: SessionDep, user: User, *, done: str = "", email: str = "", problem: str = ""
) -> HTMLResponse:
    errors = FormErrors((FieldError("email", problem),) if problem else ())
    page = UsersPage(all_users(session), user.id, email, done, errors)
    shell = shell_for(request, crumbs=(Link("Users"),), tabs=_tabs("/users"))
    return render(request, "administration/users.html", status=422 if errors else 200, shell=shell, page=page)


def _tabs(here: str) -> tuple[Link, ...]:
    return tuple(Link(label, href, href == here) for label, href in (("Users", "/users"), ("System", "/system")))


@router.post("/users")
def post_user(request: Request, session: SessionDep, user: Administrator, posted: UserForm) -> Response:
    values = fields(posted)
    email = values.get("email", "")
    rights = {"administrator": "administrator" in values, "consultant": "consultant" in values}
    try:
        invite_user(session, user, email, at=now(), **rights)
    except InvalidInputError as error:
        session.rollback()
        return _users(request, session, user, email=email, problem=error.message)
    return redirect("/users?done=invited")


@router.post("/users/{user_id}/rights")
def post_rights(session: SessionDep, _user: Administrator, user_id: str, posted: UserForm) -> Response:
    values = fields(posted)
    whom = find_user(session, user_id)
    set_rights(session, whom, administrator="administrator" in values, consultant="consultant" in values)
    return redirect("/users?done=rights")


@router.post("/users/{user_id}/disable")
def post_disable(session: SessionDep, _user: Administrator, user_id: str, _posted: UserForm) -> Response:
    disable_user(session, find_user(session, user_id), at=now())
    return redirect("/users?done=disabled")


@router.post("/users/{user_id}/enable")
def post_enable(session: SessionDep, _user: Administrator, user_id: str, _posted: UserForm) -> Response:
    enable_user(session, find_user(session, user_id))
    return redirect("/users?done=enabled")


@router.post("/users/{user_id}/reset-factor")
def post_reset_factor(session: SessionDep, _user: Administrator, user_id: str, _posted: UserForm) -> Response:
    reset_factor(session, find_user(session, user_id))
    return redirect("/users?done=factor")


@router.get("/system")
def system(request: Request, session: SessionDep, _user: Administrator) -> HTMLResponse:
    """What an administrator is asked for when something is wrong. No secret is among it."""
    engine: Engine = request.app.state.engine
    settings = get_settings()
    trouble = readiness(engine)
    facts = (
        ("State", trouble or "Ready"),
        ("Version", version("trigpoint")),
        ("Database", f"{engine.dialect.name} {'.'.join(str(p) for p in engine.dialect.server_version_info or ())}"),
        ("Revision", current_revision(engine) or "none"),
        ("Environment", settings.environment),
        ("Address", settings.base_url),
        (
            "Second factor",
            "demanded of consultants and administrators" if settings.second_factor_required else "optional",
        ),
        ("Mails go to", described(settings.smtp_url.get_secret_value())),
        *((f"Sign-in at {each.name}", f"comes back to {redirect_uri(each)}") for each in settings.oidc_providers),
        ("Sessions", f"{sessions_open(session, at=now())} open"),
    )
    page = SystemPage(trouble is None, facts, mails_by_state(session))
    shell = shell_for(request, crumbs=(Link("System"),), tabs=_tabs("/system"))
    return render(request, "administration/system.html", shell=shell, page=page)
