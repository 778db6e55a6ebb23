"""What the pages of the log may use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.audit.acts import ACTS
from app.audit.queries import Entry

PAGE = 50
NAMELESS = {"system": "The system", "respondent": "A respondent"}


@dataclass(frozen=True)
class Row:
    number: int
    at: datetime
    who: str
    what: str
    subject: str
    details: str


@dataclass(frozen=True)
class AuditPage:
    title: str
    rows: tuple[Row, ...]
    path: str
    older: int | None
    """Number to go on from; None at the end."""
    head: str = ""
    """``number:digest``; only for administrators."""


def rows_of(found: Sequence[Entry]) -> tuple[Row, ...]:
    """Records as people read them."""
    return tuple(
        Row(
            row.number,
            row.at,
            name or NAMELESS.get(row.actor, "A user who is no longer here"),
            ACTS.get(row.action, row.action),
            row.subject,
            ", ".join(f"{key.replace('_', ' ')}: {value}" for key, value in sorted(row.details.items())),
        )
        for row, name in found
    )


def page_of(title: str, path: str, found: Sequence[Entry], head: str = "") -> AuditPage:
    """A page of ``found``, which has one record more than is shown when there are older ones."""
    older = found[PAGE - 1][0].number if len(found) > PAGE else None
    return AuditPage(title, rows_of(found[:PAGE]), path, older, head)
