"""One snapshot as a file."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from app.access import Permission, access_snapshot
from app.audit.reading import record_reading
from app.exports.deck import pptx_file
from app.exports.files import csv_file, json_file, xlsx_file
from app.exports.pdf import pdf_file
from app.results.queries import Report, load_report
from app.web import CurrentUser, Problem, SessionDep

router = APIRouter(prefix="/api/v1", tags=["exports"])

FileFormat = Literal["csv", "xlsx", "json", "pdf", "pptx"]

WRITERS: Mapping[FileFormat, Callable[[Report], bytes]] = {
    "csv": csv_file,
    "xlsx": xlsx_file,
    "json": json_file,
    "pdf": pdf_file,
    "pptx": pptx_file,
}
MEDIA_TYPES: Mapping[FileFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {media: {} for media in MEDIA_TYPES.values()}, "description": "The file."},
    **{status: {"model": Problem} for status in (401, 404, 422)},
}


@router.get(
    "/snapshots/{snapshot_id}/export.{kind}",
    summary="A result as a file",
    responses=RESPONSES,
    response_class=Response,
)
def export(request: Request, session: SessionDep, user: CurrentUser, snapshot_id: str, kind: FileFormat) -> Response:
    """The report as PDF or slides, or its numbers as XLSX, CSV or JSON, gated as on its pages.

    Each file says snapshot, questionnaire, edition and date.
    """
    report = load_report(session, access_snapshot(session, user, snapshot_id, Permission.VIEW))
    name = f"maturity-{report.snapshot.computed_at:%Y-%m-%d}-{report.snapshot.id[:8]}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    record_reading(
        request.app.state.engine,
        session,
        "report.exported",
        organization_id=report.snapshot.organization_id,
        subject=f"snapshot:{snapshot_id}",
        format=kind,
    )
    return Response(WRITERS[kind](report), media_type=MEDIA_TYPES[kind], headers=headers)
