"""Tokens for programs: shown once, within their scopes, dead when they expire, are revoked or their user is disabled."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts.actions import digest
from app.clock import now
from app.db import transaction
from app.models import ApiToken, User
from tests.conftest import PersonaClient, World
from tests.people import Client

ME = "/api/v1/me"
Another = Callable[[], Client]


def make(browser: Client, *scopes: str, days: int = 30) -> dict[str, Any]:
    made = browser.post(f"{ME}/tokens", json={"name": "Nightly export", "scopes": list(scopes), "days": days})
    assert made.status_code == 201
    found: dict[str, Any] = made.json()
    return found


def program(another: Another, token: str) -> Client:
    """A program: no cookie, no origin."""
    browser = another()
    del browser.headers["Origin"]
    browser.headers["Authorization"] = f"Bearer {token}"
    return browser


def test_token_acts_as_its_user_within_its_scopes(client: PersonaClient, another: Another, world: World) -> None:
    consultant, here = client("consultant"), f"/api/v1/organizations/{world.organization.id}"
    reader = program(another, make(consultant, "read")["token"])
    assert reader.get(ME).json()["email"] == world.users["consultant"].email
    assert reader.get(here).status_code == 200
    refused = reader.post(f"{here}/units", json={"name": "Events"})
    assert (refused.status_code, "write" in refused.json()["detail"]) == (403, True)
    writer = program(another, make(consultant, "write")["token"])
    assert writer.post(f"{here}/units", json={"name": "Events"}).status_code == 201
    assert writer.get(f"/api/v1/organizations/{world.elsewhere.id}").status_code == 404


def test_token_of_a_leader_may_no_more_than_the_leader(client: PersonaClient, another: Another, world: World) -> None:
    writer = program(another, make(client("leader"), "read", "write")["token"])
    here = f"/api/v1/organizations/{world.organization.id}"
    assert writer.get(here).status_code == 200
    assert writer.post(f"{here}/units", json={"name": "Events"}).status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{ME}/tokens"),
        ("POST", f"{ME}/tokens"),
        ("GET", f"{ME}/sessions"),
        ("DELETE", "/api/v1/sessions/current"),
        ("GET", "/account"),
        ("GET", "/"),
    ],
)
def test_token_manages_no_account_and_opens_no_page(
    client: PersonaClient, another: Another, method: str, path: str
) -> None:
    writer = program(another, make(client("consultant"), "read", "write")["token"])
    body = {"name": "More", "scopes": ["write"]} if method == "POST" else None
    assert writer.request(method, path, json=body).status_code == 403


def test_token_is_shown_once_and_stored_as_a_digest(client: PersonaClient, world: World, engine: Engine) -> None:
    leader = client("leader")
    page = leader.submit("/account/tokens", token_name="Nightly", scope_read="yes", days="30")
    secret = page.text.partition('id="new-token">')[2].partition("<")[0]
    assert secret.startswith("tp_")
    assert secret not in leader.get("/account").text
    [listed] = leader.get(f"{ME}/tokens").json()
    assert secret not in repr(listed)
    with transaction(engine) as session:
        row = session.exec(select(ApiToken)).one()
    assert row.token_hash == digest(secret)
    assert secret not in repr(row.model_dump())


def test_token_dies_by_revoking_expiring_and_disabling(
    client: PersonaClient, another: Another, world: World, engine: Engine
) -> None:
    leader = client("leader")
    made = [make(leader, "read") for _ in range(3)]
    first, second, third = (program(another, each["token"]) for each in made)
    assert client("stranger").delete(f"{ME}/tokens/{made[0]['id']}").status_code == 404
    assert first.get(ME).status_code == 200
    assert leader.submit(f"/account/tokens/{made[0]['id']}/revoke").status_code == 303
    assert first.get(ME).status_code == 401
    with transaction(engine) as session:
        session.get_one(ApiToken, made[1]["id"]).expires_at = now() - timedelta(seconds=1)
    assert second.get(ME).status_code == 401
    assert third.get(ME).status_code == 200
    with transaction(engine) as session:
        assert session.get_one(ApiToken, made[2]["id"]).used_on == now().date()
        session.get_one(User, world.users["leader"].id).disabled_at = now()
    assert third.get(ME).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["everything"]},
        {"name": "", "scopes": ["read"]},
        {"name": "x", "scopes": ["read"], "days": 367},
        {"name": "x", "scopes": ["read"], "days": 0},
    ],
)
def test_odd_tokens_are_refused(client: PersonaClient, body: dict[str, object]) -> None:
    assert client("leader").post(f"{ME}/tokens", json=body).status_code == 422
