"""What the benchmark pages may use."""

from dataclasses import dataclass
from datetime import date

from app.web import FieldError, FormErrors


@dataclass(frozen=True)
class EditionRow:
    href: str
    baseline: str
    edition: str
    kind: str
    illustrative: bool
    questionnaire: str
    year: int
    n: int
    published_on: date


@dataclass(frozen=True)
class BenchmarksPage:
    editions: tuple[EditionRow, ...]
    questionnaires: tuple[tuple[str, str], ...]
    can_import: bool
    can_pool: bool
    values: dict[str, str]
    errors: tuple[FieldError, ...]
    preview: str = ""

    def error_of(self, field: str) -> str | None:
        return FormErrors(self.errors).of(field)


@dataclass(frozen=True)
class GroupRow:
    """``counts`` in the order of the sizes; ``None`` for groups too small to be named."""

    industry: str
    counts: tuple[int | None, ...]


@dataclass(frozen=True)
class EditionPage:
    row: EditionRow
    source: str
    method: str
    sha256: str
    sizes: tuple[str, ...]
    groups: tuple[GroupRow, ...]
