"""Migrations, on the database of this run: up, down, and the same as the models."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlmodel import SQLModel

import app.models  # noqa: F401 - registers the tables
from app.db import get_engine, owner_connection, transaction
from app.health import alembic_config, current_revision, newest_revision, readiness
from app.settings import Settings
from tests.databases import migrate
from tests.factories import answered_assessment, make_organization, make_user


def downgrade(engine: Engine, revision: str) -> None:
    config = alembic_config()
    with owner_connection(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_upgrade_makes_exactly_the_tables_of_the_models(empty_settings: Settings) -> None:
    engine = get_engine()
    assert current_revision(engine) is None
    migrate(engine)
    assert tables(engine) == set(SQLModel.metadata.tables)
    assert current_revision(engine) == newest_revision()


def test_models_and_migrations_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_check_constraints_of_the_models_are_in_the_database(engine: Engine) -> None:
    """Alembic compares no check constraints, so this does."""
    inspector = inspect(engine)
    for name, table in SQLModel.metadata.tables.items():
        wanted = {str(c.name) for c in table.constraints if type(c).__name__ == "CheckConstraint"}
        assert {c["name"] for c in inspector.get_check_constraints(name)} == wanted, name


def test_downgrade_takes_everything_away_and_up_again(engine: Engine) -> None:
    downgrade(engine, "base")
    assert tables(engine) == set()
    migrate(engine)
    assert tables(engine) == set(SQLModel.metadata.tables)


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    with transaction(engine) as session:
        consultant = make_user(session, consultant=True)
        answered_assessment(session, make_organization(session, consultant), consultant, people={"Brand": 2})
    before = counts(engine)
    migrate(engine)
    assert counts(engine) == before
    assert before["answer"] > 0


def test_no_row_is_lost_when_tables_are_rebuilt(engine: Engine) -> None:
    """On SQLite a changed table is a new one; its children must not go with the old one."""
    with transaction(engine) as session:
        consultant = make_user(session, consultant=True)
        answered_assessment(session, make_organization(session, consultant), consultant, people={"Brand": 2})
    before = counts(engine)
    downgrade(engine, "20261126_vouching")
    migrate(engine)
    assert counts(engine) == before


def test_what_pointed_nowhere_is_let_go_before_it_is_forbidden(engine: Engine) -> None:
    """A wave whose forerunner is gone keeps nothing of it; a unit that nobody was asked from leaves the launch."""
    with transaction(engine) as session:
        consultant = make_user(session, consultant=True)
        wave = answered_assessment(session, make_organization(session, consultant), consultant, people={"Brand": 2})
        key = {"organization": wave.organization_id, "assessment": wave.id}
    before = counts(engine)
    downgrade(engine, "20261126_vouching")
    with owner_connection(engine) as connection:
        connection.execute(text("UPDATE assessment SET previous_id = 'gone'"))
        connection.execute(
            text(
                "INSERT INTO assessment_unit (organization_id, assessment_id, unit_id, name, position)"
                " VALUES (:organization, :assessment, 'gone', 'Old', 9)"
            ),
            key,
        )
        connection.commit()
    migrate(engine)
    assert counts(engine) == before
    with transaction(engine) as session:
        assert session.execute(text("SELECT previous_id FROM assessment")).scalar_one() is None


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in SQLModel.metadata.tables
        }


def test_an_empty_database_is_not_ready(empty_settings: Settings) -> None:
    engine = get_engine()
    assert readiness(engine) == "The database is not migrated. Run `trigpoint migrate`."
    migrate(engine)
    assert readiness(engine) is None
