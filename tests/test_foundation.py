"""The tests' own foundation keeps its promises: isolation, loopback, counting."""

import socket

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.db import transaction
from app.models import Assessment, Organization, Response, User
from tests.conftest import CountQueries, PersonaClient, World
from tests.factories import answered_assessment, make_organization, make_user


@pytest.mark.parametrize("round_", [1, 2])
def test_session_forgets_what_a_test_wrote(session: Session, round_: int) -> None:
    assert session.exec(select(User)).all() == []
    make_user(session)
    session.commit()
    assert len(session.exec(select(User)).all()) == 1


@pytest.mark.parametrize("round_", [1, 2])
def test_each_http_test_has_its_own_database(world: World, engine: Engine, round_: int) -> None:
    with transaction(engine) as session:
        assert len(session.exec(select(Organization)).all()) == 2


def test_no_test_leaves_this_machine() -> None:
    with socket.socket() as outside, pytest.raises(OSError, match="tests stay on this machine"):
        outside.connect(("192.0.2.1", 80))


def test_personas_are_signed_in(client: PersonaClient, world: World) -> None:
    me = client("leader").get("/api/v1/me")
    assert me.status_code == 200
    assert me.json()["email"] == world.users["leader"].email


def test_queries_are_counted(engine: Engine, world: World, count_queries: CountQueries) -> None:
    with count_queries(engine) as queries, transaction(engine) as session:
        session.exec(select(User)).all()
        session.exec(select(Organization)).all()
    assert len(queries) == 2


def test_factories_answer_through_the_real_actions(session: Session) -> None:
    consultant = make_user(session, "Consultant", consultant=True)
    organization = make_organization(session, consultant)
    assessment = answered_assessment(session, organization, consultant, people={"Brand": 5, "Field": 3})
    responses = session.exec(select(Response).where(Response.assessment_id == assessment.id)).all()
    assert len(responses) == 8
    assert all(response.vector and 0 not in response.vector for response in responses)
    assert session.exec(select(Assessment.status)).one() == "closed"
