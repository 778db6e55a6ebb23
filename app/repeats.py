"""``Idempotency-Key``: a request that is sent again, because its answer was lost, does nothing twice.

The answer is kept in the transaction of what it answers: either both are stored or neither, and what failed can be tried
again under the same key.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import anyio.to_thread
from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import delete, text
from sqlmodel import Session, col

from app.clock import now
from app.errors import ConflictError, InvalidInputError
from app.models import AcceptedRequest
from app.sealing import seal, unseal
from app.web import CurrentUser, Public, SessionDep

KEPT = timedelta(days=1)
"""Programs that try again do so within minutes."""
HEADERS = ("content-type", "content-disposition", "etag", "location")

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class RepeatedRequestError(Exception):
    """Carries what the first request of this key was answered."""

    def __init__(self, answer: Response) -> None:
        super().__init__("answered before")
        self.answer = answer


@dataclass(frozen=True)
class Claim:
    """The right of this request to be the one that is carried out."""

    session: Session
    user_id: str
    purpose: str
    body_hash: str
    at: datetime

    def keep(self, response: Response) -> None:
        """Store the answer beside what was done; both are committed together."""
        kept = {
            "status": response.status_code,
            "headers": {name: response.headers[name] for name in HEADERS if name in response.headers},
            "body": base64.b64encode(bytes(response.body)).decode(),
        }
        answer = seal(self.purpose, json.dumps(kept))
        row = AcceptedRequest(
            key_hash=key_hash(self.purpose),
            user_id=self.user_id,
            body_hash=self.body_hash,
            answer=answer,
            created_at=self.at,
        )
        self.session.add(row)
        self.session.flush()


def key_hash(purpose: str) -> str:
    """Under which the request of ``purpose`` is found again."""
    return hashlib.sha256(purpose.encode()).hexdigest()


async def body_hash(request: Request) -> str:
    """Digest of what was sent."""
    return hashlib.sha256(await request.body()).hexdigest()


def once(
    request: Request,
    session: SessionDep,
    user: CurrentUser,
    sent: Annotated[str, Depends(body_hash)],
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=255,
            description="Any text of your own. Sent again within a day, the request does nothing and gets the first answer.",
        ),
    ] = None,
) -> None:
    """Claim the key of this request. Raises `RepeatedRequestError` with the stored answer when it was carried out before,
    `ConflictError` while it is under way, and `InvalidInputError` when the key came with another request."""
    if key is None:
        return
    purpose = f"repeat:{user.id}:{request.method}:{request.url.path}:{key}"
    if not _alone(session, key_hash(purpose)):
        raise ConflictError("The request with this Idempotency-Key is under way. Send it again in a moment.")
    at = now()
    before = session.get(AcceptedRequest, key_hash(purpose))
    if before is None or before.created_at < at - KEPT:
        forget_answers(session, at=at)
        request.state.claim = Claim(session, user.id, purpose, sent, at)
        return
    if before.body_hash != sent:
        raise InvalidInputError("This Idempotency-Key came with another request. Choose a new key for a new request.")
    kept = json.loads(unseal(purpose, before.answer))
    headers = {**kept["headers"], "Idempotency-Replayed": "true"}
    raise RepeatedRequestError(Response(base64.b64decode(kept["body"]), kept["status"], headers))


def _alone(session: Session, key: str) -> bool:
    """Whether no other transaction has claimed ``key``. Nobody waits: who waits holds a thread that the other needs.

    On SQLite the transaction of a request that writes is the only one.
    """
    if session.get_bind().dialect.name == "sqlite":
        return True
    lock = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:key, 0))").bindparams(key=key)
    return bool(session.execute(lock).scalar_one())


def forget_answers(session: Session, *, at: datetime) -> None:
    """Delete what is older than anybody tries again."""
    session.execute(delete(AcceptedRequest).where(col(AcceptedRequest.created_at) < at - KEPT))


class OnceRoute(APIRoute):
    """Route class of an API router: its POST takes an ``Idempotency-Key``, except where anybody may call it."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        given = list(options.pop("dependencies", None) or ())
        called = {each.dependency for each in given}
        if "POST" in (options.get("methods") or ()) and not called & {once, Public.dependency}:
            given.append(Depends(once))
        super().__init__(path, endpoint, dependencies=given, **options)

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def carried_out_once(request: Request) -> Response:
            try:
                response = await handle(request)
            except RepeatedRequestError as repeated:
                return repeated.answer
            # The session commits after this handler and before the response leaves.
            claim: Claim | None = getattr(request.state, "claim", None)
            if claim is not None and response.status_code < 400:
                await anyio.to_thread.run_sync(claim.keep, response)
            return response

        return carried_out_once
