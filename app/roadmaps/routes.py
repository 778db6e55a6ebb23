"""The roadmap, its initiatives and what-ifs."""

from typing import Any

from fastapi import APIRouter, BackgroundTasks, Request
from fastapi.responses import HTMLResponse
from fastapi.responses import Response as HttpResponse

from app.access import Permission, access_roadmap, access_snapshot, may
from app.clock import now
from app.errors import InvalidInputError
from app.models import Roadmap
from app.remarks.pages import remarks_panel
from app.results.queries import result_of
from app.roadmaps.actions import adopt, assessment_of, discard, plan_roadmap, plan_scenario, rename
from app.roadmaps.forms import NameForm, PlanForm
from app.roadmaps.improving import start_improving
from app.roadmaps.jobs import ask_to_improve, cancel_job, newest_job
from app.roadmaps.limits import Limits
from app.roadmaps.opening import roadmap_shell, snapshot_of, view_of
from app.roadmaps.outcomes.queries import realised_shares
from app.roadmaps.pages.job import job_line
from app.roadmaps.pages.roadmap import roadmap_page
from app.roadmaps.queries import current_plan, parent_of, scenarios_of
from app.roadmaps.reviews.due import is_due
from app.roadmaps.reviews.page import review_banner
from app.roadmaps.reviews.queries import open_review
from app.web import CurrentUser, Link, SessionDep, UserForm, fields, parse_form, redirect, render

router = APIRouter(include_in_schema=False)


@router.get("/snapshots/{snapshot_id}/roadmap")
def snapshot_roadmap(request: Request, session: SessionDep, user: CurrentUser, snapshot_id: str) -> HttpResponse:
    snapshot = access_snapshot(session, user, snapshot_id, Permission.VIEW)
    found = current_plan(session, snapshot)
    if found is not None:
        return redirect(f"/roadmaps/{found.id}")
    shell = roadmap_shell(request, session, snapshot, Link("Roadmap"))
    targets = any(getattr(x, "target", None) is not None for x in result_of(snapshot).capabilities)
    may_plan = may(session, user, snapshot.organization_id, Permission.PLAN)
    page = {"snapshot": snapshot.id, "targets": targets, "may_plan": may_plan}
    return render(request, "roadmaps/empty.html", shell=shell, page=page)


@router.post("/snapshots/{snapshot_id}/roadmap")
def post_roadmap(
    session: SessionDep, user: CurrentUser, snapshot_id: str, _form: UserForm, after: BackgroundTasks
) -> HttpResponse:
    snapshot = access_snapshot(session, user, snapshot_id, Permission.PLAN)
    roadmap = plan_roadmap(session, snapshot, user, PlanForm(), at=now())
    after.add_task(start_improving)
    return redirect(f"/roadmaps/{roadmap.id}")


@router.get("/roadmaps/{roadmap_id}")
def roadmap(request: Request, session: SessionDep, user: CurrentUser, roadmap_id: str) -> HTMLResponse:
    row = access_roadmap(session, user, roadmap_id, Permission.VIEW)
    view = view_of(session, row)
    parent = parent_of(session, row) if row.status == "scenario" else None
    page = roadmap_page(
        view,
        view_of(session, parent) if parent else None,
        scenarios_of(session, parent or row),
        newest_job(session, row),
        f"/snapshots/{row.snapshot_id}",
        may_plan=may(session, user, row.organization_id, Permission.PLAN),
    )
    shell = roadmap_shell(request, session, snapshot_of(session, row), Link("Roadmap"))
    review = review_banner(view, open_review(session, row), due=is_due(row, now().date()))
    assessment = assessment_of(session, row)
    remarks = remarks_panel(session, user, assessment, subject="roadmap", back=f"/roadmaps/{row.id}")
    pooled = bool(realised_shares(session, assessment.questionnaire_id))
    return render(
        request, "roadmaps/roadmap.html", shell=shell, page=page, review=review, remarks=remarks, pooled=pooled
    )


