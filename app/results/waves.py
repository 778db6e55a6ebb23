"""The wave before as answers, so that people who answered both times are held against themselves.

People are told by the address they were invited at. Anonymous waves keep no way from an address to an answer, so a change
that one of them takes part in is never linked.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlmodel import Session, col, select

from app.assessments.queries import participants_by_unit, units_of
from app.models import Assessment, Snapshot
from app.responses.queries import Answers, addresses_of, answers_matrix
from app.results.membership import fingerprints
from app.results.queries import newest_snapshot
from app.results.releases import counted_in
from questionnaires.schema import Questionnaire
from scoring.linkage import Wave


@dataclass(frozen=True)
class Before:
    """The wave before and its newest result."""

    assessment: Assessment
    snapshot: Snapshot


@dataclass(frozen=True)
class Weights:
    """People by unit: ``headcount`` where it is known, ``invited`` of those who were asked."""

    headcount: Mapping[str, int]
    invited: Mapping[str, int]


def wave_before(session: Session, assessment: Assessment) -> Before | None:
    """The wave that a change is measured from; ``None`` where there is none, or it has no result."""
    if assessment.previous_id is None:
        return None
    statement = select(Assessment).where(
        col(Assessment.organization_id) == assessment.organization_id, col(Assessment.id) == assessment.previous_id
    )
    previous = session.exec(statement).first()
    snapshot = newest_snapshot(session, previous) if previous else None
    return Before(previous, snapshot) if previous and snapshot else None


def weights_of(session: Session, assessment: Assessment) -> Weights:
    """The weights of the units, under their names as they were at launch."""
    units, asked = units_of(session, assessment), participants_by_unit(session, assessment)
    return Weights(
        headcount={unit.name: unit.headcount for unit in units if unit.headcount is not None},
        invited={unit.name: asked[unit.unit_id] for unit in units if unit.unit_id in asked},
    )


def linked_wave(
    session: Session, assessment: Assessment, questionnaire: Questionnaire, before: Before | None
) -> Wave | None:
    """The answers that the result of the wave before counted, where its people may be known again; ``None`` else.

    ``None`` too where an answer that it counted is there no more: what is left is not what its estimates came from.
    """
    if before is None or "anonymous" in (assessment.anonymity, before.assessment.anonymity):
        return None
    if before.snapshot.questionnaire_sha256 != questionnaire.sha256:
        return None
    answers = answers_matrix(session, before.assessment, questionnaire)
    if not answers.ids:
        return None
    counted = counted_in(session, before.snapshot)
    kept = np.isin(fingerprints(answers.ids), counted)
    if kept.sum() != len(counted):
        return None
    weights = weights_of(session, before.assessment)
    people = with_people(session, before.assessment, answers)
    return Wave(
        answers=answers.matrix[kept],
        respondents=people[kept].reset_index(drop=True),
        headcount=weights.headcount,
        invited=weights.invited,
    )


def with_people(session: Session, assessment: Assessment, answers: Answers) -> pd.DataFrame:
    """The respondents with a column ``person``: a digest of the address, empty where nothing leads to one."""
    addresses = addresses_of(session, assessment)
    found = [addresses.get(response, "").casefold() for response in answers.ids]
    once = {address for address, times in Counter(found).items() if times == 1 and address}
    keys = [hashlib.sha256(one.encode()).hexdigest() if one in once else "" for one in found]
    rows = len(answers.respondents)
    return answers.respondents.assign(person=keys + [""] * (rows - len(keys)))
