"""A measured assessment: one that tests may only read, and one that a test may change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from app import db
from app.db import transaction
from app.main import create_app
from app.models import Organization, Snapshot, User
from tests.conftest import World, _current
from tests.databases import Template
from tests.factories import make_analyst, make_leader, make_organization, make_user
from tests.people import Client, sign_in_as
from tests.results.stored import two_waves


@dataclass(frozen=True)
class Measured:
    """Two measured waves of ``organization`` in a database of their own, which no test may change."""

    app: FastAPI
    engine: Engine
    organization: Organization
    users: dict[str, User]
    snapshot: Snapshot
    running: Client


@pytest.fixture(scope="module")
def measured(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    with template.copy(tmp_path_factory.mktemp("measured")) as url, _current(url) as settings:
        engine = db.get_engine()
        with transaction(engine) as session:
            consultant = make_user(session, "Consultant", consultant=True)
            organization = make_organization(session, consultant)
            users = {
                "consultant": consultant,
                "leader": make_leader(session, organization),
                "analyst": make_analyst(session, organization),
                "outsider": make_user(session, "Outsider", consultant=True),
                "administrator": make_user(session, "Administrator", administrator=True),
            }
            make_organization(session, users["outsider"], name="Elsewhere")
            snapshot = two_waves(session, organization, consultant)
        app = create_app(settings, engine)
        with Client(app) as running:
            yield Measured(app, engine, organization, users, snapshot, running)


Reader = Callable[[str], Client]


@pytest.fixture
def reader(measured: Measured) -> Reader:
    """``reader("leader")``: a browser signed in as one of those around the measured assessment."""

    def signed_in(persona: str) -> Client:
        person = Client(measured.app)
        person.portal = measured.running.portal
        with transaction(measured.engine) as session:
            return sign_in_as(person, session, measured.users[persona])

    return signed_in


@pytest.fixture
def read_snapshot(measured: Measured) -> Snapshot:
    """The second wave: eight units, Field APAC of three people."""
    return measured.snapshot


@pytest.fixture
def snapshot(engine: Engine, world: World) -> Snapshot:
    """The same in the database of the test, which it may change."""
    with transaction(engine) as session:
        return two_waves(session, world.organization, world.users["consultant"])
