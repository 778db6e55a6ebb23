"""Reviews as JSON."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks
from pydantic import BaseModel, Field

from app.access import Permission, access_roadmap
from app.clock import now
from app.models import Roadmap
from app.repeats import OnceRoute
from app.roadmaps.api import DifferenceOut
from app.roadmaps.improving import start_improving
from app.roadmaps.reviews.actions import review_plan
from app.roadmaps.reviews.forms import ReviewForm
from app.roadmaps.reviews.queries import reviews_of
from app.web import CurrentUser, Problem, SessionDep

router = APIRouter(
    prefix="/api/v1/roadmaps/{roadmap_id}/reviews",
    route_class=OnceRoute,
    tags=["roadmaps"],
    responses={code: {"model": Problem} for code in (401, 403, 404, 409, 422)},
)


class OverrunOut(BaseModel):
    """A limit that the work under way exceeds by itself; it was raised to ``needed`` in the period."""

    limit: str
    period: int
    given: float
    needed: float


class ReviewOut(BaseModel):
    """A review; its plan is the roadmap ``roadmap_id``, and ``POST /scenarios/{roadmap_id}/adopt`` accepts it."""

    roadmap_id: str
    parent_id: str | None
    name: str
    accepted: bool
    on: date
    reason: str
    kept: Annotated[list[str], Field(description="What has started or finished.")]
    stopped: Annotated[list[str], Field(description="What was dropped.")]
    overruns: list[OverrunOut]
    late: Annotated[list[str], Field(description="Pinned to a period now past without having started.")]
    difference: DifferenceOut


def _out(row: Roadmap) -> ReviewOut:
    said = {"overruns": row.explanation["overruns"], "late": row.explanation["late"]}
    identity = {"roadmap_id": row.id, "parent_id": row.parent_id, "name": row.name}
    return ReviewOut.model_validate({**identity, **said, **(row.review or {}), "accepted": row.status != "scenario"})


@router.get("", summary="The reviews of the plan's assessment, newest first")
def list_reviews(session: SessionDep, user: CurrentUser, roadmap_id: str) -> list[ReviewOut]:
    row = access_roadmap(session, user, roadmap_id, Permission.VIEW)
    return [_out(each) for each in reviews_of(session, row)]


@router.post("", status_code=201, summary="Review an adopted plan: keep what has started, plan the rest again")
def post_review(
    session: SessionDep, user: CurrentUser, roadmap_id: str, form: ReviewForm, after: BackgroundTasks
) -> ReviewOut:
    plan = access_roadmap(session, user, roadmap_id, Permission.PLAN)
    row = review_plan(session, plan, user, form, at=now())
    after.add_task(start_improving)
    return _out(row)
