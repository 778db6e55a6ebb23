"""A whole installation, built once: every kind of row that a route may be asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts.actions import issue_sign_in_link
from app.baselines.actions import ensure_shipped_editions
from app.clock import now
from app.db import transaction
from app.models import BaselineEdition, User
from app.remarks.actions import write_remark
from app.results.actions import measure
from app.roadmaps.actions import plan_roadmap, plan_scenario
from app.roadmaps.forms import PlanForm
from app.settings import get_settings
from tests.conftest import AppOf, Fresh
from tests.databases import Template
from tests.factories import (
    START,
    answered_assessment,
    make_analyst,
    make_assessment,
    make_leader,
    make_links,
    make_organization,
    make_user,
    start_response,
)
from tests.people import Client, sign_in_as

PERSONAS = ("anonymous", "stranger", "outsider", "analyst", "leader", "consultant", "administrator")


@dataclass(frozen=True)
class Installation:
    """Ids for the placeholders of paths (all of one organisation), and the people by persona."""

    ids: dict[str, str]
    open_assessment: str
    users: dict[str, User]


def _install(engine: Engine) -> Installation:
    with transaction(engine) as session:
        ensure_shipped_editions(session)
        consultant = make_user(session, "Consultant", consultant=True)
        outsider = make_user(session, "Outsider", consultant=True)
        organization = make_organization(session, consultant)
        make_organization(session, outsider, name="Elsewhere")
        users = {
            "stranger": make_user(session, "Stranger"),
            "outsider": outsider,
            "analyst": make_analyst(session, organization),
            "leader": make_leader(session, organization),
            "consultant": consultant,
            "administrator": make_user(session, "Administrator", administrator=True),
        }
        closed = answered_assessment(session, organization, consultant, people={"Brand": 6, "Field": 6})
        snapshot = measure(session, closed, at=START + timedelta(days=11))
        plan = plan_roadmap(session, snapshot, consultant, PlanForm(), at=START + timedelta(days=12), seconds=0.5)
        scenario = plan_scenario(session, plan, consultant, PlanForm(), at=START + timedelta(days=12), seconds=0.5)
        live = make_assessment(session, organization, consultant, status="open", people={"Brand": 2}, at=now())
        make_assessment(session, organization, consultant)
        links = make_links(session, live, at=now())
        response = start_response(session, links[0][1], at=now()).response
        remark = write_remark(
            session, closed, users["leader"], subject="roadmap", subject_id="", text="Who pays for this?", at=now()
        )
        ids = {
            "remark_id": remark.id,
            "organization_id": organization.id,
            "assessment_id": closed.id,
            "participant_id": links[0][0].id,
            "user_id": users["leader"].id,
            "edition_id": session.exec(select(BaselineEdition.id)).all()[0],
            "questionnaire_id": "mops-core",
            "version": "1.0.0",
            "snapshot_id": snapshot.id,
            "roadmap_id": plan.id,
            "scenario_id": scenario.id,
            "initiative_id": min(plan.solution["starts"]),
            "capability_id": "data.quality",
            "chart_id": "peers",
            "kind": "csv",
            "response_id": response.id,
            "question_id": "data.quality.1",
            "slug": "data.quality",
            "step": "strategy",
            "token_id": "00000000-0000-4000-8000-000000000000",
            "link_id": "00000000-0000-4000-8000-000000000000",
            "section": "peers",
            "provider_id": "none",
            "template": "invitation",
            "reminder_id": "00000000-0000-4000-8000-000000000000",
            "session_id": "00000000-0000-4000-8000-000000000000",
            "token": issue_sign_in_link(session, users["leader"], next_path="/", at=now()),
        }
    return Installation(ids, live.id, users)


@pytest.fixture(scope="session")
def _installed(template: Template, tmp_path_factory: pytest.TempPathFactory) -> tuple[Template, Installation]:
    return template.grown(tmp_path_factory.mktemp("installation"), _install)


@pytest.fixture
def installation(_installed: tuple[Template, Installation], fresh: Fresh) -> Iterator[Installation]:
    """A fresh copy of the installation, as the database of this process."""
    template, installation = _installed
    with fresh(template):
        yield installation


@pytest.fixture
def installed_app(installation: Installation, app_of: AppOf) -> FastAPI:
    return app_of(get_settings())


def browser_of(persona: str, app: FastAPI, installation: Installation, running: Client) -> Client:
    """A browser of ``persona`` on the application that ``running`` started."""
    browser = Client(app)
    browser.portal = running.portal
    if persona == "anonymous":
        return browser
    engine: Engine = app.state.engine
    with transaction(engine) as session:
        return sign_in_as(browser, session, installation.users[persona])
