"""Open a plan: everything that its pages and files read, and the frame of its pages."""

from fastapi import Request
from sqlmodel import Session, col, select

from app.assessments.queries import questionnaire_of, targets_frame
from app.libraries import whole_library
from app.models import Organization, Roadmap, Snapshot
from app.results.queries import result_of
from app.roadmaps.actions import assessment_of
from app.roadmaps.aims import aimed
from app.roadmaps.limits import Limits
from app.roadmaps.pages.view import View
from app.roadmaps.queries import items_of
from app.web import Link, Shell, shell_for


def view_of(session: Session, row: Roadmap) -> View:
    """A stored plan with what its pages read."""
    assessment = assessment_of(session, row)
    return View(
        roadmap=row,
        limits=Limits.of(row.limits),
        library=whole_library(session, row.organization_id, assessment.questionnaire_id),
        questionnaire=questionnaire_of(assessment),
        result=aimed(result_of(snapshot_of(session, row)), row.limits.get("targets", {})),
        currency=organization_of(session, row).currency,
        items=items_of(session, row),
    )


def organization_of(session: Session, row: Roadmap | Snapshot) -> Organization:
    """Whose plan or result it is."""
    return session.exec(select(Organization).where(col(Organization.id) == row.organization_id)).one()


def goals_of_plan(session: Session, row: Roadmap) -> dict[str, tuple[str, str]]:
    """Capability → the goal that its target serves, and the reason given."""
    frame = targets_frame(session, assessment_of(session, row))
    return {str(x["capability"]): (str(x["goal"]), str(x["reason"])) for x in frame.to_dict("records")}


def snapshot_of(session: Session, row: Roadmap) -> Snapshot:
    """The result that a plan starts from."""
    return session.exec(select(Snapshot).where(col(Snapshot.id) == row.snapshot_id)).one()


def roadmap_shell(request: Request, session: Session, snapshot: Snapshot, *last: Link) -> Shell:
    """The frame of a roadmap page: where it stands below its assessment, and the tabs beside it."""
    assessment = assessment_of(session, snapshot)
    organization = organization_of(session, snapshot)
    crumbs = (
        Link(organization.name, f"/organizations/{organization.id}"),
        Link(assessment.name, f"/snapshots/{snapshot.id}"),
        *last,
    )
    base = f"/snapshots/{snapshot.id}"
    tabs = (Link("Report", base), Link("Roadmap", f"{base}/roadmap", current=True), Link("Exports", f"{base}/exports"))
    return shell_for(request, crumbs=crumbs, tabs=tabs)
