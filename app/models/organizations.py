"""Client organisations and their units."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.clock import new_id, now
from app.models.types import UtcDateTime


def belongs_to_unit() -> ForeignKeyConstraint:
    """The composite foreign key of what has a unit: of its own organisation, and kept while anything names it."""
    return ForeignKeyConstraint(["organization_id", "unit_id"], ["unit.organization_id", "unit.id"])


class Organization(SQLModel, table=True):
    """The client whose maturity is measured, with the profile that picks its peers."""

    __tablename__ = "organization"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    name: str = Field(max_length=200)
    industry: str = Field(max_length=40)
    size: str = Field(max_length=40)
    region: str = Field(max_length=40)
    business_model: str = Field(max_length=40)
    operating_model: str = Field(max_length=40)
    currency: str = Field(default="EUR", max_length=3)
    pooled_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it agreed that its levels go into future pooled editions; None: it does not, or no longer."""
    retention_months: int | None = None
    """How long people and their answers are kept after an assessment has closed; None: until they are erased."""
    revision: int = 1
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Unit(SQLModel, table=True):
    """A team, region or brand inside the organisation: a row of the heatmap."""

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("organization_id", "name"),
        CheckConstraint("headcount IS NULL OR headcount > 0", name="headcount"),
    )

    organization_id: str = Field(foreign_key="organization.id", ondelete="CASCADE", primary_key=True, max_length=36)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    name: str = Field(max_length=100)
    headcount: int | None = None
    """People in the unit: its weight in the whole. Unknown: every respondent weighs the same."""
    position: int = 0
