"""What leaders and consultants say to each other about a report and a roadmap."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.clock import new_id, now
from app.models.assessments import belongs_to_assessment
from app.models.types import UtcDateTime


class Remark(SQLModel, table=True):
    """One remark in the thread of a subject. It belongs to the assessment, so it outlives new results and new plans."""

    __tablename__ = "remark"
    __table_args__ = (
        belongs_to_assessment(),
        UniqueConstraint("id"),
        CheckConstraint("subject IN ('capability', 'initiative', 'roadmap')", name="subject"),
        Index("ix_remark_thread", "organization_id", "assessment_id", "subject", "subject_id"),
    )

    organization_id: str = Field(primary_key=True, max_length=36)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    assessment_id: str = Field(max_length=36)
    subject: str = Field(max_length=10)
    subject_id: str = Field(default="", max_length=100)
    """The id of the capability or initiative; empty for the roadmap as a whole."""
    author_id: str | None = Field(
        default=None, foreign_key="user_account.id", ondelete="SET NULL", index=True, max_length=36
    )
    text: str = Field(max_length=2000)
    revision: int = 1
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
