"""What platform administrators do to users. None of it opens an organisation."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from app.accounts.factors import demand_now, turn_off
from app.accounts.links import invite
from app.audit.actions import record
from app.errors import ConflictError, NotFoundError
from app.models import AccountLink, ApiToken, LoginSession, User


def find_user(session: Session, user_id: str) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError("There is no such user.")
    return user


def invite_user(
    session: Session, inviter: User, email: str, *, administrator: bool, consultant: bool, at: datetime
) -> User:
    """A user of the platform with these rights, invited by mail; who is one already gets the rights added."""
    user = invite(session, inviter, email, at=at)
    rights = {"administrator": user.administrator or administrator, "consultant": user.consultant or consultant}
    set_rights(session, user, **rights)
    return user


def set_rights(session: Session, user: User, *, administrator: bool, consultant: bool) -> None:
    """Change what the user may do on the platform; roles in organisations stay."""
    if user.administrator and not administrator:
        _keep_an_administrator(session, user)
    user.administrator, user.consultant = administrator, consultant
    session.add(user)
    session.flush()
    demand_now(session, user)
    record(
        session,
        "user.rights_changed",
        subject=f"user:{user.id}",
        administrator=administrator,
        consultant=consultant,
    )


def disable_user(session: Session, user: User, *, at: datetime) -> None:
    """Shut a user out at once: sessions, tokens and links end; what they did stays."""
    if user.administrator:
        _keep_an_administrator(session, user)
    user.disabled_at = at
    session.add(user)
    session.execute(delete(LoginSession).where(col(LoginSession.user_id) == user.id))
    session.execute(delete(AccountLink).where(col(AccountLink.user_id) == user.id))
    tokens = update(ApiToken).where(col(ApiToken.user_id) == user.id, col(ApiToken.revoked_at).is_(None))
    session.execute(tokens.values(revoked_at=at))
    session.flush()
    record(session, "user.disabled", subject=f"user:{user.id}")


def enable_user(session: Session, user: User) -> None:
    user.disabled_at = None
    session.add(user)
    session.flush()
    record(session, "user.enabled", subject=f"user:{user.id}")


def reset_factor(session: Session, user: User) -> None:
    """For a lost device without recovery codes: sessions end, and the next sign-in sets up another one."""
    turn_off(session, user)
    user.code_failures, user.code_failed_at = 0, None
    session.execute(delete(LoginSession).where(col(LoginSession.user_id) == user.id))
    session.flush()


def _keep_an_administrator(session: Session, user: User) -> None:
    others = select(User.id).where(
        col(User.administrator).is_(True), col(User.disabled_at).is_(None), User.id != user.id
    )
    if session.exec(others.limit(1)).first() is None:
        raise ConflictError("This is the last administrator. Make somebody else one first.")
