"""Jobs that improve plans, what people record about initiatives, and reviews."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.models.types

revision: str = "20261126_living"
down_revision: str | None = "20261126_commented"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "roadmap_job",
        sa.Column("organization_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("assessment_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("roadmap_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("lease", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=True),
        sa.Column("leased_until", app.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", app.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", app.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("error", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.CheckConstraint(
            "status IN ('waiting', 'running', 'done', 'cancelled', 'failed')", name=op.f("ck_roadmap_job_status")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "assessment_id", "roadmap_id"],
            ["roadmap.organization_id", "roadmap.assessment_id", "roadmap.id"],
            name=op.f("fk_roadmap_job_organization_id_roadmap"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "assessment_id", "id", name=op.f("pk_roadmap_job")),
        sa.UniqueConstraint("id", name=op.f("uq_roadmap_job_id")),
    )
    op.create_index("ix_roadmap_job_status_created_at", "roadmap_job", ["status", "created_at"])
    op.create_index(
        "ix_roadmap_job_organization_id_assessment_id_roadmap_id",
        "roadmap_job",
        ["organization_id", "assessment_id", "roadmap_id"],
    )
    with op.batch_alter_table("roadmap_item") as table:
        table.add_column(sa.Column("started_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("finished_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("milestones", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(
            sa.Column("evidence", sqlmodel.sql.sqltypes.AutoString(length=4000), nullable=False, server_default="")
        )
        table.add_column(sa.Column("effort", sa.JSON(), nullable=False, server_default="{}"))
        table.add_column(sa.Column("operating", sa.Float(), nullable=True))
        table.add_column(sa.Column("capital", sa.Float(), nullable=True))
        table.create_check_constraint(op.f("ck_roadmap_item_dates"), "finished_on IS NULL OR started_on <= finished_on")
    op.add_column("roadmap", sa.Column("review", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("roadmap") as table:
        table.drop_column("review")
    with op.batch_alter_table("roadmap_item") as table:
        table.drop_constraint(op.f("ck_roadmap_item_dates"), type_="check")
        for name in ("capital", "operating", "effort", "evidence", "milestones", "finished_on", "started_on"):
            table.drop_column(name)
    op.drop_table("roadmap_job")
