"""The engine and the sessions: the only place that commits."""

import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import psycopg
from fastapi import Request
from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlmodel import Session

from app import tenancy
from app.settings import Settings, get_settings
from app.tenancy import EVERYTHING, ROLE

ACT_AS_ROLE = """
SELECT set_config('role', rolname, false) FROM pg_roles WHERE rolname = %(role)s AND pg_has_role(session_user, oid, 'MEMBER')
"""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def make_engine(settings: Settings) -> Engine:
    """A pooled engine for the configured database."""
    if settings.sqlite:
        return _sqlite_engine(settings.database_url, settings.database_pool)
    return _postgres_engine(settings)


def _postgres_engine(settings: Settings) -> Engine:
    engine = create_engine(
        settings.database_url, pool_size=settings.database_pool, max_overflow=0, pool_pre_ping=True, pool_timeout=10
    )

    @event.listens_for(engine, "connect")
    def connect(connection: psycopg.Connection[Any], _record: Any) -> None:
        # Whoever signs in acts as the role that owns nothing; before the first migration there is none.
        connection.execute(ACT_AS_ROLE, {"role": ROLE})
        connection.commit()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("sees") == "everything":
            connection.exec_driver_sql(EVERYTHING)

    return engine


def _sqlite_engine(url: str, pool_size: int) -> Engine:
    path = url.removeprefix("sqlite:///")
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, pool_size=pool_size, max_overflow=0, connect_args={"check_same_thread": False, "timeout": 30}
    )

    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver's own transaction handling is off: the begin event below emits the BEGIN itself.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails under load when it begins deferred.
        mode = "IMMEDIATE" if connection.get_execution_options().get("writes", True) else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


@cache
def get_engine() -> Engine:
    """The engine of this process."""
    return make_engine(get_settings())


@contextmanager
def owner_connection(engine: Engine | None = None) -> Iterator[Connection]:
    """The connection that migrates the database of ``engine``: on PostgreSQL by the owner of the tables, who sees every
    row."""
    engine = engine or get_engine()
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            yield connection
        return
    owner = create_engine(get_settings().migration_url or engine.url, poolclass=NullPool)
    with owner.connect() as connection:
        # Not for one transaction: a migration may commit in between.
        connection.exec_driver_sql("SELECT set_config('trigpoint.organizations', '*', false)")
        connection.commit()
        yield connection


def everything(engine: Engine) -> Engine:
    """``engine`` for what stands outside every organisation: its transactions see all rows."""
    return engine.execution_options(sees="everything")


@contextmanager
def transaction(engine: Engine | None = None, *, like: Session | None = None) -> Iterator[Session]:
    """One unit of work outside a request: commits at the end, rolls back on any error. It sees every organisation, or
    what the session ``like`` sees."""
    engine = engine or get_engine()
    bind, info = (everything(engine), {}) if like is None else (engine, tenancy.like(like))
    with Session(bind, expire_on_commit=False, info=info) as session:
        yield session
        session.commit()


_one_writer: dict[int, anyio.Lock] = {}
_guard = threading.Lock()


def _writer_lock(engine: Engine) -> anyio.Lock:
    with _guard:
        return _one_writer.setdefault(id(engine), anyio.Lock())


async def get_session(request: Request) -> AsyncIterator[Session]:
    """The session of a request: reads for safe methods, else one transaction that is committed before the response.

    Use with ``Depends(get_session, scope="function")``: the default scope commits after the response was sent. On SQLite
    writers queue here, on the event loop, so that waiting for the database's one write lock cannot use up the threads
    that its holder needs to finish.
    """
    engine: Engine = request.app.state.engine
    if request.method in SAFE_METHODS:
        with Session(engine.execution_options(writes=False), expire_on_commit=False) as session:
            yield session
        return
    async with one_write(engine) as session:
        yield session


@asynccontextmanager
async def one_write(engine: Engine) -> AsyncIterator[Session]:
    """A transaction of its own that is committed at the end of the block; on SQLite it waits for its turn."""
    turn = _writer_lock(engine) if engine.dialect.name == "sqlite" else nullcontext()
    async with turn, _write(engine) as session:
        yield session


@asynccontextmanager
async def _write(engine: Engine) -> AsyncIterator[Session]:
    session = Session(engine, expire_on_commit=False)
    try:
        yield session
        await anyio.to_thread.run_sync(session.commit)
    finally:
        # Without the shield a cancelled request would leave its transaction open.
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(session.close)
