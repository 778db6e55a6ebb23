"""A link to a report knows who made it, because it ends with their right to share. Those of before end now."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "20261126_vouching"
down_revision: str | None = "20261126_outcomes"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("DELETE FROM report_link")
    with op.batch_alter_table("report_link") as table:
        table.add_column(sa.Column("made_by_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False))
        table.create_foreign_key(
            op.f("fk_report_link_made_by_id_user_account"), "user_account", ["made_by_id"], ["id"], ondelete="CASCADE"
        )
        table.create_index(op.f("ix_report_link_made_by_id"), ["made_by_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("report_link") as table:
        table.drop_index(op.f("ix_report_link_made_by_id"))
        table.drop_constraint(op.f("fk_report_link_made_by_id_user_account"), type_="foreignkey")
        table.drop_column("made_by_id")
