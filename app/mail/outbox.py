"""The outbox: a mail is written in the transaction of what causes it, and leaves when that was committed.

Links and codes are never put into ``values``: the feature whose mail it is mints them when the mail is about to leave
(see `app.mail.sending.Prepare`), so that the database holds nothing that opens anything.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from app.clock import new_id, now
from app.errors import InvalidInputError
from app.models import OutboxMail

ADDRESS = re.compile(r"[^\s@<>(),;:\"\[\]\\]{1,64}@[^\s@<>(),;:\"\[\]\\]{1,189}")


def queue_mail(
    session: Session,
    *,
    to: str,
    template: str,
    values: Mapping[str, str],
    cause: str,
    organization_id: str | None = None,
    assessment_id: str | None = None,
    locale: str = "en",
    invitation_id: str | None = None,
    due_at: datetime | None = None,
) -> str | None:
    """Write one mail in the caller's transaction; returns its id, or None when ``cause`` has its mail already.

    ``cause`` says in a word what it is for, such as ``password-reset:<id>``. ``due_at``: not before this time.
    """
    if not ADDRESS.fullmatch(to):
        raise InvalidInputError(f"'{to[:60]!a}' is no address a mail can be sent to. Correct it first.", field="to")
    at = now()
    row = {
        "id": new_id(),
        "organization_id": organization_id,
        "assessment_id": assessment_id,
        "invitation_id": invitation_id,
        "cause": cause,
        "to_address": to,
        "template": template,
        "locale": locale,
        "content": dict(values),
        "state": "waiting",
        "attempts": 0,
        "queued_at": at,
        "due_at": due_at or at,
        "reply": "",
    }
    stored = session.execute(_insert_once(session, row).returning(OutboxMail.id))  # type: ignore[call-overload]
    found: str | None = stored.scalar_one_or_none()
    return found


def _insert_once(session: Session, row: Mapping[str, object]) -> Insert:
    table = OutboxMail.__table__  # type: ignore[attr-defined]
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table).values(row).on_conflict_do_nothing(index_elements=["cause"])
    return postgresql.insert(table).values(row).on_conflict_do_nothing(index_elements=["cause"])
