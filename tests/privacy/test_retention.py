"""How long people are kept, and who erases them then."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update
from sqlmodel import col

from app.db import transaction
from app.models import Assessment, Organization, Participant, Response
from app.privacy import files
from app.privacy.files import rewrite_after_erasures
from app.settings import Settings
from app.upkeep.schedule import erase_old
from tests.conftest import PersonaClient, World
from tests.factories import START, answered_assessment, make_assessment

CLOSED = START + timedelta(days=10)


def people_of(engine: Engine, assessment: Assessment) -> int:
    with transaction(engine) as session:
        statement = select(Participant.id).where(col(Participant.assessment_id) == assessment.id)
        return len(session.execute(statement).all())


@pytest.fixture
def closed(engine: Engine, world: World) -> Assessment:
    with transaction(engine) as session:
        assessment = answered_assessment(session, world.organization, world.users["consultant"], people={"Brand": 3})
        session.execute(
            update(Assessment).where(col(Assessment.id) == assessment.id).values(closed_at=CLOSED, updated_at=CLOSED)
        )
        return assessment


def keep(client: PersonaClient, world: World, months: str) -> int:
    return client("consultant").submit(f"/organizations/{world.organization.id}/retention", months=months).status_code


def test_people_are_kept_until_their_time_is_over_and_not_longer(
    engine: Engine, world: World, client: PersonaClient, closed: Assessment
) -> None:
    assert erase_old(engine, at=CLOSED + timedelta(days=4000)) == []
    assert keep(client, world, "12") == 303
    assert erase_old(engine, at=CLOSED + timedelta(days=364)) == []
    assert people_of(engine, closed) == 3
    assert erase_old(engine, at=CLOSED + timedelta(days=366)) == ["Northwind, Autumn wave"]
    assert people_of(engine, closed) == 0
    with transaction(engine) as session:
        assert session.execute(select(Response)).all() == []
    assert erase_old(engine, at=CLOSED + timedelta(days=367)) == []


def test_drafts_count_from_their_last_change_and_open_windows_never(
    engine: Engine, world: World, client: PersonaClient
) -> None:
    with transaction(engine) as session:
        draft = make_assessment(session, world.organization, world.users["consultant"])
        live = make_assessment(session, world.organization, world.users["consultant"], status="open")
        session.execute(update(Assessment).values(updated_at=START))
    keep(client, world, "1")
    assert erase_old(engine, at=START + timedelta(days=400)) == ["Northwind, Autumn wave"]
    assert people_of(engine, draft) == 0
    assert people_of(engine, live) == 12
    assert erase_old(engine, at=START + timedelta(days=401)) == []


@pytest.mark.parametrize("months", ["0", "121", "a year"])
def test_what_is_no_number_of_months_is_refused(
    client: PersonaClient, world: World, engine: Engine, months: str
) -> None:
    assert keep(client, world, months) == 422
    with transaction(engine) as session:
        assert session.get_one(Organization, world.organization.id).retention_months is None


def test_large_file_is_written_anew_the_day_after(
    engine: Engine, settings: Settings, client: PersonaClient, closed: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "AT_ONCE", 0)
    at = CLOSED + timedelta(days=1)
    assert not rewrite_after_erasures(engine, at=at)
    client("consultant").delete(f"/api/v1/assessments/{closed.id}/people")
    assert rewrite_after_erasures(engine, at=at) == settings.sqlite
