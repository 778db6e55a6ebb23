"""Did it work?"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.access import Permission, access_roadmap
from app.roadmaps.opening import roadmap_shell, snapshot_of, view_of
from app.roadmaps.outcomes.page import outcomes_page
from app.roadmaps.outcomes.queries import outcomes_of, plans_before, pooled_outcomes
from app.web import CurrentUser, Link, SessionDep, render

router = APIRouter(include_in_schema=False)


@router.get("/roadmaps/{roadmap_id}/outcomes")
def roadmap_outcomes(request: Request, session: SessionDep, user: CurrentUser, roadmap_id: str) -> HTMLResponse:
    row = access_roadmap(session, user, roadmap_id, Permission.VIEW)
    view = view_of(session, row)
    pooled, earlier = pooled_outcomes(session, view.questionnaire.id), plans_before(session, row)
    page = outcomes_page(view, outcomes_of(session, row), pooled, earlier)
    shell = roadmap_shell(
        request, session, snapshot_of(session, row), Link("Roadmap", f"/roadmaps/{row.id}"), Link("Did it work?")
    )
    return render(request, "roadmaps/outcomes.html", shell=shell, page=page)
