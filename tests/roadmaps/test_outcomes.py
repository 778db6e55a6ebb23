"""Did it work? A promise beside what the next wave measured, pooled where five organisations agree."""

import html
import json
import zlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.db import transaction
from app.models import Assessment, Organization, PooledOutcome, Roadmap, Snapshot, User
from app.results.queries import result_of
from app.roadmaps.actions import adopt, plan_roadmap, plan_scenario
from app.roadmaps.forms import PlanForm
from app.roadmaps.items.actions import save_item
from app.roadmaps.items.forms import ItemForm
from app.roadmaps.outcomes.pooling import pool_outcomes, tells_on_nobody
from app.roadmaps.outcomes.queries import outcomes_of
from scoring.document import to_document
from scoring.results import CapabilityResult, Change
from scoring.roadmap import Finished, outcomes, pooled_realised
from tests.conftest import PersonaClient
from tests.factories import make_assessment, make_organization, make_user
from tests.roadmaps.conftest import SECONDS, MakePlan
from tests.roadmaps.measured import MEASURED_AT, measured

LATER = MEASURED_AT + timedelta(days=200)
FINISHED = (MEASURED_AT + timedelta(days=100)).date()


def next_wave(session: Session, plan: Roadmap, change: float, *, capability: str = "data.quality") -> Snapshot:
    """A wave after the plan's in which one capability has changed, by 0.2 more or less."""
    before = session.get_one(Assessment, (plan.organization_id, plan.assessment_id))
    organization = session.get_one(Organization, plan.organization_id)
    consultant = session.get_one(User, before.created_by)
    assessment = make_assessment(session, organization, consultant, status="closed", at=LATER, previous=before)
    old = session.exec(select(Snapshot).where(Snapshot.id == plan.snapshot_id)).one()
    moved = Change(before=2.5, change=change, low=change - 0.2, high=change + 0.2, n_before=12, method="t", clear=True)
    result = result_of(old)
    capabilities = tuple(
        replace(x, change=moved) if isinstance(x, CapabilityResult) and x.id == capability else x
        for x in result.capabilities
    )
    document = json.dumps(to_document(replace(result, capabilities=capabilities)))
    taken = {"id", "assessment_id", "document", "computed_at"}
    snapshot = Snapshot(
        **old.model_dump(exclude=taken),
        assessment_id=assessment.id,
        document=zlib.compress(document.encode()),
        computed_at=LATER,
    )
    session.add(snapshot)
    session.flush()
    return snapshot


def step_of(plan: Roadmap, capability: str = "data.quality") -> str:
    return next(name for name in plan.solution["starts"] if name.startswith(f"{capability}."))


def done(session: Session, plan: Roadmap, name: str) -> None:
    form = ItemForm(status="done", started_on=MEASURED_AT.date(), finished_on=FINISHED)
    save_item(session, plan, name, form, at=LATER)


def test_a_change_is_shared_by_promise_and_keeps_its_interval() -> None:
    work = [Finished("a", "data", 1.0), Finished("b", "data", 1.0), Finished("c", "people", 1.0)]
    found = outcomes(work, {"data": (0.8, None, None, False)})
    assert [(each.id, each.measured, each.low, each.realised) for each in found] == [
        ("a", 0.4, None, 0.4),
        ("b", 0.4, None, 0.4),
    ]


def test_the_pooled_interval_is_students_t() -> None:
    # Mean 0.7, s/√5 = 0.1; t(0.975, 4 degrees of freedom) = 2.776 in any table of Student's t.
    pooled = pooled_realised([0.4, 0.6, 0.8, 1.0, 0.7])
    assert pooled is not None
    assert (pooled.low, pooled.high) == (pytest.approx(0.7 - 0.2776, abs=1e-4), pytest.approx(0.7 + 0.2776, abs=1e-4))
    assert pooled_realised([0.4, 0.6, 0.8, 1.0]) is None


def test_what_finished_is_set_against_the_first_wave_after_it(session: Session, make_plan: MakePlan) -> None:
    plan = adopt(session, make_plan(), at=MEASURED_AT)
    name = step_of(plan)
    done(session, plan, name)
    assert outcomes_of(session, plan) == []
    snapshot = next_wave(session, plan, 0.5)
    [wave] = outcomes_of(session, plan)
    [outcome] = wave.outcomes
    promised = next(x["gain"]["data.quality"] for x in plan.problem["initiatives"] if x["id"] == name)
    assert (outcome.id, outcome.expected, outcome.measured) == (name, promised, 0.5)
    assert (outcome.low, outcome.high, outcome.clear) == (pytest.approx(0.3), pytest.approx(0.7), True)
    assert wave.snapshot.id == snapshot.id


