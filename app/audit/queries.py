"""Read the log, and verify it."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.audit.chain import Head, head_seal, record_digest
from app.models import AuditHead, AuditRecord, User

Entry = tuple[AuditRecord, str | None]
"""A record, and the name its user has now."""


@dataclass(frozen=True)
class Verdict:
    """``problem`` says what is wrong and where; ``None``: the log is whole up to ``head``."""

    head: Head
    problem: str | None = None


def entries(
    session: Session, *, organization_id: str | None = None, before: int | None = None, limit: int = 50
) -> Sequence[Entry]:
    """Records, the newest first; of one organisation, or all."""
    statement = (
        select(AuditRecord, User.name)
        .join(User, col(User.id) == col(AuditRecord.actor), isouter=True)
        .order_by(col(AuditRecord.number).desc())
        .limit(limit)
    )
    if organization_id is not None:
        statement = statement.where(AuditRecord.organization_id == organization_id)
    if before is not None:
        statement = statement.where(AuditRecord.number < before)
    return session.exec(statement).all()


def head_of(session: Session) -> Head:
    """How far the log goes, as it says itself."""
    row = session.exec(select(AuditHead)).first()
    return Head(row.number, row.digest) if row else Head(0, "")


def verify(session: Session, kept: Head | None = None) -> Verdict:
    """Whether the log is whole: every record as it was written, none missing, the tail among them.

    ``kept``: a head noted earlier outside the database; then going back to an older copy shows too.
    """
    row = session.exec(select(AuditHead)).first()
    if row is None:
        return Verdict(Head(0, ""), "The head of the log is missing.")
    head = Head(row.number, row.digest)
    number, digest, problem = 0, "", None
    statement = select(AuditRecord).order_by(col(AuditRecord.number)).execution_options(yield_per=1000)
    with closing(session.exec(statement)) as records:
        for each in records:
            number += 1
            problem = _problem_of(each, number, digest, kept)
            if problem:
                return Verdict(head, problem)
            digest = each.digest
    return Verdict(head, _problem_of_the_end(row, Head(number, digest), kept))


def _problem_of(row: AuditRecord, number: int, previous: str, kept: Head | None) -> str | None:
    if row.number != number:
        return f"Record {number} is missing: after {number - 1} comes {row.number}."
    if record_digest(previous, **row.model_dump(exclude={"digest"})) != row.digest:
        return f"Record {number} is not as it was written, or it was written with another key."
    if kept is not None and kept.number == number and kept.digest != row.digest:
        return f"Record {number} is not the one of the head that was kept."
    return None


def _problem_of_the_end(row: AuditHead, found: Head, kept: Head | None) -> str | None:
    head = Head(row.number, row.digest)
    if head.number and row.seal != head_seal(head):
        return "The head of the log was not written by Trigpoint, or with another key."
    if head != found:
        return f"The log ends at record {found.number}, but {head.number} were written: its end was cut off."
    if kept is not None and kept.number > found.number:
        return f"The log ends at record {found.number}, before the head that was kept ({kept.number})."
    return None
