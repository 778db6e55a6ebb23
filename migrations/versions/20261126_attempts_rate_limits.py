"""How often something was tried, counted by all workers together."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.models.types

revision: str = "20261126_attempts"
down_revision: str | None = "20261126_retention"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "attempt_count",
        sa.Column("key_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("ends_at", app.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_attempt_count")),
    )
    op.create_index(op.f("ix_attempt_count_ends_at"), "attempt_count", ["ends_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_attempt_count_ends_at"), "attempt_count")
    op.drop_table("attempt_count")
