"""How long people are kept, when they were erased, and whose rows a receipt code sees."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.models.types

revision: str = "20261126_retention"
down_revision: str | None = "20261126_own_library"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SEE_AS_RECEIPT = """
CREATE FUNCTION trigpoint_see_as_receipt(text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('trigpoint.organizations', true) = '*' THEN
        RETURN;
    END IF;
    PERFORM set_config('trigpoint.organizations', '*', true);
    PERFORM set_config('trigpoint.organizations', coalesce(
        (SELECT string_agg(DISTINCT organization_id, ',') FROM response WHERE receipt_hash = $1), ''), true);
END $$
"""


def upgrade() -> None:
    op.add_column("organization", sa.Column("retention_months", sa.Integer(), nullable=True))
    op.add_column(
        "assessment", sa.Column("people_erased_at", app.models.types.UtcDateTime(timezone=True), nullable=True)
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(SEE_AS_RECEIPT)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION trigpoint_see_as_receipt(text)")
    op.drop_column("assessment", "people_erased_at")
    op.drop_column("organization", "retention_months")
