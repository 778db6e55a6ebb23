"""Databases, clients of personas, and what no test may do.

``session`` is for actions and queries: everything is rolled back. ``engine``, ``app`` and ``client`` are for tests over HTTP:
the application commits, so each test has a database of its own. Both run on SQLite, or on a real PostgreSQL with
``--postgres`` (or TRIGPOINT_TEST_DATABASE=postgres).
"""

import gc
import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, Engine, event
from sqlmodel import Session

from app import db, throttle
from app.db import everything, make_engine, transaction
from app.main import create_app
from app.models import Organization, User
from app.settings import Settings, get_settings
from tests.databases import POSTGRES_URL, PostgresTemplate, SqliteTemplate, Template, postgres_server, test_settings
from tests.factories import make_analyst, make_leader, make_organization, make_user
from tests.people import Client, sign_in_as

# A test that forgets to ask for a database must not find the developer's own.
os.environ["TRIGPOINT_DATABASE_URL"] = "sqlite:////nonexistent/trigpoint-tests/none.db"
os.environ["TRIGPOINT_SECRET_KEY"] = "a secret of the tests, long enough for production"
os.environ["TRIGPOINT_PLANNER"] = "worker"
for name in ("TRIGPOINT_BASE_URL", "TRIGPOINT_ENVIRONMENT", "TRIGPOINT_ALLOWED_HOSTS"):
    os.environ.pop(name, None)

_server = ExitStack()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", action="store_true", help="run on a real PostgreSQL instead of SQLite")


