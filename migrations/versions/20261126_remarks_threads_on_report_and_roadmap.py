"""What leaders and consultants say about capabilities, initiatives and the roadmap."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.models.types
from app.tenancy import protect_tables

revision: str = "20261126_remarks"
down_revision: str | None = "20261126_inviting"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "remark",
        sa.Column("organization_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("assessment_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("subject_id", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("author_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=True),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", app.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("edited_at", app.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", app.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("subject IN ('capability', 'initiative', 'roadmap')", name=op.f("ck_remark_subject")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name=op.f("fk_remark_author_id_user_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "assessment_id"],
            ["assessment.organization_id", "assessment.id"],
            name=op.f("fk_remark_organization_id_assessment_id_assessment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_remark")),
        sa.UniqueConstraint("id", name=op.f("uq_remark_id")),
    )
    op.create_index(op.f("ix_remark_author_id"), "remark", ["author_id"], unique=False)
    op.create_index(
        "ix_remark_thread", "remark", ["organization_id", "assessment_id", "subject", "subject_id"], unique=False
    )
    protect_tables("remark")


def downgrade() -> None:
    op.drop_table("remark")
