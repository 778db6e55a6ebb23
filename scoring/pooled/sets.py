"""Which organisations may stand together, and which of their values."""

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from questionnaires.schema import Questionnaire
from scoring.composites import composition
from scoring.contributions import SEGMENTED_BY
from scoring.editions import SEGMENTS, SMALLEST_EDITION, EditionError, composite_names
from scoring.peers import composite_peers

LARGEST_SHARE = 0.25
"""No organisation has a larger part of the responses behind a cell."""
DECIMALS = 2
"""Of the levels in the file: more would show how many people stand behind a mean."""

STEPS: tuple[tuple[str, ...], ...] = (SEGMENTED_BY, ("industry",), ("size",), ())
"""What is told of an organisation, from narrow to wide."""
LAST = (len(STEPS) - 1) * 100
"""The number of the set that is told without segment; every other number is step × 100 + place."""
NOWHERE = -1

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]
Sets = NDArray[np.intp]


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


def told_sets(table: pd.DataFrame, candidates: Mask, blocked: Collection[int] = ()) -> Sets:
    """The set that each organisation is told in, −1 = left out.

    table : from ``checked_contributions``; candidates : shape (n_organizations,), who may be told; blocked :
    sets that may not be told, whose organisations go to wider ones
    """
    responses = table["responses"].to_numpy()
    sets = np.full(len(table), NOWHERE)
    waiting = np.zeros(len(table), dtype=bool)
    places = np.flatnonzero(candidates)
    waiting[places[safe_part(responses[places])]] = True
    if not waiting.any():
        problem = (
            f"{len(places)} organisations with levels: a pooled edition needs at least {SMALLEST_EDITION}, "
            f"none of them with more than {LARGEST_SHARE:.0%} of the responses"
        )
        raise EditionError([problem])
    for number, attributes in enumerate(STEPS[:-1]):
        codes, known = _codes(table, attributes)
        for code in np.unique(codes[waiting & known]):
            if number * 100 + code in blocked:
                continue
            group = np.flatnonzero(waiting & known & (codes == code))
            kept = group[safe_part(responses[group])]
            sets[kept] = number * 100 + code
            waiting[kept] = False
    return _gathered(sets, waiting, responses)


def numbered(told: Mapping[str, str] | None) -> int:
    """The number of a set from what a manifest tells of it.

    >>> numbered({"industry": "industrial"}), numbered({}), numbered(None)
    (101, 300, -1)
    """
    if told is None:
        return NOWHERE
    code = 0
    for name in STEPS[STEPS.index(tuple(told))]:
        code = code * len(SEGMENTS[name]) + SEGMENTS[name].index(told[name])
    return STEPS.index(tuple(told)) * 100 + code


def _gathered(sets: Sets, waiting: Mask, responses: Ints) -> Sets:
    """Those left over are told without segment; where they are too few, the smallest sets join them, one by one."""
    left = waiting.copy()
    numbers, sizes = np.unique(sets[sets != NOWHERE], return_counts=True)
    for number in numbers[np.argsort(sizes, kind="stable")]:
        if safe_part(responses[left]).all():
            break
        left |= sets == number
    result = sets.copy()
    result[left] = LAST
    return result


def _codes(table: pd.DataFrame, attributes: Iterable[str]) -> tuple[NDArray[np.intp], Mask]:
    """A number for each combination of the attributes, in the order of ``SEGMENTS``, and whether all are known."""
    codes, known = np.zeros(len(table), dtype=np.intp), np.ones(len(table), dtype=bool)
    for name in attributes:
        own = pd.Categorical(table[name], categories=list(SEGMENTS[name])).codes.astype(np.intp)
        codes = codes * len(SEGMENTS[name]) + own
        known &= own >= 0
    return codes, known


def printed_levels(table: pd.DataFrame, questionnaire: Questionnaire) -> pd.DataFrame:
    """Capabilities, dimensions and overall of every organisation, as the file prints them."""
    capabilities = [capability.id for capability in questionnaire.capabilities]
    levels = table[capabilities]
    weights = composition(questionnaire)
    composites = {
        name: composite_peers(levels.to_numpy(float), weights[name].to_numpy())
        for name in composite_names(questionnaire)
    }
    return pd.concat([levels, pd.DataFrame(composites, index=table.index)], axis=1).round(DECIMALS)


def told_values(levels: pd.DataFrame, sets: Sets, responses: Ints) -> Mask:
    """Which values stand in the edition, shape of ``levels``: each column of each set is a cell of its own."""
    measured = levels.notna().to_numpy()
    told = np.zeros(measured.shape, dtype=bool)
    for number in np.unique(sets[sets != NOWHERE]):
        for column in range(measured.shape[1]):
            rows = np.flatnonzero((sets == number) & measured[:, column])
            told[rows[safe_part(responses[rows])], column] = True
    return told
