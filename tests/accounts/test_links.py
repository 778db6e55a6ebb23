"""Links by mail: nothing tells who has an account, each works once, and nothing in a request bends where it leads."""

import re
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from time import perf_counter
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts.actions import digest
from app.accounts.links import values_of_mail
from app.clock import now
from app.db import transaction
from app.models import AccountLink, Membership, OutboxMail, User
from app.web import SESSION_COOKIE
from tests.conftest import CountQueries, PersonaClient, World
from tests.factories import PASSWORD, make_user
from tests.people import BASE_URL, Client

NEW = "an even quieter harbour"


def leaving(engine: Engine, to: str) -> dict[str, str] | None:
    """The values of the newest mail to ``to``, as it leaves."""
    with transaction(engine) as session:
        mails = session.exec(select(OutboxMail).where(OutboxMail.to_address == to)).all()
        values = values_of_mail(session, mails[-1], at=now())
        return dict(values) if values is not None else None


def asked(browser: Client, engine: Engine, email: str, **headers: str) -> str:
    """The path of the link that a forgotten password gives."""
    assert browser.post("/password-reset", data={"email": email}, headers=headers).status_code == 200
    values = leaving(engine, email)
    assert values is not None
    return values["link"].removeprefix(BASE_URL)


def choose(browser: Client, path: str, password: str = NEW, **more: str) -> int:
    return browser.post(path, data={"password": password, "again": password, **more}).status_code


def signed_in(browser: Client, email: str, password: str) -> bool:
    return browser.post("/sign-in", data={"email": email, "password": password}).status_code == 303


def test_forgotten_password_is_set_by_the_link_once(anonymous: Client, world: World, engine: Engine) -> None:
    email = world.users["leader"].email
    path = asked(anonymous, engine, email)
    assert email in anonymous.get(path).text
    assert anonymous.get(path).status_code == 200
    assert choose(anonymous, path) == 303
    assert choose(anonymous, path, "yet another quiet harbour") == 410
    assert anonymous.get(path).status_code == 410
    assert not signed_in(anonymous, email, PASSWORD)
    assert signed_in(anonymous, email, NEW)


def test_a_new_password_ends_every_session_and_every_other_link(
    client: PersonaClient, anonymous: Client, world: World, engine: Engine
) -> None:
    leader = client("leader")
    first = asked(anonymous, engine, world.users["leader"].email)
    second = asked(anonymous, engine, world.users["leader"].email)
    assert first != second
    assert choose(anonymous, first) == 303
    assert leader.get("/api/v1/me").status_code == 401
    assert choose(anonymous, second) == 410


def test_refused_passwords_leave_the_link_usable(anonymous: Client, world: World, engine: Engine) -> None:
    path = asked(anonymous, engine, world.users["leader"].email)
    for password in ("short", "password1234"):
        assert choose(anonymous, path, password) == 422
    differing = anonymous.post(path, data={"password": NEW, "again": NEW + "!"})
    assert (differing.status_code, "differ" in differing.text) == (422, True)
    assert choose(anonymous, path) == 303


def test_link_is_dead_after_its_hour(anonymous: Client, world: World, engine: Engine) -> None:
    path = asked(anonymous, engine, world.users["leader"].email)
    with transaction(engine) as session:
        session.exec(select(AccountLink)).one().expires_at = now() - timedelta(seconds=1)
    assert choose(anonymous, path) == 410


def test_database_holds_only_the_digest_and_the_mail_nothing_that_opens(
    anonymous: Client, world: World, engine: Engine
) -> None:
    path = asked(anonymous, engine, world.users["leader"].email)
    token = path.rpartition("/")[2]
    with transaction(engine) as session:
        assert session.exec(select(AccountLink.token_hash)).one() == digest(token)
        mail = session.exec(select(OutboxMail)).one()
    assert token not in repr(mail.model_dump())


@pytest.mark.usefixtures("unlimited")
def test_nobody_learns_who_has_an_account(anonymous: Client, engine: Engine) -> None:
    with transaction(engine) as session:
        known = [make_user(session, "Someone").email for _ in range(200)]
    unknown = [email.replace("someone", "nobody.") for email in known]
    bodies: set[str] = set()
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for pair in zip(known, unknown, strict=True):
        for kind, email in zip(times, pair, strict=True):
            started = perf_counter()
            answer = anonymous.post("/password-reset", data={"email": email})
            times[kind].append(perf_counter() - started)
            nonce = answer.headers["content-security-policy"].partition("'nonce-")[2].partition("'")[0]
            bodies.add(f"{answer.status_code} {answer.text.replace(email, '…').replace(nonce, '…')}")
    assert len(bodies) == 1
    assert abs(median(times["known"]) / median(times["unknown"]) - 1) < 0.10
    with transaction(engine) as session:
        assert len(session.exec(select(OutboxMail)).all()) == 400
        assert session.exec(select(AccountLink)).all() == []


def test_mail_to_an_unknown_or_disabled_address_is_not_wanted(anonymous: Client, world: World, engine: Engine) -> None:
    anonymous.post("/password-reset", data={"email": "nobody@example.org"})
    assert leaving(engine, "nobody@example.org") is None
    with transaction(engine) as session:
        session.get_one(User, world.users["leader"].id).disabled_at = now()
    anonymous.post("/password-reset", data={"email": world.users["leader"].email})
    assert leaving(engine, world.users["leader"].email) is None


