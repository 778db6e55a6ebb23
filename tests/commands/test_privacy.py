"""``trigpoint privacy``: what the worker does once a day, by hand; and whose word on addresses ``serve`` takes."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col
from typer.testing import CliRunner

from app.cli import command_line
from app.commands import server
from app.db import transaction
from app.models import Assessment, Organization
from app.settings import get_settings
from tests.conftest import World
from tests.factories import START, answered_assessment


def test_retention_names_what_was_erased_and_rewrite_leaves_the_rest(engine: Engine, world: World) -> None:
    with transaction(engine) as session:
        old = answered_assessment(session, world.organization, world.users["consultant"], people={"Brand": 2})
        session.execute(
            update(Assessment).where(col(Assessment.id) == old.id).values(closed_at=START - timedelta(days=800))
        )
        session.execute(update(Organization).values(retention_months=1))
    run = CliRunner().invoke(command_line("privacy"), ["privacy", "retention"])
    assert (run.exit_code, run.stdout) == (0, "Northwind, Autumn wave\n")
    run = CliRunner().invoke(command_line("privacy"), ["privacy", "rewrite"])
    assert (run.exit_code, run.stdout) == (0, "")
    with transaction(engine) as session:
        assert session.get_one(Assessment, (old.organization_id, old.id)).people_erased_at is not None


@pytest.mark.parametrize(("named", "believed"), [("", False), ("10.0.0.7,10.0.0.8", True)])
def test_only_proxies_that_are_named_tell_who_calls(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, named: str, believed: bool
) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setenv("TRIGPOINT_TRUSTED_PROXIES", named)
    get_settings.cache_clear()
    monkeypatch.setattr(server.uvicorn, "run", lambda _app, **options: given.update(options))
    for process_wide in ("drop_native_output", "configure_logs"):
        monkeypatch.setattr(server, process_wide, lambda: None)
    server.serve(port=0)
    assert (given["proxy_headers"], given["forwarded_allow_ips"]) == (believed, named)
