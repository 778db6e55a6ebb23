"""Reads for the pages of administrators: users and the state of the installation, never an organisation's content."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from app.accounts.links import has_way_in
from app.models import LoginSession, Membership, OutboxMail, User
from app.tenancy import see_everything


@dataclass(frozen=True)
class UserRow:
    id: str
    name: str
    email: str
    administrator: bool
    consultant: bool
    factor: bool
    organizations: int
    seen_at: datetime | None
    state: str
    """``active``, ``invited`` or ``disabled``."""


def all_users(session: Session) -> Sequence[UserRow]:
    """Every user by name, in how many organisations they are, and when a session of theirs was last used."""
    see_everything(session)
    places = select(Membership.user_id, func.count().label("places")).group_by(col(Membership.user_id)).subquery()
    seen = (
        select(LoginSession.user_id, func.max(LoginSession.seen_at).label("seen_at"))
        .group_by(col(LoginSession.user_id))
        .subquery()
    )
    rows = session.exec(
        select(User, func.coalesce(places.c.places, 0), seen.c.seen_at, has_way_in())
        .outerjoin(places, places.c.user_id == User.id)
        .outerjoin(seen, seen.c.user_id == User.id)
        .order_by(User.name, User.email)
    ).all()
    return [_row(*row) for row in rows]


def _row(user: User, organizations: int, seen_at: datetime | None, enters: bool) -> UserRow:
    state = "disabled" if user.disabled_at else "active" if enters else "invited"
    return UserRow(
        user.id,
        user.name,
        user.email,
        user.administrator,
        user.consultant,
        user.totp_confirmed_at is not None,
        organizations,
        seen_at,
        state,
    )


def mails_by_state(session: Session) -> dict[str, int]:
    """How many mails of the outbox are in which state."""
    see_everything(session)
    rows = session.exec(select(OutboxMail.state, func.count()).group_by(col(OutboxMail.state))).all()
    return dict(sorted(rows))


def sessions_open(session: Session, *, at: datetime) -> int:
    return session.exec(select(func.count()).where(LoginSession.expires_at > at)).one()
