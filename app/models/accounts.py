"""People who sign in, and their sessions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, String
from sqlmodel import Field, SQLModel

from app.clock import new_id, now
from app.models.types import UtcDateTime


class User(SQLModel, table=True):
    """A person who signs in: consultant, leader or administrator. Respondents are participants, not users."""

    __tablename__ = "user_account"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    email: str = Field(unique=True, max_length=254)
    """Lower case."""
    name: str = Field(max_length=200)
    password_hash: str | None = Field(default=None, max_length=255)
    administrator: bool = False
    consultant: bool = False
    """May create organisations; of each organisation, the membership tells the role."""
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LoginSession(SQLModel, table=True):
    """A signed-in browser or program. Only the digest of its token is stored."""

    __tablename__ = "login_session"

    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", index=True, max_length=36)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    seen_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


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
    __table_args__ = (CheckConstraint("role IN ('consultant', 'leader')", name="role"),)

    organization_id: str = Field(foreign_key="organization.id", ondelete="CASCADE", primary_key=True, max_length=36)
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", primary_key=True, index=True, max_length=36)
    role: str = Field(sa_column=Column(String(20), nullable=False))
