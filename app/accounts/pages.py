"""What the pages of an account may use."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts.sessions import OpenSession
from app.web import FormErrors


@dataclass(frozen=True)
class AccountPage:
    name: str
    email: str
    has_password: bool
    sessions: Sequence[OpenSession]
    done: str
    errors: FormErrors


@dataclass(frozen=True)
class ResetPage:
    email: str
    asked: bool


@dataclass(frozen=True)
class PasswordPage:
    """``invited``: somebody who signs in for the first time."""

    token: str
    invited: bool
    name: str
    email: str
    errors: FormErrors
