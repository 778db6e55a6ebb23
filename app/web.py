"""What every route shares: session, signed-in user, form check, pages, errors."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from app import formats
from app.accounts.actions import signed_in_user
from app.accounts.tokens import PREFIX, check_scope, token_use
from app.assets import asset
from app.audit.actions import act_as
from app.clock import now
from app.db import SAFE_METHODS, get_session, transaction
from app.errors import AppError, ForbiddenError, InvalidInputError, NotSignedInError
from app.models import ApiToken, LoginSession, User
from app.settings import Settings, get_settings
from app.tenancy import see_as_user

log = structlog.get_logger("trigpoint")

TEMPLATES = Path(__file__).parent.parent / "frontend" / "templates"
TOUCH_AFTER = timedelta(minutes=5)

Form = TypeVar("Form", bound=BaseModel)
Callback = TypeVar("Callback", bound=Callable[..., Any])

SessionDep = Annotated[Session, Depends(get_session, scope="function")]


def policy(dependency: Callback) -> Callback:
    """Mark a dependency as one that decides who may call a route; the route walk fails on a route without any."""
    dependency.policy = True  # type: ignore[attr-defined]
    return dependency


@policy
def public() -> None:
    """Anybody may call this route."""


Public = Depends(public)


def cookie_name(settings: Settings, name: str) -> str:
    """``__Host-`` cookies on https; plain ones on loopback, where there is no https."""
    return f"__Host-{name}" if settings.https else name


def set_cookie(response: Response, name: str, token: str, *, days: float) -> None:
    settings = get_settings()
    response.set_cookie(
        cookie_name(settings, name),
        token,
        max_age=int(days * 86400),
        path="/",
        httponly=True,
        secure=settings.https,
        samesite="lax",
    )


def clear_cookie(response: Response, name: str) -> None:
    settings = get_settings()
    response.delete_cookie(cookie_name(settings, name), path="/", secure=settings.https, httponly=True, samesite="lax")


SESSION_COOKIE = "trigpoint_session"


def session_token(request: Request) -> str | None:
    """The token of the signed-in session: a program's bearer token, or a browser's cookie."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer:
        return bearer.strip()
    return request.cookies.get(cookie_name(get_settings(), SESSION_COOKIE))


def optional_user(request: Request, session: SessionDep) -> User | None:
    """The signed-in user, if any."""
    token = session_token(request)
    if token and token.startswith(PREFIX):
        return _user_of_token(request, session, token)
    found = (
        signed_in_user(session, token, at=now(), idle_minutes=get_settings().session_idle_minutes) if token else None
    )
    if found is None:
        return None
    user, login = found
    request.state.csrf = csrf_token(login.token_hash)
    request.state.login = login
    if login.needs:
        # Half-way: the password was right, the second factor is still awaited. Nothing else opens.
        return None
    see_as_user(session, user.id)
    request.state.user = user
    act_as(session, user.id)
    _touch(request, session, login)
    return user


def _user_of_token(request: Request, session: Session, secret: str) -> User | None:
    """The user that a program's token acts for, once its scopes allow the request."""
    at = now()
    use = token_use(session, secret, at=at)
    if use is None:
        return None
    check_scope(use, request.method, request.url.path)
    if use.token.used_on != at.date():
        if request.method in SAFE_METHODS:
            session.rollback()
            with transaction(request.app.state.engine) as writing:
                writing.get_one(ApiToken, use.token.id).used_on = at.date()
        else:
            use.token.used_on = at.date()
    see_as_user(session, use.user.id)
    act_as(session, use.user.id)
    request.state.user, request.state.program = use.user, True
    return use.user


def _touch(request: Request, session: Session, login: LoginSession) -> None:
    at = now()
    if at - login.seen_at < TOUCH_AFTER:
        return
    if request.method in SAFE_METHODS:
        # The request's own transaction only reads; end it first, so that this short write never waits for itself.
        session.rollback()
        with transaction(request.app.state.engine) as writing:
            row = writing.get(LoginSession, login.token_hash)
            if row is not None:
                row.seen_at = at
    else:
        login.seen_at = at


@policy
def current_user(user: Annotated[User | None, Depends(optional_user)]) -> User:
    """The signed-in user. Raises `NotSignedInError`: 401 for programs, the sign-in page for people."""
    if user is None:
        raise NotSignedInError("Sign in to open this page.")
    return user


