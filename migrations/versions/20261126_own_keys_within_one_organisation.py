"""Composite foreign keys for what named a row by its id alone: nothing points into another organisation."""

from collections.abc import Sequence
from typing import NamedTuple

from alembic import op

revision: str = "20261126_own_keys"
down_revision: str | None = "20261126_vouching"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ORGANIZATION = ("organization_id",)
ASSESSMENT = ("organization_id", "assessment_id")


class Key(NamedTuple):
    """``column`` of ``table`` names an ``id`` of ``target`` with the same ``within``."""

    table: str
    column: str
    target: str
    within: tuple[str, ...]
    optional: bool

    @property
    def name(self) -> str:
        return f"fk_{self.table}_{'_'.join(self.within)}_{self.column}_{self.target}"

    @property
    def broken(self) -> str:
        """Rows that name what is not there."""
        same = " AND ".join(f"there.{column} = {self.table}.{column}" for column in self.within)
        there = f"SELECT 1 FROM {self.target} AS there WHERE {same} AND there.id = {self.table}.{self.column}"  # noqa: S608 - ours
        return f"{self.column} IS NOT NULL AND NOT EXISTS ({there})"


KEYS = (
    Key("assessment", "previous_id", "assessment", ORGANIZATION, optional=True),
    Key("goal", "serves_id", "goal", ASSESSMENT, optional=True),
    Key("target", "goal_id", "goal", ASSESSMENT, optional=True),
    Key("assessment_unit", "unit_id", "unit", ORGANIZATION, optional=False),
    Key("response", "unit_id", "unit", ORGANIZATION, optional=False),
    Key("invitation", "response_id", "response", ASSESSMENT, optional=True),
    Key("roadmap", "parent_id", "roadmap", ASSESSMENT, optional=True),
)


def upgrade() -> None:
    for key in KEYS:
        if key.optional:
            op.execute(f"UPDATE {key.table} SET {key.column} = NULL WHERE {key.broken}")  # noqa: S608 - ours
    # A unit that was removed from the list after a launch: nobody of it was asked, or it could not have been removed.
    op.execute(f"DELETE FROM assessment_unit WHERE {KEYS[3].broken}")  # noqa: S608 - ours
    for key in KEYS:
        with op.batch_alter_table(key.table) as table:
            table.create_foreign_key(op.f(key.name), key.target, [*key.within, key.column], [*key.within, "id"])


def downgrade() -> None:
    for key in reversed(KEYS):
        with op.batch_alter_table(key.table) as table:
            table.drop_constraint(op.f(key.name), type_="foreignkey")
