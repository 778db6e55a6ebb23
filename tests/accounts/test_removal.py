"""A membership taken away or lowered counts from the next request on: for session, token and shared link."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from app.accounts.actions import grant
from app.db import transaction
from app.models import Snapshot, User
from app.organizations.actions import remove_member
from tests.conftest import PersonaClient, World
from tests.people import Client
from tests.roadmaps.measured import measured


@pytest.fixture
def snapshot(world: World, engine: Engine) -> Snapshot:
    """A result of the organisation, which has a second consultant: the last one could not leave."""
    with transaction(engine) as session:
        grant(session, world.users["outsider"], world.organization.id, "consultant")
        return measured(session, world.organization, world.users["consultant"])


def program(another: Callable[[], Client], owner: Client) -> Client:
    made = owner.post("/api/v1/me/tokens", json={"name": "x", "scopes": ["read", "write"], "days": 7})
    browser = another()
    del browser.headers["Origin"]
    browser.headers["Authorization"] = f"Bearer {made.json()['token']}"
    return browser


def link_of(consultant: Client, snapshot: Snapshot) -> str:
    here = f"/snapshots/{snapshot.id}/links"
    assert consultant.submit(here, made_for="The board", days="30").status_code == 303
    return re.findall(r"/shared/[0-9a-f.-]+", consultant.get(here).text)[0]


def test_live_session_token_and_link_of_a_removed_consultant_are_shut_out(
    client: PersonaClient, another: Callable[[], Client], world: World, snapshot: Snapshot
) -> None:
    consultant, reader = client("consultant"), another()
    token = program(another, consultant)
    link = link_of(consultant, snapshot)
    pages = (f"/organizations/{world.organization.id}", f"/snapshots/{snapshot.id}", f"/snapshots/{snapshot.id}/links")
    calls = (
        f"/api/v1/organizations/{world.organization.id}",
        f"/api/v1/snapshots/{snapshot.id}",
        f"/api/v1/snapshots/{snapshot.id}/export.csv",
        f"/api/v1/assessments/{snapshot.assessment_id}/participants",
    )
    before = {path: consultant.get(path).status_code for path in pages} | {
        path: token.get(path).status_code for path in calls
    }
    assert set(before.values()) <= {200, 405}
    assert reader.get(link).status_code == 200
    colleague = client("outsider")
    gone = f"/organizations/{world.organization.id}/members/{world.users['consultant'].id}/remove"
    assert colleague.submit(gone).status_code == 303
    assert {consultant.get(path).status_code for path in pages} == {404}
    assert {token.get(path).status_code for path in calls if before[path] == 200} == {404}
    assert token.post(f"{calls[0]}/units", json={"name": "Events"}).status_code == 404
    assert consultant.submit(f"{pages[0]}/members", email="a@example.org", role="leader").status_code == 404
    assert reader.get(link).status_code == 410
    assert reader.get(f"{link}/heatmap").status_code == 410
    assert "its maker may no longer share" in colleague.get(pages[2]).text
    assert world.organization.name not in consultant.get("/").text


@pytest.mark.parametrize("role", ["leader", "analyst"])
def test_lowered_role_counts_at_once(
    client: PersonaClient, another: Callable[[], Client], world: World, snapshot: Snapshot, engine: Engine, role: str
) -> None:
    consultant, reader = client("consultant"), another()
    token, link = program(another, consultant), link_of(consultant, snapshot)
    with transaction(engine) as session:
        grant(session, world.users["consultant"], world.organization.id, role)
    assert consultant.get(f"/snapshots/{snapshot.id}").status_code == 200
    assert consultant.get(f"/snapshots/{snapshot.id}/links").status_code == 403
    assert token.post(f"/api/v1/organizations/{world.organization.id}/units", json={"name": "x"}).status_code == 403
    assert reader.get(link).status_code == 410


def test_link_ends_with_a_disabled_maker_and_opens_again_with_them(
    client: PersonaClient, another: Callable[[], Client], world: World, snapshot: Snapshot
) -> None:
    link, reader = link_of(client("consultant"), snapshot), another()
    one = f"/users/{world.users['consultant'].id}"
    assert client("administrator").submit(f"{one}/disable").status_code == 303
    assert reader.get(link).status_code == 410
    assert client("administrator").submit(f"{one}/enable").status_code == 303
    assert reader.get(link).status_code == 200


def test_other_organisations_of_the_removed_stay_open(
    client: PersonaClient, world: World, snapshot: Snapshot, engine: Engine
) -> None:
    outsider = client("outsider")
    assert outsider.get(f"/organizations/{world.organization.id}").status_code == 200
    with transaction(engine) as session:
        remove_member(session, world.organization, session.get_one(User, world.users["outsider"].id).id)
    assert outsider.get(f"/organizations/{world.organization.id}").status_code == 404
    assert outsider.get(f"/organizations/{world.elsewhere.id}").status_code == 200
