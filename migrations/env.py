"""Alembic's entry: runs the migrations on the engine of the settings, or on the connection it is given."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

import app.models  # noqa: F401 - registers the tables
from app.db import owner_connection


def run(connection: Connection) -> None:
    """Run the migrations that were asked for: all of them, or none."""
    sqlite = connection.dialect.name == "sqlite"
    with _without_foreign_keys(connection) if sqlite else nullcontext():
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=sqlite,
            compare_type=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            if sqlite:
                _refuse_dangling(connection)


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Batch operations rebuild SQLite tables; with foreign keys on, dropping the old table would delete its children.

    The pragma does nothing inside a transaction, and whatever goes through ``connection`` begins one: it goes past it.
    """
    if connection.in_transaction():
        raise RuntimeError(
            "Migrations need a connection without a transaction: inside one, SQLite keeps foreign keys on."
        )
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        connection.commit()
    finally:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys=ON")


def _refuse_dangling(connection: Connection) -> None:
    """What foreign keys would have refused, before it is committed."""
    found = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if found is not None:
        raise RuntimeError(f"After the migration, row {found[1]} of {found[0]} points to no row of {found[2]}.")


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with owner_connection() as connection:
        run(connection)
