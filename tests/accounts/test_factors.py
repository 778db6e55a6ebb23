"""The second factor: who needs it, that no code counts twice, and what happens when it is lost."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pyotp
import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts.actions import grant
from app.accounts.factors import PURPOSE, WRONG_CODES, begin_enrolment, code_fits, confirm_enrolment
from app.clock import now
from app.db import transaction
from app.models import LoginSession, RecoveryCode, User
from app.sealing import unseal
from app.settings import Settings, get_settings
from tests.conftest import PersonaClient, World
from tests.factories import PASSWORD
from tests.people import Client

ME = "/api/v1/me"
LATER = timedelta(minutes=2)
"""Codes of then are none of now's."""

Another = Callable[[], Client]


@pytest.fixture
def required(settings: Settings) -> None:
    settings.second_factor = "required"


def enrol(engine: Engine, user: User) -> tuple[str, tuple[str, ...]]:
    """Secret and recovery codes of a user who has set up the factor a while ago."""
    at = now() - LATER
    with transaction(engine) as session:
        mine = session.get_one(User, user.id)
        enrolment = begin_enrolment(mine)
        code = pyotp.TOTP(enrolment.secret).at(at)
        return enrolment.secret, confirm_enrolment(session, mine, enrolment.ticket, code, at=at)


def password(browser: Client, user: User) -> httpx.Response:
    answer = browser.post("/sign-in", data={"email": user.email, "password": PASSWORD, "next": "/benchmarks"})
    page = browser.get(answer.headers["location"])
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    browser.csrf = found[1] if found else ""
    return answer


def codes_on(page: httpx.Response) -> list[str]:
    """The recovery codes that a page shows."""
    return page.text.partition('id="codes">')[2].partition("</pre>")[0].split()


def test_password_alone_opens_nothing(another: Another, world: World, engine: Engine) -> None:
    enrol(engine, world.users["leader"])
    browser = another()
    answer = password(browser, world.users["leader"])
    assert answer.headers["location"] == "/sign-in/code?next=%2Fbenchmarks"
    for path in ("/", "/account", "/account/second-factor", f"/organizations/{world.organization.id}"):
        assert browser.get(path).headers["location"].startswith("/sign-in/code?next="), path
    assert browser.get(ME).status_code == 401
    assert browser.submit("/account/password", present=PASSWORD, password="another long one").status_code == 401
    assert browser.submit("/sign-in/enrolment", ticket="x", code="123456").status_code == 401


def test_code_completes_the_sign_in_with_a_new_token(another: Another, world: World, engine: Engine) -> None:
    secret, _ = enrol(engine, world.users["leader"])
    browser = another()
    password(browser, world.users["leader"])
    half_way = browser.cookies["trigpoint_session"]
    done = browser.submit("/sign-in/code", code=pyotp.TOTP(secret).now(), next="/benchmarks")
    assert (done.status_code, done.headers["location"]) == (303, "/benchmarks")
    assert browser.get(ME).status_code == 200
    assert browser.cookies["trigpoint_session"] != half_way
    thief = another()
    thief.cookies.set("trigpoint_session", half_way)
    assert thief.get(ME).status_code == 401
    assert thief.get("/sign-in/code").headers["location"].startswith("/sign-in?")


def test_a_code_is_taken_once(another: Another, world: World, engine: Engine) -> None:
    secret, _ = enrol(engine, world.users["leader"])
    code = pyotp.TOTP(secret).now()
    first, second = another(), another()
    for browser in (first, second):
        password(browser, world.users["leader"])
    assert first.submit("/sign-in/code", code=code).status_code == 303
    replayed = second.submit("/sign-in/code", code=code)
    assert (replayed.status_code, "used already" in replayed.text) == (401, True)
    earlier = second.submit("/sign-in/code", code=pyotp.TOTP(secret).at(now() - timedelta(seconds=30)))
    assert earlier.status_code == 401
    assert second.get(ME).status_code == 401


