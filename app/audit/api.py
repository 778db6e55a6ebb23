"""The log as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from app.access import Permission, access_organization, require_administrator
from app.audit.queries import Entry, entries, head_of
from app.tenancy import see_everything
from app.web import CurrentUser, Problem, SessionDep

router = APIRouter(
    prefix="/api/v1", tags=["audit"], responses={code: {"model": Problem} for code in (401, 403, 404, 422)}
)

Cursor = Annotated[int | None, Query(ge=1, le=2**53, description="Records before this number.")]
Limit = Annotated[int, Query(ge=1, le=200)]


class RecordOut(BaseModel):
    number: int
    at: datetime
    actor: str
    """A user id, or ``system``."""
    action: str
    organization_id: str | None
    subject: str
    details: dict[str, Any]
    digest: str


class RecordList(BaseModel):
    items: list[RecordOut]
    next_cursor: int | None = None


class HeadOut(BaseModel):
    number: int
    digest: str


def _page(found: Sequence[Entry], limit: int) -> RecordList:
    items = [RecordOut.model_validate(row.model_dump()) for row, _ in found[:limit]]
    return RecordList(items=items, next_cursor=items[-1].number if len(found) > limit else None)


@router.get("/audit", summary="The audit log, the newest first")
def get_audit(session: SessionDep, user: CurrentUser, cursor: Cursor = None, limit: Limit = 50) -> RecordList:
    require_administrator(user)
    see_everything(session)
    return _page(entries(session, before=cursor, limit=limit + 1), limit)


@router.get("/audit/head", summary="The end of the audit log, to be kept elsewhere")
def get_head(session: SessionDep, user: CurrentUser) -> HeadOut:
    require_administrator(user)
    see_everything(session)
    head = head_of(session)
    return HeadOut(number=head.number, digest=head.digest)


@router.get("/organizations/{organization_id}/audit", summary="The audit log of one organisation")
def get_organization_audit(
    session: SessionDep, user: CurrentUser, organization_id: str, cursor: Cursor = None, limit: Limit = 50
) -> RecordList:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    return _page(entries(session, organization_id=organization.id, before=cursor, limit=limit + 1), limit)
