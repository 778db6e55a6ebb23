"""Requests with an Idempotency-Key and their answers."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.models.types

revision: str = "20261126_repeats"
down_revision: str | None = "20261126_tenancy"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "accepted_request",
        sa.Column("key_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("user_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("body_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", app.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_accepted_request_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_accepted_request")),
    )
    op.create_index(op.f("ix_accepted_request_user_id"), "accepted_request", ["user_id"])
    op.create_index(op.f("ix_accepted_request_created_at"), "accepted_request", ["created_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_accepted_request_created_at"), "accepted_request")
    op.drop_index(op.f("ix_accepted_request_user_id"), "accepted_request")
    op.drop_table("accepted_request")
