"""When a member first signed in as one: inviting an address tells nothing about it. Members of before have arrived."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.models.types

revision: str = "20261126_arrivals"
down_revision: str | None = "20261126_attempts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("membership", sa.Column("arrived_at", app.models.types.UtcDateTime(timezone=True), nullable=True))
    op.execute("UPDATE membership SET arrived_at = CURRENT_TIMESTAMP")


def downgrade() -> None:
    with op.batch_alter_table("membership") as table:
        table.drop_column("arrived_at")
