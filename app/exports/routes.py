"""The page of exports."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.access import Permission, access_snapshot
from app.exports.tables import about
from app.results.frame import Frame, frame_of
from app.results.queries import load_report
from app.web import CurrentUser, SessionDep, render, shell_for

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class FileOffer:
    name: str
    href: str
    text: str


@dataclass(frozen=True)
class ExportsPage:
    frame: Frame
    title: str
    files: tuple[FileOffer, ...]
    about: tuple[tuple[str, str], ...]


@router.get("/snapshots/{snapshot_id}/exports")
def exports(request: Request, session: SessionDep, user: CurrentUser, snapshot_id: str) -> HTMLResponse:
    report = load_report(session, access_snapshot(session, user, snapshot_id, Permission.VIEW))
    address = f"/api/v1/snapshots/{snapshot_id}/export"
    page = ExportsPage(
        frame=frame_of(report, None),
        title="Take the report with you",
        files=(
            FileOffer(
                "PDF report",
                f"{address}.pdf",
                "For the board: findings, heatmap, peers, perception, priorities, every capability, method.",
            ),
            FileOffer(
                "PPTX deck", f"{address}.pptx", "The same as slides, with tables and a chart that can be edited."
            ),
            FileOffer(
                "XLSX workbook",
                f"{address}.xlsx",
                "Levels, units and roles as sheets, with what they were made from.",
            ),
            FileOffer("CSV", f"{address}.csv", "The same tables in one file, for other tools."),
            FileOffer("JSON", f"{address}.json", "The whole stored result, as the API gives it."),
        ),
        about=about(report),
    )
    shell = shell_for(request, crumbs=page.frame.crumbs, tabs=page.frame.tabs)
    return render(request, "results/exports.html", shell=shell, page=page)
