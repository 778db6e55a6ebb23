"""Links to one report for people without an account: signed, read-only, for a named reader, until a day, revocable.

The link is the row's id with a signature over it, so it can be shown again to who made it, and the database alone, without
TRIGPOINT_SECRET_KEY, opens nothing.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from app.access import ROLE_PERMISSIONS, Permission
from app.audit.actions import record
from app.errors import GoneError, InvalidInputError, NotFoundError
from app.models import Membership, ReportLink, Snapshot, User
from app.settings import get_settings
from app.tenancy import see_as_reader

LONGEST_DAYS = 365


def share_report(
    session: Session, snapshot: Snapshot, user: User, *, made_for: str, days: int, at: datetime
) -> ReportLink:
    """A new link for ``made_for``, whose name stands on every page of it."""
    reader = " ".join(made_for.split())
    if not 1 <= len(reader) <= 100:
        raise InvalidInputError("Say whom the link is for, in at most 100 characters: it stands on every page.")
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInputError(f"Let the link expire after 1 to {LONGEST_DAYS} days.")
    link = ReportLink(
        organization_id=snapshot.organization_id,
        assessment_id=snapshot.assessment_id,
        snapshot_id=snapshot.id,
        made_for=reader,
        made_by=user.name,
        made_by_id=user.id,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    session.add(link)
    session.flush()
    _record(session, link, "report_link.created", days=days)
    return link


def _vouched() -> ColumnElement[bool]:
    """Whether who made a link may still share reports: whoever has lost their place keeps no door to it."""
    makers = (
        select(Membership.user_id)
        .join(User, col(User.id) == col(Membership.user_id))
        .where(
            Membership.organization_id == ReportLink.organization_id,
            Membership.user_id == ReportLink.made_by_id,
            col(Membership.role).in_([role for role, may in ROLE_PERMISSIONS.items() if Permission.MANAGE in may]),
            col(User.disabled_at).is_(None),
        )
    )
    return makers.exists()


def links_of(session: Session, snapshot: Snapshot, *, at: datetime) -> Sequence[tuple[ReportLink, str]]:
    """Every link of a report, the newest first, and its state: ``open``, or why it is not."""
    rows = session.exec(
        select(ReportLink, _vouched())
        .where(ReportLink.organization_id == snapshot.organization_id, ReportLink.snapshot_id == snapshot.id)
        .order_by(col(ReportLink.created_at).desc())
    ).all()
    return [(link, _state(link, vouched, at)) for link, vouched in rows]


def _state(link: ReportLink, vouched: bool, at: datetime) -> str:
    if link.revoked_at:
        return "revoked"
    if link.expires_at <= at:
        return "expired"
    return "open" if vouched else "ended: its maker may no longer share"


def revoke_link(session: Session, snapshot: Snapshot, link_id: str, *, at: datetime) -> None:
    """It is dead from the next request on."""
    link = next((each for each, _ in links_of(session, snapshot, at=at) if each.id == link_id), None)
    if link is None:
        raise NotFoundError("There is no such link of this report.")
    link.revoked_at = link.revoked_at or at
    session.add(link)
    session.flush()
    _record(session, link, "report_link.revoked")


def _record(session: Session, link: ReportLink, act: str, **details: Any) -> None:
    record(session, act, organization_id=link.organization_id, subject=f"report_link:{link.id}", **details)


def token_of(link: ReportLink) -> str:
    """What stands in the address."""
    return f"{link.id}.{_signature(link)}"


def _signature(link: ReportLink) -> str:
    secret = get_settings().secret_key.get_secret_value()
    text = f"report-link:{link.id}:{link.snapshot_id}:{int(link.expires_at.timestamp())}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def open_shared(session: Session, token: str, *, at: datetime) -> tuple[ReportLink, Snapshot]:
    """The link and its snapshot. `NotFoundError` for a token nobody signed, `GoneError` for one that has ended."""
    link_id, _, signature = token.partition(".")
    see_as_reader(session, link_id)
    found = session.exec(select(ReportLink, _vouched()).where(ReportLink.id == link_id)).first()
    link, vouched = found or (None, False)
    if link is None or not hmac.compare_digest(_signature(link).encode(), signature.encode()):
        raise NotFoundError("There is no such report, or the link is not complete. Copy it again, to its end.")
    if _state(link, vouched, at) != "open":
        raise GoneError("This link to a report has ended. Ask who gave it to you for a new one.")
    snapshot = session.exec(
        select(Snapshot).where(Snapshot.organization_id == link.organization_id, Snapshot.id == link.snapshot_id)
    ).one()
    return link, snapshot
