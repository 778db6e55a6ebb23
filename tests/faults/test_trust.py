"""Against real servers: two of them racing, limits that both count, and erasure while others answer."""

import http.client
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text, update
from sqlmodel import col

from app.clock import now
from app.db import transaction
from app.models import Answer
from app.responses.actions import receipt_code
from app.settings import Settings
from app.throttle import RECEIPT
from tests.factories import answer, make_assessment, make_links, make_organization, make_user, start_response, submit
from tests.faults.conftest import Start
from tests.faults.figures import Figures
from tests.faults.servers import Respondent, check_ledger, everybody_answers, stored_answers

CANARY = b"heronsong"
RACES = 20


def test_two_servers_racing_for_one_answer_have_one_winner(
    start: Start, engine: Engine, respondents: list[Respondent], figures: Figures
) -> None:
    person, question = respondents[0], respondents[0].questions[0]
    servers = [start(), start()]
    path = f"/api/v1/responses/{person.response}/answers/{question}"
    for number in range(RACES):
        barrier = threading.Barrier(2)

        def save(place: int, base: int = number, meet: threading.Barrier = barrier) -> int:
            body = {"value": f"l{1 + 2 * (base % 2) + place}", "mutation_id": f"{base}-{place}", "base_revision": base}
            meet.wait()
            return servers[place].request("PUT", path, body, person.cookie)[0]

        with ThreadPoolExecutor(2) as tabs:
            assert sorted(tabs.map(save, range(2))) == [200, 409]
    assert stored_answers(engine)[person.response, question][0] == RACES
    figures.say("Two servers race for one answer", f"{RACES} races, each one winner and one 409 with both values")


def test_two_servers_share_a_limit_whatever_the_caller_says_of_its_address(start: Start, figures: Figures) -> None:
    servers = [start(), start()]

    def guess(number: int) -> int:
        port = servers[number % 2].port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {
            "Origin": f"http://127.0.0.1:{port}",
            "Content-Type": "application/json",
            "X-Forwarded-For": f"203.0.113.{number}",
        }
        connection.request("POST", "/api/v1/receipts/export", json.dumps({"receipt_code": f"AAAA{number}"}), headers)
        status = connection.getresponse().status
        connection.close()
        return status

    tries = RECEIPT.address.tries
    statuses = [guess(number) for number in range(tries + 4)]
    assert statuses == [404] * tries + [429] * 4
    said = f"{tries} tries over two processes, the next is refused, X-Forwarded-For changed each time"
    figures.say("Guessing receipt codes", said)


def test_erased_while_others_answer_leaves_nothing_in_any_file(
    start: Start, settings: Settings, engine: Engine, respondents: list[Respondent], figures: Figures
) -> None:
    code, secrets = _canary(engine)
    server = start()
    with everybody_answers(server, respondents):
        time.sleep(0.3)
        before = sum(person.acknowledged for person in respondents)
        started = time.monotonic()
        status, _ = server.request("POST", "/api/v1/receipts/erase", {"receipt_code": code})
        assert status == 204
        deadline = started + 30
        while (left := _left(settings, engine, secrets)) and time.monotonic() < deadline:
            time.sleep(0.1)
        seconds = time.monotonic() - started
        while sum(person.acknowledged for person in respondents) < before + 20 and time.monotonic() < deadline:
            time.sleep(0.01)
    assert left == []
    assert all(person.refused == [] for person in respondents)
    assert sum(person.acknowledged for person in respondents) >= before + 20
    server.terminate()
    check_ledger(engine, respondents)
    where = "database, -wal and -shm" if settings.sqlite else "tables"
    figures.say("Erasure while others answer", f"no trace in {where} after {seconds:.1f} s; no save refused or lost")


def _canary(engine: Engine) -> tuple[str, tuple[bytes, ...]]:
    """Somebody who has submitted, with a comment: their receipt code, and what must be gone."""
    at = now()
    with transaction(engine) as session:
        organization = make_organization(session, make_user(session, "Consultant", consultant=True))
        consultant = make_user(session, "Another", consultant=True)
        assessment = make_assessment(session, organization, consultant, status="open", people={"Brand": 1}, at=at)
        ((person, link),) = make_links(session, assessment, at=at)
        person.name, person.email = f"{CANARY.decode()} Smith", f"{CANARY.decode()}@example.org"
        started = start_response(session, link, at=at)
        answer(session, started, {"data.quality.1": "l3"}, at=at)
        statement = update(Answer).where(col(Answer.response_id) == started.response.id)
        session.execute(statement.values(comment=f"{CANARY.decode()} said so"))
        submit(session, started, at=at)
        return receipt_code(started.response.id), (CANARY, started.response.id.encode(), person.id.encode())


def _left(settings: Settings, engine: Engine, secrets: tuple[bytes, ...]) -> list[str]:
    if settings.sqlite:
        path = Path(settings.database_url.removeprefix("sqlite:///"))
        files = {file.name: file.read_bytes() for file in path.parent.glob(f"{path.name}*") if file.is_file()}
    else:
        with engine.connect() as connection:
            files = {name: _rows(connection, name) for name in ("participant", "answer", "response", "outbox_mail")}
    return [name for name, content in files.items() for secret in secrets if secret in content]


def _rows(connection: Any, table: str) -> bytes:
    return str(connection.execute(text(f"SELECT * FROM {table}")).all()).encode()
