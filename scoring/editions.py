"""Editions of a peer baseline: one row per peer organisation, one column per capability, and where the numbers come
from.

An edition is immutable and dated. Its provenance (kind, source, method, year, number of organisations) is required: a
percentile against peers of unknown origin is worth nothing.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from questionnaires.schema import Questionnaire
from scoring.composites import OVERALL
from scoring.results import ILLUSTRATIVE_LABEL, EditionKind

INDUSTRIES = (
    "technology",
    "industrial",
    "financial-services",
    "healthcare",
    "consumer-goods",
    "retail",
    "energy",
    "professional-services",
)
SIZES = ("under-250", "250-999", "1000-4999", "5000-plus")
REGIONS = ("europe", "north-america", "asia-pacific", "other")
BUSINESS_MODELS = ("b2b", "b2c", "both")

SEGMENTS: Mapping[str, tuple[str, ...]] = {"industry": INDUSTRIES, "size": SIZES, "region": REGIONS}
SMALLEST_EDITION = 5
"""A baseline of fewer organisations would show single ones."""

_REQUIRED = ("id", "edition", "kind", "source", "method", "year", "n", "questionnaire", "published_on")


class EditionError(ValueError):
    """A baseline was refused. ``problems`` holds one sentence per error: place, value and fix."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, eq=False)
class Edition:
    """One edition of a baseline.

    ``levels`` : shape (n_peers, n_capabilities), in the scale's units, NaN = not measured
    ``segments`` : one row per peer, columns industry, size, region (empty = not told); ``organizations`` : opaque
    numbers, one per peer. A pooled edition holds distributions, not organisations: each column is sorted inside its
    segment, so a row is nobody's, and ``composites`` has the distributions of dimensions and overall, columns by id,
    which cannot be computed from such rows; empty elsewhere.
    """

    id: str
    edition: str
    kind: EditionKind
    source: str
    method: str
    year: int
    published_on: date
    questionnaire: str
    capabilities: tuple[str, ...]
    organizations: tuple[str, ...]
    levels: NDArray[np.float64]
    segments: pd.DataFrame
    composites: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def label(self) -> str:
        """The words that stand beside every number drawn from the edition; empty when there is nothing to warn of."""
        return ILLUSTRATIVE_LABEL if self.kind == "illustrative" else ""

    @property
    def n(self) -> int:
        return len(self.levels)


def parse_edition(
    csv_text: str,
    provenance_text: str,
    questionnaire: Questionnaire,
    *,
    csv_name: str = "baseline.csv",
    provenance_name: str = "baseline.yaml",
) -> Edition:
    """Read an edition from the text of its two files; raises ``EditionError`` with every problem found.

    csv_text : columns organization, industry, size, region, then every capability id of the questionnaire; an empty
    cell = not measured. A pooled edition may leave segments empty and has further columns for the dimensions' ids and
    overall; in each of its segments a column holds nothing or at least ``SMALLEST_EDITION`` values.
    provenance_text : YAML with id, edition, kind (illustrative, imported or pooled), source, method, year, n,
    questionnaire, published_on
    """
    problems: list[str] = []
    provenance = _provenance(provenance_text, provenance_name, questionnaire, problems)
    pooled = provenance.get("kind") == "pooled"
    rows = _rows(csv_text, csv_name, questionnaire, problems, pooled=pooled)
    if not problems and len(rows) != provenance["n"]:
        problems.append(
            f"{provenance_name}: n is {provenance['n']} but {csv_name} has {len(rows)} organisations: "
            "correct n or the file"
        )
    if not problems and len(rows) < SMALLEST_EDITION:
        problems.append(f"{csv_name}: {len(rows)} organisations: a baseline needs at least {SMALLEST_EDITION}")
    capabilities = tuple(capability.id for capability in questionnaire.capabilities)
    composites = composite_names(questionnaire) if pooled else ()
    if pooled and not problems:
        problems.extend(_small_cells(rows, (*capabilities, *composites), csv_name))
    if problems:
        raise EditionError(problems)
    return Edition(
        id=str(provenance["id"]),
        edition=str(provenance["edition"]),
        kind=provenance["kind"],
        source=str(provenance["source"]),
        method=str(provenance["method"]),
        year=provenance["year"],
        published_on=provenance["published_on"],
        questionnaire=str(provenance["questionnaire"]),
        capabilities=capabilities,
        organizations=tuple(row["organization"] for row in rows),
        levels=np.array([[float(row[name] or "nan") for name in capabilities] for row in rows]),
        segments=pd.DataFrame([{name: row[name] for name in SEGMENTS} for row in rows]),
        composites=pd.DataFrame({name: [float(row[name] or "nan") for row in rows] for name in composites}),
    )


