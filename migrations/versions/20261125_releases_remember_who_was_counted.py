"""Remember whom each snapshot counted, so that a later one cannot be subtracted from it."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "20261125_releases"
down_revision: str | None = "20261123_create_tables"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "release",
        sa.Column("organization_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("assessment_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("snapshot_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "assessment_id"],
            ["assessment.organization_id", "assessment.id"],
            name=op.f("fk_release_organization_id_assessment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "assessment_id", "snapshot_id"],
            ["snapshot.organization_id", "snapshot.assessment_id", "snapshot.id"],
            name=op.f("fk_release_organization_id_snapshot"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "assessment_id", "snapshot_id", name=op.f("pk_release")),
    )


def downgrade() -> None:
    op.drop_table("release")
