"""What the pages of an account may use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.accounts.factors import Enrolment
from app.accounts.sessions import OpenSession
from app.models import ApiToken
from app.settings import OidcProvider
from app.web import FormErrors


@dataclass(frozen=True)
class AccountPage:
    name: str
    email: str
    has_password: bool
    sessions: Sequence[OpenSession]
    factor: bool
    factor_demanded: bool
    tokens: Sequence[ApiToken]
    scopes: Mapping[str, str]
    new_token: str
    """Shown once, right after it was created."""
    providers: Sequence[tuple[OidcProvider, bool]]
    """Each provider, and whether the account is connected with it."""
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
    providers: Sequence[OidcProvider]
    errors: FormErrors


@dataclass(frozen=True)
class ConnectPage:
    """Somebody came back from a provider with the link of a mail: is it this account that shall be connected?"""

    provider: OidcProvider
    name: str
    """Theirs at the provider, where it told."""
    email: str
    """The account's here."""
    invited: bool
    offer: str
    """Sealed."""


@dataclass(frozen=True)
class CodePage:
    """The second factor is asked for while signing in."""

    next: str
    errors: FormErrors


@dataclass(frozen=True)
class EnrolmentPage:
    """``demanded``: while signing in, because the role needs a second factor."""

    enrolment: Enrolment
    action: str
    next: str
    demanded: bool
    errors: FormErrors


@dataclass(frozen=True)
class FactorPage:
    """A factor that is set up."""

    left: int
    demanded: bool
    errors: FormErrors


@dataclass(frozen=True)
class RecoveryCodesPage:
    codes: tuple[str, ...]
    next: str
