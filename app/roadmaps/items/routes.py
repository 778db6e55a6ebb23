"""The page of an initiative, and the form in which it is followed."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.responses import Response as HttpResponse
from sqlmodel import Session

from app.access import Permission, access_roadmap, may
from app.clock import now
from app.errors import InvalidInputError, NotFoundError
from app.models import Roadmap, User
from app.remarks.pages import remarks_panel
from app.roadmaps.actions import assessment_of
from app.roadmaps.items.actions import locked_item, save_item
from app.roadmaps.items.forms import ItemForm
from app.roadmaps.items.page import ItemPanel, item_document, item_panel
from app.roadmaps.opening import goals_of_plan, roadmap_shell, snapshot_of, view_of
from app.roadmaps.outcomes.page import pooled_words
from app.roadmaps.outcomes.queries import pooled_outcomes
from app.roadmaps.pages.initiative import initiative_page
from app.roadmaps.pages.view import View
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

COLLIDED = (
    "Somebody else has saved this meanwhile. Compare what they entered, then save yours again or reload the page."
)


@router.get("/roadmaps/{roadmap_id}/initiatives/{initiative_id}")
def initiative(
    request: Request, session: SessionDep, user: CurrentUser, roadmap_id: str, initiative_id: str
) -> HTMLResponse:
    row = access_roadmap(session, user, roadmap_id, Permission.VIEW)
    view = _known(view_of(session, row), initiative_id)
    may_edit = may(session, user, row.organization_id, Permission.PLAN)
    return _page(request, session, user, view, initiative_id, item_panel(view, initiative_id, may_edit=may_edit))


@router.post("/roadmaps/{roadmap_id}/initiatives/{initiative_id}")
def post_initiative(
    request: Request, session: SessionDep, user: CurrentUser, roadmap_id: str, initiative_id: str, posted: UserForm
) -> HttpResponse:
    row = access_roadmap(session, user, roadmap_id, Permission.PLAN)
    typed = fields(posted)
    item = locked_item(session, row, initiative_id)
    view = view_of(session, row)
    if typed.get("revision", "") != str(item.revision if item else 0):
        errors = FormErrors((FieldError("owner", COLLIDED),))
        panel = item_panel(view, initiative_id, may_edit=True, typed=typed, errors=errors, collided=True)
        return _page(request, session, user, view, initiative_id, panel, status=409)
    errors = _save(session, row, initiative_id, typed, view)
    if errors:
        panel = item_panel(view, initiative_id, may_edit=True, typed=typed, errors=errors)
        return _page(request, session, user, view, initiative_id, panel, status=422)
    return redirect(f"/roadmaps/{row.id}/initiatives/{initiative_id}#follow")


def _save(session: Session, row: Roadmap, initiative_id: str, typed: dict[str, str], view: View) -> FormErrors:
    form, errors = parse_form(ItemForm, item_document(typed, view, initiative_id))
    if form is None:
        return FormErrors(tuple(FieldError(_anchor(each.field), each.message) for each in errors.items))
    try:
        save_item(session, row, initiative_id, form, at=now())
    except InvalidInputError as error:
        return FormErrors(tuple(FieldError(each["field"], each["message"]) for each in error.extra["errors"]))
    return FormErrors()


def _anchor(field: str) -> str:
    """The id of the element that an error of the form is about."""
    if field == "form":
        return "status"
    return field.replace("milestones.", "milestone.") if field.startswith("milestones.") else field


def _known(view: View, initiative_id: str) -> View:
    if initiative_id not in view.durations:
        raise NotFoundError("This initiative is not part of the plan's choices.")
    return view


def _page(
    request: Request,
    session: Session,
    user: User,
    view: View,
    initiative_id: str,
    panel: ItemPanel,
    status: int = 200,
) -> HTMLResponse:
    row = view.roadmap
    page = initiative_page(view, initiative_id, goals_of_plan(session, row), f"/roadmaps/{row.id}")
    crumb = Link("Roadmap", f"/roadmaps/{row.id}")
    shell = roadmap_shell(request, session, snapshot_of(session, row), crumb, Link(page.initiative.title))
    back = f"/roadmaps/{row.id}/initiatives/{initiative_id}"
    remarks = remarks_panel(
        session, user, assessment_of(session, row), subject="initiative", subject_id=initiative_id, back=back
    )
    pooled = pooled_outcomes(session, view.questionnaire.id).get(initiative_id)
    return render(
        request,
        "roadmaps/initiative.html",
        status=status,
        shell=shell,
        page=page,
        panel=panel,
        remarks=remarks,
        elsewhere=pooled_words(pooled) if pooled else "",
    )
