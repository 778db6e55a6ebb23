"""Everything in this folder is marked ``faults``, and shares one parent of servers."""

import random
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from app.assessments.queries import questionnaire_of
from app.clock import now
from app.db import transaction
from app.settings import Settings
from tests.factories import make_assessment, make_links, make_organization, make_user, start_response
from tests.faults.figures import Figures
from tests.faults.servers import Respondent, Server, Stable

Start = Callable[..., Server]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/faults" in str(item.path):
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="session")
def stable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stable]:
    stable = Stable(tmp_path_factory.mktemp("faults") / "servers.log")
    yield stable
    stable.close()


@pytest.fixture(scope="session")
def figures() -> Iterator[Figures]:
    """What this run reaches, for the security document."""
    figures = Figures()
    yield figures
    figures.write()


@pytest.fixture
def start(stable: Stable, settings: Settings) -> Iterator[Start]:
    """Starts a server on this test's database; whatever still runs when the test ends is killed."""
    servers = []

    def started(*, file_limit: int = 0) -> Server:
        servers.append(stable.start(settings.database_url, file_limit=file_limit))
        return servers[-1]

    yield started
    for server in servers:
        if server.alive():
            server.kill()


@pytest.fixture
def respondents(engine: Engine) -> list[Respondent]:
    """Four people who have opened their links."""
    at = now()
    with transaction(engine) as session:
        consultant = make_user(session, "Consultant", consultant=True)
        organization = make_organization(session, consultant)
        assessment = make_assessment(session, organization, consultant, status="open", people={"Brand": 4}, at=at)
        questions = tuple(question.id for question in questionnaire_of(assessment).questions)
        started = [start_response(session, link, at=at) for _, link in make_links(session, assessment, at=at)]
    return [
        Respondent(each.response.id, each.cookie, questions[:8], random.Random(seed))
        for seed, each in enumerate(started)
    ]
