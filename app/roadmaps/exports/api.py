"""One plan as a file."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.access import Permission, access_roadmap
from app.audit.reading import record_reading
from app.clock import now
from app.models import Roadmap
from app.roadmaps.actions import assessment_of
from app.roadmaps.exports.calendar import ics_file
from app.roadmaps.exports.rows import PlanFile, planned_rows
from app.roadmaps.exports.text import asana_file, csv_file, jira_file
from app.roadmaps.exports.workbook import json_file, xlsx_file
from app.roadmaps.opening import goals_of_plan, organization_of, view_of
from app.settings import get_settings
from app.web import CurrentUser, Problem, SessionDep

router = APIRouter(prefix="/api/v1", tags=["roadmaps"])

FileKind = Literal["csv", "jira.csv", "asana.csv", "ics", "xlsx", "json"]

CSV = "text/csv; charset=utf-8"
WRITERS: Mapping[FileKind, tuple[Callable[[PlanFile], bytes], str]] = {
    "csv": (csv_file, CSV),
    "jira.csv": (jira_file, CSV),
    "asana.csv": (asana_file, CSV),
    "ics": (ics_file, "text/calendar; charset=utf-8"),
    "xlsx": (xlsx_file, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": (json_file, "application/json"),
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {media: {} for _, media in WRITERS.values()}, "description": "The file."},
    **{status: {"model": Problem} for status in (401, 404, 422)},
}


@router.get(
    "/roadmaps/{roadmap_id}/export.{kind}",
    summary="A plan as a file",
    responses=RESPONSES,
    response_class=Response,
)
def export(request: Request, session: SessionDep, user: CurrentUser, roadmap_id: str, kind: FileKind) -> Response:
    """The list as CSV, JSON or a workbook; for Jira (`jira.csv`) and Asana (`asana.csv`) as they import it; the
    milestones as a calendar (`ics`). Whoever may see the plan may take it along."""
    row = access_roadmap(session, user, roadmap_id, Permission.VIEW)
    write, media = WRITERS[kind]
    *tool, ending = kind.split(".")
    name = "-".join(["roadmap", *tool, f"{row.starts_on:%Y-%m}", row.id[-8:]]) + f".{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    record_reading(
        request.app.state.engine,
        session,
        "roadmap.exported",
        organization_id=row.organization_id,
        subject=f"roadmap:{row.id}",
        format=kind,
    )
    return Response(write(plan_file(session, row)), media_type=media, headers=headers)


def plan_file(session: Session, row: Roadmap) -> PlanFile:
    """A stored plan, ready to be written."""
    view, goals = view_of(session, row), goals_of_plan(session, row)
    return PlanFile(
        view=view,
        rows=planned_rows(view, goals),
        goals=goals,
        organization=organization_of(session, row).name,
        assessment=assessment_of(session, row).name,
        base_url=get_settings().base_url,
        made_at=now(),
    )
