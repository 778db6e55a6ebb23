"""One-time links by mail that set a password: for invited colleagues, and for those who forgot theirs.

What asks for a mail never looks whether anybody has the address: known and unknown take the same way. Who has it is
looked up when the mail leaves, and only then the link is minted; the database holds its digest.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.accounts.actions import digest, set_password
from app.audit.actions import record
from app.clock import new_token
from app.errors import GoneError
from app.mail.outbox import queue_mail
from app.models import AccountLink, OidcIdentity, Organization, OutboxMail, User
from app.settings import get_settings

RESET_LIFE = timedelta(hours=1)
INVITATION_LIFE = timedelta(days=7)
ONE_MAIL_IN = timedelta(minutes=5)
"""Whoever asks for a new password again within this time waits for the mail that is on its way."""

RESET = "password_reset"
INVITATION = "colleague_invitation"
ADDED = "colleague_added"
ROLES = {
    "consultant": "consultant (everything)",
    "analyst": "analyst (results)",
    "leader": "leader (report and roadmap)",
    "": "a user of the platform",
}


def request_reset(session: Session, email: str, *, at: datetime) -> None:
    """Queue the mail for whoever has this address. Does the same for every address."""
    address = email.strip().lower()
    window = int(at.timestamp() // ONE_MAIL_IN.total_seconds())
    mark = hashlib.sha256(address.encode()).hexdigest()[:32]
    queue_mail(session, to=address, template=RESET, values={}, cause=f"{RESET}:{mark}:{window}")


def invite(
    session: Session,
    inviter: User,
    email: str,
    *,
    at: datetime,
    organization: Organization | None = None,
    role: str = "",
) -> User:
    """The user with this address, a new one without password where there is none; they get a mail, one a day at most.

    Known and unknown addresses take the same steps, so that nobody learns by inviting who has an account.
    """
    address = email.strip().lower()
    user = _user_of(session, address)
    place = organization.id if organization else "platform"
    queue_mail(
        session,
        to=address,
        template=ADDED if can_sign_in(session, user) else INVITATION,
        values={
            "organization": organization.name if organization else "Trigpoint",
            "inviter": inviter.name,
            "role": ROLES[role],
        },
        cause=f"{INVITATION}:{place}:{user.id}:{at:%Y-%m-%d}",
        organization_id=organization.id if organization else None,
    )
    record(
        session,
        "account.invited",
        organization_id=organization.id if organization else None,
        subject=f"user:{user.id}",
    )
    return user


def _user_of(session: Session, address: str) -> User:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = User(email=address, name=name_of(address)).model_dump()
    session.execute(insert(User).values(new).on_conflict_do_nothing(index_elements=["email"]))
    return session.exec(select(User).where(User.email == address)).one()


def name_of(address: str) -> str:
    """What an invited person is called until they say it themselves."""
    return address.partition("@")[0]


def has_way_in() -> ColumnElement[bool]:
    """For queries of `User`: whether an invitation was accepted, by a password or an identity at a provider."""
    connected = select(OidcIdentity.user_id).where(OidcIdentity.user_id == User.id).exists()
    return or_(col(User.password_hash).is_not(None), connected)


def can_sign_in(session: Session, user: User) -> bool:
    """Whether an invitation was accepted: who has neither password nor identity has nothing to sign in with yet."""
    return session.exec(select(User.id).where(User.id == user.id, has_way_in())).first() is not None


def values_of_mail(session: Session, mail: OutboxMail, *, at: datetime) -> Mapping[str, str] | None:
    """The values of a mail of this module as it leaves, its link among them; None when it is no longer wanted."""
    user = session.exec(select(User).where(User.email == mail.to_address)).first()
    if user is None or user.disabled_at is not None:
        return None
    base = get_settings().base_url
    if mail.template == RESET:
        token = _mint(session, user, "reset", at=at, life=RESET_LIFE)
        return {**mail.content, "name": user.name, "link": f"{base}/password/{token}"}
    if can_sign_in(session, user):
        return {
            **mail.content,
            "name": user.name,
            "link": f"{base}/organizations/{mail.organization_id}" if mail.organization_id else base,
        }
    token = _mint(session, user, "invitation", at=at, life=INVITATION_LIFE)
    return {**mail.content, "link": f"{base}/password/{token}", "days": str(INVITATION_LIFE.days)}


def password_link(session: Session, user: User, *, at: datetime) -> str:
    """A link for whoever sits at the server: an administrator hands it out where no mail can be sent."""
    purpose, life = ("reset", RESET_LIFE) if can_sign_in(session, user) else ("invitation", INVITATION_LIFE)
    return f"{get_settings().base_url}/password/{_mint(session, user, purpose, at=at, life=life)}"


def _mint(session: Session, user: User, purpose: str, *, at: datetime, life: timedelta) -> str:
    token = new_token()
    session.add(
        AccountLink(token_hash=digest(token), user_id=user.id, purpose=purpose, created_at=at, expires_at=at + life)
    )
    session.flush()
    return token


def open_link(session: Session, token: str, *, at: datetime) -> tuple[AccountLink, User]:
    """The link and whose it is. Raises `GoneError` when it was used, is too old or never was."""
    link = session.exec(select(AccountLink).where(AccountLink.token_hash == digest(token))).first()
    user = session.get(User, link.user_id) if link else None
    if link is None or user is None or link.used_at or link.expires_at < at or user.disabled_at:
        raise GoneError("This link was used or has expired. Ask for a new one on the sign-in page.")
    return link, user


def use_link(session: Session, token: str, *, name: str, password: str, at: datetime) -> User:
    """Set the password, once. Every session and every other link of the user ends with it."""
    link, user = _use(session, token, at=at)
    if link.purpose == "invitation" and name:
        user.name = name
    set_password(session, user, password)
    session.flush()
    record(session, "account.password_set", actor=user.id)
    return user


def spend_link(session: Session, token: str, *, at: datetime) -> tuple[AccountLink, User]:
    """Use the link for something else than a password, once. Every other link of the user ends with it."""
    link, user = _use(session, token, at=at)
    session.execute(delete(AccountLink).where(col(AccountLink.user_id) == user.id))
    return link, user


def _use(session: Session, token: str, *, at: datetime) -> tuple[AccountLink, User]:
    link, user = open_link(session, token, at=at)
    won = session.exec(
        update(AccountLink)
        .where(col(AccountLink.token_hash) == link.token_hash, col(AccountLink.used_at).is_(None))
        .values(used_at=at)
    )
    if not won.rowcount:
        raise GoneError("This link was used or has expired. Ask for a new one on the sign-in page.")
    return link, user