def test_asking_again_and_again_sends_one_mail(anonymous: Client, world: World, engine: Engine) -> None:
    for _ in range(20):
        anonymous.post("/password-reset", data={"email": world.users["leader"].email.upper()})
    with transaction(engine) as session:
        assert len(session.exec(select(OutboxMail)).all()) <= 2


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"X-Original-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "//evil.example"},
        {"Host": "localhost"},
    ],
    ids=str,
)
def test_no_header_bends_the_link_of_the_mail(
    anonymous: Client, world: World, engine: Engine, headers: dict[str, str]
) -> None:
    if "Host" in headers:
        headers = headers | {"Origin": "http://localhost"}
    anonymous.post("/password-reset", data={"email": world.users["leader"].email}, headers=headers)
    values = leaving(engine, world.users["leader"].email)
    assert values is not None
    assert values["link"].startswith(f"{BASE_URL}/password/")
    assert "evil" not in repr(values)


def test_foreign_host_asks_for_no_mail(anonymous: Client, world: World, engine: Engine) -> None:
    refused = anonymous.post(
        "/password-reset",
        data={"email": world.users["leader"].email},
        headers={"Host": "evil.example", "Origin": "http://evil.example"},
    )
    assert refused.status_code == 400
    with transaction(engine) as session:
        assert session.exec(select(OutboxMail)).all() == []


def test_invited_colleague_sets_name_and_password_and_enters(
    client: PersonaClient, another: Callable[[], Client], world: World, engine: Engine
) -> None:
    consultant, here = client("consultant"), f"/organizations/{world.organization.id}"
    assert consultant.submit(f"{here}/members", email="New.Colleague@example.org", role="analyst").status_code == 303
    assert "not signed in yet" in consultant.get(here).text
    values = leaving(engine, "new.colleague@example.org")
    assert values is not None
    assert (values["organization"], values["inviter"]) == (world.organization.name, world.users["consultant"].name)
    browser = another()
    path = values["link"].removeprefix(BASE_URL)
    assert choose(browser, path, name="Noor Colleague") == 303
    assert signed_in(browser, "new.colleague@example.org", NEW)
    assert browser.get(here).status_code == 200
    assert browser.get(f"{here}/edit").status_code == 403
    assert "Noor Colleague" in consultant.get(here).text


def test_known_colleague_gets_a_mail_without_any_key(client: PersonaClient, world: World, engine: Engine) -> None:
    stranger, here = world.users["stranger"], f"/organizations/{world.organization.id}"
    consultant = client("consultant")
    for _ in range(2):
        consultant.submit(f"{here}/members", email=stranger.email, role="leader")
    assert leaving(engine, stranger.email) is not None
    with transaction(engine) as session:
        [mail] = session.exec(select(OutboxMail)).all()
        assert mail.template == "colleague_added"
        assert session.exec(select(AccountLink)).all() == []


def test_only_consultants_of_the_organisation_invite(client: PersonaClient, world: World, engine: Engine) -> None:
    here = f"/organizations/{world.organization.id}/members"
    for persona, status in {"leader": 403, "analyst": 403, "outsider": 404, "administrator": 404}.items():
        answer = client(persona).submit(here, email="intruder@example.org", role="consultant")
        assert answer.status_code == status, persona
    with transaction(engine) as session:
        assert session.exec(select(OutboxMail)).all() == []
        assert session.exec(select(User).where(User.email == "intruder@example.org")).all() == []


def test_inviting_tells_nobody_who_has_an_account(
    client: PersonaClient, world: World, engine: Engine, count_queries: CountQueries
) -> None:
    """The same answer, the same page and the same work for an address with an account and one without."""
    consultant, here = client("consultant"), f"/organizations/{world.organization.id}"
    with transaction(engine) as session:
        make_user(session, "Known").email = "known@example.org"
    seen, work = [], []
    for address in ("known@example.org", "other@example.org"):
        with count_queries(engine) as queries:
            consultant.submit(f"{here}/members", email=address, role="leader")
        work.append(list(queries))
        answer = consultant.post(f"/api/v1{here}/members", json={"email": address, "role": "leader"})
        number = answer.json()["user_id"]
        assert UUID(number).version == 4
        listed = consultant.get(f"/api/v1{here}/members").json()
        row = re.search(rf"<tr><th[^>]*>{address[:5]}.*?</tr>", consultant.get(here).text, re.DOTALL)
        assert row
        texts = (answer.text, repr([one for one in listed if one["email"] == address]), row[0])
        seen.append([text.replace(number, "…").replace(address[:5], "…") for text in texts])
    assert work[0] == work[1]
    assert seen[0] == seen[1]


def test_member_is_called_by_name_once_they_have_signed_in(
    client: PersonaClient, another: Callable[[], Client], world: World
) -> None:
    stranger, here = world.users["stranger"], f"/organizations/{world.organization.id}"
    consultant = client("consultant")
    consultant.submit(f"{here}/members", email=stranger.email, role="leader")
    assert "Stranger" not in consultant.get(here).text
    assert signed_in(another(), stranger.email, PASSWORD)
    assert "Stranger" in consultant.get(here).text
    assert "not signed in yet" not in consultant.get(here).text


@pytest.mark.parametrize("persona", ["analyst", "leader"])
def test_removal_counts_from_the_next_request_on(
    client: PersonaClient, world: World, engine: Engine, persona: str
) -> None:
    member, here = client(persona), f"/organizations/{world.organization.id}"
    assert member.get(here).status_code == 200
    who = world.users[persona].id
    assert client("consultant").submit(f"{here}/members/{who}/remove").status_code == 303
    assert member.get(here).status_code == 404
    assert member.get(f"/api/v1{here}").status_code == 404
    assert member.get("/api/v1/organizations").json()["items"] == []
    with transaction(engine) as session:
        assert session.exec(select(Membership).where(Membership.user_id == who)).all() == []
    assert SESSION_COOKIE in member.cookies
