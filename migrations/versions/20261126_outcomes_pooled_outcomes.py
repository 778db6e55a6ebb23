"""Pooled outcomes of initiatives."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.models.types

revision: str = "20261126_outcomes"
down_revision: str | None = "20261126_remarks"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "pooled_outcome",
        sa.Column("questionnaire_id", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("initiative_id", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("realised", sa.Float(), nullable=False),
        sa.Column("low", sa.Float(), nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("pooled_at", app.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("questionnaire_id", "initiative_id", name=op.f("pk_pooled_outcome")),
    )


def downgrade() -> None:
    op.drop_table("pooled_outcome")