def test_a_code_is_taken_once_by_two_at_the_same_time(world: World, engine: Engine) -> None:
    secret, recovery = enrol(engine, world.users["leader"])

    def attempt(code: str) -> bool:
        with transaction(engine) as session:
            return code_fits(session, session.get_one(User, world.users["leader"].id), code, at=now())

    for code in (pyotp.TOTP(secret).now(), recovery[0]):
        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(attempt, [code] * 4)) == [False, False, False, True]


def test_recovery_codes_work_once_each_however_they_are_typed(another: Another, world: World, engine: Engine) -> None:
    _, codes = enrol(engine, world.users["leader"])
    assert len(set(codes)) == 10
    for code, status in ((codes[0].upper(), 303), (codes[0], 401), (codes[1].replace("-", " "), 303)):
        browser = another()
        password(browser, world.users["leader"])
        assert browser.submit("/sign-in/code", code=code).status_code == status
    assert "8 recovery codes left" in browser.get("/account/second-factor").text


def test_after_a_few_wrong_codes_no_code_is_looked_at_for_a_while(
    another: Another, world: World, engine: Engine
) -> None:
    secret, codes = enrol(engine, world.users["leader"])
    for _ in range(WRONG_CODES):
        browser = another()
        password(browser, world.users["leader"])
        assert browser.submit("/sign-in/code", code="000000").status_code == 401
    assert "Wait a quarter" in browser.submit("/sign-in/code", code=pyotp.TOTP(secret).now()).text
    body = {"email": world.users["leader"].email, "password": PASSWORD, "code": codes[0]}
    assert browser.post("/api/v1/sessions", json=body).status_code == 429
    with transaction(engine) as session:
        session.get_one(User, world.users["leader"].id).code_failed_at = now() - timedelta(minutes=16)
    assert browser.submit("/sign-in/code", code=pyotp.TOTP(secret).now()).status_code == 303


def test_programs_send_the_code_too_and_their_wrong_ones_count(anonymous: Client, world: World, engine: Engine) -> None:
    secret, _ = enrol(engine, world.users["leader"])
    body = {"email": world.users["leader"].email, "password": PASSWORD}
    assert anonymous.post("/api/v1/sessions", json=body).status_code == 401
    assert anonymous.post("/api/v1/sessions", json={**body, "code": "000000"}).status_code == 401
    with transaction(engine) as session:
        assert session.get_one(User, world.users["leader"].id).code_failures == 1
    assert anonymous.post("/api/v1/sessions", json={**body, "code": pyotp.TOTP(secret).now()}).status_code == 201
    assert anonymous.get(ME).status_code == 200


@pytest.mark.usefixtures("required")
@pytest.mark.parametrize("persona", ["consultant", "administrator"])
def test_consultants_and_administrators_set_one_up_before_anything_opens(
    another: Another, world: World, persona: str
) -> None:
    browser, user = another(), world.users[persona]
    assert password(browser, user).headers["location"].startswith("/sign-in/enrolment")
    assert browser.get("/").headers["location"].startswith("/sign-in/enrolment?next=")
    body = {"email": user.email, "password": PASSWORD}
    assert browser.post("/api/v1/sessions", json=body).status_code == 403
    page = browser.get("/sign-in/enrolment?next=/benchmarks").text
    assert "<svg" in page
    ticket, key = (re.search(mark, page) for mark in (r'name="ticket" value="([^"]+)"', r'class="key">([A-Z2-7]+)<'))
    assert ticket
    assert key
    wrong = browser.submit("/sign-in/enrolment", ticket=ticket[1], code="000000")
    assert (wrong.status_code, key[1] in wrong.text) == (422, True)
    shown = browser.submit("/sign-in/enrolment", ticket=ticket[1], code=pyotp.TOTP(key[1]).now(), next="/benchmarks")
    assert shown.status_code == 200
    assert len(codes_on(shown)) == 10
    assert browser.get("/").status_code == 200


@pytest.mark.usefixtures("required")
def test_leaders_and_analysts_need_none(another: Another, world: World) -> None:
    for persona in ("leader", "analyst"):
        assert password(another(), world.users[persona]).headers["location"] == "/benchmarks"


