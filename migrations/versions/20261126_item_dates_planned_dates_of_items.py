"""Planned dates of roadmap items, and a revision so that nobody's change is overwritten."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_item_dates"
down_revision: str | None = "20261126_repeats"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("roadmap_item") as table:
        table.add_column(sa.Column("planned_from", sa.Date(), nullable=True))
        table.add_column(sa.Column("planned_to", sa.Date(), nullable=True))
        table.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        table.create_check_constraint(op.f("ck_roadmap_item_planned_dates"), "planned_from <= planned_to")


def downgrade() -> None:
    with op.batch_alter_table("roadmap_item") as table:
        table.drop_constraint(op.f("ck_roadmap_item_planned_dates"), type_="check")
        for name in ("revision", "planned_to", "planned_from"):
            table.drop_column(name)
