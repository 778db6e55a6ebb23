"""Why a cell is withheld, whom it protects, and what a reader can still say of its n."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from scoring.disclosure.table import Flags, Floats, Table

SHOWN, SMALL, PROTECTS, REMAINDER, UNANIMOUS = "", "small", "protects", "remainder", "unanimous"

NO_GROUP = "people in no group"
"""Name of the part of the whole that no row of the table shows."""

Codes = NDArray[np.object_]
Places = NDArray[np.intp]


def reason_codes(table: Table, hidden: Flags) -> Codes:
    """Give every cell its reason code, shape of `table.counts`."""
    groups = table.counts[:-1]
    small_people = np.where(table.small[:-1], table.stakes[:-1], 0).sum(axis=0)
    small_groups = table.small[:-1].sum(axis=0)
    short = (small_groups >= 2) & (small_people < table.k)
    codes = np.full(table.counts.shape, SHOWN, dtype=object)
    codes[:-1] = np.where(hidden[:-1], np.where(short, REMAINDER, PROTECTS), SHOWN)
    codes[:-1][hidden[:-1] & (groups < table.k)] = SMALL
    codes[-1] = np.where(hidden[-1], np.where(table.counts[-1] < table.k, SMALL, PROTECTS), SHOWN)
    codes[hidden & table.alike & (table.counts >= table.k)] = UNANIMOUS
    return codes


def protected_groups(table: Table, hidden: Flags) -> Places:
    """Number the group that each withheld cell protects, -1 where there is none, shape of `table.counts`.

    A cell that shares an aggregate with a small cell of its own group protects that, unless its column needs it.
    Otherwise a small group is protected by the withheld cells of its column, those again by the ones that share an
    aggregate with them, and so on outwards.
    """
    width = table.counts.shape[1]
    rank = Counter(dict(enumerate(table.small[:-1].sum(axis=1).tolist())))
    named = {cell: cell // width for cell in np.flatnonzero(table.small[:-1].ravel()).tolist()}
    relations = [cells[hidden.ravel()[cells]].tolist() for cells in table.relations()]
    named |= _own_group(relations, named, _spare(table, hidden).ravel(), width)
    while reached := _next_named(relations, named, rank):
        named |= reached
    result = np.full(table.counts.size, -1)
    for cell, group in named.items():
        result[cell] = group
    return result.reshape(table.counts.shape)


def _spare(table: Table, hidden: Flags) -> Flags:
    """Mark the cells without which the withheld ones of their column are still k people or more."""
    people = np.where(hidden[:-1], table.stakes[:-1], 0)
    spare = np.zeros_like(hidden)
    spare[:-1] = people.sum(axis=0) - people >= table.k
    return spare


def _own_group(relations: list[list[int]], named: dict[int, int], spare: Flags, width: int) -> dict[int, int]:
    return {
        cell: cell // width
        for cells in relations
        for cell in cells
        if cell not in named and spare[cell] and any(named.get(other) == cell // width for other in cells)
    }


def _next_named(relations: list[list[int]], named: dict[int, int], rank: Counter[int]) -> dict[int, int]:
    reached: dict[int, int] = {}
    for cells in relations:
        groups = [named[cell] for cell in cells if cell in named]
        if groups:
            chosen = min(groups, key=lambda group: (-rank[group], group))
            for cell in cells:
                if cell not in named:
                    reached.setdefault(cell, chosen)
    return reached


def count_bounds(table: Table, hidden: Flags) -> tuple[Floats, Floats]:
    """Bound the n of every withheld cell by what is published: shown n, the whole, and the reason codes.

    Per column the withheld n add up to the whole less the shown; a cell called small holds 0 to k-1, another at least
    k, the people in no group any number. One equation with bounds needs no solver.
    """
    groups = table.counts[:-1].astype(float)
    closed = hidden[:-1]
    left = np.where(hidden[-1], np.inf, table.counts[-1] - np.where(closed, 0.0, groups).sum(axis=0))
    small = groups < table.k
    low = np.where(closed & ~small, float(table.k), 0.0)
    high = np.where(closed, np.where(small, table.k - 1.0, np.inf), 0.0)
    low[table.nowhere], high[table.nowhere] = 0.0, np.inf if groups[table.nowhere].any() else 0.0
    open_ended = np.isinf(high).sum(axis=0)
    finite = np.where(np.isinf(high), 0.0, high)
    others = np.where(open_ended - np.isinf(high) > 0, np.inf, finite.sum(axis=0) - finite)
    known = np.where(np.isinf(left), 0.0, left)
    least = np.where(np.isinf(left) | np.isinf(others), 0.0, known - np.where(np.isinf(others), 0.0, others))
    return np.maximum(low, least), np.minimum(high, left - (low.sum(axis=0) - low))
