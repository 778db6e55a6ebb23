"""Signing in at a provider, connecting an account with one, signing out there."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.datastructures import FormData

from app.accounts.identities import Offer, connect, disconnect, open_offer, sealed_offer, user_of_identity
from app.accounts.links import open_link
from app.accounts.oidc import (
    LIFE,
    SignInRefusedError,
    begin,
    finish,
    open_attempt,
    sign_out_address,
)
from app.accounts.pages import ConnectPage
from app.accounts.routes.sign_in import SignInPage, agent_of, signed_in_response
from app.accounts.signing_in import begin_session
from app.clock import now
from app.db import transaction
from app.errors import AppError, NotFoundError
from app.models import User
from app.settings import OidcProvider, get_settings
from app.throttle import PASSWORD_LINK, throttled
from app.web import (
    CurrentUser,
    Public,
    SessionDep,
    UserForm,
    clear_cookie,
    cookie_name,
    fields,
    posted_form,
    redirect,
    relative_path,
    render,
    set_cookie,
)

log = structlog.get_logger("trigpoint")

router = APIRouter(include_in_schema=False)

ATTEMPT_COOKIE = "trigpoint_attempt"


def known_provider(provider_id: str) -> OidcProvider:
    """The provider of an address."""
    found = next((each for each in get_settings().oidc_providers if each.id == provider_id), None)
    if found is None:
        raise NotFoundError("Nobody signs in there. Start from the sign-in page.")
    return found


Known = Annotated[OidcProvider, Depends(known_provider)]


@router.get("/sign-in/with/{provider_id}", dependencies=[Public])
def to_provider(request: Request, config: Known, to: Annotated[str, Query(alias="next")] = "/") -> Response:
    return _leave(request, config, next_path=relative_path(to))


@router.get("/password/{token}/with/{provider_id}", dependencies=[Public])
def accept_with_provider(request: Request, session: SessionDep, token: str, config: Known) -> Response:
    """Nothing is used up by it: the link counts once the person comes back and agrees."""
    open_link(session, token, at=now())
    return _leave(request, config, next_path="/", link=token)


def _leave(request: Request, config: OidcProvider, *, next_path: str, link: str = "") -> Response:
    try:
        address, attempt = begin(config, next_path=next_path, link=link)
    except AppError as error:
        return _refused(request, config, error)
    response = RedirectResponse(address, status_code=303)
    set_cookie(response, ATTEMPT_COOKIE, attempt, days=LIFE.total_seconds() / 86400)
    return response


@router.get("/sign-in/with/{provider_id}/callback", dependencies=[Public, throttled(PASSWORD_LINK)])
def callback(request: Request, config: Known) -> Response:
    """Where the provider sends people back to. What was asked is forgotten whatever comes of it."""
    try:
        response = _answered(request, config)
    except AppError as error:
        response = _refused(request, config, error)
    clear_cookie(response, ATTEMPT_COOKIE)
    return response


def _answered(request: Request, config: OidcProvider) -> Response:
    sealed = request.cookies.get(cookie_name(get_settings(), ATTEMPT_COOKIE), "")
    attempt = open_attempt(config, sealed)
    # Nothing of the database is held while the provider is asked.
    identity = finish(config, attempt, dict(request.query_params), at=now())
    engine: Engine = request.app.state.engine
    with transaction(engine) as session:
        if attempt.link:
            return _ask_to_connect(request, session, config, Offer(identity, attempt.link))
        user = user_of_identity(session, identity, config.name)
        return _sign_in(request, session, config, user, attempt.next_path)


def _ask_to_connect(request: Request, session: Session, config: OidcProvider, offer: Offer) -> HTMLResponse:
    """A click says yes: whoever was led here with somebody else's link must see whose account it is."""
    link, user = open_link(session, offer.link, at=now())
    page = ConnectPage(config, offer.identity.name, user.email, link.purpose == "invitation", sealed_offer(offer))
    return render(request, "accounts/connect.html", page=page)


def _sign_in(request: Request, session: Session, config: OidcProvider, user: User, to: str) -> Response:
    days = get_settings().session_days
    signed_in, needs = begin_session(
        session,
        user,
        at=now(),
        days=days,
        agent=agent_of(request),
        provider=config.id,
        second_factor_shown=config.second_factor,
    )
    return signed_in_response(signed_in, needs, to)


def _refused(request: Request, config: OidcProvider, error: AppError) -> HTMLResponse:
    reason = error.reason if isinstance(error, SignInRefusedError) else type(error).__name__
    log.warning("sign-in at provider refused", provider=config.id, reason=reason)
    return render(request, "accounts/sign_in.html", status=error.status, page=SignInPage("/", error=error.message))


@router.post("/sign-in/connect", dependencies=[Public, throttled(PASSWORD_LINK)])
def post_connect(request: Request, session: SessionDep, form: Annotated[FormData, Depends(posted_form)]) -> Response:
    offer = open_offer(fields(form).get("offer", ""))
    config = known_provider(offer.identity.provider)
    user = connect(session, offer, at=now())
    return _sign_in(request, session, config, user, "/")


@router.get("/sign-in/with/{provider_id}/sign-out", dependencies=[Public])
def sign_out_there(config: Known) -> Response:
    return RedirectResponse(sign_out_address(config) or "/sign-in", status_code=303)


@router.post("/account/providers/{provider_id}/disconnect")
def post_disconnect(session: SessionDep, user: CurrentUser, provider_id: str, _posted: UserForm) -> Response:
    disconnect(session, user, known_provider(provider_id))
    return redirect("/account?done=disconnected")
