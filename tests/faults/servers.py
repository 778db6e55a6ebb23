"""Real servers to kill, and clients that keep an outside ledger of what was acknowledged."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from app.responses.respondent import ANSWERING_COOKIE

ROOT = Path(__file__).parents[2]
OPTIONS = ("l1", "l2", "l3", "l4", "l5")


class Stable:
    """Starts servers; see `zygote`."""

    def __init__(self, log: Path) -> None:
        self.log = log.open("w")
        # As after months: where the size of files is limited, no line of the log fits any more either.
        self.log.write("\n" * 2_000_000)
        self.log.flush()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"],
            cwd=ROOT,
            env=os.environ | {"TRIGPOINT_GRACE_HOURS": "24"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        if self._read() != "ready":
            raise RuntimeError(f"the servers' parent did not start; see {log}")

    def _read(self) -> str:
        if self.process.stdout is None:
            raise RuntimeError("the servers' parent has no output")
        return self.process.stdout.readline().strip()

    def start(self, database_url: str, *, file_limit: int = 0) -> "Server":
        if self.process.stdin is None:
            raise RuntimeError("the servers' parent has no input")
        port = free_port()
        self.process.stdin.write(f"{port} {file_limit} {database_url}\n")
        self.process.stdin.flush()
        server = Server(int(self._read()), port)
        server.wait_until_ready()
        return server

    def start_worker(self, database_url: str, smtp_url: str) -> int:
        """The process id of a running ``trigpoint worker``."""
        if self.process.stdin is None:
            raise RuntimeError("the servers' parent has no input")
        self.process.stdin.write(f"worker {smtp_url} {database_url}\n")
        self.process.stdin.flush()
        return int(self._read())

    def close(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait(10)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.log.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Server:
    """One running ``trigpoint serve``."""

    pid: int
    port: int

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if self.request("GET", "/readyz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"no server on port {self.port}")

    def request(self, method: str, path: str, body: Any = None, cookie: str = "") -> tuple[int, Any]:
        """Status and parsed JSON of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            return exchange(connection, self.port, method, path, body, cookie)
        finally:
            connection.close()

    def alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def terminate(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        os.kill(self.pid, how)
        deadline = time.monotonic() + 20
        while self.alive():
            if time.monotonic() > deadline:
                raise RuntimeError(f"process {self.pid} is still there 20 s after {how.name}")
            time.sleep(0.005)


def exchange(
    connection: http.client.HTTPConnection, port: int, method: str, path: str, body: Any, cookie: str
) -> tuple[int, Any]:
    headers = {"Origin": f"http://127.0.0.1:{port}", "Content-Type": "application/json"}
    if cookie:
        headers["Cookie"] = f"{ANSWERING_COOKIE}={cookie}"
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    content = answer.read()
    return answer.status, json.loads(content) if content.startswith((b"{", b"[")) else content


@dataclass
class Held:
    """What the client knows of one question: the last acknowledged save, and the one it waits for."""

    revision: int = 0
    acknowledged: dict[str, str] | None = None
    waiting: dict[str, Any] | None = None


@dataclass
class Respondent:
    """Somebody who answers without pause, as the page's queue does: one save at a time, sent again until acknowledged."""

    response: str
    cookie: str
    questions: tuple[str, ...]
    draw: random.Random
    held: dict[str, Held] = field(default_factory=dict)
    acknowledged: int = 0
    refused: list[tuple[int, Any]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def answer_until(self, server: Server, stop: threading.Event) -> None:
        """Save until ``stop`` is set or the server is gone."""
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        try:
            while not stop.is_set():
                self._save(connection, server.port)
        except (OSError, http.client.HTTPException) as error:
            self.broken.append(type(error).__name__)
        finally:
            connection.close()

    def _save(self, connection: http.client.HTTPConnection, port: int) -> None:
        question = self._pending() or self.draw.choice(self.questions)
        known = self.held.setdefault(question, Held())
        if known.waiting is None:
            known.waiting = {
                "value": self.draw.choice([o for o in OPTIONS if o != (known.acknowledged or {}).get("value")]),
                "mutation_id": f"{self.draw.getrandbits(64):x}",
                "base_revision": known.revision,
            }
        path = f"/api/v1/responses/{self.response}/answers/{question}"
        status, body = exchange(connection, port, "PUT", path, known.waiting, self.cookie)
        if status != 200:
            self.refused.append((status, body))
            return
        known.revision = body["revision"]
        known.acknowledged = {"value": known.waiting["value"], "mutation_id": known.waiting["mutation_id"]}
        known.waiting = None
        self.acknowledged += 1

    def _pending(self) -> str | None:
        return next((question for question, known in self.held.items() if known.waiting is not None), None)


def stored_answers(engine: Engine) -> Mapping[tuple[str, str], tuple[int, str, str]]:
    """(response, question) → revision, option, mutation, straight from the database."""
    statement = text("SELECT response_id, question_id, revision, option_id, mutation_id FROM answer")
    with engine.connect() as connection:
        return {(row[0], row[1]): (row[2], row[3], row[4]) for row in connection.execute(statement)}


def check_ledger(engine: Engine, respondents: list[Respondent]) -> None:
    """Every acknowledged answer is there exactly once; what was not acknowledged is there at most once."""
    stored = stored_answers(engine)
    for person in respondents:
        for question, known in person.held.items():
            row = stored.get((person.response, question))
            if known.acknowledged is not None:
                assert row is not None, f"acknowledged and lost: {question}"
            if row is None:
                continue
            revision, option, mutation = row
            if known.waiting is not None and revision == known.revision + 1:
                assert (option, mutation) == (known.waiting["value"], known.waiting["mutation_id"])
            else:
                assert revision == known.revision, f"{question}: {revision} stored, {known.revision} acknowledged"
                assert {"value": option, "mutation_id": mutation} == known.acknowledged


@contextmanager
def everybody_answers(server: Server, respondents: list[Respondent]) -> Iterator[threading.Event]:
    """All respondents save at once; leaving the block stops them."""
    stop = threading.Event()
    threads = [threading.Thread(target=person.answer_until, args=(server, stop)) for person in respondents]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        for thread in threads:
            thread.join()
