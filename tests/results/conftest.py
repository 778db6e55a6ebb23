"""A measured assessment: one that tests may only read, and one that a test may change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from app import db
from app.db import everything, transaction
from app.main import create_app
from app.models import Organization, Snapshot, User
from app.settings import Settings
from tests.conftest import Fresh, World, _current, make_world
from tests.databases import Template
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


@dataclass(frozen=True)
class Stored:
    """A database that holds the `World` and two measured waves of its organisation; tests copy it."""

    template: Template
    world: World
    snapshot: Snapshot


@pytest.fixture(scope="session")
def stored(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Stored:
    def fill(engine: Engine) -> tuple[World, Snapshot]:
        with transaction(everything(engine)) as session:
            world = make_world(session)
            return world, two_waves(session, world.organization, world.users["consultant"])

    grown, (world, snapshot) = template.grown(tmp_path_factory.mktemp("stored"), fill)
    return Stored(grown, world, snapshot)


@pytest.fixture(scope="module")
def measured(stored: Stored, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    with stored.template.copy(tmp_path_factory.mktemp("measured")) as url, _current(url) as settings:
        engine, world = db.get_engine(), stored.world
        app = create_app(settings, engine)
        with Client(app) as running:
            yield Measured(app, everything(engine), world.organization, world.users, stored.snapshot, running)


@pytest.fixture
def settings(request: pytest.FixtureRequest, template: Template, fresh: Fresh) -> Iterator[Settings]:
    """Of a database with two measured waves where the test asks for ``snapshot``, else of an empty one."""
    wanted = "snapshot" in request.fixturenames
    chosen = request.getfixturevalue("stored").template if wanted else template
    with fresh(chosen) as settings:
        yield settings


@pytest.fixture
def world(request: pytest.FixtureRequest, engine: Engine) -> World:
    if "snapshot" in request.fixturenames:
        world: World = request.getfixturevalue("stored").world
        return world
    with transaction(engine) as session:
        return make_world(session)


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
def snapshot(stored: Stored) -> Snapshot:
    """The same in the database of the test, which it may change."""
    return stored.snapshot
