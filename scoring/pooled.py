"""Pooled editions: a peer baseline from the platform's own organisations that agreed to it.

A pooled edition holds distributions, never organisations. Organisations are told by industry × size where at least 5
of them, none with more than 25% of the responses, share both; the others by industry, then by size, then not at all.
These sets do not overlap and every group of the fallback chain is a union of some of them, so that adding and
subtracting groups of one edition never leaves fewer than 5 organisations. Inside a set every column is sorted by
itself: no row is an organisation, and levels of different capabilities cannot be joined to a profile.

The same contributions give the same bytes in any order. The manifest holds all that went in, so that
``rebuild_pooled`` can make the edition again; it is as confidential as the contributions, the two files are not.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from questionnaires.schema import Questionnaire
from scoring.composites import composition
from scoring.contributions import ABOUT_ORGANIZATION, SEGMENTED_BY, checked_contributions
from scoring.editions import SEGMENTS, SMALLEST_EDITION, Edition, EditionError, composite_names
from scoring.peers import composite_peers
from scoring.results import SCORING_VERSION

LARGEST_SHARE = 0.25
"""No organisation has a larger part of the responses behind a cell."""
DECIMALS = 2
"""Of the levels in the file: more would show how many people stand behind a mean."""

_STEPS: tuple[tuple[str, ...], ...] = (SEGMENTED_BY, ("industry",), ("size",), ())
_NOWHERE = -1

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PooledEdition:
    """The two files of an edition as text, ready for ``parse_edition``, and the confidential manifest (JSON)."""

    content: str
    provenance: str
    manifest: str


def pool_edition(
    contributions: pd.DataFrame,
    questionnaire: Questionnaire,
    *,
    edition: str,
    published_on: date,
    series: str = "pooled",
) -> PooledEdition:
    """Build an edition from the organisations that agree to be pooled today.

    contributions : one row per organisation, in any order, with the columns of ``checked_contributions``: organization
    (an opaque key), industry, size, measured_on, responses, and the level of each capability (NaN = not measured or
    not shown); ``series`` and ``edition`` name the series and this edition of it

    A set of organisations, and each column inside it, needs at least 5 organisations of which none has more than 25% of
    the responses; while the largest has more, it moves to the next wider set, and a value of it is left out of the
    column. An organisation with more than 25% of all responses is left out of the edition. Raises ``EditionError`` when
    a contribution is wrong or fewer than 5 organisations are left. Source: minimum frequency and dominance rules,
    Hundepool et al. (2012), Statistical Disclosure Control, §4.2; local suppression to k-anonymity, Sweeney (2002),
    IJUFKS 10, 571–588.
    """
    table = checked_contributions(contributions, questionnaire)
    columns = [capability.id for capability in questionnaire.capabilities]
    measured = table[columns].notna().any(axis=1).to_numpy()
    sets = _sets(table, measured)
    levels = _all_levels(table, questionnaire)
    told = _told(levels, sets, table["responses"].to_numpy())
    content = _content(levels, told, sets, table)
    provenance = _provenance(table[sets != _NOWHERE], questionnaire, series, edition, published_on)
    manifest = {
        "manifest": 1,
        "id": series,
        "edition": edition,
        "published_on": published_on.isoformat(),
        "questionnaire": questionnaire.id,
        "scoring_version": SCORING_VERSION,
        "content_sha256": _sha256(content),
        "provenance_sha256": _sha256(provenance),
        "contributions": _entries(table, columns, sets, levels, told),
    }
    return PooledEdition(content, provenance, json.dumps(manifest, ensure_ascii=False, indent=0) + "\n")


def rebuild_pooled(manifest: str, questionnaire: Questionnaire) -> PooledEdition:
    """The edition that a manifest describes, the same bytes; ``EditionError`` where they come out otherwise."""
    try:
        given = json.loads(manifest)
        rows = [{**{name: one[name] for name in ABOUT_ORGANIZATION}, **one["levels"]} for one in given["contributions"]]
        published_on = date.fromisoformat(given["published_on"])
        names = given["id"], given["edition"], given["content_sha256"], given["provenance_sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise EditionError([f"manifest: cannot be read ({error!r}): give the file as it was written"]) from None
    series, edition, *digests = names
    made = pool_edition(pd.DataFrame(rows), questionnaire, edition=edition, published_on=published_on, series=series)
    for name, text, digest in zip(("content", "provenance"), (made.content, made.provenance), digests, strict=True):
        if _sha256(text) != digest:
            problem = (
                f"manifest: {name}_sha256 is {digest[:12]}…, the rebuilt file has {_sha256(text)[:12]}…: the manifest was "
                f"edited, or written by another scoring version ({given.get('scoring_version')}, this is {SCORING_VERSION})"
            )
            raise EditionError([problem])
    return made


def without_own(edition: Edition, manifest: str, organization: str) -> Edition:
    """The edition without what one organisation brought, for its own comparison; unchanged where it brought nothing.

    organization : its key in the contributions. In its set, the value it brought leaves each column.
    """
    entry = next((one for one in json.loads(manifest)["contributions"] if one["organization"] == organization), None)
    if entry is None or entry["told"] is None:
        return edition
    member = np.ones(edition.n, dtype=bool)
    for name in SEGMENTED_BY:
        member &= (edition.segments[name] == entry["told"].get(name, "")).to_numpy()
    levels, composites = edition.levels.copy(), edition.composites.copy()
    for column, value in entry["counted"].items():
        values = levels[:, edition.capabilities.index(column)] if column in edition.capabilities else None
        if values is None:
            values = composites[column].to_numpy(copy=True)
        values[np.flatnonzero(member & (np.abs(values - value) < 10.0**-DECIMALS / 2))[:1]] = np.nan
        if column in composites:
            composites[column] = values
    return replace(edition, levels=levels, composites=composites)


def safe_part(responses: Ints) -> Mask:
    """Which organisations may stand in one cell: the largest leave while they dominate, and fewer than 5 are none.

    responses : shape (n,), people behind each organisation

    >>> safe_part(np.array([10, 10, 10, 10, 10, 90])).tolist()
    [True, True, True, True, True, False]
    >>> safe_part(np.array([10, 10, 10, 10, 90])).any()
    np.False_
    """
    order = np.argsort(-responses, kind="stable")
    rest = np.cumsum(responses[order][::-1])[::-1]
    kept = np.zeros(len(responses), dtype=bool)
    fine = np.flatnonzero(responses[order] <= LARGEST_SHARE * rest)
    if len(fine) and len(responses) - fine[0] >= SMALLEST_EDITION:
        kept[order[fine[0] :]] = True
    return kept


def _sets(table: pd.DataFrame, measured: Mask) -> NDArray[np.intp]:
    """The set each organisation is told in: ``step × 100 + place`` in one order, −1 = left out."""
    responses = table["responses"].to_numpy()
    sets = np.full(len(table), _NOWHERE)
    waiting = np.zeros(len(table), dtype=bool)
    places = np.flatnonzero(measured)
    waiting[places[safe_part(responses[places])]] = True
    if not waiting.any():
        problem = (
            f"{len(places)} organisations with levels: a pooled edition needs at least {SMALLEST_EDITION}, "
            f"none of them with more than {LARGEST_SHARE:.0%} of the responses"
        )
        raise EditionError([problem])
    for number, attributes in enumerate(_STEPS[:-1]):
        codes, known = _codes(table, attributes)
        for code in np.unique(codes[waiting & known]):
            group = np.flatnonzero(waiting & known & (codes == code))
            kept = group[safe_part(responses[group])]
            sets[kept] = number * 100 + code
            waiting[kept] = False
    return _gathered(sets, waiting, responses)


def _gathered(sets: NDArray[np.intp], waiting: Mask, responses: Ints) -> NDArray[np.intp]:
    """Those left over are told without segment; where they are too few, the smallest sets join them, one by one."""
    last = (len(_STEPS) - 1) * 100
    left = waiting.copy()
    numbers, sizes = np.unique(sets[sets != _NOWHERE], return_counts=True)
    for number in numbers[np.argsort(sizes, kind="stable")]:
        if safe_part(responses[left]).all():
            break
        left |= sets == number
    result = sets.copy()
    result[left] = last
    return result


def _codes(table: pd.DataFrame, attributes: Iterable[str]) -> tuple[NDArray[np.intp], Mask]:
    """A number for each combination of the attributes, in the order of ``SEGMENTS``, and whether all are known."""
    codes, known = np.zeros(len(table), dtype=np.intp), np.ones(len(table), dtype=bool)
    for name in attributes:
        own = pd.Categorical(table[name], categories=list(SEGMENTS[name])).codes.astype(np.intp)
        codes = codes * len(SEGMENTS[name]) + own
        known &= own >= 0
    return codes, known


def _all_levels(table: pd.DataFrame, questionnaire: Questionnaire) -> pd.DataFrame:
    """Capabilities, dimensions and overall of every organisation, as the file prints them."""
    capabilities = [capability.id for capability in questionnaire.capabilities]
    levels = table[capabilities]
    weights = composition(questionnaire)
    composites = {
        name: composite_peers(levels.to_numpy(float), weights[name].to_numpy())
        for name in composite_names(questionnaire)
    }
    return pd.concat([levels, pd.DataFrame(composites, index=table.index)], axis=1).round(DECIMALS)


def _told(levels: pd.DataFrame, sets: NDArray[np.intp], responses: Ints) -> Mask:
    """Which values stand in the edition, shape of ``levels``: each column of each set is a cell of its own."""
    measured = levels.notna().to_numpy()
    told = np.zeros(measured.shape, dtype=bool)
    for number in np.unique(sets[sets != _NOWHERE]):
        for column in range(measured.shape[1]):
            rows = np.flatnonzero((sets == number) & measured[:, column])
            told[rows[safe_part(responses[rows])], column] = True
    return told


def _content(levels: pd.DataFrame, told: Mask, sets: NDArray[np.intp], table: pd.DataFrame) -> str:
    """The CSV file: in each set every column sorted by itself, what is not told last."""
    values = np.where(told, levels.to_numpy(), np.nan)
    blocks, segments = [], []
    for number in np.unique(sets[sets != _NOWHERE]):
        rows = np.flatnonzero(sets == number)
        blocks.append(np.sort(values[rows], axis=0))
        segments += [_segment(table, int(rows[0]), int(number))] * len(rows)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["organization", *SEGMENTS, *levels.columns])
    for place, (segment, row) in enumerate(zip(segments, np.concatenate(blocks).tolist(), strict=True), start=1):
        cells = ("" if value != value else f"{value:.{DECIMALS}f}" for value in row)
        writer.writerow([f"{place:05d}", *(segment.get(name, "") for name in SEGMENTS), *cells])
    return text.getvalue()


def _segment(table: pd.DataFrame, row: int, number: int) -> dict[str, str]:
    """What is told of the organisations of a set."""
    return {name: str(table[name].iat[row]) for name in _STEPS[number // 100]}


def _entries(
    table: pd.DataFrame, columns: list[str], sets: NDArray[np.intp], levels: pd.DataFrame, told: Mask
) -> list[Mapping[str, Any]]:
    """One entry per organisation of the manifest: what it brought, where it is told, and its values in the file."""
    about = table[list(ABOUT_ORGANIZATION)].to_dict("records")
    names, given, printed = [*levels.columns], table[columns].to_numpy(float).tolist(), levels.to_numpy().tolist()
    return [
        {
            **{str(key): value for key, value in one.items()},
            "levels": {name: value for name, value in zip(columns, given[row], strict=True) if value == value},
            "told": None if number == _NOWHERE else _segment(table, row, int(number)),
            "counted": {
                name: value for name, value, shown in zip(names, printed[row], told[row], strict=True) if shown
            },
        }
        for row, (one, number) in enumerate(zip(about, sets, strict=True))
    ]


def _provenance(
    table: pd.DataFrame, questionnaire: Questionnaire, series: str, edition: str, published_on: date
) -> str:
    first, last = table["measured_on"].min(), table["measured_on"].max()
    fields = {
        "id": series,
        "edition": edition,
        "kind": "pooled",
        "questionnaire": questionnaire.id,
        "source": f"Organisations measured on this platform from {first} to {last} that agreed to be pooled.",
        "method": (
            f"Levels of each organisation's last wave, to {DECIMALS} decimals. At least {SMALLEST_EDITION} organisations "
            f"behind every cell, none with more than {LARGEST_SHARE:.0%} of its responses; organisations in smaller cells are "
            "told by industry, by size or without segment. Columns are sorted inside their segment: rows are not organisations."
        ),
        "year": published_on.year,
        "n": len(table),
        "published_on": published_on,
    }
    return str(yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=120))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
