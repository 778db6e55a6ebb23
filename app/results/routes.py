"""The pages of the report, and closing an assessment."""

import csv
import io
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Query, Request, Response
from fastapi.responses import HTMLResponse

from app.access import Permission, access_assessment, access_snapshot, may
from app.clock import now
from app.errors import NotFoundError
from app.models import User
from app.remarks.pages import RemarksPanel, remarks_panel
from app.results.actions import close_and_measure, measure
from app.results.charts import TABLES, ChartId, chart_for_file, draw_all
from app.results.diagnosis import diagnose
from app.results.drawing import png_file, svg_file
from app.results.frame import Frame
from app.results.measures import By, MeasureId
from app.results.pages.capability import capability_page
from app.results.pages.diagnosis import diagnosis_page
from app.results.pages.heatmap import SORTS, State, heatmap_page
from app.results.pages.method import method_page
from app.results.pages.overview import overview_page
from app.results.pages.peers import peers_page
from app.results.pages.perception import perception_page
from app.results.pages.priorities import priorities_page
from app.results.queries import Report, load_report, newest_snapshot
from app.web import CurrentUser, Link, SessionDep, UserForm, redirect, render, shell_for
from scoring.reliability import Missing

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class MissingPage:
    title: str
    what: str
    next: str
    back: Link


def _report(session: SessionDep, user: User, snapshot_id: str) -> Report:
    return load_report(session, access_snapshot(session, user, snapshot_id, Permission.VIEW))


def _page(
    request: Request, template: str, page: object, frame: Frame, remarks: RemarksPanel | None = None
) -> HTMLResponse:
    shell = shell_for(request, crumbs=frame.crumbs, tabs=frame.tabs)
    return render(request, f"results/{template}.html", shell=shell, page=page, remarks=remarks)


@router.post("/assessments/{assessment_id}/close")
def post_close(session: SessionDep, user: CurrentUser, _form: UserForm, assessment_id: str) -> Response:
    assessment = access_assessment(session, user, assessment_id, Permission.MANAGE)
    snapshot = close_and_measure(session, assessment, at=now())
    return redirect(f"/snapshots/{snapshot.id}")


@router.post("/assessments/{assessment_id}/measure")
def post_measure(session: SessionDep, user: CurrentUser, _form: UserForm, assessment_id: str) -> Response:
    """Compute again, with the scoring and the settings of today; the results before stay."""
    assessment = access_assessment(session, user, assessment_id, Permission.MANAGE)
    snapshot = measure(session, assessment, at=now())
    return redirect(f"/snapshots/{snapshot.id}")


@router.get("/assessments/{assessment_id}/report")
def newest_report(request: Request, session: SessionDep, user: CurrentUser, assessment_id: str) -> Response:
    assessment = access_assessment(session, user, assessment_id, Permission.VIEW)
    snapshot = newest_snapshot(session, assessment)
    if snapshot is not None:
        return redirect(f"/snapshots/{snapshot.id}")
    manages = may(session, user, assessment.organization_id, Permission.MANAGE)
    words = {
        "draft": "It has not been launched yet."
        + (" Finish its setup, then invite people." if manages else " The consultants are setting it up."),
        "open": "Results appear when it is closed, all at once, so that no single answer can be told from a change.",
        "closed": "It was closed without a result."
        + (" Compute it from the assessment's page." if manages else " A consultant can compute it."),
    }
    back = Link("To the assessment", f"/assessments/{assessment.id}")
    if not manages:
        back = Link("To the organisation", f"/organizations/{assessment.organization_id}")
    page = MissingPage(assessment.name, "There is no result yet", words[assessment.status], back)
    shell = shell_for(request, crumbs=(Link(assessment.name, back.href), Link("Report")))
    return render(request, "results/missing.html", shell=shell, page=page)


@router.get("/snapshots/{snapshot_id}")
def overview(
    request: Request, session: SessionDep, user: CurrentUser, snapshot_id: str, later: BackgroundTasks
) -> HTMLResponse:
    report = _report(session, user, snapshot_id)
    page = overview_page(report)
    later.add_task(draw_all, report)
    return _page(request, "overview", page, page.frame)


