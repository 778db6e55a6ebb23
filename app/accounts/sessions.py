"""The sessions of a user: where they are signed in, and ending them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.audit.actions import record
from app.errors import NotFoundError
from app.models import LoginSession, User

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone|iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
"""What a user agent holds → what people call it; the first that fits."""


@dataclass(frozen=True)
class OpenSession:
    id: str
    agent: str
    started_at: datetime
    seen_at: datetime
    current: bool


def agent_words(user_agent: str) -> str:
    """``Firefox on Linux``; the text itself is not kept, because it tells people apart.

    >>> agent_words("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox on Linux'
    """
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if re.search(mark, user_agent)), "")
    return " on ".join(part for part in (browser, system) if part) or "A program"


def open_sessions(
    session: Session, user: User, *, current: str, at: datetime, idle_minutes: int
) -> Sequence[OpenSession]:
    """Sessions that still work, the latest used first; ``current`` is the digest of the one that asks."""
    rows = session.exec(
        select(LoginSession)
        .where(
            LoginSession.user_id == user.id,
            LoginSession.expires_at > at,
            LoginSession.seen_at > at - timedelta(minutes=idle_minutes),
            LoginSession.needs == "",
        )
        .order_by(col(LoginSession.seen_at).desc())
    ).all()
    return [
        OpenSession(row.id, row.agent or "A program", row.created_at, row.seen_at, row.token_hash == current)
        for row in rows
    ]


def end_session(session: Session, user: User, session_id: str) -> None:
    """End one session of the user; its cookie is dead from the next request on."""
    ended = session.exec(
        delete(LoginSession).where(col(LoginSession.user_id) == user.id, col(LoginSession.id) == session_id)
    )
    if not ended.rowcount:
        raise NotFoundError("There is no such session. It may have ended already.")
    record(session, "account.session_ended")


def end_other_sessions(session: Session, user: User, *, current: str) -> None:
    """End every session of the user but the one that asks."""
    session.execute(
        delete(LoginSession).where(col(LoginSession.user_id) == user.id, col(LoginSession.token_hash) != current)
    )
    record(session, "account.sessions_ended")
