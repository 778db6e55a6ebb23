"""What the privacy pages may use."""

import json
from dataclasses import dataclass
from typing import Any

from app.privacy.notice import Section
from app.privacy.processing import ProcessingRecord
from app.web import FieldError, FormErrors


@dataclass(frozen=True)
class OrganizationPrivacyPage:
    title: str
    base: str
    record: ProcessingRecord
    months: str
    errors: FormErrors


@dataclass(frozen=True)
class DeletionPage:
    """What is lost when an organisation is deleted. ``open``: the assessment that forbids it yet."""

    name: str
    base: str
    lost: tuple[str, ...]
    open: str
    errors: FormErrors


@dataclass(frozen=True)
class FoundPerson:
    name: str
    email: str
    base: str
    answered: str


@dataclass(frozen=True)
class AssessmentPrivacyPage:
    """``found``: who was looked for; None: nobody was looked for yet, or nobody was found (then ``errors`` says so)."""

    title: str
    base: str
    notice: tuple[Section, ...]
    email: str
    found: FoundPerson | None
    can_erase_all: bool
    erased: bool
    people: int
    errors: FormErrors


@dataclass(frozen=True)
class NoticePage:
    sections: tuple[Section, ...]
    back: str
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class YourDataPage:
    """``document``: what is stored with ``code``, as indented text; empty before a code was given."""

    code: str = ""
    document: str = ""
    erased: bool = False
    errors: tuple[FieldError, ...] = ()


def as_text(document: dict[str, Any]) -> str:
    """A document that people can read and programs can parse."""
    return json.dumps(document, ensure_ascii=False, indent=2)
