"""``Idempotency-Key``: a request that is sent again does nothing twice, and gets the first answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import Engine
from sqlmodel import func, select

from app.clock import now
from app.db import transaction
from app.models import AcceptedRequest, ApiToken, Organization, Unit
from app.upkeep.schedule import forget_repeats
from tests.conftest import PersonaClient, World
from tests.people import Client

UNIT = {"name": "Studio", "headcount": 4}
WITHOUT_KEY = {
    "POST /api/v1/sessions",
    "POST /api/v1/invitations/redeem",
    "POST /api/v1/receipts/export",
    "POST /api/v1/receipts/erase",
}
"""Called before anybody is signed in; sent again they open the same account and response, or find nothing left to erase."""


def add_unit(client: Client, world: World, key: str, unit: dict[str, Any] = UNIT) -> httpx.Response:
    path = f"/api/v1/organizations/{world.organization.id}/units"
    return client.post(path, json=unit, headers={"Idempotency-Key": key})


def count(engine: Engine, table: type[Any]) -> int:
    with transaction(engine) as session:
        return session.exec(select(func.count()).select_from(table)).one()


def test_sent_again_it_gets_the_first_answer(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant = client("consultant")
    before = count(engine, Unit)
    first = add_unit(consultant, world, "k1")
    again = add_unit(consultant, world, "k1")
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Content-Type"] == "application/json"
    assert count(engine, Unit) == before + 1
    assert add_unit(consultant, world, "k2", {"name": "Events"}).json()["id"] != first.json()["id"]


def test_fifty_at_once_do_it_once(client: PersonaClient, world: World, engine: Engine) -> None:
    """Those that come while the first is under way are told so; none of them waits in a thread that the first needs."""
    consultant = client("consultant")
    before = count(engine, Unit)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: add_unit(consultant, world, "the same"), range(50)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    done = {answer.content for answer in answers if answer.status_code == 201}
    assert len(done) == 1
    assert count(engine, Unit) == before + 1
    assert {add_unit(consultant, world, "the same").content} == done


def test_a_key_belongs_to_one_request_of_one_person(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    add_unit(consultant, world, "k1")
    other = add_unit(consultant, world, "k1", {"name": "Another"})
    assert other.status_code == 422
    assert "another request" in other.json()["detail"]
    elsewhere = client("outsider").post(
        f"/api/v1/organizations/{world.elsewhere.id}/units", json=UNIT, headers={"Idempotency-Key": "k1"}
    )
    assert (elsewhere.status_code, "Idempotency-Replayed" in elsewhere.headers) == (201, False)
    assert add_unit(client("outsider"), world, "k1").status_code == 404


def test_what_failed_can_be_tried_again(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant = client("consultant")
    refused = consultant.post("/api/v1/organizations", json={"name": "Nothing else"}, headers={"Idempotency-Key": "k1"})
    assert refused.status_code == 422
    assert count(engine, AcceptedRequest) == 0
    assert client("stranger").post("/api/v1/me/tokens", json={}, headers={"Idempotency-Key": ""}).status_code == 422
    assert count(engine, Organization) == 2


def test_a_secret_in_an_answer_is_readable_only_with_the_key(client: PersonaClient, engine: Engine) -> None:
    body = {"name": "Nightly", "scopes": ["read"], "days": 30}
    headers = {"Idempotency-Key": "k1"}
    consultant = client("consultant")
    first = consultant.post("/api/v1/me/tokens", json=body, headers=headers)
    assert first.status_code == 201, first.text
    assert consultant.post("/api/v1/me/tokens", json=body, headers=headers).json() == first.json()
    assert count(engine, ApiToken) == 1
    with transaction(engine) as session:
        stored = session.exec(select(AcceptedRequest)).one()
    assert first.json()["token"] not in repr(stored)
    assert "k1" not in (stored.key_hash, stored.body_hash)


def test_answers_are_forgotten_after_a_day(client: PersonaClient, world: World, engine: Engine) -> None:
    add_unit(client("consultant"), world, "k1")
    forget_repeats(engine, at=now() + timedelta(hours=23))
    assert count(engine, AcceptedRequest) == 1
    forget_repeats(engine, at=now() + timedelta(hours=25))
    assert count(engine, AcceptedRequest) == 0


def test_every_post_of_a_signed_in_person_takes_one(anonymous: Client) -> None:
    schema = anonymous.get("/api/v1/openapi.json").json()
    without = {
        f"POST {path}"
        for path, item in schema["paths"].items()
        if "post" in item
        and not any(given["name"].lower() == "idempotency-key" for given in item["post"].get("parameters", ()))
    }
    assert without == WITHOUT_KEY
