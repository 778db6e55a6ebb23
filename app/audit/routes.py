"""The log as pages: all of it for administrators, an organisation's own for its consultants."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from app.access import Permission, access_organization, require_administrator
from app.audit.pages import PAGE, page_of
from app.audit.queries import entries, head_of
from app.tenancy import see_everything
from app.web import CurrentUser, Link, SessionDep, render, shell_for

router = APIRouter(include_in_schema=False)

Before = Annotated[int | None, Query(ge=1, le=2**53)]


@router.get("/audit")
def everything(request: Request, session: SessionDep, user: CurrentUser, before: Before = None) -> HTMLResponse:
    require_administrator(user)
    see_everything(session)
    found = entries(session, before=before, limit=PAGE + 1)
    page = page_of("Audit log", "/audit", found, str(head_of(session)))
    return render(request, "audit/list.html", page=page)


@router.get("/organizations/{organization_id}/audit")
def of_organization(
    request: Request, session: SessionDep, user: CurrentUser, organization_id: str, before: Before = None
) -> HTMLResponse:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    found = entries(session, organization_id=organization.id, before=before, limit=PAGE + 1)
    page = page_of(f"Audit log of {organization.name}", f"/organizations/{organization.id}/audit", found)
    crumbs = (Link("Portfolio", "/"), Link(organization.name, f"/organizations/{organization.id}"), Link("Audit log"))
    return render(request, "audit/list.html", shell=shell_for(request, crumbs=crumbs), page=page)
