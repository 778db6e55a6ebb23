"""Reads of results: a stored snapshot and what stands around it on every page."""

import json
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlmodel import Session, col, select

from app.libraries import shown_library
from app.models import Assessment, BaselineEdition, Organization, Snapshot
from questionnaires.load import load_questionnaire
from questionnaires.schema import InitiativeLibrary, Questionnaire
from scoring.document import from_document
from scoring.results import AssessmentResult

COMMENTS_SHOWN_FROM = 10


def comments_from(k: int) -> int:
    """How many people have to comment on a capability before any comment is shown."""
    return max(COMMENTS_SHOWN_FROM, k)


@dataclass(frozen=True)
class Report:
    """A snapshot with the assessment it measures. ``previous`` is the wave before, ``snapshots`` how many there are."""

    snapshot: Snapshot
    result: AssessmentResult
    assessment: Assessment
    organization: Organization
    questionnaire: Questionnaire
    library: InitiativeLibrary
    """The organisation's own, as it is now."""
    previous: Assessment | None = None
    shared_at: str = ""
    """Where a link without sign-in shows it, and for whom; empty for members."""
    made_for: str = ""

    @property
    def base(self) -> str:
        """The address that every page of the report begins with."""
        return self.shared_at or f"/snapshots/{self.snapshot.id}"

    @property
    def label(self) -> str:
        """What has to stand beside every number of the edition; empty when there is nothing to warn of."""
        return self.result.peers.label if self.result.peers else ""


def load_report(session: Session, snapshot: Snapshot) -> Report:
    """Everything a page of the report reads, in four selects."""
    assessment = session.exec(select(Assessment).where(col(Assessment.id) == snapshot.assessment_id)).one()
    organization = session.exec(select(Organization).where(col(Organization.id) == snapshot.organization_id)).one()
    previous = None
    if assessment.previous_id is not None:
        statement = select(Assessment).where(
            col(Assessment.organization_id) == assessment.organization_id,
            col(Assessment.id) == assessment.previous_id,
        )
        previous = session.exec(statement).first()
    questionnaire = questionnaire_of(assessment)
    library = shown_library(session, organization.id, assessment.questionnaire_id)
    return Report(snapshot, result_of(snapshot), assessment, organization, questionnaire, library, previous)


def questionnaire_of(assessment: Assessment) -> Questionnaire:
    """The version that was answered."""
    return load_questionnaire(assessment.questionnaire_id, assessment.questionnaire_version)


def result_of(snapshot: Snapshot) -> AssessmentResult:
    """The stored result. Snapshots never change, so it is decoded once per process."""
    return _decoded(snapshot.id, snapshot.document)


@lru_cache(maxsize=64)
def _decoded(_snapshot_id: str, document: bytes) -> AssessmentResult:
    return from_document(json.loads(zlib.decompress(document)))


def document_of(snapshot: Snapshot) -> dict[str, Any]:
    """The stored result as the JSON document that it is."""
    document: dict[str, Any] = json.loads(zlib.decompress(snapshot.document))
    return document


def comments_of_capability(snapshot: Snapshot, capability_id: str) -> list[str]:
    """The shuffled comments on a capability; none where fewer than the threshold were written."""
    comments: dict[str, list[str]] = json.loads(zlib.decompress(snapshot.comments))
    return comments.get(capability_id, [])


def newest_snapshot(session: Session, assessment: Assessment) -> Snapshot | None:
    """The latest result of an assessment."""
    found: Snapshot | None = session.exec(_snapshots(assessment).limit(1)).first()
    return found


def snapshots_of(session: Session, assessment: Assessment) -> list[Snapshot]:
    """All results of an assessment, newest first: a recomputation never removes the ones before."""
    return list(session.exec(_snapshots(assessment)).all())


def _snapshots(assessment: Assessment) -> Any:
    return (
        select(Snapshot)
        .where(
            col(Snapshot.organization_id) == assessment.organization_id, col(Snapshot.assessment_id) == assessment.id
        )
        .order_by(col(Snapshot.computed_at).desc(), col(Snapshot.id).desc())
    )


def edition_row(session: Session, edition_id: str | None) -> BaselineEdition | None:
    """The edition that a snapshot was compared with."""
    return session.get(BaselineEdition, edition_id) if edition_id else None
