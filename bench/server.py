"""How fast answers are saved and pages served, by real servers on loopback, each beside a bare reference of the same run.

``python -m bench.server [--seconds 5] [--clients 32] [--responses 100000] [--no-postgres]``. Read the ratios: the
rates depend on the machine, on what else it does, and on the load generator, which shares its processors.
"""

import argparse
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table

from bench import load
from bench.servers import durable_postgres, free_port, processor_seconds, serving
from bench.surveys import (
    Closed,
    Respondent,
    client_organization,
    closed_survey,
    database,
    mops_core,
    open_survey,
    saves,
    whole_response,
)

SIZES = (1_000, 10_000, 100_000)
PAGE = "/answering/data.quality"
RESPONDENT = "p50 ≤ 8 ms and ≤ 4 ×"


@dataclass(frozen=True)
class Options:
    seconds: float
    clients: int
    responses: int
    postgres: bool


@dataclass(frozen=True)
class Line:
    """One row of the table: what, how much, beside what, and what is wanted."""

    what: str
    value: str
    reference: str
    ratio: str
    wanted: str = ""


def main(arguments: list[str] | None = None) -> None:
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="trigpoint-bench-") as folder:
        lines = [*_on_sqlite(Path(folder), options)]
        if options.postgres:
            with durable_postgres() as url:
                lines += _saves("PostgreSQL", url, options, workers=2)
    show(lines)


def _options(arguments: list[str] | None) -> Options:
    parser = argparse.ArgumentParser(prog="python -m bench.server", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each load lasts")
    parser.add_argument("--clients", type=int, default=32, help="parallel connections of the saves")
    parser.add_argument("--responses", type=int, default=SIZES[-1], help="responses of the large report")
    parser.add_argument("--no-postgres", action="store_true", help="leave PostgreSQL out")
    given = parser.parse_args(arguments)
    return Options(given.seconds, given.clients, given.responses, not given.no_postgres)


def say(what: str) -> None:
    """Progress, away from the results."""
    print(f"… {what}", file=sys.stderr, flush=True)


def show(lines: list[Line]) -> None:
    table = Table(title="Server, each beside its reference in the same run")
    for heading in ("what", "measured", "reference", "ratio", "to reach"):
        table.add_column(heading)
    for line in lines:
        table.add_row(line.what, line.value, line.reference, line.ratio, line.wanted)
    Console(width=150).print(table)


# --- saves -----------------------------------------------------------------------------------------------------------


def _saves(name: str, url: str, options: Options, *, workers: int) -> list[Line]:
    """Durable saves a second beside the same endpoint without a database, a bare application and one-row commits."""
    with database(url) as engine:
        organization, consultant = client_organization(engine)
        people = open_survey(engine, organization, consultant, options.clients)
        return _measure_saves(name, url, options, people, workers)


def _measure_saves(name: str, url: str, options: Options, people: list[Respondent], workers: int) -> list[Line]:
    def run(app: str) -> load.Load:
        say(f"{name}: saves, {app}")
        port = free_port()
        with serving(app, port, url, workers=workers):
            clients = [saves(person, port, mops_core()) for person in people]
            return load.run(port, clients, options.seconds).require(200)

    bare, unsaved, durable = run("bare"), run("unsaved"), run("measured")
    commits = sqlite_commits(url) if url.startswith("sqlite") else postgres_commits(url)
    crew = f"{workers} worker{'s' if workers > 1 else ''}"
    saved = f"{durable.rate:,.0f}/s, p50 {durable.percentile(0.5):.1f} p99 {durable.percentile(0.99):.1f} ms"
    wanted = "≥ 0.5" if workers == 1 else "≥ 0.35, p99 ≤ 100 ms"
    what = f"answer saves, {name}, {crew}"
    return [
        Line(what, saved, f"{unsaved.rate:,.0f}/s the same endpoint, no database", _ratio(durable, unsaved), wanted),
        Line("", "", f"{bare.rate:,.0f}/s bare ASGI application", _ratio(durable, bare)),
        Line("", "", f"{commits:,.0f}/s one-row commits, one connection", f"{durable.rate / commits:.2f}"),
    ]


def _ratio(one: load.Load, other: load.Load) -> str:
    return f"{one.rate / other.rate:.2f}"


def sqlite_commits(url: str, seconds: float = 1.5) -> float:
    """One-row commits a second on the same file, flushed to disk each."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS bench_row (id INTEGER PRIMARY KEY, text TEXT)")

    def insert() -> None:
        connection.execute("INSERT INTO bench_row (text) VALUES ('l3')")

    rate = _rate(insert, seconds)
    connection.execute("DROP TABLE bench_row")
    connection.close()
    return rate


def postgres_commits(url: str, seconds: float = 1.5) -> float:
    """One-row commits a second in the same database, over one connection."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bench_row (id serial PRIMARY KEY, text text)")

        def insert() -> None:
            connection.execute("INSERT INTO bench_row (text) VALUES ('l3')")

        rate = _rate(insert, seconds)
        connection.execute("DROP TABLE bench_row")
    return rate


