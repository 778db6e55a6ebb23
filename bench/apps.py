"""What the product is measured against: a bare ASGI application, and the product itself without a database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

from app.logs import configure_logs
from app.main import create_app
from app.responses.saving import Save, Saved
from app.web import ENVIRONMENT, Public

EMPTY = ENVIRONMENT.from_string("<!doctype html><title>{{ title }}</title>")


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the body and answers as few bytes as a save does."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    body = b'{"revision":1,"saved_at":"2026-01-01T00:00:00Z"}'
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class _Nowhere:
    """A saver that acknowledges without keeping anything."""

    def submit(self, given: Save) -> "asyncio.Future[list[Saved]]":
        future: asyncio.Future[list[Saved]] = asyncio.get_running_loop().create_future()
        future.set_result([Saved(answer.question_id, answer.base_revision + 1, given.at) for answer in given.answers])
        return future


def measured() -> FastAPI:
    """The product, and one page that renders an empty template in the same frame."""
    configure_logs()
    app = create_app()
    router = APIRouter()

    @router.get("/bench/empty", dependencies=[Public])
    def empty() -> HTMLResponse:
        return HTMLResponse(EMPTY.render(title="empty"))

    app.include_router(router)
    return app


def unsaved() -> FastAPI:
    """The product whose saves go nowhere: routing, checks, form and answer are the real ones."""
    app = measured()
    app.router.lifespan_context = _without_database
    return app


@asynccontextmanager
async def _without_database(app: FastAPI) -> AsyncIterator[None]:
    app.state.saver = _Nowhere()
    yield
