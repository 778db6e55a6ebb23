"""``trigpoint doctor|backup|restore|worker``: keep an installation healthy."""

import json
import signal
import threading
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from app.clock import now
from app.db import get_engine
from app.health import readiness
from app.logs import configure_logs
from app.privacy.files import rewrite_after_erasures
from app.roadmaps.improving import improve_waiting
from app.roadmaps.outcomes.pooling import pool_outcomes
from app.roadmaps.reviews.due import remind_of_reviews
from app.settings import Settings, get_settings
from app.upkeep.checks import Finding, examine
from app.upkeep.copies import CopyError, back_up, bring_back
from app.upkeep.mails import sending_mails
from app.upkeep.schedule import close_ended, erase_old, forget_repeats

say = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


def register(app: typer.Typer) -> None:
    """Mount the commands of this module."""
    for command in (doctor, backup, restore, worker):
        app.command()(command)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False) -> None:
    """Examine the installation: database, migrations, and whether every stored vector equals its answer rows."""
    findings = examine(get_engine(), get_settings())
    healthy = all(finding.state != "broken" for finding in findings)
    if as_json:
        rows = [{"check": each.check, "state": each.state, "message": each.message} for each in findings]
        typer.echo(json.dumps({"healthy": healthy, "findings": rows}, ensure_ascii=False))
    else:
        for finding in findings:
            typer.echo(_line(finding))
    if not healthy:
        raise typer.Exit(1)


def _line(finding: Finding) -> str:
    mark = {"fine": "ok     ", "caution": "caution", "broken": "BROKEN "}[finding.state]
    return f"{mark}  {finding.check}: {finding.message}"


def backup(
    file: Annotated[Path, typer.Argument(help="Where the copy goes; an existing file is not overwritten.")],
) -> None:
    """Copy the SQLite database to FILE while it is in use, complete to the moment."""
    try:
        size = back_up(_sqlite_path("backed up", "pg_dump"), file)
    except CopyError as error:
        _refuse(str(error))
    say.print(f"Wrote {file} ({size:,} bytes).")


def restore(
    file: Annotated[Path, typer.Argument(help="A copy made by `trigpoint backup`.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put the present database aside and use the copy.")
    ] = False,
) -> None:
    """Bring FILE back as the database of TRIGPOINT_DATABASE_URL. Stop the server first."""
    try:
        aside = bring_back(file, _sqlite_path("restored", "pg_restore"), replace=replace, at=now())
    except CopyError as error:
        _refuse(str(error))
    if aside is not None:
        say.print(f"The database that was there is kept as {aside}.")
    reason = readiness(get_engine())
    say.print(f"Restored {file}. {reason or 'It is ready to serve.'}")


def worker(
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = 60.0,
    once: Annotated[bool, typer.Option("--once", help="Look once, then stop.")] = False,
) -> None:
    """Send mails, close windows that have ended and compute their results, erase people in time, improve roadmaps."""
    configure_logs()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    grace = get_settings().grace_hours
    with sending_mails(get_engine(), get_settings(), stop, once=once):
        _look(stop, every, once, grace)


def _look(stop: threading.Event, every: float, once: bool, grace: int) -> None:
    pooled_on = None
    while not stop.is_set():
        for title in close_ended(get_engine(), at=now(), grace_hours=grace):
            say.print(f"Closed and measured: {title}")
        if improved := improve_waiting(get_engine()):
            say.print(f"Roadmaps improved: {improved}")
        if reminded := remind_of_reviews(get_engine(), at=now()):
            say.print(f"Reminded of roadmap reviews: {reminded}")
        if pooled_on != now().date():
            pooled_on = now().date()
            for title in erase_old(get_engine(), at=now()):
                say.print(f"People erased, their time was over: {title}")
            if rewrite_after_erasures(get_engine(), at=now()):
                say.print("Database written anew after erasures.")
            if pooled := pool_outcomes(get_engine(), at=now()):
                say.print(f"Outcomes of initiatives pooled: {pooled}")
        forget_repeats(get_engine(), at=now())
        if once:
            return
        stop.wait(every)


def _sqlite_path(what: str, tool: str) -> Path:
    settings: Settings = get_settings()
    if not settings.sqlite:
        _refuse(f"A PostgreSQL database is {what} with its own tools: use {tool} with TRIGPOINT_DATABASE_URL.")
    return Path(settings.database_url.removeprefix("sqlite:///"))


def _refuse(sentence: str) -> NoReturn:
    say.print(sentence)
    raise typer.Exit(1)
