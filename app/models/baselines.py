"""Peer distributions: immutable, dated editions."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.clock import new_id, now
from app.models.types import UtcDateTime


class BaselineEdition(SQLModel, table=True):
    """One edition with its provenance. ``content`` is the edition's CSV; it never changes."""

    __tablename__ = "baseline_edition"
    __table_args__ = (
        UniqueConstraint("baseline", "edition"),
        CheckConstraint("kind IN ('illustrative', 'imported', 'pooled')", name="kind"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    baseline: str = Field(max_length=100)
    """Stable name shared by the editions of one series."""
    edition: str = Field(max_length=40)
    kind: str = Field(max_length=20)
    questionnaire_id: str = Field(max_length=100)
    source: str = Field(max_length=2000)
    method: str = Field(max_length=4000)
    year: int
    peers: int
    published_on: date
    sha256: str = Field(max_length=64)
    provenance: str
    content: str
    created_by: str | None = Field(default=None, max_length=36)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class PooledManifest(SQLModel, table=True):
    """What went into a pooled edition, by opaque keys of organisations. Confidential: no page, API or export reads it.

    It makes the edition again byte by byte, and keeps the next edition from being subtracted from this one.
    """

    __tablename__ = "pooled_manifest"

    edition_id: str = Field(foreign_key="baseline_edition.id", ondelete="CASCADE", primary_key=True, max_length=36)
    manifest: str
