"""Sign in and out as JSON, and who is signed in."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.accounts.actions import digest, sign_out
from app.accounts.factors import WRONG_CODE, code_fits
from app.accounts.sessions import agent_words, end_session, open_sessions
from app.accounts.signing_in import begin_session, missing_factor, user_of_password
from app.accounts.tokens import LONGEST, create_token, revoke_token, tokens_of
from app.clock import now
from app.errors import ForbiddenError, NotSignedInError
from app.models import ApiToken
from app.repeats import OnceRoute
from app.settings import get_settings
from app.throttle import SIGN_IN, throttled
from app.web import (
    SESSION_COOKIE,
    CurrentUser,
    Problem,
    Public,
    SessionDep,
    clean_text,
    clear_cookie,
    problem_response,
    session_token,
    set_cookie,
)

router = APIRouter(
    prefix="/api/v1",
    route_class=OnceRoute,
    tags=["sessions"],
    responses={401: {"model": Problem}, 422: {"model": Problem}},
)


class SignInForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: Annotated[str, Field(max_length=254)]
    password: Annotated[str, Field(max_length=256)]
    code: Annotated[str, Field(max_length=20)] = ""
    """Of the authenticator, or a recovery code; for those who have a second factor."""


class MeOut(BaseModel):
    id: str
    email: str
    name: str
    administrator: bool
    consultant: bool


class SessionOut(BaseModel):
    id: str
    agent: str
    started_at: datetime
    seen_at: datetime
    current: bool


class TokenForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(clean_text)]
    scopes: Annotated[list[Literal["read", "write", "users"]], Field(min_length=1, max_length=3)]
    days: Annotated[int, Field(ge=1, le=LONGEST.days)] = 90


class TokenOut(BaseModel):
    id: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    used_on: date | None


class NewTokenOut(TokenOut):
    token: str


class SignedInOut(MeOut):
    token: str
    """For programs: send it as ``Authorization: Bearer``; browsers use the cookie."""


@router.post(
    "/sessions",
    status_code=201,
    summary="Sign in",
    dependencies=[Public, throttled(SIGN_IN)],
    response_model=SignedInOut,
    responses={403: {"model": Problem}, 429: {"model": Problem}},
)
def post_session(
    request: Request, session: SessionDep, form: SignInForm, response: Response
) -> SignedInOut | JSONResponse:
    days, at = get_settings().session_days, now()
    user = user_of_password(session, form.email, form.password)
    needs = missing_factor(session, user)
    if needs == "code":
        if not form.code:
            raise NotSignedInError("Send the code of your authenticator, or a recovery code, as 'code' too.")
        if not code_fits(session, user, form.code, at=at):
            # Returned, not raised: that a code was wrong is counted, so the transaction must commit.
            return problem_response(401, NotSignedInError.title, WRONG_CODE)
    elif needs:
        raise ForbiddenError("Your role needs a second factor. Sign in on the pages once, and set it up there.")
    agent = agent_words(request.headers.get("user-agent", ""))
    token = begin_session(session, user, at=at, days=days, agent=agent, second_factor_shown=True)[0].token
    set_cookie(response, SESSION_COOKIE, token, days=days)
    return SignedInOut(token=token, **MeOut.model_validate(user, from_attributes=True).model_dump())


@router.delete("/sessions/current", status_code=204, summary="Sign out")
def delete_session(request: Request, session: SessionDep, _user: CurrentUser, response: Response) -> None:
    token = session_token(request)
    if token:
        sign_out(session, digest(token))
    clear_cookie(response, SESSION_COOKIE)


@router.get("/me/sessions", summary="Where you are signed in")
def list_sessions(request: Request, session: SessionDep, user: CurrentUser) -> list[SessionOut]:
    rows = open_sessions(
        session,
        user,
        current=digest(session_token(request) or ""),
        at=now(),
        idle_minutes=get_settings().session_idle_minutes,
    )
    return [SessionOut.model_validate(row, from_attributes=True) for row in rows]


@router.delete(
    "/me/sessions/{session_id}",
    status_code=204,
    summary="End one of your sessions",
    responses={404: {"model": Problem}},
)
def delete_one_session(session: SessionDep, user: CurrentUser, session_id: str) -> None:
    end_session(session, user, session_id)


@router.get("/me/tokens", summary="Your tokens for programs")
def list_tokens(session: SessionDep, user: CurrentUser) -> list[TokenOut]:
    return [_token_out(row) for row in tokens_of(session, user)]


@router.post("/me/tokens", status_code=201, summary="Create a token for a program; it is shown only now")
def post_token(session: SessionDep, user: CurrentUser, form: TokenForm) -> NewTokenOut:
    row, secret = create_token(session, user, name=form.name, scopes=form.scopes, days=form.days, at=now())
    return NewTokenOut(token=secret, **_token_out(row).model_dump())


@router.delete("/me/tokens/{token_id}", status_code=204, summary="Revoke a token", responses={404: {"model": Problem}})
def delete_token(session: SessionDep, user: CurrentUser, token_id: str) -> None:
    revoke_token(session, user, token_id, at=now())


def _token_out(row: ApiToken) -> TokenOut:
    return TokenOut.model_validate({**row.model_dump(), "scopes": row.scopes.split()})


@router.get("/me", summary="Who is signed in")
def get_me(user: CurrentUser) -> MeOut:
    return MeOut.model_validate(user, from_attributes=True)
