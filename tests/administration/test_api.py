"""Users by the API: administrators, and programs that act for them within what their token says."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.db import transaction
from app.models import OutboxMail, User
from tests.conftest import PersonaClient, World
from tests.people import Client

USERS, ME = "/api/v1/users", "/api/v1/me"


def program(another: Callable[[], Client], owner: Client, *scopes: str) -> Client:
    made = owner.post(f"{ME}/tokens", json={"name": "Directory", "scopes": list(scopes), "days": 7})
    assert made.status_code == 201, made.text
    browser = another()
    del browser.headers["Origin"]
    browser.headers["Authorization"] = f"Bearer {made.json()['token']}"
    return browser


def test_administrator_lists_invites_changes_and_disables(client: PersonaClient, world: World, engine: Engine) -> None:
    administrator = client("administrator")
    first = administrator.get(USERS, params={"limit": 4}).json()
    rest = administrator.get(USERS, params={"cursor": first["next_cursor"]}).json()
    assert rest["next_cursor"] is None
    rows = {row["email"]: row for row in first["items"] + rest["items"]}
    assert rows.keys() == {user.email for user in world.users.values()}
    assert rows[world.users["leader"].email]["organizations"] == 1
    assert world.organization.name not in repr(rows)
    made = administrator.post(USERS, json={"email": "New@Example.org", "consultant": True})
    assert (made.status_code, made.json()["state"], made.json()["consultant"]) == (201, "invited", True)
    with transaction(engine) as session:
        assert session.exec(select(OutboxMail.to_address)).one() == "new@example.org"
    one = f"{USERS}/{made.json()['id']}"
    assert administrator.put(f"{one}/rights", json={"administrator": True}).json()["administrator"] is True
    assert administrator.put(f"{one}/rights", json={}).json()["administrator"] is False
    assert administrator.put(f"{one}/access", json={"disabled": True}).json()["state"] == "disabled"
    assert administrator.put(f"{one}/access", json={"disabled": False}).json()["state"] == "invited"
    assert administrator.delete(f"{one}/second-factor").status_code == 204
    assert administrator.get(one).json()["email"] == "new@example.org"
    assert administrator.get(f"{USERS}/nobody").status_code == 404


def test_disabled_user_is_out_with_the_next_request(client: PersonaClient, world: World) -> None:
    leader = client("leader")
    assert leader.get(ME).status_code == 200
    one = f"{USERS}/{world.users['leader'].id}"
    assert client("administrator").put(f"{one}/access", json={"disabled": True}).status_code == 200
    assert leader.get(ME).status_code == 401


def test_last_administrator_stays(client: PersonaClient, world: World) -> None:
    administrator, me = client("administrator"), f"{USERS}/{world.users['administrator'].id}"
    assert administrator.put(f"{me}/rights", json={}).status_code == 409
    assert administrator.put(f"{me}/access", json={"disabled": True}).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"email": "no address"},
        {"email": "x@example.org", "role": "administrator"},
        {"email": "x@example.org", "administrator": "perhaps"},
        {},
    ],
)
def test_odd_invitations_are_refused(client: PersonaClient, engine: Engine, body: dict[str, str]) -> None:
    assert client("administrator").post(USERS, json=body).status_code == 422
    with transaction(engine) as session:
        assert session.exec(select(OutboxMail)).all() == []


def test_token_manages_users_only_with_its_scope_and_never_administrators(
    client: PersonaClient, another: Callable[[], Client], world: World, engine: Engine
) -> None:
    administrator = client("administrator")
    without = program(another, administrator, "read", "write")
    assert without.get(USERS).status_code == 403
    directory = program(another, administrator, "users")
    assert len(directory.get(USERS).json()["items"]) == len(world.users)
    assert directory.post(USERS, json={"email": "new@example.org", "consultant": True}).status_code == 201
    leader, boss = (f"{USERS}/{world.users[name].id}" for name in ("leader", "administrator"))
    assert directory.put(f"{leader}/access", json={"disabled": True}).status_code == 200
    assert directory.put(f"{leader}/access", json={"disabled": False}).status_code == 200
    for answer in (
        directory.post(USERS, json={"email": "other@example.org", "administrator": True}),
        directory.post(USERS, json={"email": world.users["administrator"].email, "consultant": True}),
        directory.put(f"{leader}/rights", json={"administrator": True}),
        directory.put(f"{boss}/rights", json={"administrator": True}),
        directory.put(f"{boss}/access", json={"disabled": True}),
        directory.delete(f"{boss}/second-factor"),
        directory.get("/api/v1/organizations"),
        directory.get(f"{ME}/tokens"),
    ):
        assert answer.status_code == 403, answer.request.url
    with transaction(engine) as session:
        administrators = session.exec(select(User.id).where(User.administrator)).all()
    assert administrators == [world.users["administrator"].id]


def test_scope_is_for_administrators_and_ends_with_the_right(
    client: PersonaClient, another: Callable[[], Client], world: World, engine: Engine
) -> None:
    refused = client("consultant").post(f"{ME}/tokens", json={"name": "x", "scopes": ["users"]})
    assert (refused.status_code, "users" in refused.json()["detail"]) == (422, False)
    assert "scope_users" not in client("consultant").get("/account").text
    assert "scope_users" in client("administrator").get("/account").text
    directory = program(another, client("administrator"), "users")
    with transaction(engine) as session:
        session.get_one(User, world.users["administrator"].id).administrator = False
    assert directory.get(USERS).status_code == 403
