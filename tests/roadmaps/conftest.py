"""A snapshot to plan from: on the session of an action, or in the database of an application."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.db import transaction
from app.models import Roadmap, Snapshot
from app.roadmaps.actions import plan_roadmap
from app.roadmaps.forms import PlanForm
from tests.conftest import World
from tests.factories import make_organization, make_user
from tests.roadmaps.measured import MEASURED_AT, measured

SECONDS = 0.3

MakePlan = Callable[..., Roadmap]


@pytest.fixture
def snapshot(session: Session) -> Snapshot:
    consultant = make_user(session, "Consultant", consultant=True)
    return measured(session, make_organization(session, consultant), consultant)


@pytest.fixture
def make_plan(session: Session, snapshot: Snapshot) -> MakePlan:
    """``make_plan(operating=20)``: a proposed plan of the snapshot."""

    def make(**form: Any) -> Roadmap:
        return plan_roadmap(session, snapshot, None, PlanForm(**form), at=MEASURED_AT, seconds=SECONDS)

    return make


@pytest.fixture
def measured_here(engine: Engine, world: World) -> Snapshot:
    """The snapshot of the `World`'s organisation."""
    with transaction(engine) as session:
        return measured(session, world.organization, world.users["consultant"])


@pytest.fixture
def planned_here(engine: Engine, measured_here: Snapshot) -> Roadmap:
    """Its first plan, proposed."""
    with transaction(engine) as session:
        return plan_roadmap(session, measured_here, None, PlanForm(), at=MEASURED_AT, seconds=SECONDS)
