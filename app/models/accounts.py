"""People who sign in, and their sessions."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, String
from sqlmodel import Field, SQLModel

from app.clock import now, random_id
from app.models.types import UtcDateTime


class User(SQLModel, table=True):
    """A person who signs in: consultant, leader or administrator. Respondents are participants, not users."""

    __tablename__ = "user_account"

    id: str = Field(default_factory=random_id, primary_key=True, max_length=36)
    """Random: one that told its age would tell whoever invites an address whether it had an account before."""
    email: str = Field(unique=True, max_length=254)
    """Lower case."""
    name: str = Field(max_length=200)
    password_hash: str | None = Field(default=None, max_length=255)
    administrator: bool = False
    consultant: bool = False
    """May create organisations; of each organisation, the membership tells the role."""
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    totp_secret: str | None = Field(default=None, max_length=255)
    """Sealed. Counts once it was confirmed by a first code."""
    totp_confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    totp_step: int | None = None
    """The 30-second step of the last code that was taken: no code is taken twice."""
    code_failures: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    code_failed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LoginSession(SQLModel, table=True):
    """A signed-in browser or program. Only the digest of its token is stored."""

    __tablename__ = "login_session"

    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", index=True, max_length=36)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    seen_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    id: str = Field(default_factory=random_id, unique=True, max_length=36)
    """What lists and revokes it; the token stays with the browser."""
    agent: str = Field(default="", max_length=80, sa_column_kwargs={"server_default": ""})
    """Browser and system in words, such as "Firefox on Linux"."""
    needs: str = Field(default="", max_length=10, sa_column_kwargs={"server_default": ""})
    """What is missing before it opens anything: "" nothing, ``code`` a second factor, ``enrolment`` to set one up."""
    provider: str = Field(default="", max_length=40, sa_column_kwargs={"server_default": ""})
    """The id of the provider where the person signed in; "": by password or link."""


class RecoveryCode(SQLModel, table=True):
    """One of the codes that replace a lost second factor, once."""

    __tablename__ = "recovery_code"

    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", primary_key=True, max_length=36)
    code_hash: str = Field(primary_key=True, max_length=64)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AccountLink(SQLModel, table=True):
    """A one-time link by mail that sets a password. It is minted when the mail leaves; using one ends all of a user."""

    __tablename__ = "account_link"
    __table_args__ = (CheckConstraint("purpose IN ('invitation', 'reset')", name="purpose"),)

    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", index=True, max_length=36)
    purpose: str = Field(max_length=20)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApiToken(SQLModel, table=True):
    """A program's key to the API, for one user. Only its digest is stored."""

    __tablename__ = "api_token"

    id: str = Field(default_factory=random_id, primary_key=True, max_length=36)
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", index=True, max_length=36)
    name: str = Field(max_length=100)
    token_hash: str = Field(unique=True, max_length=64)
    scopes: str = Field(max_length=60)
    """Separated by spaces."""
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_on: date | None = None
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OidcIdentity(SQLModel, table=True):
    """Who a user is at an identity provider: the issuer's own subject, never an address."""

    __tablename__ = "oidc_identity"

    issuer: str = Field(primary_key=True, max_length=255)
    subject: str = Field(primary_key=True, max_length=255)
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", index=True, max_length=36)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class SignInLink(SQLModel, table=True):
    """A one-time link that signs in without a password (the demo prints them; loopback only)."""

    __tablename__ = "sign_in_link"

    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", index=True, max_length=36)
    next_path: str = Field(default="/", max_length=500)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Membership(SQLModel, table=True):
    """What a user may do in one organisation."""

    __tablename__ = "membership"
    __table_args__ = (CheckConstraint("role IN ('consultant', 'analyst', 'leader')", name="role"),)

    organization_id: str = Field(foreign_key="organization.id", ondelete="CASCADE", primary_key=True, max_length=36)
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", primary_key=True, index=True, max_length=36)
    role: str = Field(sa_column=Column(String(20), nullable=False))
    arrived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the user first signed in as a member; until then nobody learns whether the address had an account before."""
