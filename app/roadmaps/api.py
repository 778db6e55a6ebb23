"""Roadmaps as JSON."""

import csv
import io
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel

from app.access import Permission, access_roadmap, access_snapshot
from app.clock import now
from app.models import Roadmap
from app.roadmaps.actions import adopt, plan_roadmap, plan_scenario
from app.roadmaps.forms import PlanForm
from app.roadmaps.pages import initiative_page
from app.roadmaps.routes import view_of
from app.web import CurrentUser, Problem, SessionDep

router = APIRouter(
    prefix="/api/v1",
    tags=["roadmaps"],
    responses={code: {"model": Problem} for code in (401, 403, 404, 409, 422)},
)


class RoadmapOut(BaseModel):
    """``solution`` and ``problem`` have the shapes of ``trigpoint roadmap solve``; ``explanation`` gives reasons."""

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


def _out(row: Roadmap) -> RoadmapOut:
    return RoadmapOut.model_validate(row, from_attributes=True)


@router.post("/snapshots/{snapshot_id}/roadmaps", status_code=201, summary="Plan a roadmap from a snapshot")
def post_roadmap(session: SessionDep, user: CurrentUser, snapshot_id: str, form: PlanForm) -> RoadmapOut:
    snapshot = access_snapshot(session, user, snapshot_id, Permission.PLAN)
    return _out(plan_roadmap(session, snapshot, user, form, at=now()))


@router.get("/roadmaps/{roadmap_id}", summary="One plan with its reasons")
def get_roadmap(session: SessionDep, user: CurrentUser, roadmap_id: str) -> RoadmapOut:
    return _out(access_roadmap(session, user, roadmap_id, Permission.VIEW))


@router.post("/roadmaps/{roadmap_id}/scenarios", status_code=201, summary="Try other limits beside a plan")
def post_scenario(session: SessionDep, user: CurrentUser, roadmap_id: str, form: PlanForm) -> RoadmapOut:
    parent = access_roadmap(session, user, roadmap_id, Permission.PLAN)
    return _out(plan_scenario(session, parent, user, form, at=now()))


@router.post("/scenarios/{roadmap_id}/adopt", summary="Adopt a plan or a what-if")
def post_adopt(session: SessionDep, user: CurrentUser, roadmap_id: str) -> RoadmapOut:
    return _out(adopt(session, access_roadmap(session, user, roadmap_id, Permission.PLAN), at=now()))


@router.get(
    "/roadmaps/{roadmap_id}/export.csv",
    summary="The plan as CSV, one row per initiative",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
def export_csv(session: SessionDep, user: CurrentUser, roadmap_id: str) -> Response:
    row = access_roadmap(session, user, roadmap_id, Permission.VIEW)
    view = view_of(session, row)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["initiative", "title", "capability", "when", "owner", "effort_days", "cost", "why"])
    for name in view.starts:
        page = initiative_page(view, name, {}, "")
        days = sum(effort.planned for effort in page.effort)
        cost = page.initiative.operating.middle + page.initiative.capital.middle
        owner = page.item.owner if page.item else ""
        cells = [name, page.initiative.title, page.capability, page.when, owner, days, cost, page.why]
        writer.writerow([_quoted(cell) for cell in cells])
    headers = {"Content-Disposition": f'attachment; filename="roadmap-{row.id}.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _quoted(cell: object) -> object:
    """A cell that a spreadsheet would take for a formula is quoted."""
    text = str(cell)
    return "'" + text if text.lstrip()[:1] in {"=", "+", "-", "@"} or text[:1] in {"\t", "\r"} else cell
