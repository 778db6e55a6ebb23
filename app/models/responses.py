"""What respondents answered: rows with revisions while answering, a packed vector on submit."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.clock import random_id
from app.models.assessments import belongs_to_assessment
from app.models.organizations import belongs_to_unit
from app.models.types import UtcDateTime

UNNUMBERED = {"sqlite_with_rowid": False}
"""SQLite would number the rows in the order in which they came, and so tell who answered when."""


class Response(SQLModel, table=True):
    """One respondent's answers. Unit, role and seniority are copied when it starts and never read live.

    ``vector`` has one byte per asked question, in the questionnaire's order: 0 unanswered, 1… the option's code, 254 don't
    know, 255 not applicable. In anonymous assessments times are midnight UTC of the day.
    """

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("id"),
        UniqueConstraint("resume_hash"),
        belongs_to_assessment(),
        belongs_to_unit(),
        CheckConstraint("(vector IS NULL) = (submitted_at IS NULL)", name="submitted"),
        UNNUMBERED,
    )

    organization_id: str = Field(primary_key=True, max_length=36)
    assessment_id: str = Field(primary_key=True, max_length=36)
    id: str = Field(default_factory=random_id, primary_key=True, max_length=36)
    resume_hash: str = Field(max_length=64)
    """Digest by which the link finds it again, not computable from the invitation's stored digest."""
    unit_id: str = Field(max_length=36)
    role: str = Field(max_length=40)
    seniority: str = Field(default="", max_length=40)
    started_at: datetime = Field(sa_type=UtcDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    submit_key: str | None = Field(default=None, max_length=64)
    minutes: int | None = None
    """From first save to submit, for the honest estimate on the start page."""
    vector: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    receipt_hash: str | None = Field(default=None, max_length=64, index=True)


class Answer(SQLModel, table=True):
    """One answer and its revision. ``option_id`` or ``status``, never both."""

    __tablename__ = "answer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "assessment_id", "response_id"],
            ["response.organization_id", "response.assessment_id", "response.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("status IN ('answered', 'dont_know', 'not_applicable', 'unanswered')", name="status"),
        CheckConstraint("(option_id IS NOT NULL) = (status = 'answered')", name="option"),
        # Few answers carry a comment; a result reads those without passing all the others.
        Index(
            "ix_answer_commented",
            "organization_id",
            "assessment_id",
            sqlite_where=text("comment <> ''"),
            postgresql_where=text("comment <> ''"),
        ),
        UNNUMBERED,
    )

    response_id: str = Field(primary_key=True, max_length=36)
    question_id: str = Field(primary_key=True, max_length=100)
    organization_id: str = Field(max_length=36)
    assessment_id: str = Field(max_length=36)
    status: str = Field(max_length=20)
    option_id: str | None = Field(default=None, max_length=40)
    reason: str = Field(default="", max_length=1000)
    comment: str = Field(default="", max_length=4000)
    evidence_url: str = Field(default="", max_length=1000)
    revision: int = 1
    mutation_id: str = Field(max_length=64)
    saved_at: datetime = Field(sa_type=UtcDateTime)


class AnsweringSession(SQLModel, table=True):
    """The cookie of a browser that answers. Only its digest is stored; it carries no time of use."""

    __tablename__ = "answering_session"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "assessment_id", "response_id"],
            ["response.organization_id", "response.assessment_id", "response.id"],
            ondelete="CASCADE",
        ),
        UNNUMBERED,
    )

    token_hash: str = Field(primary_key=True, max_length=64)
    organization_id: str = Field(max_length=36)
    assessment_id: str = Field(max_length=36)
    response_id: str = Field(max_length=36, index=True)