def test_what_finished_after_the_wave_waits_for_the_next(session: Session, make_plan: MakePlan) -> None:
    plan = adopt(session, make_plan(), at=MEASURED_AT)
    next_wave(session, plan, 0.5)
    late = ItemForm(status="done", started_on=FINISHED, finished_on=(LATER + timedelta(days=90)).date())
    save_item(session, plan, step_of(plan), late, at=LATER + timedelta(days=90))
    assert outcomes_of(session, plan) == []


def test_five_organisations_that_agree_are_pooled_and_planning_can_count_on_it(engine: Engine) -> None:
    def one(session: Session, place: int) -> Roadmap:
        consultant = make_user(session, f"Consultant {place}", consultant=True)
        organization = make_organization(session, consultant, name=f"Organisation {place}")
        organization.pooled_since = MEASURED_AT if place < 5 else None
        session.add(organization)
        snapshot = measured(session, organization, consultant)
        plan = plan_roadmap(session, snapshot, None, PlanForm(), at=MEASURED_AT, seconds=SECONDS)
        adopt(session, plan, at=MEASURED_AT)
        done(session, plan, step_of(plan))
        if place != 4:
            next_wave(session, plan, 0.2 + 0.1 * place)
        return plan

    with transaction(engine) as session:
        plans = [one(session, place) for place in range(6)]
    assert pool_outcomes(engine, at=LATER) == 0
    with transaction(engine) as session:
        next_wave(
            session, session.get_one(Roadmap, (plans[4].organization_id, plans[4].assessment_id, plans[4].id)), 0.6
        )
    assert pool_outcomes(engine, at=LATER) == 1
    assert pool_outcomes(engine, at=LATER) == 0
    with transaction(engine) as session:
        [row] = session.exec(select(PooledOutcome)).all()
        name = step_of(plans[0])
        expected = next(x["gain"]["data.quality"] for x in plans[0].problem["initiatives"] if x["id"] == name)
        assert (row.initiative_id, row.n) == (name, 5)
        assert row.realised == pytest.approx(0.4 / expected)
        assert set(row.manifest) == {plan.organization_id for plan in plans[:5]}
        parent = session.get_one(Roadmap, (plans[5].organization_id, plans[5].assessment_id, plans[5].id))
        counted = plan_scenario(session, parent, None, PlanForm(measured=True), at=LATER, seconds=SECONDS)
        gain = next(x["gain"]["data.quality"] for x in counted.problem["initiatives"] if x["id"] == name)
        assert gain == pytest.approx(0.4)
        assert counted.limits["measured"] is True


def test_a_new_figure_waits_until_subtracting_tells_on_nobody() -> None:
    old = dict.fromkeys("abcde", 0.5)
    assert not tells_on_nobody(old, old)
    assert not tells_on_nobody(old, old | {"a": 0.6})
    assert not tells_on_nobody(old, dict.fromkeys("abcd", 0.5) | dict.fromkeys("fghij", 0.1))
    assert tells_on_nobody(old, old | dict.fromkeys("fghij", 0.1))
    assert tells_on_nobody(old, dict.fromkeys("abcde", 0.6))


def test_the_page_says_what_may_be_said(client: PersonaClient, planned_here: Roadmap, engine: Engine) -> None:
    with transaction(engine) as session:
        plan = session.exec(select(Roadmap)).one()
        done(session, plan, step_of(plan))
    leader = client("leader")
    here = f"/roadmaps/{planned_here.id}/outcomes"
    waiting = html.unescape(leader.get(here).text)
    assert "Nothing to compare yet" in waiting
    assert "Done, and waiting for the next wave" in waiting
    with transaction(engine) as session:
        plan = session.exec(select(Roadmap)).one()
        next_wave(session, plan, 0.29)
        expected = next(x["gain"]["data.quality"] for x in plan.problem["initiatives"] if x["id"] == step_of(plan))
        pooled = PooledOutcome(
            questionnaire_id="mops-core", initiative_id=step_of(plan), realised=0.6, low=0.31, high=0.89, n=6
        )
        session.add(pooled)
    page = html.unescape(leader.get(here).text)
    assert expected >= 0.5
    for words in (
        "The level rose where one initiative was finished",
        "+0.3",
        "0.1 to 0.5",
        "It rose, by less than promised.",
    ):
        assert words in page
    said = "0.6 of each level promised (0.3 to 0.9), in 6 organisations"
    assert said in page
    assert said in html.unescape(leader.get(f"/roadmaps/{plan.id}/initiatives/{step_of(plan)}").text)
    assert "Count gains as measured elsewhere" in leader.get(f"/roadmaps/{plan.id}").text
    [listed] = leader.get(f"/api/v1/roadmaps/{plan.id}/outcomes").json()
    assert (listed["measured"], listed["pooled"]["n"]) == (0.29, 6)
    assert "manifest" not in json.dumps(listed)
