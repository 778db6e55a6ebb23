"""The application: routers, middleware, error handlers, static files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import JSONResponse, Response
from sqlalchemy import Engine
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from app import features
from app.db import make_engine
from app.health import readiness
from app.middleware import Guard
from app.responses.writer import make_saver
from app.settings import Settings, get_settings
from app.throttle import throttle_program
from app.web import Public, install_error_handlers, problem_response


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> FastAPI:
    """The whole application on one engine."""
    settings = settings or get_settings()
    engine = engine or make_engine(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with make_saver(engine) as saver:
            app.state.saver = saver
            yield

    app = FastAPI(
        title="Trigpoint",
        version="1",
        summary="Capability-maturity assessment for marketing organisations",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # Counted before any route's own transaction begins.
        dependencies=[Depends(throttle_program)],
    )
    app.state.engine = engine
    app.add_middleware(Guard, settings=settings)
    install_error_handlers(app)

    health = APIRouter(include_in_schema=False, dependencies=[Public])

    @health.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @health.get("/readyz")
    def readyz() -> Response:
        reason = readiness(engine)
        if reason:
            return problem_response(503, "Not ready", reason)
        return JSONResponse({"status": "ready"})

    app.include_router(health)
    for router in features.ROUTERS:
        app.include_router(router)
    files = StaticFiles(directory=settings.static_dir / "assets", check_dir=False)
    # Only built files are compressed: a compressed page would leak its form token by its length.
    app.mount("/static/assets", GZipMiddleware(files, minimum_size=1000))
    return app
