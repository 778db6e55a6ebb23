"""Commits saves in batches: everything that waits shares one transaction and one flush to disk (group commit).

While a batch is on its way to the disk, the next one gathers. All bookkeeping happens on the event loop; one thread holds the
connection, so that a batch goes over to it and comes back once, however many saves it carries.
"""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from app.responses.saving import Outcome, Save, Saved, save_together

MOST_IN_ONE_COMMIT = 256


class Saver(Protocol):
    """Accepts saves and answers each once it is durable."""

    def submit(self, request: Save) -> "asyncio.Future[list[Saved]]": ...


@contextmanager
def make_saver(engine: Engine) -> Iterator[Saver]:
    """The saver of one event loop; stops when the context ends, with everything that was submitted written."""
    with ThreadPoolExecutor(1, thread_name_prefix="group-commit") as thread:
        saver = GroupCommit(engine, thread)
        try:
            yield saver
        finally:
            saver.close()


Waiting = tuple[Save, "asyncio.Future[list[Saved]]"]


class GroupCommit:
    """At most one batch is under way; whoever comes meanwhile is in the next."""

    def __init__(self, engine: Engine, thread: ThreadPoolExecutor) -> None:
        self.engine = engine
        self.thread = thread
        self.waiting: list[Waiting] = []
        self.busy = False
        self.connection: Connection | None = None

    def submit(self, request: Save) -> "asyncio.Future[list[Saved]]":
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Saved]] = loop.create_future()
        self.waiting.append((request, future))
        if not self.busy:
            self.busy = True
            # After what arrived at the same moment has been read too.
            loop.call_soon(self._next, loop)
        return future

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        batch, self.waiting = self.waiting[:MOST_IN_ONE_COMMIT], self.waiting[MOST_IN_ONE_COMMIT:]
        self.busy = bool(batch)
        if batch:
            self.thread.submit(self._commit, loop, batch)

    def _commit(self, loop: asyncio.AbstractEventLoop, batch: list[Waiting]) -> None:
        outcomes = self._outcomes([request for request, _ in batch])
        loop.call_soon_threadsafe(self._settle, loop, batch, outcomes)

    def _settle(
        self, loop: asyncio.AbstractEventLoop, batch: list[Waiting], outcomes: Sequence[Outcome | Exception]
    ) -> None:
        self._next(loop)
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if future.done():  # whoever asked has gone
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    def _outcomes(self, requests: list[Save]) -> Sequence[Outcome | Exception]:
        """What became of each. If the commit fails, nobody of the batch is told that anything was saved."""
        try:
            return self._try(requests)
        except OperationalError as error:
            return [error] * len(requests)
        except Exception as error:  # noqa: BLE001 - it is handed to those who wait, who would wait for ever
            if len(requests) == 1:
                return [error]
            # One row that the database refuses is no reason to refuse the others.
            return [self._outcomes([request])[0] for request in requests]

    def _try(self, requests: list[Save]) -> list[Outcome]:
        try:
            return self._write(requests)
        except DBAPIError:
            # Connections die when the database restarts. Trying again on a fresh one is safe: a save that was
            # committed after all is known by its mutation id and gives its stored result.
            if self.engine.dialect.name == "sqlite":
                raise
            return self._write(requests)

    def _write(self, requests: list[Save]) -> list[Outcome]:
        try:
            connection = self.connection = self.connection or self.engine.connect()
            with connection.begin():
                return save_together(connection, requests)
        except Exception:
            self._drop_connection()
            raise

    def _drop_connection(self) -> None:
        if self.connection is not None:
            self.connection.invalidate()
            self.connection.close()
            self.connection = None

    def close(self) -> None:
        """Wait for the batch under way and give the connection back."""
        self.thread.shutdown()
        if self.connection is not None:
            self.connection.close()
            self.connection = None
