"""Pooled editions: who is in them, what they tell, and what they never tell."""

import json
from collections.abc import Sequence

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.baselines.pooling import build_pooled, contributions
from app.baselines.queries import edition_for, parsed
from app.db import transaction
from app.errors import ConflictError, ForbiddenError, InvalidInputError
from app.models import BaselineEdition, Organization, PooledManifest, User
from app.organizations.actions import agree_to_pool
from app.results.actions import close_and_measure
from questionnaires.load import load_questionnaire
from scoring.pooled import rebuild_pooled
from tests.conftest import PersonaClient, World
from tests.factories import START, make_assessment, make_organization, make_user
from tests.results import sample
from tests.results.stored import store_answers

MOPS = load_questionnaire("mops-core")


def measured_organizations(session: Session, consultant: User, numbers: Sequence[int]) -> list[Organization]:
    """Organisations of one kind that agree to be pooled, each with one small closed assessment."""
    made = []
    for number in numbers:
        organization = make_organization(session, consultant, units=list(sample.UNITS)[:2], name=f"Client {number}")
        people = {unit: sample.UNITS[unit] for unit in list(sample.UNITS)[:2]}
        assessment = make_assessment(session, organization, consultant, status="open", people=people)
        respondents = sample.people(MOPS)
        respondents = respondents[respondents["unit"].isin(people)].reset_index(drop=True)
        answers = sample.answers(MOPS, respondents, number, number / 20)
        store_answers(session, assessment, answers, respondents, START)
        close_and_measure(session, assessment, at=START)
        agree_to_pool(session, organization, agreed=True, at=START)
        made.append(organization)
    return made


def build(session: Session, edition: str = "2026.1") -> BaselineEdition:
    administrator = session.exec(select(User).where(User.administrator)).first() or make_user(
        session, "Administrator", administrator=True
    )
    return build_pooled(session, administrator, "mops-core", edition, at=START)


def test_an_edition_tells_distributions_and_its_manifest_makes_it_again(session: Session) -> None:
    consultant = make_user(session, "Consultant", consultant=True)
    clients = measured_organizations(session, consultant, range(6))
    stranger = measured_organizations(session, consultant, [6])[0]
    agree_to_pool(session, stranger, agreed=False, at=START)
    row = build(session)
    assert (row.kind, row.peers, row.baseline) == ("pooled", 6, "pooled-mops-core")
    for organization in (*clients, stranger):
        assert organization.id not in row.content + row.provenance
        assert organization.name not in row.content + row.provenance
    stored = session.get_one(PooledManifest, row.id).manifest
    keys = {entry["organization"] for entry in json.loads(stored)["contributions"]}
    assert keys == {organization.id for organization in clients}
    again = rebuild_pooled(stored, MOPS)
    assert (again.content, again.provenance) == (row.content, row.provenance)


def test_an_organisation_is_compared_without_itself(session: Session) -> None:
    consultant = make_user(session, "Consultant", consultant=True)
    clients = measured_organizations(session, consultant, range(6))
    row = build(session)
    whole, own = parsed(row), edition_for(session, row.id, clients[0].id)
    assert own is not None
    column = whole.capabilities.index("data.quality")
    mine = contributions(session, MOPS).set_index("organization").loc[clients[0].id, "data.quality"]
    gone = sorted(whole.levels[:, column].round(4))
    gone.remove(next(value for value in gone if abs(value - mine) < 0.01))
    left = own.levels[:, column]
    assert sorted(left[left == left].round(4)) == gone
    other = edition_for(session, row.id, "not-in-it")
    assert other is whole


def test_what_may_not_be_pooled_is_refused_and_nothing_is_stored(session: Session) -> None:
    consultant = make_user(session, "Consultant", consultant=True)
    clients = measured_organizations(session, consultant, range(5))
    with pytest.raises(ForbiddenError):
        build_pooled(session, consultant, "mops-core", "2026.1", at=START)
    agree_to_pool(session, clients[0], agreed=False, at=START)
    with pytest.raises(InvalidInputError, match="needs at least 5"):
        build(session)
    assert session.exec(select(BaselineEdition).where(BaselineEdition.kind == "pooled")).all() == []
    agree_to_pool(session, clients[0], agreed=True, at=START)
    build(session)
    with pytest.raises(ConflictError, match="never change"):
        build(session)
    with pytest.raises(InvalidInputError, match="No edition was built"):
        build_after_one_withdrew(session, clients[1])


def build_after_one_withdrew(session: Session, organization: Organization) -> None:
    agree_to_pool(session, organization, agreed=False, at=START)
    build(session, "2026.2")


def test_consent_through_the_page_and_the_api(client: PersonaClient, engine: Engine, world: World) -> None:
    consultant = client("consultant")
    page = f"/organizations/{world.organization.id}"
    address = f"/api/v1{page}/pooling"
    assert "Agree to be pooled" in consultant.get(page).text
    consultant.submit(f"{page}/pooling", agreed="yes")
    with transaction(engine) as session:
        assert session.get_one(Organization, world.organization.id).pooled_since is not None
    assert "Withdraw from future editions" in consultant.get(page).text
    assert consultant.put(address, json={"agreed": False}).json()["pooled_since"] is None
    assert consultant.put(address, json={"agreed": "perhaps"}).status_code == 422
    assert client("leader").put(address, json={"agreed": True}).status_code == 403
    assert client("outsider").put(address, json={"agreed": True}).status_code == 404


def test_only_an_administrator_sees_and_uses_the_form(client: PersonaClient, world: World) -> None:
    administrator = client("administrator")
    assert "Build the edition" in administrator.get("/benchmarks").text
    assert "Build the edition" not in client("consultant").get("/benchmarks").text
    refused = administrator.submit("/benchmarks/pooled", questionnaire="mops-core", edition="2026.1")
    assert refused.status_code == 422
    assert "No edition was built" in refused.text
    body = {"questionnaire": "mops-core", "edition": "2026.1"}
    assert client("consultant").post("/api/v1/baselines/pooled", json=body).status_code == 403
    assert administrator.post("/api/v1/baselines/pooled", json=body | {"edition": "../x"}).status_code == 422
