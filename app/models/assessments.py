"""Assessments: strategy and targets, who is asked, and their links.

Every tenant-owned table carries ``organization_id`` first in its key, and composite foreign keys keep rows from crossing
organisations.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.clock import new_id, now
from app.models.organizations import belongs_to_unit
from app.models.types import UtcDateTime


def belongs_to_assessment(**options: Any) -> ForeignKeyConstraint:
    """The composite foreign key that every table of an assessment has."""
    return ForeignKeyConstraint(
        ["organization_id", "assessment_id"],
        ["assessment.organization_id", "assessment.id"],
        ondelete="CASCADE",
        **options,
    )


def _belongs_to_goal(column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["organization_id", "assessment_id", column], ["goal.organization_id", "goal.assessment_id", "goal.id"]
    )


class Assessment(SQLModel, table=True):
    """One questionnaire version put to one organisation in one time window. ``profile`` is copied at launch."""

    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("id"),
        ForeignKeyConstraint(["organization_id", "previous_id"], ["assessment.organization_id", "assessment.id"]),
        CheckConstraint("status IN ('draft', 'open', 'closed')", name="status"),
        CheckConstraint("anonymity IN ('identified', 'confidential', 'anonymous')", name="anonymity"),
        CheckConstraint("min_group >= 3", name="min_group"),
        CheckConstraint("closes_at IS NULL OR opens_at IS NULL OR closes_at > opens_at", name="window"),
    )

    organization_id: str = Field(foreign_key="organization.id", ondelete="CASCADE", primary_key=True, max_length=36)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    name: str = Field(max_length=200)
    wave: int = 1
    previous_id: str | None = Field(default=None, max_length=36)
    """The wave before, for the change since then."""
    questionnaire_id: str = Field(max_length=100)
    questionnaire_version: str = Field(max_length=20)
    questionnaire_sha256: str = Field(max_length=64)
    edition_id: str | None = Field(default=None, foreign_key="baseline_edition.id", max_length=36)
    status: str = Field(default="draft", max_length=10)
    anonymity: str = Field(default="confidential", max_length=20)
    min_group: int = 5
    purpose: str = Field(default="", max_length=2000)
    """Who asks and why, shown to respondents."""
    show_profile: bool = False
    """Whether the receipt shows respondents their own profile."""
    opens_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closes_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    launched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    people_erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When everybody's data was erased because its time was over; results stay."""
    links_downloaded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    profile: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    created_by: str | None = Field(default=None, max_length=36)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    revision: int = 1


class Strategy(SQLModel, table=True):
    """What the strategy step captures before anyone is surveyed."""

    __tablename__ = "strategy"
    __table_args__ = (belongs_to_assessment(),)

    organization_id: str = Field(primary_key=True, max_length=36)
    assessment_id: str = Field(primary_key=True, max_length=36)
    mandate: str = Field(default="", max_length=4000)
    """What leadership believes marketing operations is for."""
    key_initiatives: str = Field(default="", max_length=4000)
    headcount: int | None = None
    skills: str = Field(default="", max_length=2000)
    time: str = Field(default="", max_length=2000)
    budget: str = Field(default="", max_length=2000)


class Goal(SQLModel, table=True):
    """A business goal, or a marketing goal that serves it."""

    __tablename__ = "goal"
    __table_args__ = (
        belongs_to_assessment(),
        _belongs_to_goal("serves_id"),
        CheckConstraint("kind IN ('business', 'marketing')", name="kind"),
    )

    organization_id: str = Field(primary_key=True, max_length=36)
    assessment_id: str = Field(primary_key=True, max_length=36)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    kind: str = Field(max_length=10)
    text: str = Field(max_length=500)
    serves_id: str | None = Field(default=None, max_length=36)
    position: int = 0


class Target(SQLModel, table=True):
    """The level wanted of a capability, how much it matters, and why."""

    __tablename__ = "target"
    __table_args__ = (
        belongs_to_assessment(),
        _belongs_to_goal("goal_id"),
        CheckConstraint("importance BETWEEN 1 AND 5", name="importance"),
    )

    organization_id: str = Field(primary_key=True, max_length=36)
    assessment_id: str = Field(primary_key=True, max_length=36)
    capability_id: str = Field(primary_key=True, max_length=100)
    importance: int
    level: float
    reason: str = Field(default="", max_length=1000)
    goal_id: str | None = Field(default=None, max_length=36)


class AssessmentUnit(SQLModel, table=True):
    """A unit as it was at launch: name and head-count never change afterwards."""

    __tablename__ = "assessment_unit"
    __table_args__ = (belongs_to_assessment(), belongs_to_unit())

    organization_id: str = Field(primary_key=True, max_length=36)
    assessment_id: str = Field(primary_key=True, max_length=36)
    unit_id: str = Field(primary_key=True, max_length=36)
    name: str = Field(max_length=100)
    headcount: int | None = None
    position: int = 0


class Participant(SQLModel, table=True):
    """Somebody who is asked."""

    __tablename__ = "participant"
    __table_args__ = (
        belongs_to_assessment(),
        UniqueConstraint("organization_id", "assessment_id", "email"),
        belongs_to_unit(),
    )

    organization_id: str = Field(primary_key=True, max_length=36)
    assessment_id: str = Field(primary_key=True, max_length=36)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    name: str = Field(max_length=200)
    email: str = Field(max_length=254)
    unit_id: str = Field(max_length=36)
    role: str = Field(max_length=40)
    """Id of a `profile.role` option."""
    seniority: str = Field(default="", max_length=40)


class Invitation(SQLModel, table=True):
    """The right of one participant to answer once. In anonymous assessments no column leads from here to the response."""

    __tablename__ = "invitation"
    __table_args__ = (
        belongs_to_assessment(),
        UniqueConstraint("organization_id", "assessment_id", "participant_id"),
        UniqueConstraint("organization_id", "assessment_id", "response_id"),
        ForeignKeyConstraint(
            ["organization_id", "assessment_id", "response_id"],
            ["response.organization_id", "response.assessment_id", "response.id"],
        ),
        ForeignKeyConstraint(
            ["organization_id", "assessment_id", "participant_id"],
            ["participant.organization_id", "participant.assessment_id", "participant.id"],
            ondelete="CASCADE",
        ),
    )

    organization_id: str = Field(primary_key=True, max_length=36)
    assessment_id: str = Field(primary_key=True, max_length=36)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    participant_id: str = Field(max_length=36)
    response_id: str | None = Field(default=None, max_length=36)
    """The response it opened; never set in anonymous assessments."""
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opted_out_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the person asked for no more mails about this assessment."""


class InvitationToken(SQLModel, table=True):
    """A link of an invitation; several may live at once. Only the digest is stored."""

    __tablename__ = "invitation_token"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "assessment_id", "invitation_id"],
            ["invitation.organization_id", "invitation.assessment_id", "invitation.id"],
            ondelete="CASCADE",
        ),
    )

    token_hash: str = Field(primary_key=True, max_length=64)
    organization_id: str = Field(max_length=36)
    assessment_id: str = Field(max_length=36)
    invitation_id: str = Field(max_length=36, index=True)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