CurrentUser = Annotated[User, Depends(current_user)]
OptionalUser = Annotated[User | None, Depends(optional_user)]


def csrf_token(token_hash: str) -> str:
    """The form token of a session: it lives exactly as long as the session does."""
    secret = get_settings().secret_key.get_secret_value()
    return hmac.new(secret.encode(), f"csrf:{token_hash}".encode(), hashlib.sha256).hexdigest()


async def posted_form(request: Request) -> AsyncIterator[FormData]:
    """The form of a page, after its token was checked. Use after a policy that identifies the session."""
    form = await request.form(max_files=5, max_fields=2000, max_part_size=get_settings().max_body_bytes)
    given = form.get("csrf")
    expected = getattr(request.state, "csrf", None)
    if expected is not None and not (isinstance(given, str) and hmac.compare_digest(given.encode(), expected.encode())):
        raise ForbiddenError("This form belongs to another sign-in. Reload the page and send it again.")
    yield form
    await form.close()


def user_form(_user: CurrentUser, form: Annotated[FormData, Depends(posted_form)]) -> FormData:
    """The posted form of a signed-in user."""
    return form


UserForm = Annotated[FormData, Depends(user_form)]


def fields(form: FormData) -> dict[str, str]:
    """The text fields of a form (the last of each name), without the token; surrogates and NUL are refused."""
    values: dict[str, str] = {}
    for name, value in form.multi_items():
        if name != "csrf" and not isinstance(value, UploadFile):
            values[name] = clean_text(value)
    return values


def clean_text(value: str) -> str:
    """Text that both databases can hold, or `InvalidInputError`."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidInputError("The text holds characters that are no text (lone surrogates). Remove them.") from None
    if "\x00" in value:
        raise InvalidInputError("The text holds a NUL character. Remove it.")
    return value.replace("\r\n", "\n")


@dataclass(frozen=True)
class FieldError:
    """One error of a form: ``field`` is the id of the input to jump to."""

    field: str
    message: str


@dataclass(frozen=True)
class FormErrors:
    """The errors of a form, by field; ``message`` concerns the whole form."""

    items: tuple[FieldError, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.items)

    def of(self, field: str) -> str | None:
        """The first message of ``field``."""
        return next((item.message for item in self.items if item.field == field), None)


def parse_form(model: type[Form], values: dict[str, Any]) -> tuple[Form | None, FormErrors]:
    """``values`` as ``model``, or what is wrong with each field in words."""
    try:
        return model.model_validate(values), FormErrors()
    except ValidationError as error:
        return None, FormErrors(tuple(FieldError(_place(e["loc"]), _sentence(e)) for e in error.errors()))


def _place(loc: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in loc) or "form"


def _sentence(error: Any) -> str:
    kind = error["type"]
    context = error.get("ctx", {})
    if kind in {"missing", "string_too_short"} and not error.get("input"):
        return "Enter this; it cannot be empty."
    if kind == "string_too_long":
        return f"Shorten this to at most {context['max_length']} characters."
    if kind == "value_error":
        return str(context.get("error", error["msg"]))
    return f"{error['msg']}."


# --- pages -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Link:
    label: str
    href: str = ""
    current: bool = False


@dataclass(frozen=True)
class Notice:
    text: str
    kind: str = "info"
    """``info`` or ``caution``."""


@dataclass(frozen=True)
class ShellUser:
    name: str
    email: str
    role: str
    initials: str


@dataclass(frozen=True)
class Shell:
    """What the frame around every staff page shows."""

    nonce: str
    csrf: str = ""
    theme: str = "auto"
    home_href: str = "/"
    sign_out_href: str = "/sign-out"
    crumbs: tuple[Link, ...] = ()
    tabs: tuple[Link, ...] = ()
    menu: tuple[Link, ...] = ()
    notices: tuple[Notice, ...] = ()
    user: ShellUser | None = None
    watermark: str = ""
    """For whom a shared page was made; it stands on the page, on paper too."""


def make_environment() -> Environment:
    """Jinja2 with escaping everywhere; an unknown name in a template is an error, not an empty string."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["asset"] = asset
    environment.filters.update(formats.FILTERS)
    return environment


ENVIRONMENT = make_environment()


