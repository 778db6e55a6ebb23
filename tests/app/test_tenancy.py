"""Row-level security, on a real PostgreSQL in every run: nothing set, nothing seen."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import Session, SQLModel, select

from app import tenancy
from app.db import make_engine, transaction
from app.mail.outbox import queue_mail
from app.models import Organization, Unit
from app.settings import Settings
from app.upkeep.checks import examine
from tests.databases import PostgresTemplate, Template, postgres_server, test_settings
from tests.factories import answered_assessment, make_organization, make_user

TENANT_TABLES = {
    name: "organization_id" for name, table in SQLModel.metadata.tables.items() if "organization_id" in table.c
}
TENANT_TABLES["organization"] = "id"
ONLY_GROW = {"audit_record"}
"""Nobody may delete from these: tests/audit holds that."""
PROFILE = ("industry", "size", "region", "business_model", "operating_model")


class Twins(NamedTuple):
    """A PostgreSQL database as the application enters it, with two organisations that hold the same things."""

    engine: Engine
    one: str
    other: str


@pytest.fixture(scope="module")
def postgres_template(template: Template) -> Iterator[PostgresTemplate]:
    if isinstance(template, PostgresTemplate):
        yield template
        return
    with postgres_server() as url:
        yield PostgresTemplate(url)


@pytest.fixture(scope="module")
def twins(postgres_template: PostgresTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    with postgres_template.copy(tmp_path_factory.mktemp("twins")) as url:
        engine = make_engine(test_settings(url))
        with transaction(engine) as session:
            one, other = (_filled(session, name) for name in ("One", "Other"))
        yield Twins(engine, one, other)
        engine.dispose()


def _filled(session: Session, name: str) -> str:
    consultant = make_user(session, name, consultant=True)
    organization = make_organization(session, consultant, name=name)
    answered_assessment(session, organization, consultant, people={"Brand": 5})
    queue_mail(
        session, to="a@example.org", template="x", values={}, cause=organization.id, organization_id=organization.id
    )
    return organization.id


def counts(connection: Connection) -> dict[str, int]:
    return {
        name: connection.execute(text(f"SELECT count(*) FROM {name} WHERE {column} IS NOT NULL")).scalar_one()
        for name, column in TENANT_TABLES.items()
    }


def see(connection: Connection, organization_id: str) -> None:
    connection.execute(text("SELECT set_config('trigpoint.organizations', :one, true)"), {"one": organization_id})


def test_every_table_of_an_organisation_is_protected(twins: Twins) -> None:
    """A table that is named here lacks ``app.tenancy.protect_tables("…")`` in the migration that creates it."""
    with twins.engine.connect() as connection:
        protected = connection.execute(
            text(
                "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid "
                "WHERE relrowsecurity AND relforcerowsecurity"
            )
        )
        assert set(TENANT_TABLES) - set(protected.scalars()) == set()


def test_the_application_acts_as_a_role_that_owns_nothing(twins: Twins) -> None:
    with twins.engine.connect() as connection:
        role = connection.execute(
            text("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        ).one()
        assert tuple(role) == (tenancy.ROLE, False, False)
        owned = connection.execute(text("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"))
        assert owned.scalar_one() == 0
        with pytest.raises(ProgrammingError, match="must be owner"):
            connection.execute(text("ALTER TABLE answer DISABLE ROW LEVEL SECURITY"))


def test_where_nothing_is_set_nothing_is_seen(twins: Twins) -> None:
    with twins.engine.connect() as connection:
        assert {name for name, count in counts(connection).items() if count} == set()
    with transaction(twins.engine) as session:
        filled = {name for name, count in counts(session.connection()).items() if count}
    # The rest has no rows in this test; their policy is the same, as the first test says.
    assert filled >= {"organization", "membership", "assessment", "answer", "response", "invitation", "outbox_mail"}


def test_one_organisation_sees_changes_and_adds_only_its_own(twins: Twins) -> None:
    with twins.engine.connect() as connection:
        for name, column in TENANT_TABLES.items():
            see(connection, twins.one)
            found = set(connection.execute(text(f"SELECT DISTINCT {column} FROM {name}")).scalars())
            assert found <= {twins.one, None}, name
            if name in ONLY_GROW:
                continue
            gone = connection.execute(text(f"DELETE FROM {name} WHERE {column} = :other"), {"other": twins.other})
            assert gone.rowcount == 0, name
        connection.rollback()
        see(connection, twins.one)
        with pytest.raises(ProgrammingError, match="row-level security"):
            connection.execute(
                text("INSERT INTO unit (organization_id, id, name, position) VALUES (:other, 'u', 'Sneaked in', 0)"),
                {"other": twins.other},
            )


def test_the_setting_ends_with_the_transaction(twins: Twins) -> None:
    with twins.engine.connect() as connection:
        see(connection, twins.one)
        assert counts(connection)["organization"] == 1
        connection.commit()
        assert counts(connection)["organization"] == 0


def test_a_session_keeps_its_view_over_transactions_and_a_removed_member_loses_it(twins: Twins) -> None:
    with transaction(twins.engine) as session:
        member = (
            session.connection()
            .execute(text("SELECT user_id FROM membership WHERE organization_id = :one"), {"one": twins.one})
            .scalar_one()
        )
    with Session(twins.engine) as session:
        tenancy.see_as_user(session, member)
        assert session.exec(select(Organization.id)).all() == [twins.one]
        session.rollback()
        assert session.exec(select(Organization.id)).all() == [twins.one]
        session.connection().execute(text("DELETE FROM membership WHERE user_id = :member"), {"member": member})
        session.connection().execute(text("SELECT trigpoint_see_as_user(:member)"), {"member": member})
        assert session.exec(select(Organization.id)).all() == []
        session.rollback()


def test_who_creates_an_organisation_sees_it_at_once(twins: Twins) -> None:
    with Session(twins.engine) as session:
        tenancy.see_as_user(session, "nobody")
        tenancy.see_also(session, "new")
        assert session.exec(select(Unit)).all() == []
        session.add(Organization(**dict.fromkeys(PROFILE, "x"), id="new", name="New"))
        session.flush()
        assert session.exec(select(Organization.id)).all() == ["new"]
        session.rollback()


def test_a_sign_in_that_owns_nothing_has_no_way_back(twins: Twins) -> None:
    name = f"web_{uuid4().hex}"
    server = create_engine(twins.engine.url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN IN ROLE {tenancy.ROLE}"))
    settings = test_settings(twins.engine.url.set(username=name).render_as_string(hide_password=False))
    web = make_engine(settings)
    try:
        with web.connect() as connection:
            connection.execute(text("RESET ROLE"))
            assert connection.execute(text("SELECT current_user")).scalar_one() == name
            assert connection.execute(text("SELECT count(*) FROM organization")).scalar_one() == 0
        assert roles(web, settings) == ["fine"]
        assert roles(twins.engine, settings) == ["caution"]
    finally:
        web.dispose()
        with server.connect() as connection:
            connection.execute(text(f"DROP ROLE {name}"))
        server.dispose()


def roles(engine: Engine, settings: Settings) -> list[str]:
    return [finding.state for finding in examine(engine, settings) if finding.check == "role"]
