"""Copies made during writes hold all that was committed before they began, and come back whole."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.clock import now
from app.upkeep.copies import CopyError, back_up, bring_back
from tests.databases import SqliteTemplate


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    with SqliteTemplate(tmp_path).copy(tmp_path) as url:
        yield Path(url.removeprefix("sqlite:///"))


def add_user(connection: sqlite3.Connection, number: int) -> None:
    connection.execute(
        "INSERT INTO user_account (id, email, name, administrator, consultant, created_at)"
        " VALUES (?, ?, 'Somebody', 0, 0, '2026-01-01')",
        (f"id-{number}", f"person.{number}@example.org"),
    )
    connection.commit()


def users(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {row[0] for row in connection.execute("SELECT id FROM user_account")}


def test_copy_during_writes_holds_everything_acknowledged_before_it_began(database: Path, tmp_path: Path) -> None:
    acknowledged: list[str] = []
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(database, timeout=30)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            while not stop.is_set():
                add_user(connection, len(acknowledged))
                acknowledged.append(f"id-{len(acknowledged)}")

    writer = threading.Thread(target=write)
    writer.start()
    while len(acknowledged) < 50:
        stop.wait(0.001)
    before = set(acknowledged)
    back_up(database, tmp_path / "copy.db")
    stop.set()
    writer.join()
    assert before <= users(tmp_path / "copy.db") <= set(acknowledged)
    assert not (tmp_path / "copy.db-wal").exists()


def test_copy_holds_nothing_of_what_was_deleted(database: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        add_user(connection, 1)
        add_user(connection, 2)
        connection.execute("DELETE FROM user_account WHERE id = 'id-1'")
        connection.commit()
    back_up(database, tmp_path / "copy.db")
    copied = (tmp_path / "copy.db").read_bytes()
    assert b"person.2@example.org" in copied
    assert b"person.1@example.org" not in copied


def test_copy_comes_back_in_a_fresh_place(database: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        add_user(connection, 1)
    back_up(database, tmp_path / "copy.db")
    fresh = tmp_path / "elsewhere" / "trigpoint.db"
    assert bring_back(tmp_path / "copy.db", fresh, replace=False, at=now()) is None
    assert users(fresh) == {"id-1"}


def test_database_that_is_replaced_is_put_aside_with_its_log(database: Path, tmp_path: Path) -> None:
    back_up(database, tmp_path / "copy.db")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        add_user(connection, 1)
    with pytest.raises(CopyError, match="--replace"):
        bring_back(tmp_path / "copy.db", database, replace=False, at=now())
    aside = bring_back(tmp_path / "copy.db", database, replace=True, at=now())
    assert aside is not None
    assert users(aside) == {"id-1"}
    assert users(database) == set()


def test_existing_files_are_never_overwritten(database: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("kept")
    with pytest.raises(CopyError, match="exists already"):
        back_up(database, precious)
    assert precious.read_text() == "kept"


def test_copy_into_a_folder_that_cannot_be_is_refused(database: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CopyError, match="was not written"):
        back_up(database, tmp_path / "file" / "copy.db")


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\x00" + b"\x00" * 2000])
def test_what_is_no_backup_is_refused_and_changes_nothing(database: Path, tmp_path: Path, content: bytes) -> None:
    bad = tmp_path / "bad.db"
    bad.write_bytes(content)
    before = users(database)
    with pytest.raises(CopyError, match=r"is no backup|is damaged"):
        bring_back(bad, database, replace=True, at=now())
    assert users(database) == before
