"""The one-page summary of a plan as PDF."""

from dataclasses import asdict

from fastapi import APIRouter, Request, Response

from app.access import Permission, access_roadmap
from app.audit.reading import record_reading
from app.exports.pdf import laid_out
from app.roadmaps.board import summary_of
from app.web import CurrentUser, Problem, SessionDep

router = APIRouter(prefix="/api/v1", tags=["roadmaps"])


@router.get(
    "/roadmaps/{roadmap_id}/summary.pdf",
    summary="A plan on one page",
    response_class=Response,
    responses={
        200: {"content": {"application/pdf": {}}, "description": "The file."},
        **{status: {"model": Problem} for status in (401, 404)},
    },
)
def get_summary(request: Request, session: SessionDep, user: CurrentUser, roadmap_id: str) -> Response:
    """The question, the plan in sentences, initiatives by horizon, money and people, gains against peers, what is left
    out and why, and key risks: one A4 page."""
    row = access_roadmap(session, user, roadmap_id, Permission.VIEW)
    record_reading(
        request.app.state.engine,
        session,
        "roadmap.exported",
        organization_id=row.organization_id,
        subject=f"roadmap:{row.id}",
        format="summary.pdf",
    )
    name = f"roadmap-summary-{row.starts_on:%Y-%m}-{row.id[-8:]}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    content = laid_out("summary", asdict(summary_of(session, row)), at=row.created_at)
    return Response(content, media_type="application/pdf", headers=headers)
