"""Pages of a shared report, and making, listing and revoking its links."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from app.access import Permission, access_snapshot
from app.clock import now
from app.errors import InvalidInputError, NotFoundError
from app.models import Snapshot
from app.results.frame import Frame, frame_of
from app.results.measures import By, MeasureId
from app.results.pages.capability import capability_page
from app.results.pages.heatmap import SORTS, State, heatmap_page
from app.results.pages.method import method_page
from app.results.pages.overview import overview_page
from app.results.pages.peers import peers_page
from app.results.pages.perception import perception_page
from app.results.pages.priorities import priorities_page
from app.results.queries import Report, load_report
from app.results.sharing import links_of, open_shared, revoke_link, share_report, token_of
from app.settings import get_settings
from app.web import (
    CurrentUser,
    FieldError,
    FormErrors,
    Public,
    SessionDep,
    UserForm,
    fields,
    redirect,
    render,
    shell_for,
)

router = APIRouter(include_in_schema=False)

PAGES: Mapping[str, Callable[[Report], Any]] = {
    "peers": peers_page,
    "perception": perception_page,
    "priorities": priorities_page,
    "method": method_page,
}


@dataclass(frozen=True)
class LinkRow:
    id: str
    made_for: str
    made_by: str
    expires_at: datetime
    address: str
    """Empty once it has ended."""
    state: str


@dataclass(frozen=True)
class SharingPage:
    frame: Frame
    title: str
    action: str
    links: tuple[LinkRow, ...]
    made_for: str
    errors: FormErrors


def _shared(session: SessionDep, token: str) -> Report:
    link, snapshot = open_shared(session, token, at=now())
    return replace(load_report(session, snapshot), shared_at=f"/shared/{token}", made_for=link.made_for)


def _page(request: Request, template: str, page: Any, report: Report) -> HTMLResponse:
    shell = shell_for(
        request, crumbs=page.frame.crumbs, home_href=report.base, user=None, menu=(), watermark=f"For {report.made_for}"
    )
    return render(request, f"results/{template}.html", shell=shell, page=page, remarks=None)


@router.get("/shared/{token}", dependencies=[Public])
def shared_overview(request: Request, session: SessionDep, token: str) -> HTMLResponse:
    report = _shared(session, token)
    return _page(request, "overview", overview_page(report), report)


@router.get("/shared/{token}/heatmap", dependencies=[Public])
def shared_heatmap(
    request: Request,
    session: SessionDep,
    token: str,
    measure: MeasureId = "target_gap",
    by: By = "unit",
    sort: str = "gap",
    view: Literal["map", "table"] = "map",
    cell: Annotated[str, Query(max_length=300)] = "",
) -> HTMLResponse:
    report = _shared(session, token)
    state = State(measure, by, sort if sort in SORTS else "gap", view, cell)
    return _page(request, "heatmap", heatmap_page(report, state), report)


@router.get("/shared/{token}/capabilities/{capability_id}", dependencies=[Public])
def shared_capability(
    request: Request, session: SessionDep, token: str, capability_id: str, comments: Literal["some", "all"] = "some"
) -> HTMLResponse:
    report = _shared(session, token)
    try:
        page = capability_page(report, capability_id, all_comments=comments == "all")
    except KeyError:
        raise NotFoundError("The questionnaire has no such capability. Pick one in the heatmap.") from None
    return _page(request, "capability", page, report)


@router.get("/shared/{token}/{section}", dependencies=[Public])
def shared_section(
    request: Request,
    session: SessionDep,
    token: str,
    section: Literal["peers", "perception", "priorities", "method"],
) -> HTMLResponse:
    report = _shared(session, token)
    return _page(request, section, PAGES[section](report), report)


@router.get("/snapshots/{snapshot_id}/links")
def sharing(request: Request, session: SessionDep, user: CurrentUser, snapshot_id: str) -> HTMLResponse:
    return _sharing(request, session, access_snapshot(session, user, snapshot_id, Permission.MANAGE))


@router.post("/snapshots/{snapshot_id}/links")
def post_link(request: Request, session: SessionDep, user: CurrentUser, snapshot_id: str, posted: UserForm) -> Response:
    snapshot = access_snapshot(session, user, snapshot_id, Permission.MANAGE)
    values = fields(posted)
    days, made_for = values.get("days", ""), values.get("made_for", "")
    try:
        lasting = int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0
        share_report(session, snapshot, user, made_for=made_for, days=lasting, at=now())
    except InvalidInputError as error:
        return _sharing(request, session, snapshot, made_for=made_for, problem=error.message)
    return redirect(f"/snapshots/{snapshot.id}/links")


@router.post("/snapshots/{snapshot_id}/links/{link_id}/revoke")
def post_revoke(session: SessionDep, user: CurrentUser, snapshot_id: str, link_id: str, _posted: UserForm) -> Response:
    snapshot = access_snapshot(session, user, snapshot_id, Permission.MANAGE)
    revoke_link(session, snapshot, link_id, at=now())
    return redirect(f"/snapshots/{snapshot.id}/links")


def _sharing(
    request: Request, session: SessionDep, snapshot: Snapshot, *, made_for: str = "", problem: str = ""
) -> HTMLResponse:
    frame = frame_of(load_report(session, snapshot), None)
    base, at = get_settings().base_url, now()
    rows = []
    for link, state in links_of(session, snapshot, at=at):
        address = f"{base}/shared/{token_of(link)}" if state == "open" else ""
        rows.append(LinkRow(link.id, link.made_for, link.made_by, link.expires_at, address, state))
    errors = FormErrors((FieldError("made_for", problem),) if problem else ())
    page = SharingPage(frame, "Shared links", f"{frame.base}/links", tuple(rows), made_for, errors)
    shell = shell_for(request, crumbs=frame.crumbs, tabs=frame.tabs)
    return render(request, "results/sharing.html", status=422 if errors else 200, shell=shell, page=page)
