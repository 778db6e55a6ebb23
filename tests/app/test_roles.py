"""Who may call what: every route as every persona, beside a golden file that people read.

After adding a route, look at what ``TRIGPOINT_WRITE_ROLES=1 pytest tests/app/test_roles.py`` changes in ``roles.csv``.
"""

import csv
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from tests.app.bodies import body_of
from tests.app.conftest import PERSONAS, Installation, browser_of
from tests.app.routes import SAFE, Endpoint, endpoints
from tests.people import Client

GOLDEN = Path(__file__).with_name("roles.csv")
LAST = re.compile(r"delete|remove|erase|discard|sign-out|sessions/current|members")
"""What takes something away is called after everything that may need it."""
TENANT = re.compile(r"{(organization|assessment|snapshot|roadmap|participant)_id}")


def walk(app: FastAPI) -> list[Endpoint]:
    def order(endpoint: Endpoint) -> tuple[int, str, str]:
        late = endpoint.method == "DELETE" or (endpoint.method not in SAFE and LAST.search(endpoint.template))
        erases = endpoint.method == "DELETE" and "/people" in endpoint.template
        return (3 if erases else 2 if late else 0 if endpoint.method in SAFE else 1, endpoint.template, endpoint.method)

    return sorted((each for each in endpoints(app) if each.method != "HEAD"), key=order)


def path_of(endpoint: Endpoint, installation: Installation) -> str:
    """The path of an endpoint with ids that exist."""
    ids = dict(installation.ids)
    if "participant" in endpoint.template or "{step}" in endpoint.template:
        ids["assessment_id"] = installation.open_assessment
    if "scenarios/" in endpoint.template or endpoint.template.endswith("/discard"):
        ids["roadmap_id"] = ids["scenario_id"]
    return re.sub(r"{([^}:]+)[^}]*}", lambda found: ids[found[1]], endpoint.template)


def call(browser: Client, endpoint: Endpoint, installation: Installation, document: dict[str, object]) -> str:
    """``yes`` when the persona gets as far as the work itself, else why not."""
    path = path_of(endpoint, installation)
    if endpoint.template.startswith("/api/"):
        answer = browser.request(endpoint.method, path, json=body_of(document, endpoint.method, endpoint.template))
    elif endpoint.method in SAFE:
        answer = browser.request(endpoint.method, path)
    else:
        answer = browser.request(endpoint.method, path, data={"csrf": browser.csrf})
    if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next="):
        return "sign-in"
    return str(answer.status_code) if answer.status_code in {401, 403, 404} else "yes"


def row_of_persona(persona: str, app: FastAPI, installation: Installation) -> dict[str, str]:
    """Endpoint → outcome."""
    with Client(app) as running:
        document = running.get("/api/v1/openapi.json").json()
        outcomes = {}
        for endpoint in walk(app):
            # A browser of its own each time: signing out must not change what follows.
            browser = browser_of(persona, app, installation, running)
            outcomes[endpoint.name] = call(browser, endpoint, installation, document)
    return outcomes


def golden() -> dict[str, dict[str, str]]:
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        return {row.pop("route"): row for row in csv.DictReader(file)}


@pytest.mark.parametrize("persona", PERSONAS)
def test_each_persona_gets_what_the_golden_file_says(
    persona: str, installed_app: FastAPI, installation: Installation
) -> None:
    outcomes = row_of_persona(persona, installed_app, installation)
    if os.environ.get("TRIGPOINT_WRITE_ROLES"):
        _write(persona, outcomes)
    expected = {name: row[persona] for name, row in golden().items()}
    differing = {
        name: f"{outcomes.get(name)} instead of {expected.get(name)}"
        for name in expected.keys() | outcomes.keys()
        if outcomes.get(name) != expected.get(name)
    }
    assert differing == {}


def _write(persona: str, outcomes: dict[str, str]) -> None:
    known = golden() if GOLDEN.exists() else {}
    rows = {name: known.get(name, {}) | {persona: outcome} for name, outcome in outcomes.items()}
    with GOLDEN.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("route", *PERSONAS), restval="?", lineterminator="\n")
        writer.writeheader()
        for name, row in sorted(rows.items(), key=lambda item: item[0].split(" ")[::-1]):
            writer.writerow({"route": name, **row})


@pytest.mark.parametrize("persona", ["anonymous", "stranger", "outsider", "administrator"])
def test_nobody_outside_sees_or_changes_anything_of_the_organisation(
    persona: str, installed_app: FastAPI, installation: Installation
) -> None:
    engine: Engine = installed_app.state.engine
    before = digest(engine)
    with Client(installed_app) as running:
        browser = browser_of(persona, installed_app, installation, running)
        document = running.get("/api/v1/openapi.json").json()
        outcomes = {
            endpoint.name: call(browser, endpoint, installation, document)
            for endpoint in walk(installed_app)
            if TENANT.search(endpoint.template)
        }
    assert len(outcomes) > 40
    wanted = {"401", "sign-in"} if persona == "anonymous" else {"404"}
    assert {name: outcome for name, outcome in outcomes.items() if outcome not in wanted} == {}
    assert digest(engine) == before


def digest(engine: Engine) -> str:
    """The whole database but the sessions of those who look."""
    found = hashlib.sha256()
    with engine.connect() as connection:
        for name in _tables():
            rows = sorted(repr(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{name}"')))
            found.update(f"{name}{rows}".encode())
    return found.hexdigest()


def _tables() -> Iterator[str]:
    return (name for name in sorted(SQLModel.metadata.tables) if name != "login_session")
