"""The respondent of a request, known by the answering cookie."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.access import access_response
from app.errors import NotSignedInError
from app.models import Response
from app.responses.actions import cookie_parts
from app.settings import get_settings
from app.web import SessionDep, cookie_name, csrf_token, policy

ANSWERING_COOKIE = "trigpoint_answering"


@dataclass(frozen=True)
class Respondent:
    """``link`` is kept only by browsers of anonymous assessments."""

    token_hash: str
    link: str | None
    response: Response


def answering_cookie(request: Request) -> tuple[str, str | None]:
    """Digest and link of the cookie. Raises `NotSignedInError`."""
    cookie = request.cookies.get(cookie_name(get_settings(), ANSWERING_COOKIE))
    if not cookie:
        raise NotSignedInError("Open the link from your invitation again to continue. What you answered is kept.")
    return cookie_parts(cookie)


@policy
async def answering(request: Request) -> str:
    """Digest of the answering cookie, for the save path, which checks it in its own transaction.

    Async, because the way to a thread and back costs as much as the rest of the request.
    """
    return answering_cookie(request)[0]


@policy
def respondent(request: Request, session: SessionDep) -> Respondent:
    """Whoever answers with this browser. A response id in the path must be the cookie's own."""
    token_hash, link = answering_cookie(request)
    response = access_response(session, token_hash, request.path_params.get("response_id"))
    request.state.csrf = csrf_token(token_hash)
    return Respondent(token_hash, link, response)


AnsweringDep = Annotated[str, Depends(answering)]
RespondentDep = Annotated[Respondent, Depends(respondent)]