@router.post("/roadmaps/{roadmap_id}/scenarios")
def post_scenario(
    session: SessionDep, user: CurrentUser, roadmap_id: str, posted: UserForm, after: BackgroundTasks
) -> HttpResponse:
    parent = access_roadmap(session, user, roadmap_id, Permission.PLAN)
    form = what_if_form(fields(posted), [str(value) for value in posted.getlist("exclude") if value], parent)
    scenario = plan_scenario(session, parent, user, form, at=now())
    after.add_task(start_improving)
    return redirect(f"/roadmaps/{scenario.id}")


def what_if_form(values: dict[str, str], excludes: list[str], parent: Roadmap) -> PlanForm:
    """The panel's fields as a plan form. Raises `InvalidInputError` naming the field."""
    limits = Limits.of(parent.limits)
    known = {x["id"] for x in parent.problem["initiatives"]}
    pins: dict[str, Any] = dict(limits.pins)
    if values.get("pin") in known:
        pins[values["pin"]] = values.get("pin_period", "0")
    if values.get("unpin"):
        pins.clear()
    document = {
        "name": values.get("name", ""),
        "operating": values.get("operating") or None,
        "capital_per_year": values.get("capital_per_year") or None,
        "skills": {name: values[f"skill.{name}"] for name in limits.skills if values.get(f"skill.{name}")},
        "wip": values.get("wip") or None,
        "weights": {key.removeprefix("weight."): value for key, value in values.items() if key.startswith("weight.")},
        "targets": {
            key.removeprefix("target."): value for key, value in values.items() if key.startswith("target.") and value
        },
        "measured": values["measured"] == "yes" if "measured" in values else None,
        "pins": {name: period for name, period in pins.items() if name not in excludes},
        "excludes": [name for name in excludes if name in known],
    }
    form, errors = parse_form(PlanForm, document)
    if form is None:
        first = errors.items[0]
        raise InvalidInputError(f"{first.field}: {first.message} Give a number of 0 or more.")
    return form


@router.post("/roadmaps/{roadmap_id}/adopt")
def post_adopt(session: SessionDep, user: CurrentUser, roadmap_id: str, _form: UserForm) -> HttpResponse:
    row = access_roadmap(session, user, roadmap_id, Permission.PLAN)
    adopt(session, row, at=now())
    return redirect(f"/roadmaps/{row.id}")


@router.get("/roadmaps/{roadmap_id}/progress")
def progress(session: SessionDep, user: CurrentUser, roadmap_id: str) -> dict[str, Any]:
    line = job_line(newest_job(session, access_roadmap(session, user, roadmap_id, Permission.VIEW)))
    return {"done": True} if line is None else {"done": line.done, "share": line.share, "text": line.text}


@router.post("/roadmaps/{roadmap_id}/improve")
def post_improve(
    session: SessionDep, user: CurrentUser, roadmap_id: str, _form: UserForm, after: BackgroundTasks
) -> HttpResponse:
    row = access_roadmap(session, user, roadmap_id, Permission.PLAN)
    ask_to_improve(session, row, at=now())
    after.add_task(start_improving)
    return redirect(f"/roadmaps/{row.id}#what-if")


@router.post("/roadmaps/{roadmap_id}/cancel")
def post_cancel(session: SessionDep, user: CurrentUser, roadmap_id: str, _form: UserForm) -> HttpResponse:
    row = access_roadmap(session, user, roadmap_id, Permission.PLAN)
    cancel_job(session, row, at=now())
    return redirect(f"/roadmaps/{row.id}#what-if")


@router.post("/roadmaps/{roadmap_id}/name")
def post_name(session: SessionDep, user: CurrentUser, roadmap_id: str, posted: UserForm) -> HttpResponse:
    row = access_roadmap(session, user, roadmap_id, Permission.PLAN)
    form, errors = parse_form(NameForm, fields(posted))
    if form is None:
        raise InvalidInputError(f"name: {errors.items[0].message}")
    rename(session, row, form.name)
    return redirect(f"/roadmaps/{row.id}")


@router.post("/roadmaps/{roadmap_id}/discard")
def post_discard(session: SessionDep, user: CurrentUser, roadmap_id: str, _form: UserForm) -> HttpResponse:
    row = access_roadmap(session, user, roadmap_id, Permission.PLAN)
    parent = row.parent_id
    discard(session, row)
    return redirect(f"/roadmaps/{parent}")
