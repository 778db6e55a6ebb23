"""Reads of responses: one respondent's own answers, and the matrix that is scored."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from statistics import median

import numpy as np
import pandas as pd
import sqlalchemy
from sqlmodel import Session, col, select

from app.models import Answer, Assessment, AssessmentUnit, Invitation, Participant, Response
from questionnaires.schema import Questionnaire

ENOUGH_FOR_A_MEDIAN = 5
MOST_FOR_A_MEDIAN = 200
"""Enough for a median in whole minutes; every respondent's page asks for it, however large the organisation is."""


def own_answers(session: Session, response: Response) -> dict[str, Answer]:
    """Question id → what this respondent answered."""
    rows = session.exec(select(Answer).where(Answer.response_id == response.id)).all()
    return {row.question_id: row for row in rows}


def median_minutes(session: Session, assessment: Assessment) -> int | None:
    """How long people who submitted took, measured on up to 200 of them; ``None`` while fewer than five have."""
    minutes = session.exec(
        select(Response.minutes)
        .join(Assessment, col(Assessment.id) == col(Response.assessment_id))
        .where(
            Assessment.questionnaire_id == assessment.questionnaire_id,
            Response.organization_id == assessment.organization_id,
            col(Response.minutes).is_not(None),
        )
        .limit(MOST_FOR_A_MEDIAN)
    ).all()
    known = [value for value in minutes if value is not None]
    return round(median(known)) if len(known) >= ENOUGH_FOR_A_MEDIAN else None


@dataclass(frozen=True)
class Answers:
    """``matrix`` : uint8, shape (n_respondents, n_asked), vector codes; ``respondents`` : unit, role, seniority by row;
    ``ids`` : of the responses."""

    matrix: np.ndarray
    respondents: pd.DataFrame
    ids: tuple[str, ...] = ()


def answers_matrix(session: Session, assessment: Assessment, questionnaire: Questionnaire) -> Answers:
    """The submitted responses of an assessment. Units carry their name as at launch; rows come in random order."""
    units = dict(
        session.exec(
            select(AssessmentUnit.unit_id, AssessmentUnit.name).where(
                col(AssessmentUnit.organization_id) == assessment.organization_id,
                col(AssessmentUnit.assessment_id) == assessment.id,
            )
        ).all()
    )
    found = _submitted(session, assessment)
    width = len(questionnaire.asked)
    matrix = np.frombuffer(b"".join([row[0] for row in found]), dtype=np.uint8).reshape(len(found), width)
    respondents = pd.DataFrame(
        {
            "unit": _labels([units[row[1]] for row in found]),
            "role": _labels([row[2] for row in found]),
            "seniority": _labels([row[3] for row in found]),
        }
    )
    return Answers(matrix, respondents, tuple([row[4] for row in found]))


def _submitted(session: Session, assessment: Assessment) -> list[tuple[bytes, str, str, str, str]]:
    """Vector, unit, role, seniority and id as the driver gives them: rows of SQLAlchemy cost half as much again."""
    result = session.connection().execute(
        sqlalchemy.select(
            col(Response.vector),
            col(Response.unit_id),
            col(Response.role),
            col(Response.seniority),
            col(Response.id),
        )
        .where(
            col(Response.organization_id) == assessment.organization_id,
            col(Response.assessment_id) == assessment.id,
            col(Response.vector).is_not(None),
        )
        .order_by(col(Response.id))
    )
    with closing(result):
        return list(result.cursor.fetchall()) if result.cursor else []


def _labels(values: Sequence[str]) -> "pd.Series[str]":
    """Few labels on many rows, kept as codes."""
    place = {value: number for number, value in enumerate(dict.fromkeys(values))}
    codes = np.array([place[value] for value in values], dtype=np.int32)
    return pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index(list(place), dtype=object)))


def addresses_of(session: Session, assessment: Assessment) -> dict[str, str]:
    """Response id → the address it was asked for at. Empty in anonymous assessments: no column leads there."""
    statement = (
        select(Invitation.response_id, Participant.email)
        .join(
            Participant,
            (col(Participant.organization_id) == col(Invitation.organization_id))
            & (col(Participant.assessment_id) == col(Invitation.assessment_id))
            & (col(Participant.id) == col(Invitation.participant_id)),
        )
        .where(
            Invitation.organization_id == assessment.organization_id,
            Invitation.assessment_id == assessment.id,
            col(Invitation.response_id).is_not(None),
        )
    )
    return {str(response): email for response, email in session.exec(statement).all()}


def comments_of(session: Session, assessment: Assessment) -> pd.DataFrame:
    """Columns ``question_id``, ``comment`` and ``response_id`` (to count who wrote, never to be shown) of submitted
    responses, in no order that tells who wrote them."""
    rows = session.exec(
        select(Answer.question_id, Answer.comment, Answer.response_id)
        .join(
            Response,
            (col(Response.organization_id) == col(Answer.organization_id))
            & (col(Response.assessment_id) == col(Answer.assessment_id))
            & (col(Response.id) == col(Answer.response_id)),
        )
        .where(
            Answer.organization_id == assessment.organization_id,
            Answer.assessment_id == assessment.id,
            col(Response.submitted_at).is_not(None),
            # Written out: SQLite takes the partial index only where it can read the condition.
            col(Answer.comment) != sqlalchemy.literal("", literal_execute=True),
        )
        .order_by(col(Answer.comment))
    ).all()
    return pd.DataFrame(rows, columns=["question_id", "comment", "response_id"])
