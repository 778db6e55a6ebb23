"""Reads of organisations."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.accounts.links import name_of
from app.models import Membership, Organization, Unit, User


@dataclass(frozen=True)
class Member:
    user_id: str
    name: str
    email: str
    role: str
    waiting: bool
    """Has not signed in since the role was given. Whether they had an account before, and their name, is told by nobody."""


def organizations_of(session: Session, user: User) -> list[tuple[Organization, str]]:
    """The organisations a user belongs to, with the role in each, by name."""
    rows = session.exec(
        select(Organization, Membership.role)
        .join(Membership, col(Membership.organization_id) == col(Organization.id))
        .where(Membership.user_id == user.id)
        .order_by(Organization.name, Organization.id)
    ).all()
    return list(rows)


def units_of(session: Session, organization: Organization) -> list[Unit]:
    """The units in their order."""
    statement = select(Unit).where(Unit.organization_id == organization.id).order_by(col(Unit.position), Unit.name)
    return list(session.exec(statement).all())


def members_of(session: Session, organization: Organization) -> list[Member]:
    """Who may enter the organisation."""
    rows = session.exec(
        select(User, Membership.role, Membership.arrived_at)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(Membership.organization_id == organization.id)
        .order_by(User.name)
    ).all()
    return [
        Member(user.id, user.name if arrived else name_of(user.email), user.email, role, arrived is None)
        for user, role, arrived in rows
    ]
