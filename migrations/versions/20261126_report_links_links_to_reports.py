"""Links to reports for people without an account."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.models.types

revision: str = "20261126_report_links"
down_revision: str | None = "20261126_living"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "report_link",
        sa.Column("organization_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("assessment_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("snapshot_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("made_for", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("made_by", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("created_at", app.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", app.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", app.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "assessment_id", "snapshot_id"],
            ["snapshot.organization_id", "snapshot.assessment_id", "snapshot.id"],
            name=op.f("fk_report_link_organization_id_assessment_id_snapshot_id_snapshot"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_report_link")),
        sa.UniqueConstraint("id", name=op.f("uq_report_link_id")),
    )
    op.create_index(
        "ix_report_link_organization_id_snapshot_id", "report_link", ["organization_id", "snapshot_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_report_link_organization_id_snapshot_id", table_name="report_link")
    op.drop_table("report_link")
