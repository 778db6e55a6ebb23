"""Signing in at a provider, against a certified one: who it is, what is refused, and how an account is connected."""

import html
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts import oidc
from app.accounts.links import password_link
from app.accounts.routes.providers import ATTEMPT_COOKIE
from app.clock import now
from app.db import transaction
from app.models import AccountLink, LoginSession, OidcIdentity, User
from app.settings import get_settings
from app.upkeep.checks import examine
from app.web import SESSION_COOKIE
from tests.accounts.providers import CLIENT, Journey, leave, running_providers, settings_value
from tests.conftest import PersonaClient, World
from tests.factories import PASSWORD
from tests.people import BASE_URL, Client

ME = "/api/v1/me"
CALLBACK = "/sign-in/with/one/callback"


@pytest.fixture(scope="module")
def issuers() -> Iterator[list[str]]:
    with running_providers() as issuers:
        yield issuers


@pytest.fixture(autouse=True)
def providers(issuers: list[str], settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIGPOINT_OIDC_PROVIDERS", settings_value(issuers))
    get_settings.cache_clear()


@pytest.fixture
def connected(issuers: list[str], world: World, engine: Engine) -> str:
    """The subject of the leader at the first provider."""
    with transaction(engine) as session:
        session.add(OidcIdentity(issuer=issuers[0], subject="lea", user_id=world.users["leader"].id))
    return "lea"


def refused(answer: httpx.Response, words: str, status: int = 401) -> None:
    """A sign-in page that says why, and no session."""
    assert answer.status_code == status, answer.text
    assert words in html.unescape(answer.text)
    assert SESSION_COOKIE not in answer.cookies
    assert "/sign-in/with/one" in answer.text


# --- who it is -------------------------------------------------------------------------------------------------------


def test_request_carries_state_nonce_and_challenge_and_asks_for_no_address(anonymous: Client) -> None:
    asked = {key: value[0] for key, value in parse_qs(urlsplit(leave(anonymous).address).query).items()}
    assert asked["redirect_uri"] == f"{BASE_URL}{CALLBACK}"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert (asked["scope"], asked["client_id"]) == ("openid profile", CLIENT["client_id"])
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    again = parse_qs(urlsplit(leave(anonymous).address).query)
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name]) >= 43
        assert again[name] != [asked[name]]


def test_connected_person_signs_in_and_goes_on(anonymous: Client, connected: str, world: World, engine: Engine) -> None:
    answer = leave(anonymous, "/sign-in/with/one?next=/benchmarks").arrive(connected)
    assert (answer.status_code, answer.headers["location"]) == (303, "/benchmarks")
    assert anonymous.get(ME).json()["email"] == world.users["leader"].email
    assert ATTEMPT_COOKIE not in anonymous.cookies
    with transaction(engine) as session:
        login = session.exec(select(LoginSession)).one()
        assert (login.user_id, login.provider, login.needs) == (world.users["leader"].id, "one", "")


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example/"])
def test_coming_back_never_leads_away(anonymous: Client, connected: str, next_: str) -> None:
    answer = leave(anonymous, f"/sign-in/with/one?next={next_}").arrive(connected)
    assert answer.headers["location"] == "/"


def test_same_subject_elsewhere_and_same_address_are_nobody(
    anonymous: Client, connected: str, world: World, engine: Engine
) -> None:
    refused(leave(anonymous, "/sign-in/with/two").arrive(connected), "No account here is connected")
    refused(leave(anonymous).arrive(world.users["leader"].email), "No account here is connected")
    with transaction(engine) as session:
        assert len(session.exec(select(OidcIdentity)).all()) == 1


def test_disabled_user_is_as_unknown_as_anybody(
    anonymous: Client, connected: str, world: World, engine: Engine
) -> None:
    with transaction(engine) as session:
        session.get_one(User, world.users["leader"].id).disabled_at = now()
    refused(leave(anonymous).arrive(connected), "No account here is connected")


def test_who_declines_is_told_so(anonymous: Client) -> None:
    refused(leave(anonymous).arrive(), "You did not sign in at Harbour One")


# --- what is refused -------------------------------------------------------------------------------------------------


def test_wrong_state_is_refused(anonymous: Client, connected: str) -> None:
    path = leave(anonymous).at_provider(connected)
    refused(anonymous.get(re.sub(r"state=[^&]+", "state=another", path)), "the answer to another sign-in")


def test_answer_in_another_browser_is_refused(anonymous: Client, another: Callable[[], Client], connected: str) -> None:
    path = leave(anonymous).at_provider(connected)
    refused(another().get(path), "begun in another browser")
    other = another()
    leave(other)
    refused(other.get(path), "the answer to another sign-in")


def test_wrong_nonce_is_refused(anonymous: Client, connected: str) -> None:
    refused(leave(anonymous).change(nonce="another").arrive(connected), "(nonce)")


