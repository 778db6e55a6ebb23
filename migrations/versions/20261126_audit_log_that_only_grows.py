"""The audit log: triggers keep it append-only on both databases."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

import app.models.types
from app.tenancy import ROLE, protect_tables

revision: str = "20261126_audit"
down_revision: str | None = "20261126_item_dates"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REFUSAL = "the audit log only grows"

SQLITE = (
    f"CREATE TRIGGER audit_record_update BEFORE UPDATE ON audit_record BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER audit_record_delete BEFORE DELETE ON audit_record BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER audit_head_delete BEFORE DELETE ON audit_head BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    (
        "CREATE TRIGGER audit_head_update BEFORE UPDATE ON audit_head WHEN NEW.number <= OLD.number "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    ),
)
POSTGRESQL = (
    (
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    ),
    (
        "CREATE TRIGGER audit_record_changed BEFORE UPDATE OR DELETE ON audit_record "
        "FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
    ),
    (
        "CREATE TRIGGER audit_record_emptied BEFORE TRUNCATE ON audit_record "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    ),
    "CREATE TRIGGER audit_head_deleted BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_head_emptied BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    (
        "CREATE TRIGGER audit_head_changed BEFORE UPDATE ON audit_head FOR EACH ROW "
        "WHEN (NEW.number <= OLD.number) EXECUTE FUNCTION audit_refuse()"
    ),
    # The application has no right to it either, so that not even its triggers stand between.
    f"REVOKE UPDATE, DELETE ON audit_record FROM {ROLE}",
    f"REVOKE INSERT, DELETE ON audit_head FROM {ROLE}",
)


def upgrade() -> None:
    op.create_table(
        "audit_record",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", app.models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("organization_id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=True),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_record")),
    )
    op.create_index("ix_audit_record_organization", "audit_record", ["organization_id", "number"], unique=False)
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("seal", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.bulk_insert(head, [{"id": 1, "number": 0, "digest": "", "seal": ""}])
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
    protect_tables("audit_record")


def downgrade() -> None:
    op.drop_table("audit_head")
    op.drop_index("ix_audit_record_organization", table_name="audit_record")
    op.drop_table("audit_record")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_refuse()")
