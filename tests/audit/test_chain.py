"""The log only grows, and verification notices whoever gets around that."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from app.audit.actions import record
from app.audit.chain import Head
from app.audit.queries import Verdict, head_of, verify
from app.db import owner_connection, transaction


def write(engine: Engine, number: int) -> None:
    with transaction(engine) as session:
        record(session, "organization.changed", organization_id="o", subject=f"organization:{number}", count=number)


def verdict(engine: Engine, kept: Head | None = None) -> Verdict:
    with transaction(engine) as session:
        return verify(session, kept)


@pytest.fixture
def kept(engine: Engine) -> Head:
    """Five records, and the head that was noted after the fourth."""
    for number in range(1, 5):
        write(engine, number)
    with transaction(engine) as session:
        noted = head_of(session)
    write(engine, 5)
    return noted


@contextmanager
def intruder(engine: Engine) -> Iterator[Connection]:
    """Somebody with the rights of the owner, who takes the triggers away first."""
    with owner_connection(engine) as connection:
        if engine.dialect.name == "sqlite":
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            for name in names:
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in ("audit_record", "audit_head"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        yield connection
        connection.commit()


def test_records_follow_the_commits_and_verify(engine: Engine, kept: Head) -> None:
    assert verdict(engine).head.number == 5
    assert verdict(engine).problem is None
    assert verdict(engine, kept).problem is None


def test_what_is_rolled_back_leaves_no_record(engine: Engine) -> None:
    def record_and_fail() -> None:
        with transaction(engine) as session:
            record(session, "organization.changed")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        record_and_fail()
    with transaction(engine) as session:
        record(session, "organization.changed")
        session.rollback()
    with transaction(engine) as session:
        with session.begin_nested() as savepoint:
            record(session, "organization.changed")
            savepoint.rollback()
        record(session, "organization.created")
    with transaction(engine) as session:
        assert head_of(session).number == 1


def test_an_act_without_words_is_refused(engine: Engine) -> None:
    with transaction(engine) as session, pytest.raises(ValueError, match="add it with its words"):
        record(session, "organization.painted")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_record SET actor = 'x'",
        "DELETE FROM audit_record",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET number = 2",
    ],
)
def test_the_database_refuses_changes_to_the_application_and_to_its_owner(
    engine: Engine, kept: Head, statement: str
) -> None:
    with pytest.raises(DBAPIError, match=r"only grows|permission denied"), transaction(engine) as session:
        session.connection().execute(text(statement))
    with owner_connection(engine) as connection, pytest.raises(DBAPIError, match="only grows"):
        connection.execute(text(statement))


TAMPERING = {
    "a record is changed": (
        "UPDATE audit_record SET actor = 'x' WHERE number = 3",
        "Record 3 is not as it was written",
    ),
    "details are changed": ("UPDATE audit_record SET details = '{}' WHERE number = 3", "Record 3 is not as it was"),
    "the first is deleted": ("DELETE FROM audit_record WHERE number = 1", "Record 1 is missing"),
    "one in the middle is deleted": ("DELETE FROM audit_record WHERE number = 3", "Record 3 is missing"),
    "the tail is cut": ("DELETE FROM audit_record WHERE number > 3", "its end was cut off"),
    "all is deleted": ("DELETE FROM audit_record", "its end was cut off"),
    "two change places": (
        (
            "UPDATE audit_record SET number = -3 WHERE number = 3; "
            "UPDATE audit_record SET number = 3 WHERE number = 4; "
            "UPDATE audit_record SET number = 4 WHERE number = -3"
        ),
        "Record 3 is not as it was",
    ),
    "the head is moved back with the tail": (
        (
            "DELETE FROM audit_record WHERE number > 3; "
            "UPDATE audit_head SET number = 3, digest = (SELECT digest FROM audit_record WHERE number = 3)"
        ),
        "The head of the log was not written by Trigpoint",
    ),
    "the head is deleted": ("DELETE FROM audit_head", "head of the log is missing"),
    "the log is emptied whole": (
        "DELETE FROM audit_record; UPDATE audit_head SET number = 0, digest = '', seal = ''",
        "before the head that was kept",
    ),
}


@pytest.mark.parametrize("case", TAMPERING)
def test_verification_notices_when(engine: Engine, kept: Head, case: str) -> None:
    statements, said = TAMPERING[case]
    with intruder(engine) as connection:
        for statement in statements.split("; "):
            connection.execute(text(statement))
    assert said in str(verdict(engine, kept).problem)


def test_a_forged_record_needs_the_key(engine: Engine, kept: Head, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs Trigpoint with another key can add to the log, but not so that it verifies with the right one."""
    with monkeypatch.context() as forged:
        forged.setattr("app.audit.chain._key", lambda: b"another key")
        write(engine, 6)
    assert "Record 6 is not as it was written, or it was written with another key" in str(verdict(engine).problem)


def test_an_older_copy_shows_beside_a_kept_head(engine: Engine, kept: Head) -> None:
    later = Head(9, "0" * 64)
    assert verdict(engine).problem is None
    assert "before the head that was kept (9)" in str(verdict(engine, later).problem)
    assert "Record 4 is not the one of the head" in str(verdict(engine, Head(4, "0" * 64)).problem)
