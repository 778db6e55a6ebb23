"""Mails on their way, and how an assessment uses them. Nothing here leads to a response."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from app.clock import new_id, now
from app.models.assessments import belongs_to_assessment
from app.models.types import UtcDateTime


class OutboxMail(SQLModel, table=True):
    """One mail to one recipient. ``cause`` is unique: nothing is sent twice for one cause.

    ``waiting`` → ``claimed`` (a worker has it; nothing was handed over) → ``sending`` (its last byte may have been handed
    over) → ``sent``; or ``bounced``, ``failed``, ``skipped`` (no longer wanted) and ``uncertain`` (a worker died while
    ``sending``: never sent again by itself).
    """

    __tablename__ = "outbox_mail"
    __table_args__ = (
        belongs_to_assessment(),
        ForeignKeyConstraint(
            ["organization_id", "assessment_id", "invitation_id"],
            ["invitation.organization_id", "invitation.assessment_id", "invitation.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint(
            "state IN ('waiting', 'claimed', 'sending', 'sent', 'bounced', 'failed', 'skipped', 'uncertain')",
            name="state",
        ),
        CheckConstraint("(lease IS NULL) = (state NOT IN ('claimed', 'sending'))", name="lease"),
        Index("ix_outbox_mail_state_due_at", "state", "due_at"),
        Index("ix_outbox_mail_organization_id_assessment_id", "organization_id", "assessment_id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    organization_id: str | None = Field(default=None, foreign_key="organization.id", ondelete="CASCADE", max_length=36)
    """None for mails of the platform, such as a password reset."""
    assessment_id: str | None = Field(default=None, max_length=36)
    invitation_id: str | None = Field(default=None, index=True, max_length=36)
    cause: str = Field(unique=True, max_length=200)
    to_address: str = Field(max_length=254)
    template: str = Field(max_length=60)
    locale: str = Field(max_length=20)
    content: dict[str, Any] = Field(default_factory=dict, sa_column=Column("content", JSON, nullable=False))
    """Named values of the template; emptied once the mail has left. Links are minted when it is sent, never kept."""
    state: str = Field(default="waiting", max_length=10)
    attempts: int = 0
    queued_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    due_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    """Not before this: the schedule of a reminder, or the pause after a refusal."""
    lease: str | None = Field(default=None, max_length=36)
    """Which worker has it; only that one may go on with it."""
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was sent, bounced, given up or skipped."""
    reply: str = Field(default="", max_length=300)
    """The last word of the mail server, or why it was skipped; without addresses."""


class Inviting(SQLModel, table=True):
    """How the people of one assessment get their links. No row: by links that the consultant hands out."""

    __tablename__ = "inviting"
    __table_args__ = (belongs_to_assessment(), CheckConstraint("by IN ('mail', 'links')", name="by"))

    organization_id: str = Field(primary_key=True, max_length=36)
    assessment_id: str = Field(primary_key=True, max_length=36)
    by: str = Field(default="links", max_length=10)
    reply_to: str = Field(default="", max_length=254)
    """Where answers to the mails go."""


class MailWording(SQLModel, table=True):
    """The consultant's own words of one kind of mail; without a row the shipped ones are sent."""

    __tablename__ = "mail_wording"
    __table_args__ = (belongs_to_assessment(),)

    organization_id: str = Field(primary_key=True, max_length=36)
    assessment_id: str = Field(primary_key=True, max_length=36)
    template: str = Field(primary_key=True, max_length=60)
    subject: str = Field(max_length=200)
    body: str = Field(max_length=5000)


class Reminder(SQLModel, table=True):
    """One round of reminders: ``planned`` → ``queued`` (its mails are in the outbox), or ``skipped``."""

    __tablename__ = "reminder"
    __table_args__ = (
        belongs_to_assessment(),
        CheckConstraint("state IN ('planned', 'queued', 'skipped')", name="state"),
        Index("ix_reminder_state_due_at", "state", "due_at"),
    )

    organization_id: str = Field(primary_key=True, max_length=36)
    assessment_id: str = Field(primary_key=True, max_length=36)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    due_at: datetime = Field(sa_type=UtcDateTime)
    unit_ids: list[str] = Field(default_factory=list, sa_column=Column("unit_ids", JSON, nullable=False))
    """Only these units; empty: all."""
    state: str = Field(default="planned", max_length=10)
    mails: int = 0
    """How many were queued."""
