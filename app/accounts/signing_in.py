"""Signing in: a password, then the second factor where there is one or must be one."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.accounts.actions import SignedIn, arrive, digest, start_session
from app.accounts.factors import has_factor, is_demanded
from app.accounts.passwords import verify_password
from app.audit.actions import record
from app.errors import NotSignedInError
from app.models import LoginSession, User
from app.tenancy import see_as_user

HALF_WAY = timedelta(minutes=15)
"""How long the password counts while the second factor is awaited."""


def user_of_password(session: Session, email: str, password: str) -> User:
    """Whose address and password these are. The same refusal, in the same time, for unknown addresses and wrong passwords."""
    user = session.exec(select(User).where(User.email == email.strip().lower())).first()
    fits, renewed = verify_password(password, user.password_hash if user else None)
    if user is None or not fits or user.disabled_at is not None:
        raise NotSignedInError("This address and password do not belong together. Check both and try again.")
    if renewed:
        user.password_hash = renewed
    return user


def begin_session(
    session: Session,
    user: User,
    *,
    at: datetime,
    days: int,
    agent: str,
    provider: str = "",
    second_factor_shown: bool = False,
) -> tuple[SignedIn, str]:
    """A session, and what it lacks: nothing, ``code`` or ``enrolment``. One that lacks something opens no other page."""
    needs = "" if second_factor_shown else missing_factor(session, user)
    signed_in = start_session(session, user, at=at, days=days, agent=agent, provider=provider)
    if needs:
        login = session.get_one(LoginSession, digest(signed_in.token))
        login.needs, login.expires_at = needs, at + HALF_WAY
        session.flush()
    else:
        arrive(session, user, at=at)
        record(session, "account.signed_in", actor=user.id, how=provider or "password")
    return signed_in, needs


def missing_factor(session: Session, user: User) -> str:
    """What somebody lacks who has shown a password: ``code``, ``enrolment`` where a factor must be set up first, or nothing."""
    # Whether a factor is demanded depends on the roles in organisations, which only their members see.
    see_as_user(session, user.id)
    if has_factor(user):
        return "code"
    return "enrolment" if is_demanded(session, user) else ""


def complete_session(session: Session, login: LoginSession, user: User, *, at: datetime, days: int) -> SignedIn:
    """A session that lacked a factor becomes a whole one, with a token of its own."""
    agent, provider = login.agent, login.provider
    arrive(session, user, at=at)
    how = f"{login.provider or 'password'} and second factor"
    record(session, "account.signed_in", actor=user.id, how=how)
    session.execute(delete(LoginSession).where(col(LoginSession.token_hash) == login.token_hash))
    return start_session(session, user, at=at, days=days, agent=agent, provider=provider)
