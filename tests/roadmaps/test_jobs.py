"""A plan is improved outside the request: leased once, watched, stopped, and never against what people decided."""

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.clock import now
from app.db import transaction
from app.errors import ConflictError
from app.models import Roadmap, RoadmapJob, Snapshot
from app.roadmaps import improving
from app.roadmaps.actions import adopt, plan_roadmap
from app.roadmaps.forms import PlanForm
from app.roadmaps.improving import improve_waiting
from app.roadmaps.jobs import AT_ONCE, LEASE, ask_to_improve, cancel_job, keep_lease, lease_job, newest_job
from scoring.roadmap.evaluate import objective, verify
from scoring.roadmap.parse import parse_problem
from tests.conftest import PersonaClient
from tests.roadmaps.conftest import SECONDS, MakePlan
from tests.roadmaps.measured import MEASURED_AT

TIGHT: dict[str, Any] = {"operating": 30, "capital_per_year": 60}


@pytest.fixture
def hurried(engine: Engine, measured_here: Snapshot, monkeypatch: pytest.MonkeyPatch) -> Roadmap:
    """A plan that had almost no time; its job has one second."""
    monkeypatch.setattr("app.roadmaps.jobs.SECONDS", 1.0)
    with transaction(engine) as session:
        plan = plan_roadmap(session, measured_here, None, PlanForm(**TIGHT), at=MEASURED_AT, seconds=SECONDS / 10)
        job = newest_job(session, plan)
        assert job is not None
        job.seconds = 1.0
        return plan


def seen(engine: Engine, plan: Roadmap) -> tuple[Roadmap, RoadmapJob]:
    with transaction(engine) as session:
        row = session.get_one(Roadmap, (plan.organization_id, plan.assessment_id, plan.id))
        job = newest_job(session, row)
        assert job is not None
        return row, job


def test_the_worker_stores_what_it_found_and_why(engine: Engine, hurried: Roadmap) -> None:
    assert improve_waiting(engine) == 1
    row, job = seen(engine, hurried)
    problem, starts = parse_problem(row.problem), row.solution["starts"]
    assert (job.status, job.lease, job.error) == ("done", None, "")
    assert row.solution["objective"] >= hurried.solution["objective"] - 1e-9
    assert row.solution["gap"] <= hurried.solution["gap"] + 1e-9
    assert verify(problem, starts) == ()
    assert row.solution["objective"] == pytest.approx(objective(problem, starts))
    assert job.progress["objective"] == row.solution["objective"]
    told = row.explanation
    assert set(told["chosen"]) == set(told["why"]) == set(starts)
    assert set(told["rejected"]) == set(row.solution["left_out"])
    assert {"budget.operating", "budget.capital"} <= set(told["limits"])
    assert sum(reason["value"] for reason in told["chosen"].values()) == pytest.approx(row.solution["objective"])
    assert improve_waiting(engine) == 0


def test_a_child_process_does_the_same(engine: Engine, hurried: Roadmap) -> None:
    subprocess.run([sys.executable, "-m", "app.roadmaps.improving"], check=True, timeout=60)
    row, job = seen(engine, hurried)
    assert job.status == "done"
    assert set(row.explanation["chosen"]) == set(row.solution["starts"])


def test_what_was_adopted_meanwhile_stays(engine: Engine, hurried: Roadmap) -> None:
    with transaction(engine) as session:
        adopt(session, session.get_one(Roadmap, (hurried.organization_id, hurried.assessment_id, hurried.id)), at=now())
    improve_waiting(engine)
    row, job = seen(engine, hurried)
    assert (row.solution, job.status) == (hurried.solution, "done")
    assert set(row.explanation["chosen"]) == set(row.solution["starts"])


def test_a_cancelled_search_keeps_the_plan(
    engine: Engine, hurried: Roadmap, client: PersonaClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader = client("leader")

    def cancelled(*_: Any, **__: Any) -> bool:
        assert leader.delete(f"/api/v1/roadmaps/{hurried.id}/job").status_code == 200
        monkeypatch.undo()
        return True

    monkeypatch.setattr(improving, "EVERY", 0.0)
    monkeypatch.setattr(improving, "keep_lease", cancelled)
    assert improve_waiting(engine) == 1
    row, job = seen(engine, hurried)
    assert job.status == "cancelled"
    assert verify(parse_problem(row.problem), row.solution["starts"]) == ()
    assert leader.delete(f"/api/v1/roadmaps/{hurried.id}/job").status_code == 409


def test_an_error_ends_the_job_and_is_told(engine: Engine, hurried: Roadmap, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ArithmeticError

    monkeypatch.setattr(improving, "parse_problem", broken)
    assert improve_waiting(engine) == 1
    row, job = seen(engine, hurried)
    assert (job.status, row.solution) == ("failed", hurried.solution)
    assert "ArithmeticError" in job.error


def test_the_page_shows_the_progress_and_stops(client: PersonaClient, hurried: Roadmap) -> None:
    leader, here = client("leader"), f"/roadmaps/{hurried.id}"
    assert f'data-poll="{here}/progress"' in leader.get(here).text
    assert leader.get(f"{here}/progress").json()["done"] is False
    assert leader.submit(f"{here}/cancel").status_code == 303
    answer = leader.get(f"{here}/progress").json()
    assert answer["done"] is True
    assert "Stopped" in answer["text"]
    assert "Look for a better plan" in leader.get(here).text
    assert leader.submit(f"{here}/improve").status_code == 303
    assert leader.get(f"/api/v1{here}").json()["job"]["status"] == "waiting"


def test_a_job_is_leased_once_and_taken_over_when_its_worker_is_gone(session: Session, make_plan: MakePlan) -> None:
    plans = [make_plan(name=str(number)) for number in range(AT_ONCE + 1)]
    at = MEASURED_AT + timedelta(minutes=1)
    leased = [lease_job(session, at=at) for _ in plans]
    assert [job is not None for job in leased] == [True] * AT_ONCE + [False]
    first = leased[0]
    assert first is not None
    mine = RoadmapJob(**first.model_dump())
    later = at + LEASE + timedelta(seconds=1)
    assert keep_lease(session, mine, {"objective": 1.0}, at=at)
    assert all(lease_job(session, at=later) for _ in range(AT_ONCE))
    assert not keep_lease(session, mine, {}, at=later)


def test_one_search_at_a_time_for_a_plan(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan()
    job = newest_job(session, plan)
    assert ask_to_improve(session, plan, at=MEASURED_AT) == job
    assert cancel_job(session, plan, at=MEASURED_AT).status == "cancelled"
    with pytest.raises(ConflictError, match="Nothing is running"):
        cancel_job(session, plan, at=MEASURED_AT)
    again = ask_to_improve(session, plan, at=MEASURED_AT + timedelta(seconds=1))
    assert again is not None
    assert again != job


def test_where_no_plan_is_possible_nothing_is_improved(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan()
    pins = {next(iter(plan.solution["starts"])): 0}
    stuck = make_plan(pins=pins, operating=0, skills=dict.fromkeys(plan.limits["skills"], 0.0))
    assert stuck.solution["status"] == "infeasible"
    assert newest_job(session, stuck) is None
    assert ask_to_improve(session, stuck, at=MEASURED_AT) is None
