"""Batches: nobody waits for ever, a broken connection is replaced, one bad row does not hurt its neighbours."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from app.clock import now
from app.responses import writer
from app.responses.saving import AnswerInput, Outcome, Save, Saved
from app.settings import Settings


def a_save(text: str) -> Save:
    answer = AnswerInput("data.quality.1", "unanswered", None, "", text, "", text, 0)
    return Save("token", "response", (answer,), now(), 24)


def outcomes(engine: Engine, *texts: str) -> list[Any]:
    """What became of saves that were submitted at the same moment."""

    async def together() -> list[Any]:
        with writer.make_saver(engine) as saver:
            return await asyncio.gather(*(saver.submit(a_save(text)) for text in texts), return_exceptions=True)

    return asyncio.run(together())


def pretend(patch: pytest.MonkeyPatch, *failures: Exception, bad: str = "") -> list[int]:
    """Let storing fail as told, and always for the save whose comment is ``bad``; returns the sizes of the batches."""
    sizes: list[int] = []
    left = list(failures)

    def save_together(_connection: Connection, requests: Sequence[Save]) -> list[Outcome]:
        sizes.append(len(requests))
        if left:
            raise left.pop(0)
        if any(request.answers[0].comment == bad for request in requests):
            raise DBAPIError("a save", None, ValueError("refused"))
        return [[Saved("data.quality.1", 1, request.at)] for request in requests]

    patch.setattr(writer, "save_together", save_together)
    return sizes


def broken() -> OperationalError:
    return OperationalError("a save", None, ConnectionError("gone"))


def test_what_arrives_together_is_committed_together(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = pretend(monkeypatch)
    assert [saved[0].revision for saved in outcomes(engine, "a", "b", "c")] == [1, 1, 1]
    assert sizes == [3]


def test_one_row_that_the_database_refuses_does_not_hurt_the_others(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, bad="b")
    first, second, third = outcomes(engine, "a", "b", "c")
    assert first[0].revision == third[0].revision == 1
    assert isinstance(second, DBAPIError)


def test_a_mistake_of_ours_reaches_everybody_who_waits(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, *(KeyError("bug") for _ in range(3)))
    assert [type(outcome) for outcome in outcomes(engine, "a", "b")] == [KeyError, KeyError]


def test_a_database_that_does_not_answer_is_told_to_everybody(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, broken(), broken())
    assert [type(outcome) for outcome in outcomes(engine, "a", "b")] == [OperationalError, OperationalError]


def test_a_dead_connection_is_replaced_within_the_same_save(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = pretend(monkeypatch, broken())
    (outcome,) = outcomes(engine, "a")
    if settings.sqlite:  # a file has no connection that could be lost: a full disk is full at once
        assert isinstance(outcome, OperationalError)
        assert sizes == [1]
    else:
        assert outcome[0].revision == 1
        assert sizes == [1, 1]
