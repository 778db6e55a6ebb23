"""Roadmaps: solved plans of a snapshot and their what-if scenarios."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.clock import new_id, now
from app.models.types import UtcDateTime


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


class RoadmapItem(SQLModel, table=True):
    """What people decide about an initiative in a plan: owner, status, what it really took."""

    __tablename__ = "roadmap_item"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "assessment_id", "roadmap_id"],
            ["roadmap.organization_id", "roadmap.assessment_id", "roadmap.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("status IN ('planned', 'started', 'done', 'stopped')", name="status"),
    )

    organization_id: str = Field(primary_key=True, max_length=36)
    assessment_id: str = Field(primary_key=True, max_length=36)
    roadmap_id: str = Field(primary_key=True, max_length=36)
    initiative_id: str = Field(primary_key=True, max_length=100)
    owner: str = Field(default="", max_length=200)
    status: str = Field(default="planned", max_length=10)
    note: str = Field(default="", max_length=2000)
