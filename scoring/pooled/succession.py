"""Editions of one series, held against each other: nothing about a few organisations by subtracting one from another.

A contribution that stands in an earlier edition and not in the new one has gone (the organisation left, or was measured
again); one that is new has come; the others stay. A reader may know who is in a set of an edition and sees its values,
so that what goes, comes and stays between a set of the earlier edition and one of the new must be nobody or at least 5.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.contributions import ABOUT_ORGANIZATION
from scoring.editions import SMALLEST_EDITION, EditionError
from scoring.pooled.files import Told
from scoring.pooled.sets import LAST, NOWHERE, Mask, Sets, told_sets, told_values

Block = tuple[Hashable, int]
"""A set of the earlier edition (None: in none) and a set of the new one (``NOWHERE``: in none)."""


@dataclass(frozen=True)
class Standing:
    """An earlier edition: contribution → the set in which it stands, and contribution → its columns there."""

    place: Mapping[str, Hashable]
    columns: Mapping[str, frozenset[str]]


def standing(manifest: str) -> Standing:
    """Read an earlier edition's manifest; ``EditionError`` where it is none."""
    try:
        entries = [one for one in json.loads(manifest)["contributions"] if one["told"] is not None]
        keys = [contribution_key(one["organization"], one["measured_on"], one["levels"]) for one in entries]
        return Standing(
            {key: tuple(sorted(one["told"].items())) for key, one in zip(keys, entries, strict=True)},
            {key: frozenset(one["counted"]) for key, one in zip(keys, entries, strict=True)},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EditionError([f"earlier manifest: cannot be read ({error!r}): give the file as it was written"]) from None


def contribution_key(organization: str, measured_on: str, levels: Mapping[str, float]) -> str:
    """Names one contribution: the same organisation with another wave or other levels is another one."""
    text = json.dumps([organization, measured_on, sorted(levels.items())])
    return hashlib.sha256(text.encode()).hexdigest()


def told_beside(table: pd.DataFrame, levels: pd.DataFrame, candidates: Mask, earlier: Sequence[Standing]) -> Told:
    """Sets and values that are safe by themselves and beside every earlier edition, each taken by itself.

    table : from ``checked_contributions``; levels : as printed; candidates : who may stand in the edition

    Where fewer than 5 have gone from a set, as many of those that stayed as are missing rest for this edition, the
    longest measured first. A set into which fewer than 5 came or stayed goes to a wider one; a column of a set in which
    they did is left empty. ``EditionError`` where not even one set of all is safe.
    """
    keys = _keys(table) if earlier else []
    candidates = _rested(candidates.copy(), table, keys, earlier)
    blocked: set[int] = set()
    while True:
        sets = told_sets(table, candidates, blocked)
        bad = _bad_sets(sets, keys, earlier)
        if not bad:
            break
        others = np.unique(sets[(sets != NOWHERE) & (sets != LAST)])
        if LAST in bad and len(others):
            bad |= {int(min(others, key=lambda number: (int((sets == number).sum()), number)))}
        if not bad - {LAST}:
            raise EditionError([_TOO_FEW_CHANGED])
        blocked |= bad - {LAST}
    values = told_values(levels, sets, table["responses"].to_numpy())
    return Told(levels, sets, _emptied(levels.columns, values, sets, keys, earlier))


_TOO_FEW_CHANGED = (
    f"contributions: beside an earlier edition the levels of fewer than {SMALLEST_EDITION} organisations could be worked "
    f"out: wait until {SMALLEST_EDITION} or more have joined, left or been measured again"
)


def _keys(table: pd.DataFrame) -> list[str]:
    columns = [name for name in table.columns if name not in ABOUT_ORGANIZATION]
    rows = table[columns].to_numpy(float).tolist()
    given = ({name: value for name, value in zip(columns, row, strict=True) if value == value} for row in rows)
    return [
        contribution_key(organization, measured_on, levels)
        for organization, measured_on, levels in zip(table["organization"], table["measured_on"], given, strict=True)
    ]


def _rested(candidates: Mask, table: pd.DataFrame, keys: Sequence[str], earlier: Sequence[Standing]) -> Mask:
    """Take out who would tell on those that have gone from their set."""
    oldest = np.lexsort([table["organization"].to_numpy(str), table["measured_on"].to_numpy(str)])
    while True:
        before = candidates.copy()
        for one in earlier:
            stayed: dict[Hashable, list[int]] = {}
            for row in oldest[candidates[oldest]].tolist():
                if keys[row] in one.place:
                    stayed.setdefault(one.place[keys[row]], []).append(row)
            for place, size in Counter(one.place.values()).items():
                rows = stayed.get(place, [])
                gone = size - len(rows)
                missing = SMALLEST_EDITION - gone if 0 < gone < SMALLEST_EDITION else 0
                candidates[rows if len(rows) - missing < SMALLEST_EDITION else rows[:missing]] = False
        if (candidates == before).all():
            return candidates


def _bad_sets(sets: Sets, keys: Sequence[str], earlier: Sequence[Standing]) -> set[int]:
    """New sets into which fewer than 5 came, in which fewer than 5 stayed, or beside which fewer than 5 have gone."""
    return set().union(*(_bad(one.place, dict(zip(keys, sets.tolist(), strict=True))) for one in earlier))


def _bad(before: Mapping[str, Hashable], now: Mapping[str, int]) -> set[int]:
    blocks: Counter[Block] = Counter((before.get(key), now.get(key, NOWHERE)) for key in {**before, **now})
    few = {pair for pair, n in blocks.items() if pair != (None, NOWHERE) and n < SMALLEST_EDITION}
    lost = {old for old, new in few if new == NOWHERE}
    return {new for old, new in {*few, *(pair for pair in blocks if pair[0] in lost)} if new != NOWHERE}


def _emptied(columns: pd.Index, values: Mask, sets: Sets, keys: Sequence[str], earlier: Sequence[Standing]) -> Mask:
    """Leave columns of sets empty in which fewer than 5 values came, stayed or have gone."""
    kept = values.copy()
    for place, column in enumerate(columns):
        for _ in range(len(np.unique(sets)) if earlier else 0):
            now = {keys[row]: int(sets[row]) for row in np.flatnonzero(kept[:, place]).tolist()}
            bad = set().union(
                *(
                    _bad({key: old for key, old in one.place.items() if column in one.columns[key]}, now)
                    for one in earlier
                )
            )
            if not bad:
                break
            kept[np.isin(sets, list(bad)), place] = False
    return kept
