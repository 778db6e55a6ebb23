"""Record what is done, in the transaction that does it.

`record` only takes a note; the notes are chained and written just before the commit, so that the one row at which writers
queue is held for the shortest time and numbers follow the order of the commits. What is rolled back leaves no record.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session as AnySession
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session, select

from app.audit.acts import ACTS
from app.audit.chain import Head, head_seal, record_digest
from app.clock import now
from app.models import AuditHead, AuditRecord
from app.tenancy import ACTOR

SYSTEM = "system"
"""The command line and the worker."""
NOTES = "audit notes"


@dataclass(frozen=True)
class Note:
    """An act that waits for the commit; ``within`` is the savepoint or transaction it belongs to."""

    within: SessionTransaction | None
    at: datetime
    actor: str
    action: str
    organization_id: str | None
    subject: str
    details: dict[str, Any]


def act_as(session: Session, user_id: str) -> None:
    """From now on what ``session`` records was done by this user."""
    session.info[ACTOR] = user_id


def record(
    session: Session,
    action: str,
    *,
    organization_id: str | None = None,
    subject: str = "",
    actor: str | None = None,
    **details: str | int | bool | None,
) -> None:
    """Note an act of `ACTS`; it is stored with the commit, or not at all.

    ``actor``: a user id; without it, whom `act_as` named, else `SYSTEM`. ``details``: ids, counts and choices, never names,
    addresses or texts, because a record cannot be erased.
    """
    if action not in ACTS:
        raise ValueError(f"'{action}' is not in app.audit.acts; add it with its words")
    doer = actor or session.info.get(ACTOR, SYSTEM)
    # Begun here where nothing was: a rollback is only heard of where there is a transaction.
    within = session.get_nested_transaction() or session.get_transaction() or session.begin()
    note = Note(within, now(), doer, action, organization_id, subject, details)
    session.info.setdefault(NOTES, []).append(note)


@event.listens_for(AnySession, "before_commit")
def _write_notes(session: AnySession) -> None:
    if session.in_nested_transaction() or not session.info.get(NOTES):
        return
    head = session.scalars(select(AuditHead).with_for_update().execution_options(populate_existing=True)).one()
    notes: list[Note] = session.info.pop(NOTES)
    for note in notes:
        fields: dict[str, Any] = {
            "number": head.number + 1,
            "at": note.at,
            "actor": note.actor,
            "action": note.action,
            "organization_id": note.organization_id,
            "subject": note.subject,
            "details": note.details,
        }
        digest = record_digest(head.digest, **fields)
        session.add(AuditRecord(**fields, digest=digest))
        head.number, head.digest = head.number + 1, digest
    head.seal = head_seal(Head(head.number, head.digest))


@event.listens_for(AnySession, "after_soft_rollback")
def _forget_notes(session: AnySession, ended: SessionTransaction) -> None:
    notes: list[Note] = session.info.get(NOTES, [])
    session.info[NOTES] = [note for note in notes if ended.nested and note.within is not ended]
