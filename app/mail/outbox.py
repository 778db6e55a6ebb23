"""The outbox: a mail is written in the transaction of what causes it, and leaves when that was committed.

Links and codes are never put into ``values``: the feature whose mail it is mints them when the mail is about to leave
(see `app.mail.sending.Prepare`), so that the database holds nothing that opens anything.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

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
    mail = NewMail(to, cause, invitation_id, values)
    row = _row(mail, template, organization_id, assessment_id, locale, due_at)
    stored = session.execute(_insert_once(session).values(row).returning(OutboxMail.id))  # type: ignore[call-overload]
    found: str | None = stored.scalar_one_or_none()
    return found


@dataclass(frozen=True)
class NewMail:
    """One of many mails of a kind."""

    to: str
    cause: str
    invitation_id: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


def queue_mails(
    session: Session,
    mails: Iterable[NewMail],
    *,
    template: str,
    organization_id: str,
    assessment_id: str,
    locale: str = "en",
    due_at: datetime | None = None,
) -> None:
    """Many mails of one assessment at once, as `queue_mail` does one."""
    rows = [_row(mail, template, organization_id, assessment_id, locale, due_at) for mail in mails]
    if rows:
        session.execute(_insert_once(session), rows)


def _row(
    mail: NewMail,
    template: str,
    organization_id: str | None,
    assessment_id: str | None,
    locale: str,
    due_at: datetime | None,
) -> dict[str, object]:
    if not ADDRESS.fullmatch(mail.to):
        text = f"'{mail.to[:60]!a}' is no address a mail can be sent to. Correct it first."
        raise InvalidInputError(text, field="to")
    at = now()
    return {
        "id": new_id(),
        "organization_id": organization_id,
        "assessment_id": assessment_id,
        "invitation_id": mail.invitation_id,
        "cause": mail.cause,
        "to_address": mail.to,
        "template": template,
        "locale": locale,
        "content": dict(mail.values),
        "state": "waiting",
        "attempts": 0,
        "queued_at": at,
        "due_at": due_at or at,
        "reply": "",
    }


def _insert_once(session: Session) -> sqlite.Insert | postgresql.Insert:
    table = OutboxMail.__table__  # type: ignore[attr-defined]
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing(index_elements=["cause"])
    return postgresql.insert(table).on_conflict_do_nothing(index_elements=["cause"])
