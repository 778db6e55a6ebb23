"""Every acknowledged answer survives, exactly once: killed servers, full disks, two tabs, stops under load."""

import os
import random
import resource
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app.settings import Settings
from tests.faults.conftest import Start
from tests.faults.figures import Figures
from tests.faults.servers import Respondent, Server, check_ledger, everybody_answers, stored_answers

ROUNDS = int(os.environ.get("TRIGPOINT_FAULT_ROUNDS", "20"))
"""`make test-faults` kills a hundred times."""


def test_kill_during_saves_loses_no_acknowledged_answer(
    start: Start, engine: Engine, respondents: list[Respondent], figures: Figures
) -> None:
    draw = random.Random(7)
    for _ in range(ROUNDS):
        before = sum(person.acknowledged for person in respondents)
        server = start()
        with everybody_answers(server, respondents):
            deadline = time.monotonic() + 30
            while sum(person.acknowledged for person in respondents) == before and time.monotonic() < deadline:
                time.sleep(0.001)
            time.sleep(draw.uniform(0.005, 0.25))
            server.kill()
        check_ledger(engine, respondents)
    assert sum(person.acknowledged for person in respondents) >= ROUNDS
    assert all(person.refused == [] for person in respondents)
    # Killed in the middle of something: at least some requests were cut off.
    assert sum(len(person.broken) for person in respondents) >= ROUNDS
    saves = sum(person.acknowledged for person in respondents)
    figures.say("`kill -9` during saves", f"{ROUNDS} rounds, {saves:,} acknowledged saves: 0 lost, 0 stored twice")


def test_after_a_kill_everybody_goes_on_where_they_were(
    start: Start, engine: Engine, respondents: list[Respondent]
) -> None:
    first = start()
    with everybody_answers(first, respondents):
        time.sleep(0.4)
        first.kill()
    second = start()
    with everybody_answers(second, respondents):
        time.sleep(0.4)
    second.terminate()
    check_ledger(engine, respondents)
    assert all(known.waiting is None for person in respondents for known in person.held.values())
    assert all(person.refused == [] for person in respondents)


def test_full_disk_acknowledges_nothing_and_heals_by_itself(
    start: Start, settings: Settings, engine: Engine, respondents: list[Respondent], figures: Figures
) -> None:
    if not settings.sqlite:
        return  # the disk of PostgreSQL is another process's
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    engine.dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    server = start(file_limit=path.stat().st_size + 200_000)
    with everybody_answers(server, respondents):
        _until(lambda: all(person.refused for person in respondents))
    statuses = {status for person in respondents for status, _ in person.refused}
    assert statuses <= {503, 507}
    assert sum(person.acknowledged for person in respondents) > 0
    check_ledger(engine, respondents)
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (hard, hard))
    refused = sum(len(person.refused) for person in respondents)
    before = sum(person.acknowledged for person in respondents)
    with everybody_answers(server, respondents):
        _until(lambda: sum(person.acknowledged for person in respondents) > before + 40)
    assert sum(len(person.refused) for person in respondents) == refused
    server.terminate()
    check_ledger(engine, respondents)
    said = f"{before:,} saves acknowledged, {refused:,} refused with {' or '.join(map(str, sorted(statuses)))}: 0 lost"
    figures.say("Full disk", f"{said}; saves again unaided when there is room")


def _until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.01)


@pytest.mark.parametrize("round_", range(3))
def test_stop_under_load_leaves_no_processed_request_unanswered(
    start: Start, engine: Engine, respondents: list[Respondent], round_: int
) -> None:
    server = start()
    with everybody_answers(server, respondents):
        _until(lambda: sum(person.acknowledged for person in respondents) > 20)
        server.terminate()
    check_ledger(engine, respondents)
    assert all(person.refused == [] for person in respondents)
    stored = stored_answers(engine)
    unanswered = [
        question
        for person in respondents
        for question, known in person.held.items()
        if known.waiting and stored.get((person.response, question), ("", "", ""))[2] == known.waiting["mutation_id"]
    ]
    assert unanswered == []


def test_two_tabs_on_one_question_one_wins_and_the_other_sees_both(
    start: Start, engine: Engine, respondents: list[Respondent]
) -> None:
    person = respondents[0]
    server = start()
    for number in range(10):
        question = f"data.quality.{1 + number % 2}"
        row = stored_answers(engine).get((person.response, question))
        base = row[0] if row else 0
        options = [option for option in ("l1", "l2", "l3") if not row or option != row[1]][:2]
        barrier = threading.Barrier(2)

        def tab(option: str) -> tuple[int, dict[str, Any]]:
            barrier.wait()  # noqa: B023 - run before the next round begins
            return _put(server, person, question, option, f"{option}-{number}", base)  # noqa: B023

        with ThreadPoolExecutor(2) as tabs:
            answers = dict(zip(options, tabs.map(tab, options), strict=True))
        assert sorted(status for status, _ in answers.values()) == [200, 409]
        winner = next(option for option, (status, _) in answers.items() if status == 200)
        loser = next(body for status, body in answers.values() if status == 409)
        assert loser["current"]["value"] == winner
        assert {loser["current"]["value"], loser["yours"]["value"]} == set(options)
        assert stored_answers(engine)[person.response, question][:2] == (base + 1, winner)
    server.terminate()


def test_two_tabs_on_different_questions_never_clash(
    start: Start, engine: Engine, respondents: list[Respondent]
) -> None:
    person = respondents[0]
    tabs = [
        Respondent(person.response, person.cookie, person.questions[:4], random.Random(1)),
        Respondent(person.response, person.cookie, person.questions[4:], random.Random(2)),
    ]
    server = start()
    with everybody_answers(server, tabs):
        _until(lambda: all(tab.acknowledged > 20 for tab in tabs))
    server.terminate()
    assert all(tab.refused == [] for tab in tabs)
    check_ledger(engine, tabs)


def test_same_save_fifty_times_at_once_is_one_row(
    start: Start, engine: Engine, respondents: list[Respondent], figures: Figures
) -> None:
    person = respondents[0]
    server = start()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: _put(server, person, "data.quality.1", "l3", "once", 0), range(50)))
    server.terminate()
    assert {(status, body.get("revision")) for status, body in answers} == {(200, 1)}
    assert stored_answers(engine) == {(person.response, "data.quality.1"): (1, "l3", "once")}
    figures.say("The same save 50 times at once", "50 answers 200 with revision 1, one row")


def _put(
    server: Server, person: Respondent, question: str, option: str, mutation: str, base: int
) -> tuple[int, dict[str, Any]]:
    body = {"value": option, "mutation_id": mutation, "base_revision": base}
    path = f"/api/v1/responses/{person.response}/answers/{question}"
    return server.request("PUT", path, body, person.cookie)
