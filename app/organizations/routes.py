"""Create and edit an organisation with its units."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.responses import Response as HttpResponse
from pydantic import ValidationError
from sqlmodel import Session

from app.access import Permission, access_organization, require_consultant
from app.clock import now
from app.errors import AppError, InvalidInputError
from app.models import Organization
from app.organizations.actions import (
    agree_to_pool,
    create_organization,
    remove_member,
    save_units,
    set_member,
    update_organization,
)
from app.organizations.forms import MemberForm, OrganizationForm, UnitForm
from app.organizations.pages import OrganizationFormPage, profile_choices
from app.organizations.queries import units_of
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

router = APIRouter(include_in_schema=False)


@router.get("/organizations/new")
def new(request: Request, user: CurrentUser) -> HTMLResponse:
    require_consultant(user)
    return _form(request, None, {}, "", FormErrors())


@router.post("/organizations/new")
def post_new(request: Request, session: SessionDep, user: CurrentUser, posted: UserForm) -> HttpResponse:
    values = fields(posted)
    units = values.pop("units", "")
    form, errors = parse_form(OrganizationForm, values)
    unit_forms, unit_errors = parse_units(units)
    if form is None or unit_errors:
        return _form(request, None, values, units, FormErrors((*errors.items, *unit_errors.items)))
    organization = create_organization(session, user, form, at=now())
    try:
        save_units(session, organization, unit_forms)
    except InvalidInputError as error:
        session.rollback()
        return _form(request, None, values, units, FormErrors((FieldError("units", error.message),)))
    return redirect(f"/organizations/{organization.id}")


@router.get("/organizations/{organization_id}/edit")
def edit(request: Request, session: SessionDep, user: CurrentUser, organization_id: str) -> HTMLResponse:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    values = {key: str(value) for key, value in organization.model_dump().items()}
    return _form(request, organization, values, _units_text(session, organization), FormErrors())


@router.post("/organizations/{organization_id}/edit")
def post_edit(
    request: Request, session: SessionDep, user: CurrentUser, organization_id: str, posted: UserForm
) -> HttpResponse:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    values = fields(posted)
    units = values.pop("units", "")
    form, errors = parse_form(OrganizationForm, values)
    unit_forms, unit_errors = parse_units(units)
    if form is None or unit_errors:
        return _form(request, organization, values, units, FormErrors((*errors.items, *unit_errors.items)))
    try:
        save_units(session, organization, unit_forms)
    except AppError as error:
        session.rollback()
        return _form(request, organization, values, units, FormErrors((FieldError("units", error.message),)))
    update_organization(session, organization, form, at=now())
    return redirect(f"/organizations/{organization.id}")


@router.post("/organizations/{organization_id}/pooling")
def post_pooling(session: SessionDep, user: CurrentUser, organization_id: str, posted: UserForm) -> HttpResponse:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    agree_to_pool(session, organization, agreed=fields(posted).get("agreed") == "yes", at=now())
    return redirect(f"/organizations/{organization.id}#pooling")


@router.post("/organizations/{organization_id}/members")
def post_member(session: SessionDep, user: CurrentUser, organization_id: str, posted: UserForm) -> HttpResponse:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    form, errors = parse_form(MemberForm, fields(posted))
    if form is None:
        raise InvalidInputError(errors.items[0].message)
    set_member(session, organization, user, form, at=now())
    return redirect(f"/organizations/{organization.id}#people")


@router.post("/organizations/{organization_id}/members/{user_id}/remove")
def post_remove_member(
    session: SessionDep, user: CurrentUser, organization_id: str, user_id: str, _posted: UserForm
) -> HttpResponse:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    remove_member(session, organization, user_id)
    return redirect(f"/organizations/{organization.id}#people")


def parse_units(text: str) -> tuple[list[UnitForm], FormErrors]:
    """One unit a line, its head-count after a comma where known."""
    units, errors = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, comma, count = line.rpartition(",")
        named = (name, count.strip()) if comma and count.strip().isdigit() else (line, "")
        try:
            units.append(UnitForm.model_validate({"name": named[0], "headcount": int(named[1]) if named[1] else None}))
        except ValidationError as error:
            errors.append(FieldError("units", f"Line {number}, '{line.strip()[:40]}': {error.errors()[0]['msg']}."))
    return units, FormErrors(tuple(errors))


def _units_text(session: Session, organization: Organization) -> str:
    return "\n".join(
        f"{unit.name}, {unit.headcount}" if unit.headcount else unit.name for unit in units_of(session, organization)
    )


def _form(
    request: Request, organization: Organization | None, values: dict[str, str], units: str, errors: FormErrors
) -> HTMLResponse:
    here = f"/organizations/{organization.id}" if organization else "/"
    page = OrganizationFormPage(
        title=f"Edit {organization.name}" if organization else "New organisation",
        action=f"{here}/edit" if organization else "/organizations/new",
        back_href=here,
        values={"currency": "EUR"} | values,
        choices=profile_choices(),
        units=units,
        errors=errors,
    )
    crumbs = (Link("Portfolio", "/"), Link(organization.name, here) if organization else Link(page.title))
    shell = shell_for(request, crumbs=crumbs)
    return render(request, "organizations/form.html", status=422 if errors else 200, shell=shell, page=page)
