"""What the forms of an organisation may use."""

from dataclasses import dataclass

from app.organizations.profile import PROFILE
from app.web import FormErrors


@dataclass(frozen=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True)
class Choice:
    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class OrganizationFormPage:
    title: str
    action: str
    back_href: str
    values: dict[str, str]
    choices: tuple[Choice, ...]
    units: str
    errors: FormErrors


def profile_choices() -> tuple[Choice, ...]:
    """The select fields of the profile."""
    return tuple(
        Choice(name, label, tuple(Option(value, text) for value, text in choices.items()))
        for name, (label, choices) in PROFILE.items()
    )
