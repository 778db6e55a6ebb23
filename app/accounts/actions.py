"""Create users, start and end their sessions. Only digests of tokens are stored."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from app.accounts.passwords import checked_password, hash_password, verify_password
from app.audit.actions import record
from app.clock import new_token
from app.errors import GoneError, InvalidInputError
from app.models import AccountLink, LoginSession, Membership, SignInLink, User
from app.tenancy import see_as_user


@dataclass(frozen=True)
class SignedIn:
    """The token goes to the browser and nowhere else."""

    token: str
    user: User


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_user(
    session: Session,
    *,
    email: str,
    name: str,
    password: str | None,
    administrator: bool = False,
    consultant: bool = False,
) -> User:
    """A new user. Raises `InvalidInputError` for a weak password or an address already in use."""
    address = email.strip().lower()
    if session.exec(select(User.id).where(User.email == address)).first():
        raise InvalidInputError(f"There is already a user with the address {address}.")
    user = User(email=address, name=name.strip(), administrator=administrator, consultant=consultant)
    if password is not None:
        user.password_hash = hash_password(checked_password(password, personal=personal_words(user)))
    session.add(user)
    session.flush()
    record(session, "user.created", subject=f"user:{user.id}", administrator=administrator, consultant=consultant)
    return user


def personal_words(user: User) -> tuple[str, ...]:
    """What nobody should take as a password who has this name and address."""
    local, _, domain = user.email.partition("@")
    return (user.email, local, domain, user.name, user.name.replace(" ", ""), *user.name.split())


def set_password(session: Session, user: User, password: str) -> None:
    """Change the password, end every session of the user, and every link that could set another."""
    user.password_hash = hash_password(checked_password(password, personal=personal_words(user)))
    session.add(user)
    session.execute(delete(LoginSession).where(col(LoginSession.user_id) == user.id))
    session.execute(delete(AccountLink).where(col(AccountLink.user_id) == user.id))


def start_session(
    session: Session, user: User, *, at: datetime, days: int, agent: str = "", provider: str = ""
) -> SignedIn:
    """A fresh token for ``user``; every sign-in gets its own. ``agent``: browser and system in words; ``provider``: where
    they signed in, unless here."""
    token = new_token()
    session.add(
        LoginSession(
            token_hash=digest(token),
            user_id=user.id,
            created_at=at,
            seen_at=at,
            expires_at=at + timedelta(days=days),
            agent=agent[:80],
            provider=provider,
        )
    )
    session.flush()
    return SignedIn(token, user)


def issue_sign_in_link(session: Session, user: User, *, next_path: str, at: datetime, hours: int = 24) -> str:
    """A one-time token that signs ``user`` in and opens ``next_path``."""
    token = new_token()
    session.add(
        SignInLink(
            token_hash=digest(token), user_id=user.id, next_path=next_path, expires_at=at + timedelta(hours=hours)
        )
    )
    return token


def use_sign_in_link(session: Session, token: str, *, at: datetime, days: int, agent: str = "") -> tuple[SignedIn, str]:
    """Sign in by a one-time link; returns the session and the path to open."""
    link = session.exec(select(SignInLink).where(SignInLink.token_hash == digest(token)).with_for_update()).first()
    user = session.get(User, link.user_id) if link else None
    if link is None or user is None or link.used_at or link.expires_at < at or user.disabled_at:
        raise GoneError("This sign-in link was used or has expired. Run `make demo` again to print new ones.")
    link.used_at = at
    arrive(session, user, at=at)
    record(session, "account.signed_in", actor=user.id, how="one-time link")
    return start_session(session, user, at=at, days=days, agent=agent), link.next_path


def change_password(session: Session, user: User, *, present: str, new: str) -> None:
    """A new password for somebody who knows the present one. Ends every session of the user."""
    if not verify_password(present, user.password_hash)[0]:
        raise InvalidInputError("This is not your present password. Try again.", field="present")
    set_password(session, user, new)
    record(session, "account.password_changed", actor=user.id)


def rename(session: Session, user: User, name: str) -> None:
    user.name = name
    session.add(user)
    session.flush()
    record(session, "account.name_changed", actor=user.id)


def sign_out(session: Session, token_hash: str) -> str:
    """End the session; returns the id of the provider where its person may still be signed in, if any."""
    login = session.get(LoginSession, token_hash)
    record(session, "account.signed_out")
    session.execute(delete(LoginSession).where(col(LoginSession.token_hash) == token_hash))
    return login.provider if login else ""


def grant(session: Session, user: User, organization_id: str, role: str, *, arrived_at: datetime | None = None) -> None:
    """Give ``user`` a role in an organisation, replacing the one before. ``arrived_at``: for those who need no invitation."""
    membership = session.get(Membership, (organization_id, user.id))
    if membership is None:
        membership = Membership(organization_id=organization_id, user_id=user.id, role=role, arrived_at=arrived_at)
    membership.role = role
    session.add(membership)
    session.flush()
    record(session, "organization.member_set", organization_id=organization_id, subject=f"user:{user.id}", role=role)


def arrive(session: Session, user: User, *, at: datetime) -> None:
    """Whoever signs in has accepted the memberships that wait for them. From here on ``session`` sees as they do."""
    see_as_user(session, user.id)
    session.execute(
        update(Membership)
        .where(col(Membership.user_id) == user.id, col(Membership.arrived_at).is_(None))
        .values(arrived_at=at)
    )


def signed_in_user(
    session: Session, token: str, *, at: datetime, idle_minutes: int
) -> tuple[User, LoginSession] | None:
    """Who the token belongs to, while neither the session nor the user has ended."""
    found = session.exec(
        select(User, LoginSession)
        .join(LoginSession, col(LoginSession.user_id) == col(User.id))
        .where(LoginSession.token_hash == digest(token))
    ).first()
    if found is None:
        return None
    user, login = found
    ended = login.expires_at < at or login.seen_at + timedelta(minutes=idle_minutes) < at
    return None if ended or user.disabled_at is not None else (user, login)
