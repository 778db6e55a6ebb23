"""Tokens for programs: each acts for one user, within its scopes, until it expires. Shown once, stored as a digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from app.accounts.actions import digest
from app.audit.actions import record
from app.clock import new_token
from app.errors import ForbiddenError, InvalidInputError, NotFoundError
from app.models import ApiToken, User

PREFIX = "tp_"
"""Tells a token from a session, and lets scanners of code find one that leaked."""
SCOPES = {
    "read": "Read what you may read: organisations, assessments, results, exports",
    "write": "Change what you may change: set up, invite, launch, close, plan",
    "users": "Manage users: list, invite, make consultants, disable. Never administrators",
}
FOR_ADMINISTRATORS = frozenset({"users"})
LONGEST = timedelta(days=366)
MOST = 20


@dataclass(frozen=True)
class TokenUse:
    """Whom a token acts for, and what it may do."""

    token: ApiToken
    user: User
    scopes: frozenset[str]


def scopes_for(user: User) -> dict[str, str]:
    """The scopes that a token of this user can have, with what they allow."""
    return {name: text for name, text in SCOPES.items() if user.administrator or name not in FOR_ADMINISTRATORS}


def create_token(
    session: Session, user: User, *, name: str, scopes: Sequence[str], days: int, at: datetime
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is never shown again."""
    if not name.strip() or len(name) > 100:
        raise InvalidInputError("Name the token after the program that will use it, in at most 100 characters.")
    offered = scopes_for(user)
    if not scopes or not set(scopes) <= offered.keys():
        raise InvalidInputError(f"Choose what it may do: {' or '.join(offered)}.")
    if not 1 <= days <= LONGEST.days:
        raise InvalidInputError(f"Let it expire after 1 to {LONGEST.days} days.")
    count = select(func.count()).where(
        ApiToken.user_id == user.id, col(ApiToken.revoked_at).is_(None), ApiToken.expires_at > at
    )
    if session.exec(count).one() >= MOST:
        raise InvalidInputError(f"You have {MOST} tokens already. Revoke one that is no longer used.")
    secret = PREFIX + new_token()
    token = ApiToken(
        user_id=user.id,
        name=name.strip(),
        token_hash=digest(secret),
        scopes=" ".join(sorted(set(scopes))),
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    session.add(token)
    session.flush()
    record(session, "account.token_created", subject=f"token:{token.id}", scopes=token.scopes, days=days)
    return token, secret


def tokens_of(session: Session, user: User) -> Sequence[ApiToken]:
    """All tokens of the user but revoked ones, the newest first."""
    statement = select(ApiToken).where(ApiToken.user_id == user.id, col(ApiToken.revoked_at).is_(None))
    return session.exec(statement.order_by(col(ApiToken.created_at).desc())).all()


def revoke_token(session: Session, user: User, token_id: str, *, at: datetime) -> None:
    """It is dead from the next request on."""
    statement = select(ApiToken).where(
        ApiToken.id == token_id, ApiToken.user_id == user.id, col(ApiToken.revoked_at).is_(None)
    )
    token = session.exec(statement).first()
    if token is None:
        raise NotFoundError("There is no such token. It may have been revoked already.")
    token.revoked_at = at
    session.add(token)
    session.flush()
    record(session, "account.token_revoked", subject=f"token:{token.id}")


def token_use(session: Session, secret: str, *, at: datetime) -> TokenUse | None:
    """Whom the token acts for; None when it is unknown, revoked or expired, or its user is disabled."""
    found = session.exec(
        select(ApiToken, User)
        .join(User, col(User.id) == col(ApiToken.user_id))
        .where(ApiToken.token_hash == digest(secret))
    ).first()
    if found is None:
        return None
    token, user = found
    if token.revoked_at or token.expires_at <= at or user.disabled_at:
        return None
    return TokenUse(token, user, frozenset(token.scopes.split()))


def check_scope(use: TokenUse, method: str, path: str) -> None:
    """Refuse what the token may not do. It never manages its own user's account, and other users only where it says so."""
    needed = "read" if method in {"GET", "HEAD", "OPTIONS"} else "write"
    if not path.startswith("/api/"):
        raise ForbiddenError("Tokens are for the API under /api/v1. Sign in to open pages.")
    if path.startswith(("/api/v1/me/", "/api/v1/sessions", "/api/v1/system")):
        raise ForbiddenError("A token cannot manage accounts, sessions or tokens. Sign in for that.")
    if path == "/api/v1/users" or path.startswith("/api/v1/users/"):
        needed = "users"
    if needed not in use.scopes and not (needed == "read" and "write" in use.scopes):
        raise ForbiddenError(f"This token may not {needed}. Create one with the scope '{needed}'.")
