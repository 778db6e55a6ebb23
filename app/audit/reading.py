"""Record what only reads."""

from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from app.audit.actions import record
from app.db import transaction


def record_reading(
    engine: Engine,
    session: Session,
    action: str,
    *,
    organization_id: str | None = None,
    subject: str = "",
    **details: Any,
) -> None:
    """Record an act that only reads, such as an export: in a transaction of its own, committed before anything is told.

    ``session`` is the reading one: what it was authorised for and who acts holds for the record too.
    """
    with transaction(engine, like=session) as writing:
        record(writing, action, organization_id=organization_id, subject=subject, **details)
