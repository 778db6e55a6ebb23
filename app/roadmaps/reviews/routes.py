"""Review a plan, and the reviews so far."""

from fastapi import APIRouter, BackgroundTasks, Request
from fastapi.responses import HTMLResponse
from fastapi.responses import Response as HttpResponse
from sqlmodel import Session

from app.access import Permission, access_roadmap, may
from app.clock import now
from app.errors import InvalidInputError
from app.models import Roadmap, User
from app.roadmaps.improving import start_improving
from app.roadmaps.opening import roadmap_shell, snapshot_of, view_of
from app.roadmaps.reviews.actions import review_plan
from app.roadmaps.reviews.due import is_due
from app.roadmaps.reviews.forms import ReviewForm
from app.roadmaps.reviews.page import reviews_page
from app.roadmaps.reviews.queries import reviews_of
from app.web import (
    CurrentUser,
    FieldError,
    FormErrors,
    Link,
    SessionDep,
    UserForm,
    fields,
    parse_form,
    redirect,
    render,
)

router = APIRouter(include_in_schema=False)


@router.get("/roadmaps/{roadmap_id}/reviews")
def reviews(request: Request, session: SessionDep, user: CurrentUser, roadmap_id: str) -> HTMLResponse:
    return _page(request, session, user, access_roadmap(session, user, roadmap_id, Permission.VIEW))


@router.post("/roadmaps/{roadmap_id}/reviews")
def post_review(
    request: Request,
    session: SessionDep,
    user: CurrentUser,
    roadmap_id: str,
    posted: UserForm,
    after: BackgroundTasks,
) -> HttpResponse:
    plan = access_roadmap(session, user, roadmap_id, Permission.PLAN)
    typed = fields(posted)
    form, errors = parse_form(ReviewForm, review_document(typed))
    if form is not None:
        try:
            row = review_plan(session, plan, user, form, at=now())
        except InvalidInputError as error:
            errors = FormErrors((FieldError("reason", error.message),))
        else:
            after.add_task(start_improving)
            return redirect(f"/roadmaps/{row.id}")
    return _page(request, session, user, plan, typed, errors)


def review_document(typed: dict[str, str]) -> dict[str, object]:
    """The fields of the page as a review form reads them; an empty one keeps what the plan has."""
    plain: dict[str, object] = {name: typed.get(name) or None for name in ("operating", "capital_per_year", "periods")}
    skills = {name.removeprefix("skill."): days for name, days in typed.items() if name.startswith("skill.") and days}
    return plain | {"skills": skills, "reason": typed.get("reason", "")}


def _page(
    request: Request,
    session: Session,
    user: User,
    plan: Roadmap,
    typed: dict[str, str] | None = None,
    errors: FormErrors | None = None,
) -> HTMLResponse:
    view = view_of(session, plan)
    page = reviews_page(
        view,
        reviews_of(session, plan),
        due=is_due(plan, now().date()),
        may_review=may(session, user, plan.organization_id, Permission.PLAN),
        typed=typed,
        errors=errors,
    )
    crumb = Link("Roadmap", f"/roadmaps/{plan.id}")
    shell = roadmap_shell(request, session, snapshot_of(session, plan), crumb, Link("Progress and reviews"))
    return render(request, "roadmaps/reviews.html", status=422 if errors else 200, shell=shell, page=page)
