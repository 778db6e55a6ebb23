"""Whose rows a transaction sees: PostgreSQL's row-level security, the second wall behind `app.access`.

Every table with an ``organization_id`` has one policy, which compares it with a setting that lives as long as the
transaction. Where nothing was set, nothing is seen. On SQLite, which knows no row-level security, all of this does nothing.
"""

from collections.abc import Mapping
from typing import Any

from alembic import op
from sqlalchemy import Connection, event, text
from sqlmodel import Session

ROLE = "trigpoint_app"
"""What the application acts as: it may read and write rows, owns nothing, and no policy lets it off."""

EVERYTHING = "SELECT set_config('trigpoint.organizations', '*', true)"
"""For what stands outside every organisation: the command line, the worker, migrations."""

_AS_USER = "SELECT trigpoint_see_as_user(:key)"
_AS_RESPONDENTS = "SELECT trigpoint_see_as_respondents(ARRAY[:key])"
_AS_INVITED = "SELECT trigpoint_see_as_invited(:key)"
_AS_READER = "SELECT trigpoint_see_as_reader(:key)"
_AS_RECEIPT = "SELECT trigpoint_see_as_receipt(:key)"
_ALSO = """
SELECT set_config('trigpoint.organizations', concat_ws(',', seen, CAST(:key AS text)), true)
FROM (SELECT current_setting('trigpoint.organizations', true) AS seen) AS now WHERE seen IS DISTINCT FROM '*'
"""

View = tuple[str, Mapping[str, str]]
_VIEW = "sees"
ACTOR = "acts as"
"""Under this name a session's ``info`` says on whose behalf it acts, for the audit log."""


def see_as_user(session: Session, user_id: str) -> None:
    """From here on ``session`` sees the organisations that the user is a member of, read afresh in each transaction."""
    _look(session, (_AS_USER, {"key": user_id}))


def see_as_respondent(session: Session, token_hash: str) -> None:
    """From here on ``session`` sees the organisation that an answering cookie (its digest) belongs to."""
    _look(session, (_AS_RESPONDENTS, {"key": token_hash}))


def see_as_invited(session: Session, token_hash: str) -> None:
    """From here on ``session`` sees the organisation that an invitation's link (its digest) belongs to."""
    _look(session, (_AS_INVITED, {"key": token_hash}))


def see_as_reader(session: Session, link_id: str) -> None:
    """From here on ``session`` sees the organisation whose report a link was made for. Its signature is yet to be checked."""
    _look(session, (_AS_READER, {"key": link_id}))


def see_as_receipt(session: Session, receipt_hash: str) -> None:
    """From here on ``session`` sees the organisation whose answers a receipt code (its digest) belongs to."""
    _look(session, (_AS_RECEIPT, {"key": receipt_hash}))


def see_everything(session: Session) -> None:
    """For the few acts of the platform itself that read across organisations. The caller has authorised it."""
    _look(session, (EVERYTHING, {}))


def see_also(session: Session, organization_id: str) -> None:
    """Before an organisation is created, let its creator see it for the rest of the transaction."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text(_ALSO), {"key": organization_id})


def like(session: Session) -> dict[str, Any]:
    """What another session needs as ``info`` to see the same, on the same person's behalf."""
    return {name: session.info[name] for name in (_VIEW, ACTOR) if name in session.info}


def _look(session: Session, view: View) -> None:
    session.info[_VIEW] = view
    # A transaction that has not begun is told when it begins.
    if session.in_transaction():
        _tell(session.connection(), view)


@event.listens_for(Session, "after_begin")
def _after_begin(session: Session, _transaction: Any, connection: Connection) -> None:
    view: View | None = session.info.get(_VIEW)
    if view is not None:
        _tell(connection, view)


def _tell(connection: Connection, view: View) -> None:
    if connection.dialect.name == "postgresql":
        statement, values = view
        connection.execute(text(statement), values)


# --- for migrations --------------------------------------------------------------------------------------------------


def protect_tables(*names: str, column: str = "organization_id") -> None:
    """Row-level security for tables that a migration creates: call it with each that has an ``organization_id``.

    Rows whose organisation is null belong to the platform, and everybody's transactions see them.
    """
    if op.get_bind().dialect.name != "postgresql":
        return
    for name in names:
        # The sub-selects are computed once for a statement, not once for each row.
        seen = (
            f"{column} IS NULL OR (SELECT current_setting('trigpoint.organizations', true)) = '*' OR {column} = ANY "
            "(string_to_array((SELECT current_setting('trigpoint.organizations', true)), ','))"
        )
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {name} USING ({seen}) WITH CHECK ({seen})")


def release_tables(*names: str) -> None:
    """What `protect_tables` did, undone. A table that is dropped takes its policy along and needs no release."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for name in names:
        op.execute(f"DROP POLICY tenant ON {name}")
        op.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY")
