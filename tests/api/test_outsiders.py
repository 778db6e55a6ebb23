"""Every private address, filled with ids that exist: its owner finds something, an outsider finds nothing."""

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from app.db import transaction
from app.roadmaps.actions import plan_roadmap
from app.roadmaps.forms import PlanForm
from tests.app.routes import Endpoint, endpoints
from tests.conftest import PersonaClient, World
from tests.roadmaps.measured import MEASURED_AT, measured

Ids = dict[str, str]


@pytest.fixture
def ids(engine: Engine, world: World) -> Ids:
    """An id for each path parameter, all of one organisation."""
    with transaction(engine) as session:
        snapshot = measured(session, world.organization, world.users["consultant"])
        plan = plan_roadmap(session, snapshot, None, PlanForm(), at=MEASURED_AT, seconds=0.2)
        return {
            "organization_id": world.organization.id,
            "assessment_id": snapshot.assessment_id,
            "snapshot_id": snapshot.id,
            "roadmap_id": plan.id,
            "initiative_id": next(iter(plan.solution["starts"])),
            "capability_id": "data.quality",
            "capability": "data.quality",
            "chart_id": "overall",
            "kind": "csv",
            "questionnaire_id": "mops-core",
            "step": "strategy",
        }


PRIVATE = ("organization_id", "assessment_id", "snapshot_id", "roadmap_id")


def private_reads(app: FastAPI) -> list[Endpoint]:
    return [
        one for one in endpoints(app) if one.method == "GET" and any(f"{{{name}}}" in one.template for name in PRIVATE)
    ]


def filled(template: str, ids: Ids) -> str:
    for name, value in ids.items():
        template = template.replace(f"{{{name}}}", value)
    return template


def test_outsiders_find_nothing_that_exists(app: FastAPI, client: PersonaClient, ids: Ids) -> None:
    reads = private_reads(app)
    assert len(reads) >= 30
    for persona in ("outsider", "stranger", "administrator"):
        other = client(persona)
        for endpoint in reads:
            answer = other.get(filled(endpoint.template, ids))
            assert answer.status_code == 404, (persona, endpoint.name)


def test_what_exists_looks_to_them_like_what_does_not(app: FastAPI, client: PersonaClient, ids: Ids) -> None:
    outsider = client("outsider")
    for endpoint in private_reads(app):
        if not endpoint.template.startswith("/api/"):
            continue
        there = outsider.get(filled(endpoint.template, ids))
        missing = outsider.get(filled(endpoint.template, ids | dict.fromkeys(PRIVATE, "00000000-0000-4000-8000-0")))
        assert there.json() == missing.json(), endpoint.name


def test_the_walk_has_the_right_ids(app: FastAPI, client: PersonaClient, ids: Ids) -> None:
    consultant = client("consultant")
    reads = [one for one in private_reads(app) if one.template.startswith("/api/")]
    lost = [one.name for one in reads if consultant.get(filled(one.template, ids)).status_code == 404]
    assert lost == []