@pytest.mark.usefixtures("required")
def test_consultant_of_one_organisation_needs_one_too(another: Another, world: World, engine: Engine) -> None:
    """Known by the membership alone, which on PostgreSQL only a transaction sees that says whose it is."""
    user, browser = world.users["stranger"], another()
    assert password(browser, user).headers["location"] == "/benchmarks"
    with transaction(engine) as session:
        grant(session, user, world.organization.id, "consultant")
    assert password(browser, user).headers["location"].startswith("/sign-in/enrolment")
    assert browser.get(ME).status_code == 401
    programs = another().post("/api/v1/sessions", json={"email": user.email, "password": PASSWORD})
    assert (programs.status_code, "second factor" in programs.json()["detail"]) == (403, True)


@pytest.mark.usefixtures("required")
def test_who_becomes_a_consultant_sets_one_up_at_once(client: PersonaClient, world: World, engine: Engine) -> None:
    leader, user = client("leader"), world.users["leader"]
    enrol(engine, world.users["consultant"])
    consultant = client("consultant")
    made = consultant.submit(f"/organizations/{world.organization.id}/members", email=user.email, role="consultant")
    assert made.status_code == 303
    assert leader.get("/").headers["location"].startswith("/sign-in/enrolment")
    assert consultant.get("/").status_code == 200


def test_set_up_new_codes_and_turning_off_need_a_code(client: PersonaClient, world: World, engine: Engine) -> None:
    leader = client("leader")
    page = leader.get("/account/second-factor").text
    ticket, key = (re.search(mark, page) for mark in (r'name="ticket" value="([^"]+)"', r'class="key">([A-Z2-7]+)<'))
    assert ticket
    assert key
    code = pyotp.TOTP(key[1]).now()
    assert leader.submit("/account/second-factor", ticket="made up", code=code).status_code == 422
    assert client("stranger").submit("/account/second-factor", ticket=ticket[1], code=code).status_code == 403
    assert leader.submit("/account/second-factor", ticket=ticket[1], code=code).status_code == 200
    assert leader.submit("/account/second-factor", ticket=ticket[1], code=code).status_code == 409
    for rest in ("recovery-codes", "off"):
        assert leader.submit(f"/account/second-factor/{rest}", code=code).status_code == 422, "a code counts once"
    after = pyotp.TOTP(key[1]).at(now() + timedelta(seconds=30))
    shown = leader.submit("/account/second-factor/recovery-codes", code=after)
    new = codes_on(shown)
    assert leader.submit("/account/second-factor/off", code=new[0]).status_code == 303
    with transaction(engine) as session:
        assert session.get_one(User, world.users["leader"].id).totp_secret is None
        assert session.exec(select(RecoveryCode)).all() == []


def test_database_alone_yields_no_code(world: World, engine: Engine) -> None:
    secret, codes = enrol(engine, world.users["leader"])
    with transaction(engine) as session:
        user = session.get_one(User, world.users["leader"].id)
        stored = repr([user.model_dump(), [row.model_dump() for row in session.exec(select(RecoveryCode))]])
    assert secret not in stored
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]
    assert unseal(PURPOSE, user.totp_secret or "") == secret


def test_half_way_session_ends_after_a_quarter_of_an_hour(another: Another, world: World, engine: Engine) -> None:
    enrol(engine, world.users["leader"])
    password(another(), world.users["leader"])
    with transaction(engine) as session:
        login = session.exec(select(LoginSession).where(LoginSession.needs == "code")).one()
    assert login.expires_at - login.created_at == timedelta(minutes=15)


@pytest.mark.parametrize(
    ("setting", "environment", "demanded"),
    [("auto", "development", False), ("auto", "production", True), ("optional", "production", False)],
)
def test_setting_decides(setting: str, environment: str, demanded: bool) -> None:
    settings = get_settings().model_copy(update={"second_factor": setting, "environment": environment})
    assert settings.second_factor_required is demanded
