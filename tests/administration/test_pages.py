"""Administrators manage users and see the system; nobody else does, and no organisation is opened by it."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.clock import now
from app.db import transaction
from app.models import ApiToken, Membership, OutboxMail, User
from tests.conftest import PersonaClient, World

ME = "/api/v1/me"


@pytest.mark.parametrize("persona", ["consultant", "leader", "analyst", "stranger"])
def test_only_administrators_enter(client: PersonaClient, world: World, persona: str) -> None:
    browser, whom = client(persona), world.users["outsider"].id
    for path in ("/users", "/system"):
        assert browser.get(path).status_code == 403
    for rest in ("rights", "disable", "enable", "reset-factor"):
        assert browser.submit(f"/users/{whom}/{rest}", administrator="yes").status_code == 403
    assert browser.submit("/users", email="me@example.org", administrator="yes").status_code == 403


def test_invited_user_waits_with_the_rights_that_were_given(
    client: PersonaClient, world: World, engine: Engine
) -> None:
    administrator = client("administrator")
    assert administrator.submit("/users", email="New@Example.org", consultant="yes").status_code == 303
    page = administrator.get("/users?done=invited").text
    assert "new@example.org" in page
    assert "invited" in page
    with transaction(engine) as session:
        user = session.exec(select(User).where(User.email == "new@example.org")).one()
        assert (user.consultant, user.administrator, user.password_hash) == (True, False, None)
        assert session.exec(select(OutboxMail.to_address)).one() == user.email
        assert session.exec(select(Membership).where(Membership.user_id == user.id)).all() == []
    assert administrator.submit("/users", email="no address").status_code == 422


def test_disabled_user_is_out_at_once_and_comes_back_without_sessions_and_tokens(
    client: PersonaClient, world: World, engine: Engine
) -> None:
    administrator, leader, user = client("administrator"), client("leader"), world.users["leader"]
    leader.post(f"{ME}/tokens", json={"name": "x", "scopes": ["read"]})
    assert administrator.submit(f"/users/{user.id}/disable").status_code == 303
    assert leader.get(ME).status_code == 401
    assert administrator.submit(f"/users/{user.id}/enable").status_code == 303
    assert leader.get(ME).status_code == 401
    with transaction(engine) as session:
        assert session.exec(select(ApiToken.revoked_at)).one() is not None
    assert client("leader").get(ME).status_code == 200


def test_rights_change_and_the_last_administrator_stays(client: PersonaClient, world: World) -> None:
    administrator, me, whom = client("administrator"), world.users["administrator"].id, world.users["stranger"].id
    assert administrator.submit(f"/users/{me}/rights").status_code == 409
    assert administrator.submit(f"/users/{me}/disable").status_code == 409
    assert administrator.submit(f"/users/{whom}/rights", administrator="yes").status_code == 303
    stranger = client("stranger")
    assert stranger.get("/users").status_code == 200
    assert stranger.submit(f"/users/{me}/rights").status_code == 303
    assert administrator.get("/users").status_code == 403
    assert stranger.submit("/users/no-such-user/disable").status_code == 404


def test_lost_factor_is_reset_and_ends_the_sessions(client: PersonaClient, world: World, engine: Engine) -> None:
    leader, user = client("leader"), world.users["leader"]
    with transaction(engine) as session:
        session.get_one(User, user.id).totp_confirmed_at = now()
    assert client("administrator").submit(f"/users/{user.id}/reset-factor").status_code == 303
    assert leader.get(ME).status_code == 401
    with transaction(engine) as session:
        assert session.get_one(User, user.id).totp_confirmed_at is None


def test_administrator_sees_no_client(client: PersonaClient, world: World) -> None:
    administrator = client("administrator")
    for path in ("/users", "/system", "/"):
        assert world.organization.name not in administrator.get(path).text
    assert administrator.get(f"/organizations/{world.organization.id}").status_code == 404


def test_system_page_tells_state_and_no_secret(client: PersonaClient, engine: Engine) -> None:
    page = client("administrator").get("/system").text
    assert "The system is ready" in page
    assert engine.dialect.name in page
    assert "insecure-secret" not in page
    assert str(engine.url) not in page
