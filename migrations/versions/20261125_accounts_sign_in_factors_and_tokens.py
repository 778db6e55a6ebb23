"""Analysts, second factors, one-time links, API tokens, identities at providers."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.models.types

revision: str = "20261125_accounts"
down_revision: str | None = "20261125_outbox"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "account_link",
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("user_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("created_at", app.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", app.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", app.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('invitation', 'reset')", name=op.f("ck_account_link_purpose")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_account_link_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_account_link")),
    )
    op.create_index(op.f("ix_account_link_user_id"), "account_link", ["user_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("user_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("scopes", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("created_at", app.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", app.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", app.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_api_token_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"], unique=False)
    op.create_table(
        "oidc_identity",
        sa.Column("issuer", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
        sa.Column("user_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("created_at", app.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_oidc_identity_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_oidc_identity")),
    )
    op.create_index(op.f("ix_oidc_identity_user_id"), "oidc_identity", ["user_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("code_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("used_at", app.models.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    # A session has got a public id; those of before end, and everybody signs in once more.
    op.execute("DELETE FROM login_session")
    with op.batch_alter_table("login_session") as table:
        table.add_column(sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False))
        table.add_column(
            sa.Column("agent", sqlmodel.sql.sqltypes.AutoString(length=80), server_default="", nullable=False)
        )
        table.add_column(
            sa.Column("needs", sqlmodel.sql.sqltypes.AutoString(length=10), server_default="", nullable=False)
        )
        table.create_unique_constraint(op.f("uq_login_session_id"), ["id"])
    op.add_column("user_account", sa.Column("totp_secret", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=True))
    op.add_column(
        "user_account", sa.Column("totp_confirmed_at", app.models.types.UtcDateTime(timezone=True), nullable=True)
    )
    op.add_column("user_account", sa.Column("totp_step", sa.Integer(), nullable=True))
    op.add_column("user_account", sa.Column("code_failures", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "user_account", sa.Column("code_failed_at", app.models.types.UtcDateTime(timezone=True), nullable=True)
    )
    with op.batch_alter_table("membership") as table:
        table.drop_constraint(op.f("ck_membership_role"), type_="check")
        table.create_check_constraint(op.f("ck_membership_role"), "role IN ('consultant', 'analyst', 'leader')")


def downgrade() -> None:
    op.execute("DELETE FROM membership WHERE role = 'analyst'")
    with op.batch_alter_table("membership") as table:
        table.drop_constraint(op.f("ck_membership_role"), type_="check")
        table.create_check_constraint(op.f("ck_membership_role"), "role IN ('consultant', 'leader')")
    with op.batch_alter_table("user_account") as table:
        for name in ("code_failed_at", "code_failures", "totp_step", "totp_confirmed_at", "totp_secret"):
            table.drop_column(name)
    with op.batch_alter_table("login_session") as table:
        table.drop_constraint(op.f("uq_login_session_id"), type_="unique")
        for name in ("needs", "agent", "id"):
            table.drop_column(name)
    for name in ("recovery_code", "oidc_identity", "api_token", "account_link"):
        op.drop_table(name)
