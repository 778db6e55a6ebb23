"""All that leaders and consultants say about one assessment, on one page."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.access import Permission, access_assessment
from app.assessments.queries import organization_of, questionnaire_of
from app.libraries import whole_library
from app.models import Assessment
from app.remarks.pages import threads_page
from app.results.queries import newest_snapshot
from app.roadmaps.queries import current_plan
from app.web import CurrentUser, Link, SessionDep, render, shell_for

router = APIRouter(include_in_schema=False)


@router.get("/assessments/{assessment_id}/comments")
def threads(request: Request, session: SessionDep, user: CurrentUser, assessment_id: str) -> HTMLResponse:
    assessment = access_assessment(session, user, assessment_id, Permission.COMMENT)
    page = threads_page(session, user, assessment, _subjects(session, assessment))
    organization = organization_of(session, assessment)
    crumbs = (
        Link(organization.name, f"/organizations/{organization.id}"),
        Link(assessment.name, f"/assessments/{assessment.id}/report"),
        Link("Discussion"),
    )
    return render(request, "remarks/threads.html", shell=shell_for(request, crumbs=crumbs), page=page)


def _subjects(session: Session, assessment: Assessment) -> dict[tuple[str, str], tuple[str, str]]:
    """Title and address, in the newest result and plan, of everything that can be talked about."""
    snapshot = newest_snapshot(session, assessment)
    plan = current_plan(session, snapshot) if snapshot else None
    report = f"/snapshots/{snapshot.id}" if snapshot else ""
    roadmap = f"/roadmaps/{plan.id}" if plan else ""
    names = {("roadmap", ""): ("The roadmap as a whole", roadmap)}
    for capability in questionnaire_of(assessment).capabilities:
        names["capability", capability.id] = (capability.name, report and f"{report}/capabilities/{capability.id}")
    for initiative in whole_library(session, assessment.organization_id, assessment.questionnaire_id):
        names["initiative", initiative.id] = (initiative.title, roadmap and f"{roadmap}/initiatives/{initiative.id}")
    return names