def shell_for(request: Request, **parts: Any) -> Shell:
    """The shell of this request, with the page's own crumbs, tabs and notices."""
    user: User | None = getattr(request.state, "user", None)
    theme = request.cookies.get("theme", "auto")
    shell = Shell(
        nonce=request.state.nonce,
        csrf=getattr(request.state, "csrf", ""),
        theme=theme if theme in {"light", "dark"} else "auto",
        user=_shell_user(user) if user else None,
        menu=_menu(user) if user else (),
    )
    return replace(shell, **parts)


def _shell_user(user: User) -> ShellUser:
    role = "Administrator" if user.administrator else "Consultant" if user.consultant else "Member"
    return ShellUser(user.name, user.email, role, formats.initials(user.name))


def _menu(user: User) -> tuple[Link, ...]:
    links = [Link("Portfolio", "/")]
    if user.consultant or user.administrator:
        links += [Link("Benchmarks", "/benchmarks"), Link("Questionnaires", "/questionnaires")]
    if user.administrator:
        links += [Link("Users", "/users"), Link("System", "/system"), Link("Audit log", "/audit")]
    return (*links, Link("Your account", "/account"), Link("Help", "/help"))


def render(
    request: Request, template: str, *, status: int = 200, shell: Shell | None = None, **context: Any
) -> HTMLResponse:
    """A staff page: the shell, and usually one ``page`` dataclass as context."""
    html = ENVIRONMENT.get_template(template).render(
        shell=shell or shell_for(request), nonce=request.state.nonce, **context
    )
    return HTMLResponse(html, status_code=status)


def redirect(path: str) -> RedirectResponse:
    """See-other to a path of our own."""
    return RedirectResponse(path, status_code=303)


def relative_path(path: str | None) -> str:
    """``path`` when it leads to one of our own pages, else the home page."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or any(c in path for c in "\r\n\t\\"):
        return "/"
    return path


# --- errors ----------------------------------------------------------------------------------------------------------


class Problem(BaseModel):
    """RFC 9457 problem details: what went wrong and what to do about it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


def problem_response(status: int, title: str, detail: str, **extra: Any) -> JSONResponse:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **extra}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith("/api/") or "application/json" in request.headers.get("accept", "")


def error_response(request: Request, status: int, title: str, detail: str, **extra: Any) -> Response:
    """A problem document for programs, a page that says what to do for people."""
    if _wants_json(request):
        return problem_response(status, title, detail, **extra)
    return render(request, "error.html", status=status, page=ErrorPage(status, title, detail))


@dataclass(frozen=True)
class ErrorPage:
    status: int
    title: str
    detail: str


def install_error_handlers(app: FastAPI) -> None:
    """One place where expected and unexpected failures become responses."""

    @app.exception_handler(AppError)
    def expected(request: Request, error: AppError) -> Response:
        signing_in = error.status == 401 and not _wants_json(request) and request.method in SAFE_METHODS
        if signing_in and not request.url.path.startswith("/answering"):
            login: LoginSession | None = getattr(request.state, "login", None)
            place = f"/sign-in/{login.needs}" if login and login.needs else "/sign-in"
            return redirect(f"{place}?next={request.url.path}")
        response = error_response(request, error.status, error.title, error.message, **error.extra)
        if "retry_after" in error.extra:
            response.headers["Retry-After"] = str(error.extra["retry_after"])
        return response

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [{"field": _place(e["loc"][1:]), "message": _sentence(e)} for e in error.errors()]
        first = f"'{errors[0]['field']}': {errors[0]['message']}" if errors else "The request cannot be read."
        return error_response(request, 422, "There is a problem", first, errors=errors)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        details = {
            404: ("Not found", "There is no page here. Check the address, or start from the portfolio."),
            405: ("Not allowed", "This address cannot be called that way."),
        }
        title, detail = details.get(error.status_code, ("That did not work", str(error.detail)))
        return error_response(request, error.status_code, title, detail)

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeoutError)
    def database(request: Request, error: DBAPIError) -> Response:
        log.error("database", error=type(error).__name__, request_id=request.state.request_id)
        return error_response(
            request, 503, "Please try again in a moment", "The database does not answer. Nothing was changed."
        )

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> Response:
        log.error("unexpected", error=type(error).__name__, request_id=getattr(request.state, "request_id", ""))
        return error_response(
            request,
            500,
            "Something went wrong on our side",
            "Nothing was changed. Try again; if it stays, tell your administrator.",
        )
