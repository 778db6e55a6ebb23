"""An index of the answers that carry a comment."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_commented"
down_revision: str | None = "20261126_pooling"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    commented = sa.text("comment <> ''")
    op.create_index(
        "ix_answer_commented",
        "answer",
        ["organization_id", "assessment_id"],
        sqlite_where=commented,
        postgresql_where=commented,
    )


def downgrade() -> None:
    op.drop_index("ix_answer_commented", table_name="answer")
