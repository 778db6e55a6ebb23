"""Copies of an SQLite database: made while it is in use, brought back without losing what was there."""

import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

PAGES = 1000
"""Copied at a time, so that those who write meanwhile wait only a moment."""


class CopyError(Exception):
    """A copy was refused, and why."""


def back_up(database: Path, file: Path) -> int:
    """Copy ``database`` to ``file`` through SQLite's backup interface, in a state that was committed; returns its bytes."""
    if not database.exists():
        raise CopyError(f"There is no database at {database}. Check TRIGPOINT_DATABASE_URL.")
    if file.exists():
        raise CopyError(f"{file} exists already. Name a new file; backups are never overwritten.")
    part = file.with_name(f"{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with closing(_open(database)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target, pages=PAGES)
            # The copy stands alone: no log file beside it.
            target.execute("PRAGMA journal_mode=DELETE")
            # Written afresh, it holds nothing of what was deleted, and rows lie by their keys, not as they came.
            target.execute("VACUUM")
        part.chmod(0o600)
        part.rename(file)
    except (sqlite3.Error, OSError) as error:
        with suppress(OSError):
            part.unlink()
        raise CopyError(f"{file} was not written: {error}. Nothing was left behind.") from error
    return file.stat().st_size


def bring_back(file: Path, database: Path, *, replace: bool, at: datetime) -> Path | None:
    """Make ``file`` the database. One that is there is put aside (its path is returned), only with ``replace``."""
    if not file.exists():
        raise CopyError(f"There is no file {file}.")
    _check(file)
    if database.exists() and not replace:
        raise CopyError(
            f"{database} exists already. Stop the server, then add --replace: the present one is put aside."
        )
    aside = database.with_name(f"{database.name}.before-{at:%Y%m%dT%H%M%SZ}") if database.exists() else None
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        if aside is not None:
            _put_aside(database, aside)
        with closing(_open(file)) as source, closing(sqlite3.connect(database)) as target:
            source.backup(target)
    except (sqlite3.Error, OSError) as error:
        raise CopyError(f"{database} was not written: {error}. The copy in {file} is untouched.") from error
    return aside


def _put_aside(database: Path, aside: Path) -> None:
    """Move the database with its log: without it, the latest commits would be missing."""
    with closing(sqlite3.connect(database)) as connection:
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise CopyError(f"{database} is in use. Stop the server and the worker first.")
    database.rename(aside)
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _check(file: Path) -> None:
    try:
        with closing(_open(file)) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        raise CopyError(f"{file} is no backup: {error}.") from error
    if "alembic_version" not in tables:
        raise CopyError(f"{file} is no backup of Trigpoint: its tables are missing.")
    if sound != "ok":
        raise CopyError(f"{file} is damaged ({sound}). Use an earlier backup.")


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
