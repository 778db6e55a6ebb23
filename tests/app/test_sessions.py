"""Sign-in and its sessions: nothing is learned from a refusal, and a cookie dies with its session."""

import re
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from time import perf_counter

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts.actions import digest, issue_sign_in_link, set_password
from app.clock import now
from app.db import transaction
from app.models import LoginSession, User
from app.web import SESSION_COOKIE
from tests.conftest import PersonaClient, World
from tests.factories import PASSWORD, make_user
from tests.people import BASE_URL, Client

ME = "/api/v1/me"


def sign_in(browser: Client, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    return browser.post("/sign-in", data={"email": email, "password": password, **more})


def test_sign_in_gives_an_http_only_cookie_and_leads_on(anonymous: Client, world: World) -> None:
    answer = sign_in(anonymous, world.users["leader"].email.upper(), next="/benchmarks")
    assert (answer.status_code, answer.headers["location"]) == (303, "/benchmarks")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert anonymous.get(ME).json()["email"] == world.users["leader"].email


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_sign_in_never_leads_away(anonymous: Client, world: World, next_: str) -> None:
    answer = sign_in(anonymous, world.users["leader"].email, next=next_)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_database_holds_no_token_and_no_password(anonymous: Client, world: World, engine: Engine) -> None:
    sign_in(anonymous, world.users["leader"].email)
    token = anonymous.cookies[SESSION_COOKIE]
    with transaction(engine) as session:
        stored = session.exec(select(LoginSession).where(LoginSession.user_id == world.users["leader"].id)).one()
        user = session.get_one(User, stored.user_id)
    assert stored.token_hash == digest(token)
    assert token not in stored.token_hash
    assert (user.password_hash or "").startswith("$argon2id$")


def test_each_sign_in_has_its_own_token(another: Callable[[], Client], world: World) -> None:
    tokens = set()
    for _ in range(2):
        browser = another()
        sign_in(browser, world.users["leader"].email)
        tokens.add(browser.cookies[SESSION_COOKIE])
    assert len(tokens) == 2


def replay(browser: Client, end: Callable[[], object]) -> int:
    """The status of a cookie that was stolen before ``end``."""
    stolen = browser.cookies[SESSION_COOKIE]
    assert browser.get(ME).status_code == 200
    end()
    browser.cookies.set(SESSION_COOKIE, stolen)
    return browser.get(ME).status_code


def test_cookie_is_dead_after_sign_out(client: PersonaClient) -> None:
    leader = client("leader")
    assert replay(leader, lambda: leader.submit("/sign-out")) == 401


def test_bearer_token_is_dead_after_the_api_ends_its_session(anonymous: Client, world: World) -> None:
    del anonymous.headers["Origin"]
    made = anonymous.post("/api/v1/sessions", json={"email": world.users["leader"].email, "password": PASSWORD})
    assert made.status_code in {200, 201}
    token = next(value for value in made.json().values() if isinstance(value, str) and len(value) >= 40)
    anonymous.cookies.clear()
    bearer = {"Authorization": f"Bearer {token}"}
    assert anonymous.get(ME, headers=bearer).status_code == 200
    assert anonymous.delete("/api/v1/sessions/current", headers=bearer).status_code in {200, 204}
    assert anonymous.get(ME, headers=bearer).status_code == 401


def test_cookie_is_dead_after_a_password_change(client: PersonaClient, world: World, engine: Engine) -> None:
    def change() -> None:
        with transaction(engine) as session:
            set_password(session, session.get_one(User, world.users["leader"].id), "another quiet harbour")

    assert replay(client("leader"), change) == 401


def test_cookie_is_dead_once_the_user_is_disabled(client: PersonaClient, world: World, engine: Engine) -> None:
    def disable() -> None:
        with transaction(engine) as session:
            session.get_one(User, world.users["leader"].id).disabled_at = now()

    assert replay(client("leader"), disable) == 401


@pytest.mark.parametrize(
    ("field", "ago"), [("expires_at", timedelta(seconds=1)), ("seen_at", timedelta(hours=12, seconds=1))]
)
def test_cookie_is_dead_after_its_time(
    client: PersonaClient, world: World, engine: Engine, field: str, ago: timedelta
) -> None:
    def age() -> None:
        with transaction(engine) as session:
            statement = select(LoginSession).where(LoginSession.user_id == world.users["leader"].id)
            setattr(session.exec(statement).one(), field, now() - ago)

    assert replay(client("leader"), age) == 401


def test_use_keeps_a_session_alive(client: PersonaClient, world: World, engine: Engine) -> None:
    leader = client("leader")
    statement = select(LoginSession).where(LoginSession.user_id == world.users["leader"].id)
    with transaction(engine) as session:
        session.exec(statement).one().seen_at = now() - timedelta(hours=11)
    assert leader.get(ME).status_code == 200
    with transaction(engine) as session:
        assert now() - session.exec(statement).one().seen_at < timedelta(minutes=1)


def test_made_up_cookies_and_tokens_are_nobody(anonymous: Client) -> None:
    anonymous.cookies.set(SESSION_COOKIE, "x" * 43)
    assert anonymous.get(ME).status_code == 401
    anonymous.cookies.clear()
    for header in ("Bearer " + "x" * 43, "Bearer ", "Basic eDp4", "x"):
        assert anonymous.get(ME, headers={"Authorization": header}).status_code == 401


def without_what_was_typed(answer: httpx.Response, email: str) -> str:
    """The page without the address, and without the nonce that every page has of its own."""
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])
    assert nonce is not None
    return answer.text.replace(email, "…").replace(nonce[1], "…")


@pytest.mark.usefixtures("unlimited")
def test_unknown_address_and_wrong_password_get_the_same_bytes(anonymous: Client, engine: Engine) -> None:
    with transaction(engine) as session:
        known = [make_user(session, "Someone").email for _ in range(10)]
    unknown = [email.replace("someone", "nobody.") for email in known]
    pages, programs, times = set(), set(), {}
    for kind, emails in (("known", known), ("unknown", unknown)):
        for email in emails:
            started = perf_counter()
            answer = sign_in(anonymous, email, "not the password at all")
            times.setdefault(kind, []).append(perf_counter() - started)
            pages.add((answer.status_code, without_what_was_typed(answer, email)))
            body = {"email": email, "password": "not the password at all"}
            program = anonymous.post("/api/v1/sessions", json=body)
            programs.add((program.status_code, program.content))
    assert len(pages) == 1
    assert len(programs) == 1
    # Both verify one hash; without that, an unknown address would be answered many times faster.
    assert median(times["unknown"]) > 0.5 * median(times["known"])


def test_one_time_link_works_once(anonymous: Client, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        token = issue_sign_in_link(session, world.users["leader"], next_path="/benchmarks", at=now())
    assert anonymous.get(f"/enter/{token}").status_code == 200
    assert anonymous.get(ME).status_code == 401
    entered = anonymous.post(f"/enter/{token}")
    assert (entered.status_code, entered.headers["location"]) == (303, "/benchmarks")
    assert anonymous.get(ME).status_code == 200
    assert anonymous.post(f"/enter/{token}").status_code == 410


def test_one_time_link_works_only_on_this_machine(app: object, anonymous: Client, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        token = issue_sign_in_link(session, world.users["leader"], next_path="/", at=now())
    from tests.people import TestClient

    far = TestClient(app, base_url=BASE_URL, headers={"Origin": BASE_URL}, client=("192.0.2.7", 50000))  # type: ignore[arg-type]
    far.portal = anonymous.portal
    assert far.post(f"/enter/{token}").status_code == 403
    assert anonymous.post(f"/enter/{token}").status_code == 303
