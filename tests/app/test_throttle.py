"""Rate limits: counted in the database by all workers, by address, account and everybody, before anything else is done."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from sqlalchemy import Engine, select
from sqlmodel import Session

from app.accounts.tokens import create_token
from app.clock import now
from app.db import make_engine, transaction
from app.main import create_app
from app.models import AttemptCount
from app.settings import Settings
from app.throttle import RECEIPT, SIGN_IN, TOKEN, Limit, Rule, count_tries, key_of
from app.upkeep.schedule import forget_repeats
from tests.app.routes import SAFE, endpoints
from tests.conftest import World
from tests.factories import PASSWORD
from tests.people import Client


def exhaust(engine: Engine, rule: Rule, kind: str, value: str, limit: Limit) -> None:
    """As if ``limit`` had just been used up."""
    key = key_of(rule, kind, value)
    with transaction(engine) as session:
        for _ in range(limit.tries):
            assert count_tries(session, {key: limit}, now()) == 0


def counts(engine: Engine) -> list[int]:
    with Session(engine) as session:
        return sorted(session.execute(select(AttemptCount.count)).scalars())


def rules(dependant: Dependant) -> list[str]:
    found = [rule.name for below in dependant.dependencies for rule in [getattr(below.call, "rule", None)] if rule]
    return found + [name for below in dependant.dependencies for name in rules(below)]


def test_whatever_anybody_may_change_is_limited(app: FastAPI) -> None:
    open_to_all = [each for each in endpoints(app) if each.method not in SAFE and each.policies == {"public"}]
    assert len(open_to_all) >= 10
    assert [each.name for each in open_to_all if not rules(each.route.dependant)] == []


def test_account_is_closed_for_a_while_after_too_many_tries_and_no_other(
    engine: Engine, world: World, anonymous: Client
) -> None:
    email, other = world.users["leader"].email, world.users["analyst"].email
    exhaust(engine, SIGN_IN, "account", email, SIGN_IN.account or Limit(0, 0))
    page = anonymous.post("/sign-in", data={"email": f" {email.upper()}", "password": PASSWORD})
    assert page.status_code == 429
    assert "Wait 15 minutes" in page.text
    assert 0 < int(page.headers["retry-after"]) <= 900
    answer = anonymous.post("/api/v1/sessions", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["retry_after"] == int(answer.headers["retry-after"])
    assert anonymous.post("/sign-in", data={"email": other, "password": PASSWORD}).status_code == 303


def test_known_and_unknown_addresses_are_limited_alike(world: World, anonymous: Client) -> None:
    for email in (world.users["leader"].email, "nobody@example.org"):
        tries = [anonymous.post("/password-reset", data={"email": email}).status_code for _ in range(4)]
        assert tries == [200, 200, 200, 429]


def test_address_is_limited_whatever_it_says_of_itself(anonymous: Client) -> None:
    tries = [
        anonymous.post(
            "/your-data", data={"receipt_code": f"AAAA-{number}"}, headers={"X-Forwarded-For": f"203.0.113.{number}"}
        ).status_code
        for number in range(RECEIPT.address.tries + 1)
    ]
    assert tries == [422] * RECEIPT.address.tries + [429]


def test_everybody_together_is_limited(engine: Engine, anonymous: Client) -> None:
    exhaust(engine, RECEIPT, "everybody", "", RECEIPT.everybody)
    assert anonymous.post("/api/v1/receipts/erase", json={"receipt_code": "ABCD"}).status_code == 429


def test_token_is_limited_and_no_other(engine: Engine, world: World, anonymous: Client) -> None:
    with transaction(engine) as session:
        first, second = (
            create_token(session, world.users["leader"], name=name, scopes=["read"], days=1, at=now())[1]
            for name in ("one", "two")
        )
    exhaust(engine, TOKEN, "token", first, TOKEN.address)
    statuses = [
        anonymous.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code
        for token in (first, second)
    ]
    assert statuses == [429, 200]


def test_two_workers_share_the_count(settings: Settings, anonymous: Client) -> None:
    other = make_engine(settings)
    with Client(create_app(settings, other)) as second:
        statuses = [
            worker.post("/password-reset", data={"email": "nobody@example.org"}).status_code
            for worker in (anonymous, second, anonymous, second)
        ]
    other.dispose()
    assert statuses == [200, 200, 200, 429]


def test_tries_at_once_are_all_counted(engine: Engine, settings: Settings) -> None:
    engines = [make_engine(settings), make_engine(settings)]
    limit, at = Limit(15, 1), now()

    def one(number: int) -> int:
        with transaction(engines[number % 2]) as session:
            return count_tries(session, {"a": limit, "b": Limit(1000, 1)}, at)

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(one, range(40)))
    for each in engines:
        each.dispose()
    assert counts(engine) == [40, 40]
    assert sum(wait > 0 for wait in waits) == 25


def test_window_that_has_ended_begins_anew_and_is_forgotten(engine: Engine) -> None:
    at, limit = now(), Limit(1, 15)
    with transaction(engine) as session:
        assert [count_tries(session, {"a": limit}, at + timedelta(minutes=m)) for m in (0, 1, 14.99, 15)] == [
            0,
            14 * 60,
            1,
            0,
        ]
    forget_repeats(engine, at=at + timedelta(minutes=29))
    assert counts(engine) == [1]
    forget_repeats(engine, at=at + timedelta(minutes=31))
    assert counts(engine) == []


def test_counts_name_neither_address_nor_account(engine: Engine, anonymous: Client) -> None:
    anonymous.post("/password-reset", data={"email": "heron@example.org"})
    with Session(engine) as session:
        rows = [str(row) for row in session.execute(select(AttemptCount.key_hash)).scalars()]
    assert len(rows) == 3
    assert not any("heron" in row or "127.0.0.1" in row for row in rows)


def test_body_over_the_limit_is_refused_before_it_is_read_or_counted(
    engine: Engine, settings: Settings, anonymous: Client
) -> None:
    body = {"email": "x" * (settings.max_body_bytes + 1)}
    assert anonymous.post("/password-reset", data=body).status_code == 413
    assert counts(engine) == []


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"email": 7}', b'{"email": "\\ud800"}'])
def test_body_that_cannot_be_read_gets_the_routes_own_refusal(anonymous: Client, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert anonymous.post("/api/v1/sessions", content=content, headers=headers).status_code == 422
