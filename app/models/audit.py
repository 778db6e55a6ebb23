"""Who did what: a log that only grows. It holds ids and counts, never names, addresses or texts."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, Integer
from sqlmodel import Field, SQLModel

from app.models.types import UtcDateTime

Number = BigInteger().with_variant(Integer, "sqlite")


class AuditRecord(SQLModel, table=True):
    """One act. Triggers refuse every change; no foreign key, because the record outlives what it speaks of."""

    __tablename__ = "audit_record"
    __table_args__ = (Index("ix_audit_record_organization", "organization_id", "number"),)

    number: int = Field(sa_column=Column("number", Number, primary_key=True, autoincrement=False))
    """Consecutive from 1, in the order of the commits."""
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=60)
    """The id of a user, or ``system`` for the command line and the worker."""
    action: str = Field(max_length=60)
    organization_id: str | None = Field(default=None, max_length=36)
    subject: str = Field(default="", max_length=120)
    """What it was done to: ``assessment:<id>``."""
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column("details", JSON, nullable=False))
    digest: str = Field(max_length=64)
    """Keyed, over everything above and the digest of the record before."""


class AuditHead(SQLModel, table=True):
    """The end of the log, sealed: without it a cut tail would not show. Writers queue at this one row."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: int = Field(default=1, primary_key=True)
    number: int = Field(default=0, sa_column=Column("number", Number, nullable=False))
    digest: str = Field(default="", max_length=64)
    seal: str = Field(default="", max_length=64)
