"""Snapshots: results that render the same report years later."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.clock import new_id, now, random_id
from app.models.assessments import belongs_to_assessment
from app.models.types import UtcDateTime


class Snapshot(SQLModel, table=True):
    """A result as computed once: what it was computed from, and the gated document (zlib-compressed JSON)."""

    __tablename__ = "snapshot"
    __table_args__ = (UniqueConstraint("id"), belongs_to_assessment())

    organization_id: str = Field(primary_key=True, max_length=36)
    assessment_id: str = Field(primary_key=True, max_length=36)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    computed_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    questionnaire_sha256: str = Field(max_length=64)
    scoring_version: str = Field(max_length=20)
    edition_id: str | None = Field(default=None, max_length=36)
    inputs_sha256: str = Field(max_length=64)
    settings: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    document: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    comments: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Capability id → shuffled comments, only of capabilities with enough of them; zlib-compressed JSON."""


class Release(SQLModel, table=True):
    """Which respondents a snapshot counted in which of its groups, so that a later one cannot be subtracted from it.

    Never read by a page, the API or an export. ``members`` holds fingerprints of response ids, never ids: once a
    response is erased, nothing leads back to whose it was.
    """

    __tablename__ = "release"
    __table_args__ = (
        belongs_to_assessment(),
        ForeignKeyConstraint(
            ["organization_id", "assessment_id", "snapshot_id"],
            ["snapshot.organization_id", "snapshot.assessment_id", "snapshot.id"],
            ondelete="CASCADE",
        ),
    )

    organization_id: str = Field(primary_key=True, max_length=36)
    assessment_id: str = Field(primary_key=True, max_length=36)
    snapshot_id: str = Field(primary_key=True, max_length=36)
    groups: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Names of units and roles, and per capability which of them were shown."""
    members: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ReportLink(SQLModel, table=True):
    """A link to one snapshot's report for a named reader without an account."""

    __tablename__ = "report_link"
    __table_args__ = (
        UniqueConstraint("id"),
        ForeignKeyConstraint(
            ["organization_id", "assessment_id", "snapshot_id"],
            ["snapshot.organization_id", "snapshot.assessment_id", "snapshot.id"],
            ondelete="CASCADE",
        ),
        Index("ix_report_link_organization_id_snapshot_id", "organization_id", "snapshot_id"),
    )

    organization_id: str = Field(primary_key=True, max_length=36)
    id: str = Field(default_factory=random_id, primary_key=True, max_length=36)
    assessment_id: str = Field(max_length=36)
    snapshot_id: str = Field(max_length=36)
    made_for: str = Field(max_length=100)
    made_by: str = Field(max_length=200)
    made_by_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", index=True, max_length=36)
    """It opens as long as they may share reports of the organisation."""
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
