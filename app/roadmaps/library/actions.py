"""Add, adapt and hide initiatives."""

import hashlib
import json
import re
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from app.audit.actions import record
from app.errors import ConflictError, InvalidInputError, NotFoundError, PreconditionFailedError
from app.libraries import own_rows
from app.models import Organization, OwnInitiative
from questionnaires.forms import InitiativeForm
from questionnaires.load import adapted_library, library_document, shipped
from questionnaires.located import InvalidFileError

OWN = "own."
"""What the ids of added initiatives begin with; no shipped one does."""
MOST = 200


def shipped_contents(questionnaire_id: str) -> dict[str, dict[str, Any]]:
    """Id → content of each shipped initiative."""
    if questionnaire_id not in shipped():
        raise NotFoundError(f"There is no questionnaire '{questionnaire_id[:60]}'.")
    return {each["id"]: each for each in library_document(questionnaire_id)["initiatives"]}


def digest_of(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def new_own_id(title: str, taken: set[str]) -> str:
    """``own.monthly-review``; a number is added where it is taken."""
    base = OWN + (re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "initiative")
    return next(name for name in (base, *(f"{base}-{place}" for place in range(2, MOST + 3))) if name not in taken)


def save_initiative(
    session: Session,
    organization: Organization,
    questionnaire_id: str,
    form: InitiativeForm,
    *,
    revision: int,
    at: datetime,
) -> OwnInitiative:
    """Store an initiative of one's own, or one's own words for a shipped one; checked like a shipped library."""
    originals = shipped_contents(questionnaire_id)
    name = form.id
    if name not in originals and not name.startswith(OWN):
        raise InvalidInputError(f"'{name}' is no shipped initiative; begin the id of one that you add with '{OWN}'.")
    row = _locked(session, organization, questionnaire_id, name, revision)
    content = form.model_dump(mode="json", by_alias=True)
    own = _own_contents(session, organization, questionnaire_id) | {name: content}
    if len(own) > MOST:
        raise InvalidInputError(f"A library holds at most {MOST} initiatives of one's own. Adapt one that is there.")
    _require_valid(questionnaire_id, own)
    row.content = content
    row.original_sha256 = digest_of(originals[name]) if name in originals else None
    return _store(session, row, at, "library.initiative_saved")


def _own_contents(session: Session, organization: Organization, questionnaire_id: str) -> dict[str, dict[str, Any]]:
    rows = own_rows(session, organization.id, questionnaire_id)
    return {row.initiative_id: row.content for row in rows if row.content is not None}


def _require_valid(questionnaire_id: str, own: dict[str, Any]) -> None:
    try:
        adapted_library(questionnaire_id, own)
    except InvalidFileError as error:
        said = [re.sub(r"^'?initiatives\.\d+\.", "'", problem.message) for problem in error.problems]
        errors = [{"field": "form", "message": f"{text[0].upper()}{text[1:]}."} for text in said]
        raise InvalidInputError(" ".join(each["message"] for each in errors[:3]), errors=errors) from None


def hide_initiative(
    session: Session,
    organization: Organization,
    questionnaire_id: str,
    initiative_id: str,
    *,
    hidden: bool,
    revision: int,
    at: datetime,
) -> OwnInitiative:
    """Leave an initiative out of plans made from now on, or take it in again. Plans that have it keep it."""
    row = _locked(session, organization, questionnaire_id, initiative_id, revision)
    if row.content is None and initiative_id not in shipped_contents(questionnaire_id):
        raise NotFoundError("There is no such initiative in this library.")
    row.hidden = hidden
    return _store(session, row, at, "library.initiative_hidden" if hidden else "library.initiative_shown")


def restore_initiative(
    session: Session,
    organization: Organization,
    questionnaire_id: str,
    initiative_id: str,
    *,
    revision: int,
    at: datetime,
) -> OwnInitiative:
    """Give an adapted initiative its shipped words back."""
    if initiative_id not in shipped_contents(questionnaire_id):
        raise ConflictError("It has no original to go back to. Hide it, or change its words.")
    row = _locked(session, organization, questionnaire_id, initiative_id, revision)
    own = _own_contents(session, organization, questionnaire_id)
    _require_valid(questionnaire_id, {name: content for name, content in own.items() if name != initiative_id})
    row.content = row.original_sha256 = None
    return _store(session, row, at, "library.initiative_restored")


def _locked(
    session: Session, organization: Organization, questionnaire_id: str, initiative_id: str, revision: int
) -> OwnInitiative:
    """The row to change, held against other writers. Raises `PreconditionFailedError` when it is not as it was read."""
    session.exec(select(Organization.id).where(Organization.id == organization.id).with_for_update()).one()
    key = (organization.id, questionnaire_id, initiative_id)
    row = session.get(OwnInitiative, key, populate_existing=True)
    if revision != (row.revision if row else 0):
        raise PreconditionFailedError("It has changed since you read it. Read it again and repeat your change.")
    return row or OwnInitiative(
        organization_id=organization.id, questionnaire_id=questionnaire_id, initiative_id=initiative_id, revision=0
    )


def _store(session: Session, row: OwnInitiative, at: datetime, act: str) -> OwnInitiative:
    row.revision += 1
    row.updated_at = at
    session.add(row)
    session.flush()
    subject = f"initiative:{row.questionnaire_id}:{row.initiative_id}"
    record(session, act, organization_id=row.organization_id, subject=subject)
    return row
