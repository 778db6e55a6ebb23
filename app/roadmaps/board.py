"""Pages of a plan to decide by: what-ifs side by side, and the plan on one page."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.access import Permission, access_roadmap, may
from app.errors import InvalidInputError, NotFoundError
from app.models import Roadmap
from app.roadmaps.actions import assessment_of
from app.roadmaps.difference import difference
from app.roadmaps.opening import organization_of, roadmap_shell, snapshot_of, view_of
from app.roadmaps.pages.compare import MOST_BESIDE, compare_page
from app.roadmaps.pages.summary import SummaryPage, summary_page
from app.roadmaps.queries import parent_of, scenarios_of
from app.web import CurrentUser, Link, SessionDep, render

router = APIRouter(include_in_schema=False)


@router.get("/roadmaps/{roadmap_id}/compare")
def compare(
    request: Request,
    session: SessionDep,
    user: CurrentUser,
    roadmap_id: str,
    beside: Annotated[list[str] | None, Query(alias="with")] = None,
) -> HTMLResponse:
    row = access_roadmap(session, user, roadmap_id, Permission.VIEW)
    base = (parent_of(session, row) or row) if row.status == "scenario" else row
    scenarios = scenarios_of(session, base)
    others = [(view_of(session, one), difference(base, one)) for one in _chosen(scenarios, beside)]
    named = [(one.id, one.name) for one in scenarios]
    may_plan = may(session, user, base.organization_id, Permission.PLAN)
    page = compare_page(view_of(session, base), others, named, may_plan=may_plan)
    crumb = Link("Roadmap", f"/roadmaps/{base.id}")
    shell = roadmap_shell(request, session, snapshot_of(session, base), crumb, Link("What-ifs side by side"))
    return render(request, "roadmaps/compare.html", shell=shell, page=page)


@router.get("/roadmaps/{roadmap_id}/summary")
def summary(request: Request, session: SessionDep, user: CurrentUser, roadmap_id: str) -> HTMLResponse:
    row = access_roadmap(session, user, roadmap_id, Permission.VIEW)
    shell = roadmap_shell(
        request, session, snapshot_of(session, row), Link("Roadmap", f"/roadmaps/{row.id}"), Link("Summary")
    )
    return render(request, "roadmaps/summary.html", shell=shell, page=summary_of(session, row))


def summary_of(session: Session, row: Roadmap) -> SummaryPage:
    """A stored plan on one page."""
    return summary_page(view_of(session, row), organization_of(session, row).name, assessment_of(session, row).name)


def _chosen(scenarios: list[Roadmap], wanted: list[str] | None) -> list[Roadmap]:
    """The what-ifs asked for, else the newest. Raises `AppError` for too many, and for those that are not the plan's."""
    if wanted is None:
        return scenarios[:MOST_BESIDE]
    chosen = [one for one in scenarios if one.id in wanted]
    if len(set(wanted)) > MOST_BESIDE:
        raise InvalidInputError(f"At most {MOST_BESIDE} what-ifs fit beside the plan. Take some ticks away.")
    if len(chosen) < len(set(wanted)):
        raise NotFoundError("One of these what-ifs is not beside this plan any more. Choose again.")
    return chosen
