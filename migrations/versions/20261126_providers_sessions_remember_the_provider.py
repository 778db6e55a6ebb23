"""A session remembers at which provider the person signed in, so that it can offer to sign out there too."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "20261126_providers"
down_revision: str | None = "20261126_audit"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "login_session",
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(length=40), server_default="", nullable=False),
    )


def downgrade() -> None:
    with op.batch_alter_table("login_session") as table:
        table.drop_column("provider")
