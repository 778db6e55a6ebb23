"""The outbox of mails."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.models.types

revision: str = "20261125_outbox"
down_revision: str | None = "20261125_releases"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "outbox_mail",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("organization_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=True),
        sa.Column("assessment_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=True),
        sa.Column("invitation_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=True),
        sa.Column("cause", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("to_address", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("template", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("locale", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", app.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", app.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("lease", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=True),
        sa.Column("leased_until", app.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", app.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reply", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.CheckConstraint(
            "(lease IS NULL) = (state NOT IN ('claimed', 'sending'))", name=op.f("ck_outbox_mail_lease")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'claimed', 'sending', 'sent', 'bounced', 'failed', 'skipped', 'uncertain')",
            name=op.f("ck_outbox_mail_state"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "assessment_id", "invitation_id"],
            ["invitation.organization_id", "invitation.assessment_id", "invitation.id"],
            name=op.f("fk_outbox_mail_organization_id_assessment_id_invitation_id_invitation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "assessment_id"],
            ["assessment.organization_id", "assessment.id"],
            name=op.f("fk_outbox_mail_organization_id_assessment_id_assessment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_outbox_mail_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_mail")),
        sa.UniqueConstraint("cause", name=op.f("uq_outbox_mail_cause")),
    )
    with op.batch_alter_table("outbox_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_mail_invitation_id"), ["invitation_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_mail_organization_id_assessment_id", ["organization_id", "assessment_id"], unique=False
        )
        batch_op.create_index("ix_outbox_mail_state_due_at", ["state", "due_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("outbox_mail", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_mail_state_due_at")
        batch_op.drop_index("ix_outbox_mail_organization_id_assessment_id")
        batch_op.drop_index(batch_op.f("ix_outbox_mail_invitation_id"))

    op.drop_table("outbox_mail")