@router.get("/snapshots/{snapshot_id}/heatmap")
def heatmap(
    request: Request,
    session: SessionDep,
    user: CurrentUser,
    snapshot_id: str,
    measure: MeasureId = "target_gap",
    by: By = "unit",
    sort: str = "gap",
    view: Literal["map", "table"] = "map",
    cell: Annotated[str, Query(max_length=300)] = "",
) -> HTMLResponse:
    state = State(measure, by, sort if sort in SORTS else "gap", view, cell)
    page = heatmap_page(_report(session, user, snapshot_id), state)
    return _page(request, "heatmap", page, page.frame)


@router.get("/snapshots/{snapshot_id}/peers")
def peers(request: Request, session: SessionDep, user: CurrentUser, snapshot_id: str) -> HTMLResponse:
    page = peers_page(_report(session, user, snapshot_id))
    return _page(request, "peers", page, page.frame)


@router.get("/snapshots/{snapshot_id}/perception")
def perception(request: Request, session: SessionDep, user: CurrentUser, snapshot_id: str) -> HTMLResponse:
    page = perception_page(_report(session, user, snapshot_id))
    return _page(request, "perception", page, page.frame)


@router.get("/snapshots/{snapshot_id}/priorities")
def priorities(request: Request, session: SessionDep, user: CurrentUser, snapshot_id: str) -> HTMLResponse:
    page = priorities_page(_report(session, user, snapshot_id))
    return _page(request, "priorities", page, page.frame)


@router.get("/snapshots/{snapshot_id}/method")
def method(request: Request, session: SessionDep, user: CurrentUser, snapshot_id: str) -> HTMLResponse:
    report = _report(session, user, snapshot_id)
    page = method_page(report, diagnosis=may(session, user, report.organization.id, Permission.DIAGNOSE))
    return _page(request, "method", page, page.frame)


@router.get("/snapshots/{snapshot_id}/diagnosis")
def diagnosis(
    request: Request, session: SessionDep, user: CurrentUser, snapshot_id: str, missing: Missing = "pairwise"
) -> HTMLResponse:
    report = load_report(session, access_snapshot(session, user, snapshot_id, Permission.DIAGNOSE))
    page = diagnosis_page(report, diagnose(session, user, report, missing))
    return _page(request, "diagnosis", page, page.frame)


@router.get("/snapshots/{snapshot_id}/capabilities/{capability_id}")
def capability(
    request: Request,
    session: SessionDep,
    user: CurrentUser,
    snapshot_id: str,
    capability_id: str,
    comments: Literal["some", "all"] = "some",
) -> HTMLResponse:
    report = _report(session, user, snapshot_id)
    try:
        page = capability_page(report, capability_id, all_comments=comments == "all")
    except KeyError:
        raise NotFoundError("The questionnaire has no such capability. Pick one in the heatmap.") from None
    remarks = remarks_panel(
        session,
        user,
        report.assessment,
        subject="capability",
        subject_id=capability_id,
        back=f"/snapshots/{snapshot_id}/capabilities/{capability_id}",
    )
    return _page(request, "capability", page, page.frame, remarks=remarks)


@router.get("/snapshots/{snapshot_id}/charts/{chart_id}.{kind}")
def chart_file(
    session: SessionDep, user: CurrentUser, snapshot_id: str, chart_id: ChartId, kind: Literal["png", "svg", "csv"]
) -> Response:
    """One chart as a picture of the light theme, or its numbers."""
    report = _report(session, user, snapshot_id)
    name = f"{chart_id}-{snapshot_id[:8]}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if kind == "csv":
        return Response(_table_csv(report, chart_id), media_type="text/csv; charset=utf-8", headers=headers)
    drawing = chart_for_file(report, chart_id)
    if kind == "svg":
        return Response(svg_file(drawing), media_type="image/svg+xml", headers=headers)
    return Response(png_file(drawing), media_type="image/png", headers=headers)


def _table_csv(report: Report, chart_id: ChartId) -> str:
    table = TABLES[chart_id](report)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["snapshot", report.snapshot.id, "label", report.label])
    writer.writerow(table.columns)
    writer.writerows([["" if value is None else value for value in row] for row in table.rows])
    return out.getvalue()
