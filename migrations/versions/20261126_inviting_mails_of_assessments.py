"""How the people of an assessment are asked by mail: words, reminders, opting out."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.models.types
from app.tenancy import protect_tables

revision: str = "20261126_inviting"
down_revision: str | None = "20261126_providers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("inviting", "mail_wording", "reminder")


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(length=length), nullable=False)


def _of_assessment(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id", "assessment_id"],
        ["assessment.organization_id", "assessment.id"],
        name=op.f(f"fk_{table}_organization_id_assessment_id_assessment"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "inviting",
        _text("organization_id", 36),
        _text("assessment_id", 36),
        _text("by", 10),
        _text("reply_to", 254),
        sa.CheckConstraint("by IN ('mail', 'links')", name=op.f("ck_inviting_by")),
        _of_assessment("inviting"),
        sa.PrimaryKeyConstraint("organization_id", "assessment_id", name=op.f("pk_inviting")),
    )
    op.create_table(
        "mail_wording",
        _text("organization_id", 36),
        _text("assessment_id", 36),
        _text("template", 60),
        _text("subject", 200),
        _text("body", 5000),
        _of_assessment("mail_wording"),
        sa.PrimaryKeyConstraint("organization_id", "assessment_id", "template", name=op.f("pk_mail_wording")),
    )
    op.create_table(
        "reminder",
        _text("organization_id", 36),
        _text("assessment_id", 36),
        _text("id", 36),
        sa.Column("due_at", app.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("unit_ids", sa.JSON(), nullable=False),
        _text("state", 10),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('planned', 'queued', 'skipped')", name=op.f("ck_reminder_state")),
        _of_assessment("reminder"),
        sa.PrimaryKeyConstraint("organization_id", "assessment_id", "id", name=op.f("pk_reminder")),
    )
    op.create_index("ix_reminder_state_due_at", "reminder", ["state", "due_at"])
    protect_tables(*TABLES)
    # Not in a batch: that would rebuild the table, and its children would go with it.
    op.add_column("invitation", sa.Column("opted_out_at", app.models.types.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("invitation", "opted_out_at")
    for name in reversed(TABLES):
        op.drop_table(name)
