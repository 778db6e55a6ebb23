"""An organisation's own library in the browser."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.responses import Response as HttpResponse
from sqlmodel import Session

from app.access import Permission, access_organization, may
from app.clock import now
from app.errors import InvalidInputError, NotFoundError, PreconditionFailedError
from app.libraries import own_rows, whole_library
from app.models import Organization, OwnInitiative
from app.roadmaps.library.actions import (
    hide_initiative,
    new_own_id,
    restore_initiative,
    save_initiative,
    shipped_contents,
)
from app.roadmaps.library.fields import content_of, element_of
from app.roadmaps.library.page import initiative_form_page, library_page
from app.roadmaps.outcomes.queries import pooled_outcomes
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
    shell_for,
)
from questionnaires.forms import InitiativeForm
from questionnaires.load import load_questionnaire

router = APIRouter(include_in_schema=False, prefix="/organizations/{organization_id}/libraries/{questionnaire_id}")


@router.get("")
def library(
    request: Request, session: SessionDep, user: CurrentUser, organization_id: str, questionnaire_id: str
) -> HTMLResponse:
    organization = access_organization(session, user, organization_id, Permission.VIEW)
    originals = shipped_contents(questionnaire_id)
    page = library_page(
        whole_library(session, organization.id, questionnaire_id),
        load_questionnaire(questionnaire_id),
        own_rows(session, organization.id, questionnaire_id),
        originals,
        pooled_outcomes(session, questionnaire_id),
        _base(organization, questionnaire_id),
        may_edit=may(session, user, organization.id, Permission.MANAGE),
    )
    crumbs = (Link(organization.name, f"/organizations/{organization.id}"), Link("Initiatives"))
    return render(request, "roadmaps/library.html", shell=shell_for(request, crumbs=crumbs), page=page)


@router.get("/{initiative_id}")
def initiative(
    request: Request,
    session: SessionDep,
    user: CurrentUser,
    organization_id: str,
    questionnaire_id: str,
    initiative_id: str,
) -> HTMLResponse:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    return _form(request, session, organization, questionnaire_id, initiative_id)


@router.post("/{initiative_id}")
def post_initiative(
    request: Request,
    session: SessionDep,
    user: CurrentUser,
    organization_id: str,
    questionnaire_id: str,
    initiative_id: str,
    posted: UserForm,
) -> HttpResponse:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    _row(session, organization, questionnaire_id, initiative_id)
    typed = fields(posted)
    name = initiative_id
    if name == "new":
        taken = {row.initiative_id for row in own_rows(session, organization.id, questionnaire_id)}
        name = new_own_id(typed.get("title", ""), taken)
    form, errors = parse_form(InitiativeForm, content_of(typed, name))
    if form is None:
        errors = FormErrors(tuple(FieldError(element_of(each.field), each.message) for each in errors.items))
        return _form(request, session, organization, questionnaire_id, initiative_id, typed, errors)
    try:
        save_initiative(session, organization, questionnaire_id, form, revision=_revision(typed), at=now())
    except (InvalidInputError, PreconditionFailedError) as error:
        said = [each["message"] for each in error.extra.get("errors", ())] or [error.message]
        errors = FormErrors(tuple(FieldError("title", message) for message in said))
        return _form(request, session, organization, questionnaire_id, initiative_id, typed, errors, error.status)
    return redirect(f"{_base(organization, questionnaire_id)}#{name}")


@router.post("/{initiative_id}/hide")
def post_hide(
    session: SessionDep,
    user: CurrentUser,
    organization_id: str,
    questionnaire_id: str,
    initiative_id: str,
    posted: UserForm,
) -> HttpResponse:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    typed = fields(posted)
    hidden, revision = typed.get("hidden") != "no", _revision(typed)
    hide_initiative(session, organization, questionnaire_id, initiative_id, hidden=hidden, revision=revision, at=now())
    return redirect(f"{_base(organization, questionnaire_id)}#{initiative_id}")


@router.post("/{initiative_id}/restore")
def post_restore(
    session: SessionDep,
    user: CurrentUser,
    organization_id: str,
    questionnaire_id: str,
    initiative_id: str,
    posted: UserForm,
) -> HttpResponse:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    revision = _revision(fields(posted))
    restore_initiative(session, organization, questionnaire_id, initiative_id, revision=revision, at=now())
    return redirect(f"{_base(organization, questionnaire_id)}#{initiative_id}")


def _base(organization: Organization, questionnaire_id: str) -> str:
    return f"/organizations/{organization.id}/libraries/{questionnaire_id}"


def _revision(typed: dict[str, str]) -> int:
    text = typed.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() else -1


def _row(
    session: Session, organization: Organization, questionnaire_id: str, initiative_id: str
) -> OwnInitiative | None:
    """What the organisation has said about an initiative; None where that is nothing. 404 for what is nowhere."""
    rows = {row.initiative_id: row for row in own_rows(session, organization.id, questionnaire_id)}
    if initiative_id != "new" and initiative_id not in rows and initiative_id not in shipped_contents(questionnaire_id):
        raise NotFoundError("There is no such initiative in this library.")
    return rows.get(initiative_id)


def _form(
    request: Request,
    session: Session,
    organization: Organization,
    questionnaire_id: str,
    initiative_id: str,
    typed: dict[str, str] | None = None,
    errors: FormErrors | None = None,
    status: int = 422,
) -> HTMLResponse:
    original = shipped_contents(questionnaire_id).get(initiative_id)
    page = initiative_form_page(
        whole_library(session, organization.id, questionnaire_id),
        load_questionnaire(questionnaire_id),
        _base(organization, questionnaire_id),
        row=_row(session, organization, questionnaire_id, initiative_id),
        original=original,
        typed=typed,
        errors=errors,
    )
    crumbs = (
        Link(organization.name, f"/organizations/{organization.id}"),
        Link("Initiatives", page.base),
        Link(page.title),
    )
    shell = shell_for(request, crumbs=crumbs)
    return render(request, "roadmaps/library_initiative.html", status=status if errors else 200, shell=shell, page=page)
