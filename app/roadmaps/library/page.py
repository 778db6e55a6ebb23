"""The pages of an organisation's library."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.models import OwnInitiative, PooledOutcome
from app.roadmaps.library.actions import digest_of
from app.roadmaps.library.fields import fields_of
from app.roadmaps.outcomes.page import pooled_words
from app.roadmaps.pages.view import Choice
from app.web import FormErrors
from questionnaires.schema import InitiativeLibrary, Questionnaire


@dataclass(frozen=True)
class LibraryRow:
    href: str
    title: str
    step: str
    state: str
    """``shipped``, ``adapted``, ``added``; hidden ones say so."""
    hidden: bool
    revision: int
    pooled: str


@dataclass(frozen=True)
class CapabilityGroup:
    name: str
    rows: tuple[LibraryRow, ...]


@dataclass(frozen=True)
class LibraryPage:
    title: str
    base: str
    may_edit: bool
    groups: tuple[CapabilityGroup, ...]
    version: str
    any_pooled: bool


@dataclass(frozen=True)
class InitiativeFormPage:
    title: str
    action: str
    base: str
    revision: int
    values: Mapping[str, str]
    capabilities: tuple[Choice, ...]
    levels: tuple[Choice, ...]
    skills: tuple[Choice, ...]
    original: tuple[tuple[str, str], ...]
    """(field, original words) where an adapted initiative differs from its original."""
    adapted: bool
    original_changed: bool
    hidden: bool
    errors: FormErrors = field(default_factory=FormErrors)


def library_page(
    library: InitiativeLibrary,
    questionnaire: Questionnaire,
    rows: Sequence[OwnInitiative],
    originals: Mapping[str, dict[str, Any]],
    pooled: Mapping[str, PooledOutcome],
    base: str,
    *,
    may_edit: bool,
) -> LibraryPage:
    own = {row.initiative_id: row for row in rows}
    scale = questionnaire.scale
    groups = []
    for capability in questionnaire.capabilities:
        found = tuple(
            LibraryRow(
                href=f"{base}/{step.id}",
                title=step.title,
                step=f"{scale.level(step.from_level).value:g} → {scale.level(step.to_level).value:g}",
                state=_state(own.get(step.id), originals),
                hidden=step.id in own and own[step.id].hidden,
                revision=own[step.id].revision if step.id in own else 0,
                pooled=pooled_words(pooled[step.id]) if step.id in pooled else "",
            )
            for step in library.of(capability.id)
        )
        groups.append(CapabilityGroup(capability.name, found))
    return LibraryPage(
        title=questionnaire.title,
        base=base,
        may_edit=may_edit,
        groups=tuple(groups),
        version=library.version,
        any_pooled=bool(pooled),
    )


def _state(row: OwnInitiative | None, originals: Mapping[str, object]) -> str:
    if row is None or row.content is None:
        return "shipped"
    return "adapted" if row.initiative_id in originals else "added"


def initiative_form_page(
    library: InitiativeLibrary,
    questionnaire: Questionnaire,
    base: str,
    *,
    row: OwnInitiative | None = None,
    original: dict[str, Any] | None = None,
    typed: Mapping[str, str] | None = None,
    errors: FormErrors | None = None,
) -> InitiativeFormPage:
    """The form of an initiative: new where there is neither ``row`` nor ``original``."""
    content = (row.content if row else None) or original
    stored = fields_of(content) if content else {}
    adapted = row is not None and row.content is not None and original is not None
    before = fields_of(original) if adapted and original else {}
    name = str(content["id"]) if content else ""
    return InitiativeFormPage(
        title=str(content["title"]) if content else "A new initiative",
        action=f"{base}/{name or 'new'}",
        base=base,
        revision=row.revision if row else 0,
        values=stored if typed is None else typed,
        capabilities=tuple(Choice(x.id, x.name) for x in questionnaire.capabilities),
        levels=tuple(Choice(x.id, f"{x.value:g} {x.name}") for x in questionnaire.scale.levels),
        skills=tuple(Choice(x.id, x.name) for x in library.skills),
        original=tuple((field, words) for field, words in before.items() if words != stored.get(field)),
        adapted=adapted,
        original_changed=adapted
        and original is not None
        and row is not None
        and row.original_sha256 != digest_of(original),
        hidden=row is not None and row.hidden,
        errors=errors or FormErrors(),
    )