def _rate(once: Callable[[], None], seconds: float) -> float:
    count, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        once()
        count += 1
    return count / passed


# --- pages and reports -----------------------------------------------------------------------------------------------


def _on_sqlite(folder: Path, options: Options) -> list[Line]:
    url = f"sqlite:///{folder / 'bench.db'}"
    lines = _saves("SQLite FULL", url, options, workers=1)
    say("closing and measuring large assessments")
    sizes = sorted({min(size, options.responses) for size in SIZES} | {options.responses})
    with database(url) as engine:
        large = client_organization(engine)
        closed = [closed_survey(engine, *large, size) for size in sizes]
        colleague = open_survey(engine, *large, 1)[0]
        crowd = open_survey(engine, *client_organization(engine), options.clients + 1)
    say("pages and reports")
    port = free_port()
    with serving("measured", port, url) as server:
        empty = _page(port, "/bench/empty", {})
        lines.append(_page_line("respondent page", port, PAGE, crowd[0].headers, empty, RESPONDENT))
        beside = f"respondent page, {sum(sizes):,} responses in the organisation"
        lines.append(_page_line(beside, port, PAGE, colleague.headers, empty, RESPONDENT))
        lines += [_report_line(port, each, empty) for each in closed]
        lines.append(_responses_line(port, crowd[1:], options, server))
    return [*lines, *(_snapshot_line(each) for each in closed)]


def _page(port: int, path: str, headers: dict[str, str], times: int = 60) -> load.Load:
    """One page again and again over one connection; the first ones, which fill caches, do not count."""
    wire = load.request("GET", path, port, headers=headers)
    load.run(port, [iter([wire] * 5)], 60).require(200)
    return load.run(port, [iter([wire] * times)], 60).require(200)


def _page_line(what: str, port: int, path: str, headers: dict[str, str], empty: load.Load, wanted: str) -> Line:
    page = _page(port, path, headers)
    return Line(
        what,
        f"p50 {page.percentile(0.5):.1f} p95 {page.percentile(0.95):.1f} ms",
        f"p50 {empty.percentile(0.5):.1f} ms an empty template",
        f"{page.percentile(0.5) / empty.percentile(0.5):.1f}",
        wanted,
    )


def _report_line(port: int, closed: Closed, empty: load.Load) -> Line:
    headers = {"Cookie": closed.cookie}
    what = f"report page, {closed.responses:,} responses"
    return _page_line(what, port, f"/snapshots/{closed.snapshot}", headers, empty, "p95 ≤ 150 ms, whatever n")


def _responses_line(port: int, people: list[Respondent], options: Options, server: subprocess.Popen[bytes]) -> Line:
    """Complete responses: hub, every page, every save, check, submit, receipt."""
    questionnaire = mops_core()
    waiting = iter(people)
    guard = threading.Lock()

    def client() -> load.Requests:
        while True:
            with guard:
                person = next(waiting, None)
            if person is None:
                return
            yield from whole_response(person, port, questionnaire)

    say("complete responses")
    before = processor_seconds(server)
    answered = load.run(port, [client() for _ in range(options.clients)], 300).require(200)
    spent = processor_seconds(server) - before
    requests = len(answered.latencies) / len(people)
    return Line(
        f"complete responses ({requests:.0f} requests each)",
        f"{len(people) / answered.seconds:.1f}/s, {1000 * spent / len(people):.0f} ms processor each",
        f"{answered.rate:,.0f} requests/s",
        "",
        "≥ 100/s and ≤ 10 ms, without one page per capability",
    )


def _snapshot_line(closed: Closed) -> Line:
    reference = closed.read_seconds + closed.pass_seconds
    return Line(
        f"snapshot of {closed.responses:,} responses",
        f"{closed.measure_seconds:.2f} s",
        f"{reference:.3f} s reading the vectors and one NumPy pass",
        f"{closed.measure_seconds / reference:.1f}",
        "≤ 1 s and ≤ 10 × at 100,000",
    )


if __name__ == "__main__":
    main(sys.argv[1:])
