"""An organisation's library of initiatives: the shipped one with what it has added, adapted or hidden."""

import json
from functools import lru_cache

from sqlmodel import Session, select

from app.errors import ConflictError
from app.models import Assessment, OwnInitiative
from questionnaires.load import adapted_library, load_library
from questionnaires.located import InvalidFileError
from questionnaires.schema import InitiativeLibrary


def own_rows(session: Session, organization_id: str, questionnaire_id: str) -> list[OwnInitiative]:
    """What the organisation has added, adapted or hidden, by id."""
    rows = session.exec(
        select(OwnInitiative)
        .where(OwnInitiative.organization_id == organization_id, OwnInitiative.questionnaire_id == questionnaire_id)
        .order_by(OwnInitiative.initiative_id)
    )
    return list(rows)


def library_of_assessment(session: Session, assessment: Assessment) -> InitiativeLibrary:
    """The library that plans of an assessment are made from."""
    rows = own_rows(session, assessment.organization_id, assessment.questionnaire_id)
    return _library(assessment.questionnaire_id, rows, whole=False)


def whole_library(session: Session, organization_id: str, questionnaire_id: str) -> InitiativeLibrary:
    """The same with what is hidden: a plan may hold what was hidden after it was made."""
    return _library(questionnaire_id, own_rows(session, organization_id, questionnaire_id), whole=True)


def shown_library(session: Session, organization_id: str, questionnaire_id: str) -> InitiativeLibrary:
    """What is shown beside a result, without what is hidden; the shipped one where one's own does not fit it any more."""
    try:
        return _library(questionnaire_id, own_rows(session, organization_id, questionnaire_id), whole=False)
    except ConflictError:
        return load_library(questionnaire_id)


def _library(questionnaire_id: str, rows: list[OwnInitiative], *, whole: bool) -> InitiativeLibrary:
    own = {row.initiative_id: row.content for row in rows if row.content is not None}
    hidden = [] if whole else sorted(row.initiative_id for row in rows if row.hidden)
    if not own and not hidden:
        return load_library(questionnaire_id)
    try:
        return _adapted(questionnaire_id, json.dumps(own, sort_keys=True), tuple(hidden))
    except InvalidFileError as error:
        # Checked when it was saved: only another version of the shipped library can bring this about.
        raise ConflictError(
            f"Your own initiatives do not fit the shipped library any more: {error.problems[0].message}. "
            "Correct them on the organisation's page, under Initiatives."
        ) from None


@lru_cache(maxsize=32)
def _adapted(questionnaire_id: str, own: str, hidden: tuple[str, ...]) -> InitiativeLibrary:
    return adapted_library(questionnaire_id, json.loads(own), hidden)