def composite_names(questionnaire: Questionnaire) -> tuple[str, ...]:
    """The columns of a pooled edition beside the capabilities: every dimension's id, and overall."""
    return (*(dimension.id for dimension in questionnaire.dimensions), OVERALL)


def _small_cells(rows: list[dict[str, str]], columns: tuple[str, ...], name: str) -> Iterator[str]:
    """Cells of a pooled edition that would show single organisations."""
    counts: Counter[tuple[str, str, str, str]] = Counter(
        (row["industry"], row["size"], row["region"], column) for row in rows for column in columns if row[column]
    )
    for (*segment, column), n in counts.items():
        if n < SMALLEST_EDITION:
            told = " × ".join(filter(None, segment)) or "organisations whose segment is not told"
            yield f"{name}: {column} has {n} values in {told}: a pooled edition needs at least {SMALLEST_EDITION} or none"


def _provenance(text: str, name: str, questionnaire: Questionnaire, problems: list[str]) -> dict[str, Any]:
    try:
        loaded, lines = yaml.safe_load(text), dict(_key_lines(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problems.append(f"{name}:{mark.line + 1 if mark else 1}: not valid YAML: {getattr(error, 'problem', error)}")
        return {}
    if not isinstance(loaded, dict):
        problems.append(f"{name}:1: expected fields like 'source: …': give {', '.join(_REQUIRED)}")
        return {}
    missing = [one for one in _REQUIRED if loaded.get(one) in (None, "")]
    problems.extend(f"{name}:1: {one} is missing: a baseline needs its provenance" for one in missing)
    for name_of, wanted, ok in (
        ("kind", f"one of {', '.join(get_args(EditionKind))}", loaded.get("kind") in get_args(EditionKind)),
        ("year", "a year as a number", _is_count(loaded.get("year"))),
        ("n", "the number of organisations", _is_count(loaded.get("n"))),
        ("published_on", "a date like 2026-09-01", type(loaded.get("published_on")) is date),
        ("questionnaire", f"'{questionnaire.id}'", loaded.get("questionnaire") == questionnaire.id),
    ):
        if name_of not in missing and not ok:
            problems.append(f"{name}:{lines.get(name_of, 1)}: {name_of} is {loaded[name_of]!r}: use {wanted}")
    return loaded


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _key_lines(text: str) -> Iterator[tuple[str, int]]:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode):
            yield key.value, key.start_mark.line + 1


def _rows(
    text: str, name: str, questionnaire: Questionnaire, problems: list[str], *, pooled: bool
) -> list[dict[str, str]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    header = [column.strip() for column in next(reader, [])]
    levels = [capability.id for capability in questionnaire.capabilities]
    if pooled:
        levels.extend(composite_names(questionnaire))
    wanted = ["organization", *SEGMENTS, *levels]
    problems.extend(f"{name}:1: column {column} is missing: add it" for column in wanted if column not in header)
    problems.extend(
        f"{name}:1: column {column!r} is unknown or given twice: remove it"
        for place, column in enumerate(header)
        if column not in wanted or column in header[:place]
    )
    if problems:
        return []
    rows, seen = [], set[str]()
    try:
        for cells in reader:
            if not cells:
                continue
            place = f"{name}:{reader.line_num}"
            if len(cells) != len(header):
                problems.append(f"{place}: {len(cells)} cells, the header has {len(header)}: fix the row")
                continue
            row = {column: cell.strip() for column, cell in zip(header, cells, strict=True)}
            problems.extend(
                f"{place}: {problem}" for problem in _row_problems(row, levels, questionnaire, seen, pooled)
            )
            seen.add(row["organization"])
            rows.append(row)
    except csv.Error as error:
        problems.append(f"{name}:{reader.line_num}: not valid CSV: {error}")
    return rows


def _row_problems(
    row: Mapping[str, str], levels: list[str], questionnaire: Questionnaire, seen: set[str], pooled: bool
) -> Iterator[str]:
    if not row["organization"] or row["organization"] in seen:
        yield f"organization {row['organization']!r} is empty or given twice: number the organisations"
    for segment, known in SEGMENTS.items():
        if row[segment] not in known and not (pooled and not row[segment]):
            yield f"{segment} is {row[segment]!r}: use one of {', '.join(known)}"
    low, high = questionnaire.scale.low, questionnaire.scale.high
    for column in levels:
        if row[column] and not _is_level(row[column], low, high):
            yield f"{column} is {row[column]!r}: use a number from {low:g} to {high:g}, or leave it empty"


def _is_level(text: str, low: float, high: float) -> bool:
    try:
        return low <= float(text) <= high
    except ValueError:
        return False
