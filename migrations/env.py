"""Alembic's entry: runs the migrations on the engine of the settings, or on the connection it is given."""

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

import app.models  # noqa: F401 - registers the tables
from app.db import owner_connection


def run(connection: Connection) -> None:
    # Batch operations rebuild SQLite tables; with foreign keys on, dropping the old table would cascade to its children.
    if connection.dialect.name == "sqlite" and not connection.in_transaction():
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "sqlite" and not connection.in_transaction():
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        connection.commit()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with owner_connection() as connection:
        run(connection)
