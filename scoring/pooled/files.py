"""A pooled edition as text: its two files and its manifest."""

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import yaml

from questionnaires.schema import Questionnaire
from scoring.contributions import ABOUT_ORGANIZATION
from scoring.editions import SEGMENTS, SMALLEST_EDITION
from scoring.pooled.sets import DECIMALS, LARGEST_SHARE, NOWHERE, STEPS, Mask, Sets
from scoring.results import SCORING_VERSION


@dataclass(frozen=True)
class PooledEdition:
    """The two files of an edition as text, ready for ``parse_edition``, and the confidential manifest (JSON)."""

    content: str
    provenance: str
    manifest: str


@dataclass(frozen=True)
class Name:
    """What an edition is called, and what it was held against: digests of the earlier manifests."""

    series: str
    edition: str
    published_on: date
    earlier: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Told:
    """What stands where: ``levels`` as printed, shape (n_organizations, n_columns); ``sets`` : shape
    (n_organizations,); ``values`` : which levels stand in the edition"""

    levels: pd.DataFrame
    sets: Sets
    values: Mask


def written(name: Name, questionnaire: Questionnaire, table: pd.DataFrame, told: Told) -> PooledEdition:
    content = _content(table, told)
    provenance = _provenance(name, questionnaire, table[told.sets != NOWHERE])
    manifest = {
        "manifest": 1,
        "id": name.series,
        "edition": name.edition,
        "published_on": name.published_on.isoformat(),
        "questionnaire": questionnaire.id,
        "scoring_version": SCORING_VERSION,
        "earlier": list(name.earlier),
        "content_sha256": sha256(content),
        "provenance_sha256": sha256(provenance),
        "contributions": _entries(table, told),
    }
    return PooledEdition(content, provenance, json.dumps(manifest, ensure_ascii=False, indent=0) + "\n")


def _content(table: pd.DataFrame, told: Told) -> str:
    """The CSV file: in each set every column sorted by itself, what is not told last."""
    values = np.where(told.values, told.levels.to_numpy(), np.nan)
    blocks, segments = [], []
    for number in np.unique(told.sets[told.sets != NOWHERE]):
        rows = np.flatnonzero(told.sets == number)
        blocks.append(np.sort(values[rows], axis=0))
        segments += [_segment(table, int(rows[0]), int(number))] * len(rows)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["organization", *SEGMENTS, *told.levels.columns])
    for place, (segment, row) in enumerate(zip(segments, np.concatenate(blocks).tolist(), strict=True), start=1):
        cells = ("" if value != value else f"{value:.{DECIMALS}f}" for value in row)
        writer.writerow([f"{place:05d}", *(segment.get(name, "") for name in SEGMENTS), *cells])
    return text.getvalue()


def _segment(table: pd.DataFrame, row: int, number: int) -> dict[str, str]:
    """What is told of the organisations of a set."""
    return {name: str(table[name].iat[row]) for name in STEPS[number // 100]}


def _entries(table: pd.DataFrame, told: Told) -> list[Mapping[str, Any]]:
    """One entry per organisation of the manifest: what it brought, where it is told, and its values in the file."""
    columns = [name for name in table.columns if name not in ABOUT_ORGANIZATION]
    about = table[list(ABOUT_ORGANIZATION)].to_dict("records")
    names, given, printed = (
        [*told.levels.columns],
        table[columns].to_numpy(float).tolist(),
        told.levels.to_numpy().tolist(),
    )
    return [
        {
            **{str(key): value for key, value in one.items()},
            "levels": {name: value for name, value in zip(columns, given[row], strict=True) if value == value},
            "told": None if number == NOWHERE else _segment(table, row, int(number)),
            "counted": {
                name: value for name, value, shown in zip(names, printed[row], told.values[row], strict=True) if shown
            },
        }
        for row, (one, number) in enumerate(zip(about, told.sets, strict=True))
    ]


def _provenance(name: Name, questionnaire: Questionnaire, table: pd.DataFrame) -> str:
    first, last = table["measured_on"].min(), table["measured_on"].max()
    fields = {
        "id": name.series,
        "edition": name.edition,
        "kind": "pooled",
        "questionnaire": questionnaire.id,
        "source": f"Organisations measured on this platform from {first} to {last} that agreed to be pooled.",
        "method": (
            f"Levels of each organisation's last wave, to {DECIMALS} decimals. At least {SMALLEST_EDITION} organisations "
            f"behind every cell, none with more than {LARGEST_SHARE:.0%} of its responses; organisations in smaller cells are "
            "told by industry, by size or without segment. Columns are sorted inside their segment: rows are not organisations."
        ),
        "year": name.published_on.year,
        "n": len(table),
        "published_on": name.published_on,
    }
    return str(yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=120))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
