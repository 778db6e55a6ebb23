"""A survey in its window, and people who open its links."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from app.clock import now
from app.db import transaction
from app.responses.respondent import ANSWERING_COOKIE
from tests.conftest import World
from tests.factories import make_assessment, make_links, start_response
from tests.people import Client
from tests.responses.surveys import SitDown, Sitting, Survey, at_desk, sit_down

MakeSurvey = Callable[..., Survey]


@pytest.fixture
def make_survey(engine: Engine, world: World) -> MakeSurvey:
    """``make_survey(anonymity="anonymous")``: launched an hour ago; two people are asked."""

    def make(*, at: datetime | None = None, people: dict[str, int] | None = None, **options: str | datetime) -> Survey:
        at = at or now() - timedelta(hours=1)
        with transaction(engine) as session:
            assessment = make_assessment(
                session,
                world.organization,
                world.users["consultant"],
                status="open",
                people=people or {"Brand": 2},
                at=at,
                **options,  # type: ignore[arg-type]
            )
            links = tuple(link for _, link in make_links(session, assessment, at=at))
        return Survey(assessment, links)

    return make


@pytest.fixture
def survey(make_survey: MakeSurvey) -> Survey:
    return make_survey()


@pytest.fixture
def sit(another: Callable[[], Client]) -> SitDown:
    """``sit(link)``: a new browser that opens the link and starts."""
    return lambda link: sit_down(another(), link)


@pytest.fixture
def late(make_survey: MakeSurvey, engine: Engine, another: Callable[[], Client]) -> Sitting:
    """A respondent who started in time, in a survey whose window and grace have passed; nobody has closed it yet."""
    began = now() - timedelta(days=30)
    survey = make_survey(at=began, closes_at=now() - timedelta(days=2))
    with transaction(engine) as session:
        started = start_response(session, survey.links[0], at=began)
    client = another()
    client.cookies.set(ANSWERING_COOKIE, started.cookie)
    return at_desk(client)