def pytest_configure(config: pytest.Config) -> None:
    wanted = config.getoption("--postgres") or os.environ.get("TRIGPOINT_TEST_DATABASE") == "postgres"
    worker = hasattr(config, "workerinput")
    if wanted and not worker:
        # One server per run; the workers inherit its address through the environment.
        os.environ[POSTGRES_URL] = _server.enter_context(postgres_server())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out what asks for no database: it runs, and would do the same, with SQLite."""
    if POSTGRES_URL not in os.environ:
        return
    asking = [item for item in items if "template" in getattr(item, "fixturenames", ())]
    if asking:
        kept = set(asking)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = asking


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look for garbage among what tests make, not each time among all that was imported."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    _server.close()


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> Iterator[None]:
    """No test reaches a network beyond this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not _loopback(address[0]):
            raise OSError(f"a test tried to reach {address[0]}; tests stay on this machine")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# --- databases -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> bool:
    """Whether this run is on PostgreSQL."""
    return POSTGRES_URL in os.environ


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, postgres: bool) -> Template:
    """The migrated database of this worker, which tests copy."""
    if postgres:
        return PostgresTemplate(os.environ[POSTGRES_URL])
    return SqliteTemplate(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def _shared_engine(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with template.copy(tmp_path_factory.mktemp("shared")) as url:
        engine = make_engine(test_settings(url))
        yield everything(engine)
        engine.dispose()


@pytest.fixture
def session(_shared_engine: Engine) -> Iterator[Session]:
    """A session on a migrated database; whatever the test writes is rolled back."""
    with _shared_engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            yield session
        outer.rollback()


@contextmanager
def _current(url: str) -> Iterator[Settings]:
    """Make ``url`` the database of this process, for everything that asks `get_settings` or `get_engine`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIGPOINT_DATABASE_URL", url)
        patch.setenv("TRIGPOINT_DATABASE_POOL", "12")
        get_settings.cache_clear()
        db.get_engine.cache_clear()
        yield get_settings()
    if db.get_engine.cache_info().currsize:
        db.get_engine().dispose()
    get_settings.cache_clear()
    db.get_engine.cache_clear()


@pytest.fixture(scope="session")
def _engine_of_worker(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for all tests of this worker, so that no statement is compiled twice; each test gets the database anew."""
    with template.copy(tmp_path_factory.mktemp("database")) as url:
        yield make_engine(test_settings(url))


Fresh = Callable[[Template], AbstractContextManager[Settings]]


@pytest.fixture
def fresh(_engine_of_worker: Engine, monkeypatch: pytest.MonkeyPatch) -> Fresh:
    """``with fresh(template) as settings``: a copy of ``template`` is the database of this process, on the worker's engine."""
    url = _engine_of_worker.url.render_as_string(hide_password=False)

    def engine_of(settings: Settings) -> Engine:
        return _engine_of_worker if settings.database_url == url else make_engine(settings)

    @contextmanager
    def renewed(template: Template) -> Iterator[Settings]:
        template.renew(_engine_of_worker)
        monkeypatch.setattr(db, "make_engine", engine_of)
        with _current(url) as settings:
            yield settings

    return renewed


@pytest.fixture
def settings(template: Template, fresh: Fresh) -> Iterator[Settings]:
    """Settings of a fresh, migrated database of this test."""
    with fresh(template) as settings:
        yield settings


@pytest.fixture
def empty_settings(template: Template, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a database without any table."""
    with template.empty(tmp_path) as url, _current(url) as settings:
        yield settings


@pytest.fixture
def engine(settings: Settings) -> Engine:
    """The engine of this test's database, for the test itself: it sees every organisation, unlike the application."""
    return everything(db.get_engine())


# --- personas --------------------------------------------------------------------------------------------------------


AppOf = Callable[[Settings], FastAPI]


@pytest.fixture(scope="session")
def app_of(_engine_of_worker: Engine) -> AppOf:
    """The application on the worker's engine, built once: building it and its first answer take longer than most tests."""
    built: dict[str, FastAPI] = {}

    def app_of(settings: Settings) -> FastAPI:
        key = settings.model_dump_json()
        if key not in built:
            built[key] = create_app(settings, _engine_of_worker)
        return built[key]

    return app_of


@pytest.fixture
def app(settings: Settings, engine: Engine, app_of: AppOf) -> FastAPI:
    """The application on this test's database."""
    return app_of(settings)


@dataclass(frozen=True)
class World:
    """Two organisations that know nothing of each other, and who belongs to them."""

    organization: Organization
    elsewhere: Organization
    users: dict[str, User]


@pytest.fixture
def world(engine: Engine) -> World:
    """The `World` of this test's database."""
    with transaction(engine) as session:
        return make_world(session)


def make_world(session: Session) -> World:
    """``consultant``, ``leader`` and ``analyst`` of one organisation, ``outsider`` (consultant of another), ``administrator``,
    and ``stranger``, who belongs to none."""
    users = {
        "consultant": make_user(session, "Consultant", consultant=True),
        "outsider": make_user(session, "Outsider", consultant=True),
        "administrator": make_user(session, "Administrator", administrator=True),
        "stranger": make_user(session, "Stranger"),
    }
    organization = make_organization(session, users["consultant"])
    elsewhere = make_organization(session, users["outsider"], name="Elsewhere")
    users["leader"] = make_leader(session, organization)
    users["analyst"] = make_analyst(session, organization)
    return World(organization, elsewhere, users)


@pytest.fixture
def anonymous(app: FastAPI) -> Iterator[Client]:
    """Nobody in particular. Its life is the application's: started before the test, stopped after it."""
    with Client(app) as client:
        yield client


PersonaClient = Callable[[str], Client]


@pytest.fixture
def client(app: FastAPI, engine: Engine, world: World, anonymous: Client) -> PersonaClient:
    """``client("leader")``: a browser signed in as one of the `World`."""

    def signed_in(persona: str) -> Client:
        person = Client(app)
        # One application, one event loop: the others join the one that runs.
        person.portal = anonymous.portal
        with transaction(engine) as session:
            return sign_in_as(person, session, world.users[persona])

    return signed_in


@pytest.fixture
def another(app: FastAPI, anonymous: Client) -> Callable[[], Client]:
    """``another()``: one more browser that is nobody, such as a respondent's."""

    def fresh() -> Client:
        person = Client(app)
        person.portal = anonymous.portal
        return person

    return fresh


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries are counted and none is refused, for tests that compare hundreds of them."""
    counted = throttle.count_tries
    monkeypatch.setattr(throttle, "count_tries", lambda *given: 0 * counted(*given))


# --- cost ------------------------------------------------------------------------------------------------------------


PLUMBING = (
    *("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA"),
    *("SELECT set_config('trigpoint.", "SELECT trigpoint_see_as_"),
)


class Queries(list[str]):
    """The statements of a block, in order."""


CountQueries = Callable[[Engine | Connection], Any]


@pytest.fixture
def count_queries() -> CountQueries:
    """``with count_queries(engine) as queries: …; assert len(queries) <= 7``. How a transaction begins does not count."""

    @contextmanager
    def counting(target: Engine | Connection) -> Iterator[Queries]:
        queries = Queries()

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(PLUMBING):
                queries.append(statement)

        # What the test sees more than the application does is a view of the application's engine.
        heard = db.get_engine() if isinstance(target, Engine) and db.get_engine.cache_info().currsize else target
        event.listen(heard, "before_cursor_execute", note)
        try:
            yield queries
        finally:
            event.remove(heard, "before_cursor_execute", note)

    return counting
