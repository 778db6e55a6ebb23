"""Organisations, units and members as JSON."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel

from app.access import Permission, access_organization
from app.clock import now
from app.errors import PreconditionFailedError, PreconditionRequiredError
from app.models import Organization
from app.organizations.actions import (
    add_unit,
    agree_to_pool,
    create_organization,
    remove_member,
    set_member,
    update_organization,
)
from app.organizations.forms import MemberForm, OrganizationForm, PoolingForm, UnitForm
from app.organizations.queries import members_of, organizations_of, units_of
from app.repeats import OnceRoute
from app.web import CurrentUser, Problem, SessionDep

router = APIRouter(
    prefix="/api/v1/organizations",
    route_class=OnceRoute,
    tags=["organizations"],
    responses={code: {"model": Problem} for code in (401, 403, 404, 422)},
)

IfMatch = Annotated[str | None, Header(description="The ETag of the version you edit.")]


class OrganizationOut(OrganizationForm):
    id: str
    pooled_since: datetime | None
    """Since when its levels may go into future pooled editions; null: they may not."""
    retention_months: int | None
    """How long people are kept after an assessment has closed; null: until somebody erases them."""
    revision: int
    updated_at: datetime


class OrganizationList(BaseModel):
    items: list[OrganizationOut]
    next_cursor: str | None = None


class UnitOut(UnitForm):
    id: str


class MemberOut(MemberForm):
    user_id: str
    name: str
    """Their own once they have signed in; before, what stands before the @."""
    waiting: bool
    """Has not signed in since the role was given."""


def _out(organization: Organization) -> OrganizationOut:
    return OrganizationOut.model_validate(organization.model_dump(exclude={"created_at"}))


def check_etag(given: str | None, revision: int) -> None:
    """Refuse a change of a version that somebody has changed since it was read."""
    if given is None:
        raise PreconditionRequiredError("Send If-Match with the ETag you read, so that nobody's change is overwritten.")
    if given.strip('W/"') != str(revision):
        raise PreconditionFailedError("It has changed since you read it. Read it again and repeat your change.")


@router.get("", summary="Organisations you belong to")
def list_organizations(
    session: SessionDep,
    user: CurrentUser,
    cursor: Annotated[str, Query(max_length=36)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> OrganizationList:
    rows = sorted((row for row, _ in organizations_of(session, user)), key=lambda row: row.id)
    page = [row for row in rows if row.id > cursor][: limit + 1]
    return OrganizationList(
        items=[_out(row) for row in page[:limit]], next_cursor=page[limit - 1].id if len(page) > limit else None
    )


@router.post("", status_code=201, summary="Create an organisation")
def post_organization(session: SessionDep, user: CurrentUser, form: OrganizationForm) -> OrganizationOut:
    return _out(create_organization(session, user, form, at=now()))


@router.get("/{organization_id}", summary="One organisation")
def get_organization(
    session: SessionDep, user: CurrentUser, organization_id: str, response: Response
) -> OrganizationOut:
    organization = access_organization(session, user, organization_id, Permission.VIEW)
    response.headers["ETag"] = f'"{organization.revision}"'
    return _out(organization)


@router.patch(
    "/{organization_id}",
    summary="Change an organisation",
    responses={412: {"model": Problem}, 428: {"model": Problem}},
)
def patch_organization(
    session: SessionDep,
    user: CurrentUser,
    organization_id: str,
    form: OrganizationForm,
    response: Response,
    if_match: IfMatch = None,
) -> OrganizationOut:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    check_etag(if_match, organization.revision)
    update_organization(session, organization, form, at=now())
    response.headers["ETag"] = f'"{organization.revision}"'
    return _out(organization)


@router.put("/{organization_id}/pooling", summary="Agree to future pooled editions, or withdraw")
def put_pooling(session: SessionDep, user: CurrentUser, organization_id: str, form: PoolingForm) -> OrganizationOut:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    agree_to_pool(session, organization, agreed=form.agreed, at=now())
    return _out(organization)


@router.get("/{organization_id}/units", summary="Units")
def list_units(session: SessionDep, user: CurrentUser, organization_id: str) -> list[UnitOut]:
    organization = access_organization(session, user, organization_id, Permission.VIEW)
    return [UnitOut(id=unit.id, name=unit.name, headcount=unit.headcount) for unit in units_of(session, organization)]


@router.post("/{organization_id}/units", status_code=201, summary="Add a unit")
def post_unit(session: SessionDep, user: CurrentUser, organization_id: str, form: UnitForm) -> UnitOut:
    unit = add_unit(session, access_organization(session, user, organization_id, Permission.MANAGE), form)
    return UnitOut(id=unit.id, name=unit.name, headcount=unit.headcount)


@router.get("/{organization_id}/members", summary="Members")
def list_members(session: SessionDep, user: CurrentUser, organization_id: str) -> list[MemberOut]:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    return [MemberOut.model_validate(asdict(member)) for member in members_of(session, organization)]


@router.post("/{organization_id}/members", summary="Give a user a role", responses={409: {"model": Problem}})
def post_member(session: SessionDep, user: CurrentUser, organization_id: str, form: MemberForm) -> MemberOut:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    given = set_member(session, organization, user, form, at=now())
    [member] = [one for one in members_of(session, organization) if one.user_id == given.id]
    return MemberOut.model_validate(asdict(member))


@router.delete(
    "/{organization_id}/members/{user_id}",
    status_code=204,
    summary="Take a membership away",
    responses={409: {"model": Problem}},
)
def delete_member(session: SessionDep, user: CurrentUser, organization_id: str, user_id: str) -> None:
    remove_member(session, access_organization(session, user, organization_id, Permission.MANAGE), user_id)
