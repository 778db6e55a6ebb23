"""The examination behind ``trigpoint doctor``."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from app.accounts.discovery import discover
from app.db import everything
from app.errors import UnavailableError
from app.health import readiness
from app.models import Answer, Assessment, Response
from app.responses.actions import pack
from app.settings import DEFAULT_SECRET, Settings
from app.tenancy import ROLE
from questionnaires.load import load_questionnaire

Row = TypeVar("Row")
BATCH = 500

WAL_BUG = ((3, 7, 0), (3, 51, 2))
"""SQLite versions, first to last, that can corrupt a database when a WAL is reset at the wrong moment."""


@dataclass(frozen=True)
class Finding:
    """``state`` is ``fine``, ``caution`` (works, but…) or ``broken``."""

    check: str
    state: str
    message: str


def examine(engine: Engine, settings: Settings) -> list[Finding]:
    """Every check in order; those that need a migrated database only where there is one."""
    findings = [_secret(settings), _version(engine), *_providers(settings)]
    reason = readiness(engine)
    findings.append(Finding("migrations", "broken", reason) if reason else Finding("migrations", "fine", "current"))
    if reason is None:
        findings += [*_role(engine), _integrity(engine), _vectors(engine)]
    return findings


def _secret(settings: Settings) -> Finding:
    if settings.secret_key.get_secret_value() == DEFAULT_SECRET:
        return Finding("secret", "caution", "the default one; set TRIGPOINT_SECRET_KEY before others use this")
    return Finding("secret", "fine", "set")


def _providers(settings: Settings) -> Iterator[Finding]:
    """Whether people can sign in at each provider now."""
    for provider in settings.oidc_providers:
        try:
            discover(provider)
        except UnavailableError as error:
            yield Finding("sign-in", "caution", error.message)
        else:
            yield Finding("sign-in", "fine", f"{provider.name} answers")


def _version(engine: Engine) -> Finding:
    if engine.dialect.name != "sqlite":
        with engine.connect() as connection:
            return Finding("database", "fine", str(connection.execute(text("SELECT version()")).scalar_one()))
    return sqlite_finding(sqlite3.sqlite_version_info)


def sqlite_finding(version: tuple[int, ...]) -> Finding:
    """What to say of an SQLite version."""
    name = f"SQLite {'.'.join(str(part) for part in version[:3])}"
    if WAL_BUG[0] <= version[:3] <= WAL_BUG[1]:
        return Finding(
            "database",
            "caution",
            f"{name} has a rare bug that can corrupt the file when its log is reset (fixed in 3.51.3). Back up daily, "
            "and use a Python with a newer SQLite, or PostgreSQL, when you can",
        )
    return Finding("database", "fine", name)


def _role(engine: Engine) -> Iterator[Finding]:
    """Whether PostgreSQL's row-level security holds for the application."""
    if engine.dialect.name == "sqlite":
        return
    with engine.connect() as connection:
        acting, signed_in, owns = connection.execute(
            text(
                "SELECT current_user, session_user, pg_has_role(session_user, relowner, 'MEMBER') "
                "FROM pg_class WHERE oid = 'answer'::regclass"
            )
        ).one()
    if acting != ROLE:
        said = f"acts as {acting}. Let the owner of the database run: GRANT {ROLE} TO {signed_in}"
        yield Finding("role", "broken", said)
    elif owns:
        said = f"acts as {ROLE}, and signs in as {signed_in}, who owns the tables. Give it a sign-in that owns nothing"
        yield Finding("role", "caution", said)
    else:
        yield Finding("role", "fine", f"acts as {ROLE}; {signed_in} owns nothing")


def _integrity(engine: Engine) -> Finding:
    if engine.dialect.name != "sqlite":
        return Finding("integrity", "fine", "PostgreSQL checks its pages itself")
    with engine.connect() as connection:
        said = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
        strays = connection.execute(text("PRAGMA foreign_key_check")).all()
    if said != ["ok"]:
        return Finding("integrity", "broken", f"{said[0]}. Restore the last backup")
    if strays:
        return Finding(
            "integrity", "broken", f"{len(strays)} rows point at rows that are gone. Restore the last backup"
        )
    return Finding("integrity", "fine", "ok")


def _vectors(engine: Engine) -> Finding:
    with Session(everything(engine).execution_options(writes=False)) as session:
        checked, wrong = 0, []
        for response_id, stored, derived in _stored_and_derived(session):
            checked += 1
            if stored != derived:
                wrong.append(response_id)
    if wrong:
        return Finding("vectors", "broken", f"{len(wrong)} of {checked} differ from their answer rows: {wrong[0]} …")
    return Finding("vectors", "fine", f"{checked} equal their answer rows")


def _stored_and_derived(session: Session) -> Iterator[tuple[str, bytes | None, bytes]]:
    statement = (
        select(Response.id, Response.vector, Assessment.questionnaire_id, Assessment.questionnaire_version)
        .join(Assessment, col(Assessment.id) == col(Response.assessment_id))
        .where(col(Response.submitted_at).is_not(None))
    )
    for batch in batched(session.exec(statement).all(), BATCH):
        rows: dict[str, list[Answer]] = {}
        for answer in session.exec(select(Answer).where(col(Answer.response_id).in_([row[0] for row in batch]))):
            rows.setdefault(answer.response_id, []).append(answer)
        for response_id, vector, questionnaire_id, version in batch:
            yield response_id, vector, pack(load_questionnaire(questionnaire_id, version), rows.get(response_id, []))
        session.expunge_all()


def batched(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    """``rows``, ``size`` at a time."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
