"""The published table as a linear system over its leaf cells.

A leaf cell is the mean of one group in one item that is not an aggregate. Scaled by the size of its group, a column
of leaf cells adds up to the whole; an aggregate is the mean of its children. So everything that is published is a
linear equation over leaf cells, and so is everything that must stay hidden. How large the hidden groups are is
withheld with the values; who is in them is taken as known to the reader, which is the cautious side.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Parents = Mapping[Hashable, tuple[Hashable, ...]]


@dataclass(frozen=True, eq=False)
class Table:
    """Counts behind a table of means, shape (n_groups + 2, n_items).

    The last row but one holds people of the whole who are in no group, the last row is the whole itself.
    """

    counts: Counts
    costs: Floats
    children: dict[int, tuple[int, ...]]
    alike: Flags
    k: int

    @property
    def whole(self) -> int:
        """Row of the whole organisation."""
        return len(self.counts) - 1

    @property
    def nowhere(self) -> int:
        """Row of the people who are in no group; always hidden."""
        return len(self.counts) - 2

    @cached_property
    def leaves(self) -> NDArray[np.intp]:
        """Items that are not aggregates."""
        return np.array([item for item in range(self.counts.shape[1]) if item not in self.children], dtype=np.intp)

    @cached_property
    def composition(self) -> Floats:
        """Share of each leaf in each item, shape (n_items, n_leaves)."""
        shares = np.zeros((self.counts.shape[1], len(self.leaves)))
        for item in range(len(shares)):
            shares[item] = self._shares(item)
        return shares

    def _shares(self, item: int) -> Floats:
        if item not in self.children:
            return np.asarray(self.leaves == item, dtype=float)
        return np.asarray(np.mean([self._shares(child) for child in self.children[item]], axis=0), dtype=float)

    @cached_property
    def stakes(self) -> Counts:
        """People who would be exposed by each cell, shape of `counts`.

        Its respondents; for a part of a small aggregate no more than those of the aggregate, which could be put
        together from its parts; fewer than k where all gave the same answer.
        """
        people = np.where(self.alike, np.minimum(self.counts, self.k - 1), self.counts)
        for item in reversed(self.upwards()):
            small = (people[:, item] > 0) & (people[:, item] < self.k)
            for child in self.children[item]:
                people[small, child] = np.minimum(people[small, child], people[small, item])
        return people

    @cached_property
    def small(self) -> Flags:
        """Cells that must never be worked out: those with 1 to k-1 people at stake."""
        return (self.stakes > 0) & (self.stakes < self.k)

    def upwards(self) -> list[int]:
        """Aggregates, each after those it is made of."""
        order: list[int] = []
        for item in self.children:
            self._visit(item, order)
        return order

    def _visit(self, item: int, order: list[int]) -> None:
        if item in order:
            return
        for child in self.children[item]:
            if child in self.children:
                self._visit(child, order)
        order.append(item)

    @cached_property
    def people(self) -> Counts:
        """People at stake in each leaf cell, shape (n_groups + 1, n_leaves)."""
        return self.stakes[:-1][:, self.leaves]

    @cached_property
    def equations(self) -> sparse.csr_array:
        """One equation over leaf cells per cell of the table, in the order of `counts` raveled."""
        groups, (items, leaves) = len(self.counts) - 1, self.composition.shape
        exists = sparse.diags_array((self.people > 0).astype(float).ravel())
        own = sparse.kron(sparse.eye_array(groups), sparse.csr_array(self.composition))
        added = sparse.kron(np.ones((1, groups)), sparse.csr_array(self.composition))
        system = sparse.vstack([own, added]) @ exists
        return sparse.csr_array(system, shape=((groups + 1) * items, groups * leaves))

    def relations(self) -> list[NDArray[np.intp]]:
        """Sets of cells (numbers in `counts` raveled) tied by one equation: columns, and aggregates with children."""
        number = np.arange(self.counts.size).reshape(self.counts.shape)
        columns = [number[:, item] for item in range(self.counts.shape[1])]
        rows = [
            number[row, [item, *children]]
            for row in range(len(self.counts))
            if row != self.nowhere
            for item, children in self.children.items()
        ]
        counts = self.counts.ravel()
        present = [cells[counts[cells] > 0] for cells in [*columns, *(row for row in rows if counts[row[0]] > 0)]]
        return [cells for cells in present if len(cells) > 1]


def read_table(
    counts: pd.DataFrame,
    k: int,
    *,
    parents: Parents | None = None,
    whole: pd.Series | None = None,
    weights: pd.DataFrame | None = None,
    unanimous: pd.DataFrame | None = None,
) -> Table:
    """Check the input of the gate and lay it out as a `Table`; errors name the cell and the fix."""
    if k < 2:
        raise ValueError(f"k is {k}: a group of one is never shown, use at least 2")
    _check_labels(counts)
    numbers = _whole_numbers(counts)
    totals = numbers.sum(axis=0) if whole is None else _totals(whole, counts.columns, numbers)
    costs = np.asarray(numbers if weights is None else _aligned(weights, counts), dtype=float)
    nowhere = totals - numbers.sum(axis=0)
    rows = np.vstack([numbers, nowhere, totals])
    costs = np.vstack([costs, np.zeros(costs.shape[1]), costs.sum(axis=0) + totals])
    children = _children(parents or {}, counts.columns)
    _check_aggregates(counts, numbers, children)
    alike = np.zeros(rows.shape, dtype=bool)
    if unanimous is not None:
        alike[:-2] = unanimous.reindex(index=counts.index, columns=counts.columns, fill_value=False).to_numpy(bool)
    return Table(rows, costs, children, alike & (rows > 0), k)


def _check_labels(counts: pd.DataFrame) -> None:
    for name, labels in (("groups", counts.index), ("items", counts.columns)):
        if labels.has_duplicates:
            twice = labels[labels.duplicated()][0]
            raise ValueError(f"counts names {twice!r} twice among its {name}: give each a label of its own")


def _whole_numbers(counts: pd.DataFrame) -> Counts:
    numbers = counts.to_numpy(dtype=float)
    wrong = np.argwhere(~(np.isfinite(numbers) & (numbers >= 0) & (numbers == np.floor(numbers))))
    if len(wrong):
        row, column = wrong[0]
        place = f"counts[{counts.index[row]!r}, {counts.columns[column]!r}]"
        raise ValueError(f"{place} is {numbers[row, column]}: give the number of respondents, 0 for none")
    return numbers.astype(np.int64)


def _totals(whole: pd.Series, items: pd.Index, numbers: Counts) -> Counts:
    missing = items.difference(whole.index)
    if len(missing):
        raise ValueError(f"whole has no entry for {missing[0]!r}: give the respondents of every item")
    totals = whole.reindex(items).to_numpy(dtype=np.int64)
    below = np.flatnonzero(totals < numbers.sum(axis=0))
    if len(below):
        item = below[0]
        raise ValueError(
            f"whole[{items[item]!r}] is {totals[item]} but its groups hold {numbers[:, item].sum()}: "
            "the groups must be parts of the whole that do not overlap"
        )
    return totals


def _aligned(weights: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    costs = weights.reindex(index=counts.index, columns=counts.columns)
    wrong = np.argwhere(~(costs.to_numpy(dtype=float) >= 0))
    if len(wrong):
        row, column = wrong[0]
        place = f"weights[{counts.index[row]!r}, {counts.columns[column]!r}]"
        raise ValueError(f"{place} is missing or negative: give the cost of withholding each cell")
    return costs


def _check_aggregates(counts: pd.DataFrame, numbers: Counts, children: dict[int, tuple[int, ...]]) -> None:
    for item, parts in children.items():
        lone = np.flatnonzero((numbers[:, item] > 0) & ~(numbers[:, list(parts)] > 0).any(axis=1))
        if len(lone):
            place = f"counts[{counts.index[lone[0]]!r}, {counts.columns[item]!r}]"
            raise ValueError(f"{place} has respondents but none of its parts has: count the parts too, or use 0")


def _children(parents: Parents, items: pd.Index) -> dict[int, tuple[int, ...]]:
    place = {item: number for number, item in enumerate(items)}
    for aggregate, children in parents.items():
        unknown = [item for item in (aggregate, *children) if item not in place]
        if unknown:
            raise ValueError(f"parents names {unknown[0]!r}, which counts does not have: use its column labels")
        if not children:
            raise ValueError(f"parents[{aggregate!r}] is empty: name the columns it is the mean of")
        if _reaches(aggregate, aggregate, parents):
            raise ValueError(f"parents makes {aggregate!r} a part of itself: break the circle")
    return {place[aggregate]: tuple(place[child] for child in children) for aggregate, children in parents.items()}


def _reaches(start: Hashable, wanted: Hashable, parents: Parents, steps: int = 0) -> bool:
    if steps > len(parents):
        return True
    return any(child == wanted or _reaches(child, wanted, parents, steps + 1) for child in parents.get(start, ()))
