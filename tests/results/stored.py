"""The synthetic assessment of ``sample`` in a database: two measured waves, with comments."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlmodel import Session, select

from app.assessments.actions import TargetInput, launch_assessment, save_targets
from app.baselines.actions import ensure_shipped_editions
from app.clock import random_id
from app.models import Answer, Assessment, AssessmentUnit, Organization, Response, Snapshot, User
from app.organizations.actions import add_unit
from app.organizations.forms import UnitForm
from app.results.actions import close_and_measure
from app.results.queries import newest_snapshot
from tests.factories import START, make_assessment
from tests.results import sample

COMMENTED = "data.quality"


def two_waves(session: Session, organization: Organization, consultant: User) -> Snapshot:
    """Two closed waves of eight units; the snapshot of the second."""
    ensure_shipped_editions(session)
    for unit in sample.UNITS:
        add_unit(session, organization, UnitForm(name=unit))
    session.flush()
    first = _wave(session, organization, consultant, START - timedelta(days=400), 1, 0.0, None)
    second = _wave(session, organization, consultant, START, 2, 0.15, first)
    found = newest_snapshot(session, second)
    assert found is not None
    return found


def _wave(
    session: Session,
    organization: Organization,
    consultant: User,
    at: datetime,
    seed: int,
    shift: float,
    previous: Assessment | None,
) -> Assessment:
    people = {unit: n + 3 for unit, n in sample.UNITS.items()}
    assessment = make_assessment(
        session, organization, consultant, people=people, at=at, previous=previous, status="draft"
    )
    _targets(session, assessment, at)
    launch_assessment(session, assessment, at=at)
    questionnaire = sample.mops_core()
    respondents = sample.people(questionnaire)
    store_answers(session, assessment, sample.answers(questionnaire, respondents, seed, shift), respondents, at)
    close_and_measure(session, assessment, at=at + timedelta(days=18))
    return assessment


def _targets(session: Session, assessment: Assessment, at: datetime) -> None:
    rows = sample.targets(sample.mops_core()).itertuples()
    save_targets(
        session,
        assessment,
        [
            TargetInput(
                capability=str(row.capability),
                importance=int(row.importance),
                level=float(row.target),
                reason="It serves the plan.",
            )
            for row in rows
        ],
        at=at,
    )


def store_answers(
    session: Session,
    assessment: Assessment,
    matrix: NDArray[np.uint8],
    respondents: pd.DataFrame,
    at: datetime,
) -> None:
    """Submitted responses with these vectors; twelve comments on one capability, three on another."""
    statement = select(AssessmentUnit).where(AssessmentUnit.assessment_id == assessment.id)
    units = {unit.name: unit.unit_id for unit in session.exec(statement).all()}
    for place, (row, person) in enumerate(zip(matrix, respondents.itertuples(), strict=True)):
        response = Response(
            organization_id=assessment.organization_id,
            assessment_id=assessment.id,
            id=random_id(),
            resume_hash=random_id(),
            unit_id=units[str(person.unit)],
            role=str(person.role),
            started_at=at,
            submitted_at=at,
            vector=row.tobytes(),
        )
        session.add(response)
        session.flush()
        if place < 12:
            session.add(
                _comment(
                    response, f"{COMMENTED}.1", f"Comment {place}: we fix the same country codes before every fair.", at
                )
            )
        if place < 3:
            session.add(_comment(response, "data.coverage.1", f"Coverage comment {place}.", at))
    session.flush()


def _comment(response: Response, question_id: str, text: str, at: datetime) -> Answer:
    return Answer(
        response_id=response.id,
        question_id=question_id,
        organization_id=response.organization_id,
        assessment_id=response.assessment_id,
        status="answered",
        option_id="l2",
        comment=text,
        mutation_id=random_id(),
        saved_at=at,
    )


def empty_wave(session: Session, organization: Organization, consultant: User) -> Assessment:
    """An open assessment that nobody answered."""
    return make_assessment(session, organization, consultant, status="open")
