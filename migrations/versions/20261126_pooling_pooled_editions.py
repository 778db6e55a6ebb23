"""Organisations that agree to be pooled, and the manifests of pooled editions."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.models.types

revision: str = "20261126_pooling"
down_revision: str | None = "20261125_accounts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "pooled_manifest",
        sa.Column("edition_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("manifest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["baseline_edition.id"],
            name=op.f("fk_pooled_manifest_edition_id_baseline_edition"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("edition_id", name=op.f("pk_pooled_manifest")),
    )
    with op.batch_alter_table("organization") as table:
        table.add_column(sa.Column("pooled_since", app.models.types.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("organization") as table:
        table.drop_column("pooled_since")
    op.drop_table("pooled_manifest")
