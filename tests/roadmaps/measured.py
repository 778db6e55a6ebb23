"""A measured assessment to plan from: twelve people, two units, targets for some capabilities."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np
from sqlmodel import Session, select

from app.baselines.actions import ensure_shipped_editions
from app.clock import random_id
from app.models import Assessment, AssessmentUnit, Organization, Response, Snapshot, Target, User
from app.results.actions import close_and_measure
from questionnaires.load import load_questionnaire
from tests.factories import START, make_assessment

QUESTIONNAIRE = load_questionnaire("mops-core")
MEASURED_AT = START + timedelta(days=10)
WANTED = {
    "data.coverage": (3.5, 4),
    "data.quality": (4.0, 5),
    "data.unification": (3.0, 3),
    "analytics.reporting": (3.0, 4),
    "analytics.insight": (3.5, 2),
    "process.definition": (3.5, 3),
    "people.roles-skills": (3.0, 3),
    "technology.stack": (2.0, 5),
    "technology.adoption": (1.5, 1),
}
"""Capability → (target, importance); the levels are near 2.5, so that the last two have arrived."""
ARRIVED = {"technology.stack", "technology.adoption"}

_kept: dict[tuple[object, ...], dict[str, Any]] = {}


def measured(
    session: Session,
    organization: Organization,
    consultant: User,
    wanted: Mapping[str, tuple[float, int]] = WANTED,
) -> Snapshot:
    """The snapshot of a closed assessment with the targets ``wanted``. It is computed once per run and targets; later
    calls store the same result for their own organisation."""
    ensure_shipped_editions(session)
    key = tuple(wanted.items())
    status = "closed" if key in _kept else "open"
    assessment = make_assessment(session, organization, consultant, status=status)
    _set_targets(session, assessment, wanted)
    if key in _kept:
        owner = {"organization_id": assessment.organization_id, "assessment_id": assessment.id}
        snapshot = Snapshot(**_kept[key], **owner, edition_id=assessment.edition_id)
        session.add(snapshot)
        session.flush()
        return snapshot
    _answer(session, assessment)
    snapshot = close_and_measure(session, assessment, at=MEASURED_AT)
    _kept[key] = snapshot.model_dump(exclude={"id", "organization_id", "assessment_id", "edition_id"})
    return snapshot


def _set_targets(session: Session, assessment: Assessment, wanted: Mapping[str, tuple[float, int]]) -> None:
    for row in session.exec(select(Target).where(Target.assessment_id == assessment.id)).all():
        if row.capability_id in wanted:
            row.level, row.importance = wanted[row.capability_id]
            session.add(row)
        else:
            session.delete(row)
    session.flush()


def _answer(session: Session, assessment: Assessment) -> None:
    units = session.exec(select(AssessmentUnit).where(AssessmentUnit.assessment_id == assessment.id)).all()
    for person in range(12):
        levels = [2 + (person + place) % 2 for place in range(len(QUESTIONNAIRE.asked))]
        session.add(
            Response(
                organization_id=assessment.organization_id,
                assessment_id=assessment.id,
                id=random_id(),
                resume_hash=random_id(),
                unit_id=units[person % 2].unit_id,
                role="leader" if person < 2 else "specialist",
                started_at=START,
                submitted_at=START,
                vector=np.array(levels, dtype=np.uint8).tobytes(),
            )
        )
    session.flush()
