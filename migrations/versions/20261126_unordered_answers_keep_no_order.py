"""SQLite numbers rows as they come. Responses, their answers and the browsers that gave them keep no such order."""

from collections.abc import Sequence

from alembic import op

revision: str = "20261126_unordered"
down_revision: str | None = "20261126_arrivals"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("response", "answer", "answering_session")


def _rebuild(numbered: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for name in TABLES:
        with op.batch_alter_table(name, recreate="always", table_kwargs={"sqlite_with_rowid": numbered}):
            pass


def upgrade() -> None:
    _rebuild(numbered=False)


def downgrade() -> None:
    _rebuild(numbered=True)
