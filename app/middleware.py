"""What every request passes: host and origin checks, body limit, security headers, request id and log line."""

import secrets
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings

log = structlog.get_logger("trigpoint.request")

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class BodyTooLargeError(Exception):
    """Raised inside `receive` once a streamed body passes the limit."""


class Guard:
    """Refuses what must not reach the application, and dresses every response in its headers."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        parts = urlsplit(settings.base_url)
        self.origin = f"{parts.scheme}://{parts.netloc}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        nonce = secrets.token_urlsafe(16)
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {}).update(nonce=nonce, request_id=request_id)
        started = time.perf_counter()
        status = 0

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._dress(MutableHeaders(scope=message), nonce, request_id, scope["path"])
            await send(message)

        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, dressed)
        else:
            await self._limited(scope, receive, dressed)
        route = scope.get("route")
        log.info(
            "request",
            method=scope["method"],
            # The template, not the URL: links carry tokens.
            route=getattr(route, "path", "(none)"),
            status=status,
            ms=round(1000 * (time.perf_counter() - started), 1),
            request_id=request_id,
        )

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = (urlsplit(f"//{headers.get('host', '')}").hostname or "").lower()
        if host not in self.settings.hosts:
            return PlainTextResponse("This host name is not served here.", status_code=400)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self.settings.max_body_bytes:
            return self._too_large()
        if scope["method"] not in SAFE and not self._same_origin(scope, headers):
            return self._problem(403, "Foreign origin", "This request did not come from one of our own pages.")
        return None

    def _same_origin(self, scope: Scope, headers: Headers) -> bool:
        """Browsers tell where a request comes from. Programs send neither header; they carry no cookies either."""
        origin = headers.get("origin")
        site = headers.get("sec-fetch-site")
        if site is not None:
            # With a no-referrer policy a page's own posts carry "Origin: null"; the browser's word on the site holds.
            return site == "same-origin" and origin in {None, "null", self.origin, _origin_of(scope, headers)}
        if origin is not None:
            return origin in {self.origin, _origin_of(scope, headers)}
        return "cookie" not in headers and scope["path"].startswith("/api/")

    def _too_large(self) -> Response:
        limit = self.settings.max_body_bytes
        return self._problem(413, "Too large", f"At most {limit:,} bytes can be sent at once.")

    def _problem(self, status: int, title: str, detail: str) -> Response:
        return JSONResponse(
            {"type": "about:blank", "title": title, "status": status, "detail": detail},
            status_code=status,
            media_type="application/problem+json",
        )

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        seen = 0
        limit = self.settings.max_body_bytes
        started = False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise BodyTooLargeError
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            # Whoever parses the body may turn the refusal into an answer of its own; ours says what was wrong.
            if seen > limit and not started:
                raise BodyTooLargeError
            started = True
            await send(message)

        try:
            await self.app(scope, counted, watched)
        except BodyTooLargeError:
            if started:
                raise
            await self._too_large()(scope, receive, send)
        except Exception as error:
            # Starlette answers unexpected errors outside of this middleware, where no header would be set.
            if not started:
                await self._unexpected(scope, error)(scope, receive, send)
            raise

    def _unexpected(self, scope: Scope, error: Exception) -> Response:
        handler: Callable[[Request, Exception], Response] = scope["app"].exception_handlers[Exception]
        return handler(Request(scope), error)

    def _dress(self, headers: MutableHeaders, nonce: str, request_id: str, path: str) -> None:
        for name, value in self._security(nonce):
            headers.setdefault(name, value)
        headers["X-Request-Id"] = request_id
        # Built files carry a digest in their name, so a name never changes its content.
        static = path.startswith("/static/assets/")
        headers.setdefault("Cache-Control", "public, max-age=31536000, immutable" if static else "no-store")

    def _security(self, nonce: str) -> Iterable[tuple[str, str]]:
        yield (
            "Content-Security-Policy",
            (
                f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
                "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
                "base-uri 'none'; frame-ancestors 'none'"
            ),
        )
        yield "X-Content-Type-Options", "nosniff"
        yield "X-Frame-Options", "DENY"
        yield "Referrer-Policy", "no-referrer"
        yield "Cross-Origin-Opener-Policy", "same-origin"
        yield "Cross-Origin-Resource-Policy", "same-origin"
        yield "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
        if self.settings.https:
            yield "Strict-Transport-Security", "max-age=31536000; includeSubDomains"


def _origin_of(scope: Scope, headers: Headers) -> str:
    """The origin under which this request was addressed; its host is on the allowlist by then."""
    return f"{scope.get('scheme', 'http')}://{headers.get('host', '')}"
