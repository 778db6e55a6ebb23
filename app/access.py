"""Roles → permissions, and the loaders through which every private object is entered.

A loader loads *and* authorises. Outsiders get 404, so that nobody learns what exists; members whose role is not enough
get 403. The organisation always comes from the loaded object, never from the request.
"""

from enum import StrEnum
from typing import TypeVar

from sqlmodel import Session, col, select

from app.errors import ForbiddenError, NotFoundError, NotSignedInError
from app.models import (
    Answer,
    AnsweringSession,
    Assessment,
    Membership,
    Organization,
    Response,
    Roadmap,
    Snapshot,
    User,
)
from app.tenancy import see_as_respondent


class Permission(StrEnum):
    """What a member may do in an organisation."""

    VIEW = "view the organisation and its results"
    PLAN = "re-plan the roadmap"
    COMMENT = "comment on report and roadmap"
    DIAGNOSE = "see how well the questions measure"
    MANAGE = "set up and run assessments"


ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    "consultant": frozenset(Permission),
    "analyst": frozenset({Permission.VIEW, Permission.DIAGNOSE}),
    "leader": frozenset({Permission.VIEW, Permission.PLAN, Permission.COMMENT}),
}

ROLE_NAMES = {"consultant": "a consultant", "analyst": "an analyst", "leader": "a leader"}

Owned = TypeVar("Owned", Assessment, Snapshot, Roadmap)


def role_in(session: Session, user: User, organization_id: str) -> str | None:
    """The role of ``user`` in an organisation, read afresh: a removed membership counts from the next request on."""
    statement = select(Membership.role).where(
        Membership.organization_id == organization_id, Membership.user_id == user.id
    )
    return session.exec(statement).first()


def may(session: Session, user: User, organization_id: str, does: Permission) -> bool:
    """Whether a member may do something: what a page offers beyond what it shows."""
    return does in ROLE_PERMISSIONS.get(role_in(session, user, organization_id) or "", frozenset())


def organizations_where(session: Session, user: User, does: Permission) -> list[str]:
    """The organisations in which ``user`` may do something."""
    roles = [role for role, permissions in ROLE_PERMISSIONS.items() if does in permissions]
    statement = select(Membership.organization_id).where(Membership.user_id == user.id, col(Membership.role).in_(roles))
    return list(session.exec(statement).all())


def _authorise(session: Session, user: User, organization_id: str | None, needs: Permission, what: str) -> None:
    role = role_in(session, user, organization_id) if organization_id else None
    if role is None:
        raise NotFoundError(f"There is no such {what}, or it is not shared with you.")
    if needs not in ROLE_PERMISSIONS[role]:
        raise ForbiddenError(f"As {ROLE_NAMES[role]} you cannot {needs}. Ask a consultant of this organisation.")


def _owned(session: Session, user: User, table: type[Owned], row_id: str, needs: Permission, what: str) -> Owned:
    row = session.exec(select(table).where(col(table.id) == row_id)).first()
    _authorise(session, user, row.organization_id if row else None, needs, what)
    if row is None:
        raise NotFoundError(f"There is no such {what}.")
    return row


def access_organization(session: Session, user: User, organization_id: str, needs: Permission) -> Organization:
    """The organisation, if ``user`` is a member with the permission."""
    _authorise(session, user, organization_id, needs, "organisation")
    return session.exec(select(Organization).where(Organization.id == organization_id)).one()


def access_assessment(session: Session, user: User, assessment_id: str, needs: Permission) -> Assessment:
    """The assessment, if ``user`` is a member of its organisation with the permission."""
    return _owned(session, user, Assessment, assessment_id, needs, "assessment")


def access_snapshot(session: Session, user: User, snapshot_id: str, needs: Permission) -> Snapshot:
    """The snapshot, if ``user`` is a member of its organisation with the permission."""
    return _owned(session, user, Snapshot, snapshot_id, needs, "result")


def access_roadmap(session: Session, user: User, roadmap_id: str, needs: Permission) -> Roadmap:
    """The roadmap, if ``user`` is a member of its organisation with the permission."""
    return _owned(session, user, Roadmap, roadmap_id, needs, "roadmap")


def require_consultant(user: User) -> None:
    """Only people who run assessments for clients may create organisations and import baselines."""
    if not (user.consultant or user.administrator):
        raise ForbiddenError("Only consultants can do this. Ask the platform administrator for the consultant role.")


def require_administrator(user: User) -> None:
    """Only platform administrators manage users and the system."""
    if not user.administrator:
        raise ForbiddenError("Only platform administrators can do this.")


def access_response(session: Session, token_hash: str, response_id: str | None = None) -> Response:
    """The response that an answering cookie opens. A cookie of another response sees nothing (404)."""
    see_as_respondent(session, token_hash)
    statement = (
        select(Response)
        .join(AnsweringSession, col(AnsweringSession.response_id) == col(Response.id))
        .where(AnsweringSession.token_hash == token_hash)
    )
    response = session.exec(statement).first()
    if response is None:
        raise NotSignedInError("Open the link from your invitation again to continue. What you answered is kept.")
    if response_id is not None and response.id != response_id:
        raise NotFoundError("There is no such response here. Open the link from your invitation again.")
    return response


def answers_of(session: Session, response: Response) -> list[Answer]:
    """The answer rows of an accessed response."""
    return list(session.exec(select(Answer).where(Answer.response_id == response.id)).all())
