"""An organisation's own library as JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from app.access import Permission, access_organization
from app.clock import now
from app.errors import InvalidInputError, NotFoundError
from app.libraries import own_rows
from app.models import Organization, OwnInitiative
from app.organizations.api import IfMatch, check_etag
from app.roadmaps.library.actions import (
    hide_initiative,
    restore_initiative,
    save_initiative,
    shipped_contents,
)
from app.roadmaps.library.forms import HiddenForm
from app.web import CurrentUser, Problem, SessionDep
from questionnaires.forms import InitiativeForm

router = APIRouter(
    prefix="/api/v1/organizations/{organization_id}/libraries/{questionnaire_id}",
    tags=["roadmaps"],
    responses={code: {"model": Problem} for code in (401, 403, 404, 422)},
)
EDITED: dict[int | str, dict[str, Any]] = {412: {"model": Problem}, 428: {"model": Problem}}


class LibraryInitiativeOut(BaseModel):
    """``content`` has the shape of the library's file; ``original`` that of the shipped words, where they were adapted."""

    id: str
    state: Annotated[str, Field(description="shipped, adapted or added")]
    hidden: bool
    revision: int
    content: dict[str, Any]
    original: dict[str, Any] | None = None
    original_sha256: Annotated[str | None, Field(description="Digest of the original when it was adapted.")] = None


def _out(name: str, row: OwnInitiative | None, original: dict[str, Any] | None) -> LibraryInitiativeOut:
    own = row.content if row else None
    content = own or original
    if content is None:
        raise NotFoundError("There is no such initiative in this library.")
    return LibraryInitiativeOut(
        id=name,
        state="shipped" if own is None else "adapted" if original else "added",
        hidden=row is not None and row.hidden,
        revision=row.revision if row else 0,
        content=content,
        original=original if own else None,
        original_sha256=row.original_sha256 if row else None,
    )


def _one(
    session: Session, organization: Organization, questionnaire_id: str, initiative_id: str
) -> LibraryInitiativeOut:
    rows = {row.initiative_id: row for row in own_rows(session, organization.id, questionnaire_id)}
    return _out(initiative_id, rows.get(initiative_id), shipped_contents(questionnaire_id).get(initiative_id))


def _tagged(response: Response, out: LibraryInitiativeOut) -> LibraryInitiativeOut:
    response.headers["ETag"] = f'"{out.revision}"'
    return out


@router.get("", summary="The initiatives of the organisation's library: shipped, adapted and added")
def list_library(
    session: SessionDep, user: CurrentUser, organization_id: str, questionnaire_id: str
) -> list[LibraryInitiativeOut]:
    organization = access_organization(session, user, organization_id, Permission.VIEW)
    originals = shipped_contents(questionnaire_id)
    rows = {row.initiative_id: row for row in own_rows(session, organization.id, questionnaire_id)}
    return [_out(name, rows.get(name), originals.get(name)) for name in dict.fromkeys([*originals, *rows])]


@router.get("/{initiative_id}", summary="An initiative of the organisation's library")
def get_library_initiative(
    session: SessionDep,
    user: CurrentUser,
    organization_id: str,
    questionnaire_id: str,
    initiative_id: str,
    response: Response,
) -> LibraryInitiativeOut:
    organization = access_organization(session, user, organization_id, Permission.VIEW)
    return _tagged(response, _one(session, organization, questionnaire_id, initiative_id))


@router.put("/{initiative_id}", summary="Add an initiative of one's own, or adapt a shipped one", responses=EDITED)
def put_library_initiative(
    session: SessionDep,
    user: CurrentUser,
    organization_id: str,
    questionnaire_id: str,
    initiative_id: str,
    form: InitiativeForm,
    response: Response,
    if_match: IfMatch = None,
) -> LibraryInitiativeOut:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    if form.id != initiative_id:
        raise InvalidInputError(f"The id '{form.id}' is not that of the address. Write '{initiative_id}'.")
    revision = _checked(session, organization, questionnaire_id, initiative_id, if_match)
    save_initiative(session, organization, questionnaire_id, form, revision=revision, at=now())
    return _tagged(response, _one(session, organization, questionnaire_id, initiative_id))


@router.put(
    "/{initiative_id}/hidden", summary="Leave an initiative out of plans, or take it in again", responses=EDITED
)
def put_hidden(
    session: SessionDep,
    user: CurrentUser,
    organization_id: str,
    questionnaire_id: str,
    initiative_id: str,
    form: HiddenForm,
    response: Response,
    if_match: IfMatch = None,
) -> LibraryInitiativeOut:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    revision = _checked(session, organization, questionnaire_id, initiative_id, if_match)
    hide_initiative(
        session, organization, questionnaire_id, initiative_id, hidden=form.hidden, revision=revision, at=now()
    )
    return _tagged(response, _one(session, organization, questionnaire_id, initiative_id))


@router.delete("/{initiative_id}", summary="Give an adapted initiative its shipped words back", responses=EDITED)
def delete_adaptation(
    session: SessionDep,
    user: CurrentUser,
    organization_id: str,
    questionnaire_id: str,
    initiative_id: str,
    response: Response,
    if_match: IfMatch = None,
) -> LibraryInitiativeOut:
    organization = access_organization(session, user, organization_id, Permission.MANAGE)
    revision = _checked(session, organization, questionnaire_id, initiative_id, if_match)
    restore_initiative(session, organization, questionnaire_id, initiative_id, revision=revision, at=now())
    return _tagged(response, _one(session, organization, questionnaire_id, initiative_id))


def _checked(
    session: Session, organization: Organization, questionnaire_id: str, initiative_id: str, if_match: str | None
) -> int:
    """The revision that the caller has read."""
    rows = {row.initiative_id: row.revision for row in own_rows(session, organization.id, questionnaire_id)}
    revision = rows.get(initiative_id, 0)
    check_etag(if_match, revision)
    return revision
