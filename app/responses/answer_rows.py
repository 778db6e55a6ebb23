"""The rows that a save reads and writes, many responses at once, in the driver's own terms.

A save is the one place where the cost of building statements counts: each batch is two reads and one write, whose text never
changes, so that both drivers keep them prepared. Everything else in the application goes through SQLModel.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError


class Desk(NamedTuple):
    """What the save path knows of a browser that answers: its response, and the window it answers in."""

    token_hash: str
    response_id: str
    organization_id: str
    assessment_id: str
    submitted_at: datetime | None
    status: str
    closes_at: datetime | None
    anonymity: str
    questionnaire_id: str
    questionnaire_version: str


class AnswerRow(NamedTuple):
    """One stored answer."""

    organization_id: str
    assessment_id: str
    response_id: str
    question_id: str
    status: str
    option_id: str | None
    reason: str
    comment: str
    evidence_url: str
    revision: int
    mutation_id: str
    saved_at: datetime

    @property
    def key(self) -> "Key":
        return self.response_id, self.question_id

    @property
    def content(self) -> tuple[str, str | None, str, str, str]:
        return self.status, self.option_id, self.reason, self.comment, self.evidence_url


Key = tuple[str, str]
"""Response and question."""


Found = tuple[dict[str, Desk], dict[Key, AnswerRow]]
"""What is stored: desks by token digest, answers by key."""


class AnswerRows(Protocol):
    """Reads and writes inside the transaction of one connection."""

    def find(self, tokens: Collection[str], keys: Collection[Key]) -> Found: ...

    def write(self, rows: Sequence[AnswerRow]) -> None: ...


def answer_rows(connection: Connection) -> AnswerRows:
    """The rows behind ``connection``, whose transaction has begun."""
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        return _Sqlite(driver)
    if isinstance(driver, psycopg.Connection):
        return _Postgres(driver)
    raise TypeError(f"no save path for {type(driver).__name__}")


@contextmanager
def driver_errors() -> Iterator[None]:
    """Failures of the driver under the names that the rest of the application knows."""
    try:
        yield
    except (sqlite3.OperationalError, psycopg.OperationalError) as error:
        raise OperationalError("a save", None, error) from error
    except (sqlite3.Error, psycopg.Error) as error:
        raise DBAPIError("a save", None, error) from error


_DESKS = """
SELECT session.token_hash, session.response_id, session.organization_id, session.assessment_id, response.submitted_at,
       assessment.status, assessment.closes_at, assessment.anonymity, assessment.questionnaire_id,
       assessment.questionnaire_version
FROM {asked} AS asked
JOIN answering_session AS session ON session.token_hash = {digest}
JOIN response ON response.organization_id = session.organization_id
  AND response.assessment_id = session.assessment_id AND response.id = session.response_id
JOIN assessment ON assessment.organization_id = session.organization_id AND assessment.id = session.assessment_id
"""
_ANSWERS = f"""
SELECT {", ".join(f"answer.{name}" for name in AnswerRow._fields)}
FROM {{asked}} AS asked
JOIN answer ON answer.response_id = {{response}} AND answer.question_id = {{question}}
"""  # noqa: S608 - names of columns, which are ours
_CHANGED = ", ".join(f"{name} = excluded.{name}" for name in AnswerRow._fields[4:])
_UPSERT = f"""
INSERT INTO answer ({", ".join(AnswerRow._fields)}) {{rows}}
ON CONFLICT (response_id, question_id) DO UPDATE SET {_CHANGED}
"""


class _Sqlite:
    """The writer holds the database's one write lock, so nothing changes between reading and writing."""

    desks = _DESKS.format(asked="json_each(?)", digest="asked.value")
    answers = _ANSWERS.format(
        asked="json_each(?)",
        response="json_extract(asked.value, '$[0]')",
        question="json_extract(asked.value, '$[1]')",
    )
    upsert = _UPSERT.format(rows=f"VALUES ({', '.join('?' * len(AnswerRow._fields))})")

    def __init__(self, driver: sqlite3.Connection) -> None:
        self.driver = driver

    def find(self, tokens: Collection[str], keys: Collection[Key]) -> Found:
        desks = map(_sqlite_desk, self.driver.execute(self.desks, (json.dumps(list(tokens)),)).fetchall())
        answers = map(_sqlite_answer, self.driver.execute(self.answers, (json.dumps(list(keys)),)).fetchall())
        return {desk.token_hash: desk for desk in desks}, {row.key: row for row in answers}

    def write(self, rows: Sequence[AnswerRow]) -> None:
        self.driver.executemany(self.upsert, [row._replace(saved_at=_text(row.saved_at)) for row in rows])


def _sqlite_desk(row: Any) -> Desk:
    desk = Desk._make(row)
    return desk._replace(submitted_at=_moment(row[4]), closes_at=_moment(row[6]))


def _sqlite_answer(row: Any) -> AnswerRow:
    return AnswerRow._make((*row[:-1], _moment(row[-1])))


def _text(at: datetime) -> Any:
    """A time as SQLAlchemy keeps it on SQLite."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _moment(text: Any) -> Any:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


class _Postgres:
    """Both reads travel together. The responses are locked first, in one order for everybody, so that the answers are
    read as the last holder of the lock left them, and two batches never wait for each other."""

    desks = (
        _DESKS.format(asked="unnest(%s::text[])", digest="asked.asked")
        + "ORDER BY response.id FOR NO KEY UPDATE OF response"
    )
    answers = _ANSWERS.format(
        asked="unnest(%s::text[], %s::text[])", response="asked.response_id", question="asked.question_id"
    ).replace("AS asked", "AS asked(response_id, question_id)")
    upsert = _UPSERT.format(
        rows=(
            "SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], "
            "%s::text[], %s::text[], %s::int[], %s::text[], %s::timestamptz[])"
        )
    )

    def __init__(self, driver: "psycopg.Connection[Any]") -> None:
        self.driver = driver

    def find(self, tokens: Collection[str], keys: Collection[Key]) -> Found:
        with self.driver.pipeline(), self.driver.cursor() as desks, self.driver.cursor() as answers:
            # From here to the commit, only organisations that one of these browsers answers for can be read or written.
            desks.execute("SELECT trigpoint_see_as_respondents(%s::text[])", (list(tokens),), prepare=True)
            desks.execute(self.desks, (list(tokens),), prepare=True)
            answers.execute(self.answers, ([key[0] for key in keys], [key[1] for key in keys]), prepare=True)
            found = map(Desk._make, desks.fetchall())
            rows = map(AnswerRow._make, answers.fetchall())
            return {desk.token_hash: desk for desk in found}, {row.key: row for row in rows}

    def write(self, rows: Sequence[AnswerRow]) -> None:
        # Sorted, so that two savers never wait for each other's rows.
        columns = [list(column) for column in zip(*sorted(rows, key=lambda row: row.key), strict=True)]
        with self.driver.cursor() as cursor:
            cursor.execute(self.upsert, columns, prepare=True)