def test_wrong_issuer_of_the_answer_is_refused(anonymous: Client, issuers: list[str], connected: str) -> None:
    for said in (issuers[1], ""):
        path = leave(anonymous).at_provider(connected)
        changed = str(httpx.URL(path).copy_set_param("iss", said)) if said else re.sub(r"&?iss=[^&]+", "", path)
        refused(anonymous.get(changed), "(issuer)")


def test_code_of_another_provider_is_refused(anonymous: Client, connected: str) -> None:
    """The mix-up attack: the answer of one provider is brought to the callback of the other."""
    path = leave(anonymous, "/sign-in/with/two").at_provider(connected)
    refused(anonymous.get(path.replace("/two/", "/one/")), "begun in another browser")
    first = leave(anonymous)
    state = parse_qs(urlsplit(first.address).query)["state"][0]
    brought = re.sub(r"state=[^&]+", f"state={state}", path.replace("/two/", "/one/"))
    refused(anonymous.get(brought), "(issuer)")


def test_stolen_code_without_its_verifier_is_refused(anonymous: Client, connected: str) -> None:
    journey = leave(anonymous).change(code_challenge="A" * 43)
    refused(journey.arrive(connected), "took back its answer")


def test_replayed_answer_is_refused(anonymous: Client, connected: str) -> None:
    journey = leave(anonymous)
    kept = anonymous.cookies[ATTEMPT_COOKIE]
    path = journey.at_provider(connected)
    assert anonymous.get(path).status_code == 303
    anonymous.cookies.clear()
    refused(anonymous.get(path), "begun in another browser")
    anonymous.cookies.set(ATTEMPT_COOKIE, kept)
    refused(anonymous.get(path), "took back its answer")


