"""Roadmaps: solved plans of a snapshot, their what-if scenarios and reviews, and the jobs that improve them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.clock import new_id, now
from app.models.types import UtcDateTime


def _belongs_to_roadmap() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["organization_id", "assessment_id", "roadmap_id"],
        ["roadmap.organization_id", "roadmap.assessment_id", "roadmap.id"],
        ondelete="CASCADE",
    )


class Roadmap(SQLModel, table=True):
    """One plan: its limits, the problem that was solved and the stored solution (a timed solution is not repeatable)."""

    __tablename__ = "roadmap"
    __table_args__ = (
        UniqueConstraint("id"),
        ForeignKeyConstraint(
            ["organization_id", "assessment_id", "snapshot_id"],
            ["snapshot.organization_id", "snapshot.assessment_id", "snapshot.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["organization_id", "assessment_id", "parent_id"],
            ["roadmap.organization_id", "roadmap.assessment_id", "roadmap.id"],
        ),
        CheckConstraint("status IN ('proposed', 'scenario', 'adopted', 'replaced')", name="status"),
    )

    organization_id: str = Field(primary_key=True, max_length=36)
    assessment_id: str = Field(primary_key=True, max_length=36)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    snapshot_id: str = Field(max_length=36)
    parent_id: str | None = Field(default=None, max_length=36)
    """The plan a scenario is set beside."""
    name: str = Field(max_length=200)
    status: str = Field(default="proposed", max_length=10)
    starts_on: date
    limits: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    problem: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    solution: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    explanation: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    created_by: str | None = Field(default=None, max_length=36)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    adopted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revision: int = 1
    review: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    """Of a plan that a review made: period and reason, what was kept, what differs from the plan before."""


class RoadmapItem(SQLModel, table=True):
    """What people decide about an initiative in a plan: owner, status, dates, milestones, evidence, what it took."""

    __tablename__ = "roadmap_item"
    __table_args__ = (
        _belongs_to_roadmap(),
        CheckConstraint("status IN ('planned', 'started', 'done', 'stopped')", name="status"),
        CheckConstraint("finished_on IS NULL OR started_on <= finished_on", name="dates"),
        CheckConstraint("planned_from <= planned_to", name="planned_dates"),
    )

    organization_id: str = Field(primary_key=True, max_length=36)
    assessment_id: str = Field(primary_key=True, max_length=36)
    roadmap_id: str = Field(primary_key=True, max_length=36)
    initiative_id: str = Field(primary_key=True, max_length=100)
    owner: str = Field(default="", max_length=200)
    status: str = Field(default="planned", max_length=10)
    note: str = Field(default="", max_length=2000)
    planned_from: date | None = None
    planned_to: date | None = None
    """Days agreed where they differ from the plan's; the end is also what is expected by now."""
    started_on: date | None = None
    finished_on: date | None = None
    """On the day itself; set with the status when no day is given."""
    milestones: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    """``text``, ``on`` (day agreed) and ``done`` of each; empty: those of the library, dated by the plan."""
    evidence: str = Field(default="", max_length=4000, sa_column_kwargs={"server_default": ""})
    effort: dict[str, float] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}"))
    """Person-days spent so far by skill."""
    operating: float | None = None
    capital: float | None = None
    """Spent so far, thousand."""
    revision: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class RoadmapJob(SQLModel, table=True):
    """Work on a plan that takes longer than a request may: a better plan, and the reasons by planning again.

    Whoever holds ``lease`` works on it; a lease that ran out is taken over by the next.
    """

    __tablename__ = "roadmap_job"
    __table_args__ = (
        UniqueConstraint("id"),
        _belongs_to_roadmap(),
        CheckConstraint("status IN ('waiting', 'running', 'done', 'cancelled', 'failed')", name="status"),
        Index("ix_roadmap_job_status_created_at", "status", "created_at"),
        Index(
            "ix_roadmap_job_organization_id_assessment_id_roadmap_id", "organization_id", "assessment_id", "roadmap_id"
        ),
    )

    organization_id: str = Field(primary_key=True, max_length=36)
    assessment_id: str = Field(primary_key=True, max_length=36)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    roadmap_id: str = Field(max_length=36)
    status: str = Field(default="waiting", max_length=10)
    seconds: float
    """How long the search may take."""
    progress: dict[str, float] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """``objective``, ``bound``, ``gap`` (0 to 1) and ``seconds`` of the search so far."""
    cancel_asked: bool = False
    lease: str | None = Field(default=None, max_length=36)
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = Field(default="", max_length=300)


class PooledOutcome(SQLModel, table=True):
    """What finished initiatives have brought in organisations that agreed to pool: levels measured per level promised.

    ``manifest`` (organisation → its own figure) is confidential: no page, API or export reads it. It keeps the next figure
    from being subtracted from this one.
    """

    __tablename__ = "pooled_outcome"

    questionnaire_id: str = Field(primary_key=True, max_length=100)
    initiative_id: str = Field(primary_key=True, max_length=100)
    realised: float
    low: float
    high: float
    n: int
    """Organisations, at least five."""
    manifest: dict[str, float] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    pooled_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class OwnInitiative(SQLModel, table=True):
    """An organisation's word on an initiative of a library: its own or adapted ``content``, and whether it is hidden.

    ``content`` has the shape of the library's file; None: the shipped words hold. The id of an adapted one is that of its
    original. ``original_sha256``: digest of the original that was adapted, so that a change of it is noticed.
    """

    __tablename__ = "own_initiative"

    organization_id: str = Field(foreign_key="organization.id", ondelete="CASCADE", primary_key=True, max_length=36)
    questionnaire_id: str = Field(primary_key=True, max_length=100)
    initiative_id: str = Field(primary_key=True, max_length=100)
    content: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    original_sha256: str | None = Field(default=None, max_length=64)
    hidden: bool = False
    revision: int = 1
    updated_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
