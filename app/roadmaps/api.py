"""Roadmaps as JSON."""

from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, BackgroundTasks
from pydantic import BaseModel
from sqlmodel import Session

from app.access import Permission, access_roadmap, access_snapshot
from app.clock import now
from app.errors import ConflictError
from app.models import Roadmap
from app.repeats import OnceRoute
from app.roadmaps.actions import adopt, plan_roadmap, plan_scenario, rename
from app.roadmaps.difference import difference
from app.roadmaps.forms import NameForm, PlanForm
from app.roadmaps.improving import start_improving
from app.roadmaps.jobs import ask_to_improve, cancel_job, newest_job
from app.roadmaps.queries import parent_of
from app.web import CurrentUser, Problem, SessionDep

router = APIRouter(
    prefix="/api/v1",
    route_class=OnceRoute,
    tags=["roadmaps"],
    responses={code: {"model": Problem} for code in (401, 403, 404, 409, 422)},
)


class MovedOut(BaseModel):
    """An initiative in both plans that starts in another period."""

    id: str
    before: int
    after: int


class DifferenceOut(BaseModel):
    """What a what-if changes, both valued by its own importance and targets; money in thousands."""

    moved: list[MovedOut]
    added: list[str]
    dropped: list[str]
    value_change: float
    cost_change: float


class JobOut(BaseModel):
    """The search for a better plan: ``waiting``, ``running``, ``done``, ``cancelled`` or ``failed``."""

    id: str
    status: str
    seconds: float
    progress: dict[str, float]
    error: str
    created_at: datetime
    ended_at: datetime | None


class RoadmapOut(BaseModel):
    """``solution`` and ``problem`` have the shapes of ``trigpoint roadmap solve``; ``explanation`` gives reasons;
    ``difference`` says what changes against the plan ``parent_id``."""

    id: str
    snapshot_id: str
    parent_id: str | None
    name: str
    status: str
    starts_on: date
    limits: dict[str, Any]
    problem: dict[str, Any]
    solution: dict[str, Any]
    explanation: dict[str, Any]
    created_at: datetime
    adopted_at: datetime | None
    difference: DifferenceOut | None = None
    job: JobOut | None = None


def _out(session: Session, row: Roadmap) -> RoadmapOut:
    out = RoadmapOut.model_validate(row, from_attributes=True)
    job = newest_job(session, row)
    out.job = JobOut.model_validate(job, from_attributes=True) if job else None
    before = parent_of(session, row)
    if before is not None:
        out.difference = DifferenceOut.model_validate(difference(before, row), from_attributes=True)
    return out


@router.post("/snapshots/{snapshot_id}/roadmaps", status_code=201, summary="Plan a roadmap from a snapshot")
def post_roadmap(
    session: SessionDep, user: CurrentUser, snapshot_id: str, form: PlanForm, after: BackgroundTasks
) -> RoadmapOut:
    snapshot = access_snapshot(session, user, snapshot_id, Permission.PLAN)
    after.add_task(start_improving)
    return _out(session, plan_roadmap(session, snapshot, user, form, at=now()))


@router.get("/roadmaps/{roadmap_id}", summary="One plan with its reasons")
def get_roadmap(session: SessionDep, user: CurrentUser, roadmap_id: str) -> RoadmapOut:
    return _out(session, access_roadmap(session, user, roadmap_id, Permission.VIEW))


@router.patch("/roadmaps/{roadmap_id}", summary="Rename a plan or a what-if")
def patch_roadmap(session: SessionDep, user: CurrentUser, roadmap_id: str, form: NameForm) -> RoadmapOut:
    return _out(session, rename(session, access_roadmap(session, user, roadmap_id, Permission.PLAN), form.name))


@router.post("/roadmaps/{roadmap_id}/scenarios", status_code=201, summary="Try other limits beside a plan")
def post_scenario(
    session: SessionDep, user: CurrentUser, roadmap_id: str, form: PlanForm, after: BackgroundTasks
) -> RoadmapOut:
    parent = access_roadmap(session, user, roadmap_id, Permission.PLAN)
    after.add_task(start_improving)
    return _out(session, plan_scenario(session, parent, user, form, at=now()))


@router.post("/roadmaps/{roadmap_id}/job", status_code=202, summary="Look for a better plan and its reasons")
def post_job(session: SessionDep, user: CurrentUser, roadmap_id: str, after: BackgroundTasks) -> JobOut:
    row = access_roadmap(session, user, roadmap_id, Permission.PLAN)
    job = ask_to_improve(session, row, at=now())
    if job is None:
        raise ConflictError("No plan is possible under these limits. Plan again with the limits that it names changed.")
    after.add_task(start_improving)
    return JobOut.model_validate(job, from_attributes=True)


@router.delete("/roadmaps/{roadmap_id}/job", summary="Stop looking; the plan found so far stays")
def delete_job(session: SessionDep, user: CurrentUser, roadmap_id: str) -> JobOut:
    row = access_roadmap(session, user, roadmap_id, Permission.PLAN)
    return JobOut.model_validate(cancel_job(session, row, at=now()), from_attributes=True)


@router.post("/scenarios/{roadmap_id}/adopt", summary="Adopt a plan or a what-if")
def post_adopt(session: SessionDep, user: CurrentUser, roadmap_id: str) -> RoadmapOut:
    return _out(session, adopt(session, access_roadmap(session, user, roadmap_id, Permission.PLAN), at=now()))
