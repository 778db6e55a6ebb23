"""What is said of the numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class TextPart:
    text: str
    strong: bool = False


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A sentence the report can defend. ``rule`` is the id under which docs/methods.md says when it is written;
    ``numbers`` are the values the sentence used, unrounded; ``parts`` joined give the text, ``strong`` ones are what
    to print in semibold."""

    kind: str
    rule: str
    title: str
    parts: tuple[TextPart, ...]
    capabilities: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The finding that stands above a section, and one sentence under it."""

    title: str
    lead: str
    rule: str


@dataclass(frozen=True, kw_only=True)
class Note:
    """One paragraph of "method and limits"; ``topic`` names what it explains."""

    topic: str
    title: str
    text: str