def test_late_answer_is_refused(anonymous: Client, connected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = leave(anonymous).at_provider(connected)
    monkeypatch.setattr(oidc, "LIFE", timedelta(seconds=-1))
    refused(anonymous.get(path), "too long ago")


def test_expired_token_of_the_provider_is_refused(anonymous: Client, connected: str) -> None:
    config = get_settings().oidc_providers[0]
    journey = leave(anonymous)
    attempt = oidc.open_attempt(config, anonymous.cookies[ATTEMPT_COOKIE])
    answer = dict(httpx.URL(journey.at_provider(connected)).params)
    with pytest.raises(oidc.SignInRefusedError, match="exp") as refusal:
        oidc.finish(config, attempt, answer, at=now() + timedelta(hours=3))
    assert refusal.value.reason


def test_made_up_answers_are_refused(anonymous: Client) -> None:
    refused(anonymous.get(f"{CALLBACK}?code=x&state=x"), "begun in another browser")
    anonymous.cookies.set(ATTEMPT_COOKIE, "no sealed text")
    refused(anonymous.get(CALLBACK), "begun in another browser")
    state = parse_qs(urlsplit(leave(anonymous).address).query)["state"][0]
    issuer = get_settings().oidc_providers[0].issuer
    refused(anonymous.get(f"{CALLBACK}?code=x&state={state}&iss={issuer}"), "took back its answer")


def test_silent_or_unknown_provider_leaves_the_password(
    anonymous: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch, issuers: list[str]
) -> None:
    monkeypatch.setenv("TRIGPOINT_OIDC_PROVIDERS", settings_value(["http://127.0.0.1:9", f"{issuers[0]}/x"]))
    get_settings.cache_clear()
    refused(anonymous.get("/sign-in/with/one"), "Harbour One does not answer", 503)
    refused(anonymous.get("/sign-in/with/two"), "Harbour Two cannot be used", 503)
    found = [finding for finding in examine(engine, get_settings()) if finding.check == "sign-in"]
    assert [finding.state for finding in found] == ["caution", "caution"]
    assert anonymous.get("/sign-in/with/three").status_code == 404


def test_wrong_secret_is_the_administrators_matter(
    anonymous: Client, monkeypatch: pytest.MonkeyPatch, issuers: list[str]
) -> None:
    monkeypatch.setenv("TRIGPOINT_OIDC_PROVIDERS", settings_value(issuers, client_secret="wrong"))
    get_settings.cache_clear()
    refused(leave(anonymous).arrive("lea"), "as it is set up")


# --- second factor, sign-out -----------------------------------------------------------------------------------------


def test_second_factor_is_asked_for_unless_the_provider_does(
    anonymous: Client, connected: str, world: World, engine: Engine, issuers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(engine) as session:
        session.get_one(User, world.users["leader"].id).totp_confirmed_at = now()
    answer = leave(anonymous, "/sign-in/with/one?next=/benchmarks").arrive(connected)
    assert answer.headers["location"] == "/sign-in/code?next=%2Fbenchmarks"
    assert anonymous.get(ME).status_code == 401
    monkeypatch.setenv("TRIGPOINT_OIDC_PROVIDERS", settings_value(issuers, second_factor=True))
    get_settings.cache_clear()
    assert leave(anonymous).arrive(connected).headers["location"] == "/"
    assert anonymous.get(ME).status_code == 200


def test_signing_out_ends_the_session_and_offers_to_end_it_there(
    anonymous: Client, connected: str, issuers: list[str]
) -> None:
    leave(anonymous).arrive(connected)
    anonymous.csrf = re.findall(r'name="csrf" value="([^"]+)"', anonymous.get("/account").text)[0]
    answer = anonymous.submit("/sign-out")
    assert anonymous.get(ME).status_code == 401
    page = anonymous.get(answer.headers["location"]).text
    assert "still be signed in at Harbour One" in page
    there = anonymous.get("/sign-in/with/one/sign-out").headers["location"]
    assert there.startswith(f"{issuers[0]}/session/end?client_id=trigpoint")
    assert httpx.get(there).status_code == 200


# --- connecting an account -------------------------------------------------------------------------------------------


def invitation(engine: Engine, user: User) -> str:
    """The path of a one-time link of the user's mail."""
    with transaction(engine) as session:
        return password_link(session, session.get_one(User, user.id), at=now()).removeprefix(BASE_URL)


def invited(client: PersonaClient, world: World, engine: Engine) -> User:
    here = f"/organizations/{world.organization.id}/members"
    assert client("consultant").submit(here, email="noor@example.org", role="leader").status_code == 303
    with transaction(engine) as session:
        return session.exec(select(User).where(User.email == "noor@example.org")).one()


def offered(journey: Journey, person: str) -> tuple[str, str]:
    """The page that asks, and what its form carries."""
    answer = journey.arrive(person)
    assert answer.status_code == 200, answer.text
    assert SESSION_COOKIE not in answer.cookies
    return answer.text, re.findall(r'name="offer" value="([^"]+)"', answer.text)[0]


def test_invited_colleague_needs_no_password(
    client: PersonaClient, anonymous: Client, world: World, engine: Engine, issuers: list[str]
) -> None:
    path = invitation(engine, invited(client, world, engine))
    assert "Continue with Harbour One" in anonymous.get(path).text
    page, offer = offered(leave(anonymous, f"{path}/with/one"), "noor")
    assert "noor@example.org" in page
    with transaction(engine) as session:
        assert session.exec(select(OidcIdentity)).all() == []
    assert anonymous.post("/sign-in/connect", data={"offer": offer}).status_code == 303
    assert anonymous.get(ME).json()["name"] == "Name of noor"
    assert anonymous.get(f"/organizations/{world.organization.id}").status_code == 200
    with transaction(engine) as session:
        row = session.exec(select(OidcIdentity)).one()
        assert (row.issuer, row.subject) == (issuers[0], "noor")
        assert session.exec(select(AccountLink)).all() == []
    assert "not signed in yet" not in client("consultant").get(f"/organizations/{world.organization.id}").text
    # The link and the offer have been used, and neither connects a second person.
    assert anonymous.get(f"{path}/with/one").status_code == 410
    assert anonymous.post("/sign-in/connect", data={"offer": offer}).status_code == 410
    anonymous.cookies.clear()
    assert leave(anonymous).arrive("noor").status_code == 303


def test_member_with_a_password_connects_by_a_mailed_link_and_keeps_it(
    another: Callable[[], Client], world: World, engine: Engine
) -> None:
    leader, browser = world.users["leader"], another()
    path = invitation(engine, leader)
    _, offer = offered(leave(browser, f"{path}/with/two"), "lea")
    assert browser.post("/sign-in/connect", data={"offer": offer}).status_code == 303
    assert browser.get(ME).json()["name"] == leader.name
    page = browser.get("/account").text
    assert page.count("<td>connected</td>") == 1
    browser.csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    assert browser.submit("/account/providers/one/disconnect").status_code == 404
    assert browser.submit("/account/providers/two/disconnect").status_code == 303
    browser.cookies.clear()
    refused(leave(browser, "/sign-in/with/two").arrive("lea"), "No account here is connected")
    assert browser.post("/sign-in", data={"email": leader.email, "password": PASSWORD}).status_code == 303


def test_only_way_in_stays(anonymous: Client, connected: str, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        session.get_one(User, world.users["leader"].id).password_hash = None
    leave(anonymous).arrive(connected)
    anonymous.csrf = re.findall(r'name="csrf" value="([^"]+)"', anonymous.get("/account").text)[0]
    assert anonymous.submit("/account/providers/one/disconnect").status_code == 409


def test_identity_of_somebody_else_is_not_taken_over(
    anonymous: Client, client: PersonaClient, connected: str, world: World, engine: Engine
) -> None:
    path = invitation(engine, invited(client, world, engine))
    _, offer = offered(leave(anonymous, f"{path}/with/one"), connected)
    assert anonymous.post("/sign-in/connect", data={"offer": offer}).status_code == 409
    with transaction(engine) as session:
        assert session.exec(select(OidcIdentity.user_id)).one() == world.users["leader"].id
        assert session.exec(select(AccountLink.used_at)).one() is None


def test_offers_cannot_be_made_up_or_kept(anonymous: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for made_up in ("", "x" * 200, anonymous.get("/sign-in/with/one").cookies[ATTEMPT_COOKIE]):
        assert anonymous.post("/sign-in/connect", data={"offer": made_up}).status_code == 401
