"""What a deletion leaves in the files of the database, and how it goes.

SQLite overwrites what is deleted (``secure_delete``), but a row that was once moved from page to page may have left a copy
behind, and the log holds the pages of before. So the file is written anew (``VACUUM``), then the log is emptied.
"""

import sqlite3
import time
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from app.db import everything, owner_connection
from app.models import AuditRecord

log = structlog.get_logger("trigpoint")

TRIES, PAUSE = 100, 0.1
AT_ONCE = 256 * 1024**2
"""Bytes of a file that is written anew within a second or two of an erasure."""
ERASURES = ("subject.erased", "assessment.people_erased", "organization.deleted")


def empty_log(engine: Engine, *, tries: int = TRIES) -> bool:
    """Write SQLite's log into the database file and cut it to nothing; waits a while for those who still read.

    False where somebody read all the time: the next try, or the next stop of the server, does it. PostgreSQL's log is
    its administrator's.
    """
    if engine.dialect.name != "sqlite":
        return True
    raw = engine.raw_connection()
    cursor = raw.cursor()
    try:
        # While it waits for readers nobody can write, so it waits shortly and comes back.
        cursor.execute("PRAGMA busy_timeout=200")
        for _ in range(tries):
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if not busy:
                return True
            time.sleep(PAUSE)
    finally:
        cursor.execute("PRAGMA busy_timeout=30000")
        raw.close()
    log.warning("log not emptied", tries=tries)
    return False


def rewrite(engine: Engine) -> None:
    """Write the whole database anew, without a trace of what was deleted. Nobody can write meanwhile, on PostgreSQL
    nobody can read either."""
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("VACUUM")
        finally:
            raw.close()
        empty_log(engine)
        return
    with owner_connection(engine) as connection:
        owner = create_engine(connection.engine.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with owner.connect() as connection:
        connection.execute(text("VACUUM FULL"))
        connection.execute(text("CHECKPOINT"))


def clean_files(engine: Engine) -> None:
    """After an erasure on SQLite: the file without what was deleted. A large one is left to the worker's next day."""
    if engine.dialect.name != "sqlite":
        return
    try:
        if _size(engine) <= AT_ONCE:
            rewrite(engine)
        else:
            empty_log(engine)
    except (OperationalError, sqlite3.OperationalError) as error:
        log.warning("file not rewritten", error=type(error).__name__)


def rewrite_after_erasures(engine: Engine, *, at: datetime) -> bool:
    """The worker's part: rewrite a large SQLite file where something was erased since yesterday; whether it was."""
    if engine.dialect.name != "sqlite" or _size(engine) <= AT_ONCE:
        return False
    with Session(everything(engine).execution_options(writes=False)) as session:
        erased = session.exec(
            select(AuditRecord.number)
            .where(col(AuditRecord.action).in_(ERASURES), AuditRecord.at >= at - timedelta(days=2))
            .limit(1)
        ).first()
    if erased is None:
        return False
    rewrite(engine)
    return True


def _size(engine: Engine) -> int:
    return Path(engine.url.database or "").stat().st_size
