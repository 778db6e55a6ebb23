"""Identities at providers: whose they are, connecting and disconnecting them.

An identity becomes somebody's only through a one-time link that was mailed to the account's own address. What a provider
says about addresses is never looked at.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.accounts.links import spend_link
from app.accounts.oidc import LIFE, Identity, SignInRefusedError
from app.audit.actions import record
from app.errors import ConflictError, NotFoundError, UnavailableError
from app.models import OidcIdentity, User
from app.sealing import seal, unseal
from app.settings import OidcProvider

PURPOSE = "identity-to-connect"


@dataclass(frozen=True)
class Offer:
    """An identity that came back for a link, and waits for the person's word."""

    identity: Identity
    link: str


def user_of_identity(session: Session, identity: Identity, provider_name: str) -> User:
    """Whose identity it is. Raises `SignInRefusedError` where it is nobody's, or theirs who were shut out."""
    user = session.exec(
        select(User)
        .join(OidcIdentity, col(OidcIdentity.user_id) == col(User.id))
        .where(OidcIdentity.issuer == identity.issuer, OidcIdentity.subject == identity.subject)
    ).first()
    if user is None or user.disabled_at is not None:
        raise SignInRefusedError(
            f"No account here is connected with your account at {provider_name}. Open the link of your invitation and "
            f"choose {provider_name} there. If you have a password already, ask for a link under “Forgotten your "
            "password?”.",
            "unknown",
        )
    return user


def sealed_offer(offer: Offer) -> str:
    """The offer as a page may carry it."""
    return seal(PURPOSE, json.dumps(asdict(offer)))


def open_offer(sealed: str) -> Offer:
    try:
        found = json.loads(unseal(PURPOSE, sealed, oldest_seconds=int(LIFE.total_seconds())))
    except UnavailableError:
        raise SignInRefusedError("This page is too old. Open the link of your mail again.", "offer") from None
    return Offer(Identity(**found["identity"]), found["link"])


def connect(session: Session, offer: Offer, *, at: datetime) -> User:
    """The link is used up, and the identity is that of its user from now on."""
    link, user = spend_link(session, offer.link, at=at)
    identity = offer.identity
    if link.purpose == "invitation" and identity.name:
        user.name = identity.name
        session.add(user)
    row = session.get(OidcIdentity, (identity.issuer, identity.subject))
    if row is not None and row.user_id != user.id:
        raise _taken()
    if row is None:
        session.add(OidcIdentity(issuer=identity.issuer, subject=identity.subject, user_id=user.id, created_at=at))
    try:
        session.flush()
    except IntegrityError:
        raise _taken() from None
    record(session, "account.provider_connected", actor=user.id, provider=identity.provider)
    return user


def _taken() -> ConflictError:
    return ConflictError("Another account here is connected with this one already. Disconnect it there first.")


def issuers_of(session: Session, user: User) -> frozenset[str]:
    """The issuers at which the user has an identity."""
    return frozenset(session.exec(select(OidcIdentity.issuer).where(OidcIdentity.user_id == user.id)).all())


def disconnect(session: Session, user: User, config: OidcProvider) -> None:
    """Forget the user's identities at a provider; refused where nothing would be left to sign in with."""
    issuers = issuers_of(session, user)
    if config.issuer not in issuers:
        raise NotFoundError("Your account is not connected with this provider.")
    if user.password_hash is None and issuers == {config.issuer}:
        raise ConflictError("You have no password, so this is your only way in. Set a password first.")
    session.execute(
        delete(OidcIdentity).where(col(OidcIdentity.user_id) == user.id, col(OidcIdentity.issuer) == config.issuer)
    )
    record(session, "account.provider_disconnected", provider=config.id)
