"""What a reader can say of a withheld mean: its interval by linear programme, given all that is published.

The gate guarantees that no small group's mean follows exactly. It may still be hemmed in: where the rest of a column
sits at the end of the scale, one equation leaves little room. Here the published means are taken with their counts,
withheld counts too, which is more than a reader has.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, sparse

from scoring.disclosure.attacks import components
from scoring.disclosure.table import Flags, Floats, Table

Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Means:
    """True means behind a table, and the scale they are on.

    cells : shape (n_groups, n_items), NaN where nobody answered
    whole : shape (n_items,)
    shares : weight of each group in the whole, by item where it depends on who is scored (then people in no group may
        have a last row); None when the whole is the mean over respondents
    """

    cells: pd.DataFrame
    whole: pd.Series
    lowest: float
    highest: float
    shares: pd.Series | pd.DataFrame | None = None


def exposure(table: Table, hidden: Flags, means: Means) -> Floats:
    """Bound the mean of every small withheld cell, shape (2, n_groups, n_items): low and high, NaN elsewhere.

    Relations that the true means do not meet (another weighting of the dimensions, say) are left out. The linear
    programmes are those of Fischetti & Salazar (2001), §2, on means instead of counts.
    """
    system = _system(table, hidden, means)
    width = len(table.leaves)
    bounds = np.full((2, *table.counts[:-2].shape), np.nan)
    targets = np.argwhere(hidden[:-2] & table.small[:-2])
    goals = {(row, item): _spread(table, row)[item] for row, item in targets.tolist()}
    place = {cell: number for number, cell in enumerate(system.cells.tolist())}
    parts = system.parts()
    for (row, item), goal in goals.items():
        factors = {place[row * width + leaf]: share for leaf, share in enumerate(goal) if share}
        bounds[:, row, item] = _bounds(parts, factors, means)
    return bounds


def room(table: Table, means: Means) -> Floats:
    """Width of what could be said of each cell if its column showed the whole only, shape (n_groups, n_items)."""
    weights, totals = _coefficients(table, means)
    whole = _wholes(table, means)
    others = totals - weights
    with np.errstate(divide="ignore", invalid="ignore"):
        low = (totals * whole - others * means.highest) / weights
        high = (totals * whole - others * means.lowest) / weights
    widths = np.minimum(high, means.highest) - np.maximum(low, means.lowest)
    return np.asarray(widths[:-1], dtype=float)


@dataclass(frozen=True, eq=False)
class _System:
    cells: Places
    matrix: sparse.csr_array
    right: Floats

    def parts(self) -> dict[int, tuple[Places, Floats, Floats]]:
        """The independent part in which each unknown lies: its unknowns, matrix and right-hand side."""
        found = {}
        for rows, columns in components(self.matrix):
            part = (columns, self.matrix[rows][:, columns].toarray(), self.right[rows])
            found.update(dict.fromkeys(columns.tolist(), part))
        return found


def _system(table: Table, hidden: Flags, means: Means) -> _System:
    """Equations on withheld leaf means, those of published aggregates and of the published whole."""
    present = table.people > 0
    cells = means.cells.to_numpy(dtype=float)
    known = _leaf_means(table, means)
    weights, totals = (part[..., table.leaves] for part in _coefficients(table, means))
    whole = _wholes(table, means)[table.leaves]
    groups, leaves = present.shape
    rows: list[Floats] = []
    right: list[float] = []
    for leaf in np.flatnonzero(~hidden[-1, table.leaves]).tolist():
        row = np.zeros((groups, leaves))
        row[:, leaf] = weights[:, leaf]
        rows.append(row.ravel())
        right.append(float(totals[leaf] * whole[leaf]))
    for group in range(groups - 1):
        spread = _spread(table, group)
        for item in table.children:
            if not hidden[group, item] and table.counts[group, item] > 0:
                row = np.zeros((groups, leaves))
                row[group] = spread[item]
                rows.append(row.ravel())
                right.append(float(cells[group, item]))
    matrix, sides = np.array(rows).reshape(len(rows), groups * leaves), np.array(right)
    true = np.where(np.isnan(known), 0.0, known).ravel()
    holds = np.abs(matrix @ true - sides) < 1e-6 * np.maximum(1.0, np.abs(sides))
    open_cells = (hidden[:-1][:, table.leaves] & present).ravel()
    sides = sides - matrix[:, ~open_cells] @ true[~open_cells]
    stated = holds & (np.abs(matrix[:, open_cells]).max(axis=1, initial=0.0) > 0)
    return _System(
        np.flatnonzero(open_cells), sparse.csr_array(matrix[stated][:, open_cells]), np.asarray(sides[stated])
    )


def _spread(table: Table, row: int) -> Floats:
    """Share of each present leaf in each item of one group: an aggregate is the mean of the parts it has."""
    present = table.counts[row] > 0
    shares = np.zeros(table.composition.shape)
    for item in [*table.leaves.tolist(), *table.upwards()]:
        if item in table.children:
            parts = [child for child in table.children[item] if present[child]]
            shares[item] = np.mean(shares[parts], axis=0) if parts else 0.0
        else:
            shares[item] = table.composition[item] * present[item]
    return shares


def _coefficients(table: Table, means: Means) -> tuple[Floats, Floats]:
    """Weight of each group in each item of the whole, shape (n_groups + 1, n_items), and their sums."""
    if means.shares is None:
        weights = table.counts[:-1].astype(float)
    else:
        weights = np.where(table.counts[:-1] > 0, _shares(means.shares, means.cells), 0.0)
    return weights, weights.sum(axis=0)


def _shares(shares: pd.Series | pd.DataFrame, cells: pd.DataFrame) -> Floats:
    """Weights as an array, people in no group last."""
    if isinstance(shares, pd.Series):
        return np.append(shares.reindex(cells.index).to_numpy(dtype=float), 0.0)[:, None]
    nowhere = shares.index.difference(cells.index)
    rows = shares.reindex(index=[*cells.index, *nowhere[:1]], columns=cells.columns).to_numpy(dtype=float)
    return rows if len(nowhere) else np.vstack([rows, np.zeros(rows.shape[1])])


def _wholes(table: Table, means: Means) -> Floats:
    return np.asarray(means.whole.reindex(means.cells.columns), dtype=float)


def _leaf_means(table: Table, means: Means) -> Floats:
    """True leaf means with those of the people in no group, who make up the difference to the whole."""
    cells = means.cells.to_numpy(dtype=float)
    weights, totals = _coefficients(table, means)
    rest = totals * _wholes(table, means) - np.where(weights[:-1] > 0, weights[:-1] * cells, 0.0).sum(axis=0)
    nowhere = np.divide(rest, weights[-1], out=np.zeros_like(rest), where=weights[-1] > 0)
    return np.asarray(np.vstack([cells, nowhere])[:, table.leaves], dtype=float)


def _bounds(
    parts: dict[int, tuple[Places, Floats, Floats]], factors: dict[int, float], means: Means
) -> tuple[float, float]:
    low = high = 0.0
    free = {cell: share for cell, share in factors.items() if cell not in parts}
    low += means.lowest * sum(free.values())
    high += means.highest * sum(free.values())
    tied = {id(parts[cell]): parts[cell] for cell in factors if cell in parts}
    for columns, matrix, right in tied.values():
        goal = np.array([factors.get(cell, 0.0) for cell in columns.tolist()])
        least, most = _ends(matrix, right, goal, means)
        low, high = low + least, high + most
    return low, high


def _ends(matrix: Floats, right: Floats, goal: Floats, means: Means) -> tuple[float, float]:
    limits = (means.lowest, means.highest)
    if len(matrix) == 1 and np.count_nonzero(goal) == 1:
        return _one_equation(matrix[0], float(right[0]), goal, limits)
    ends = []
    for sign in (1.0, -1.0):
        solved = optimize.linprog(sign * goal, A_eq=matrix, b_eq=right, bounds=limits)
        if solved.status != 0 or solved.fun is None:
            raise ArithmeticError(f"the interval of a withheld mean could not be found: {solved.message}")
        ends.append(sign * float(solved.fun))
    return ends[0], ends[1]


def _one_equation(row: Floats, right: float, goal: Floats, limits: tuple[float, float]) -> tuple[float, float]:
    cell = int(np.flatnonzero(goal)[0])
    others = np.delete(row, cell).sum()
    low = max(limits[0], (right - others * limits[1]) / row[cell])
    high = min(limits[1], (right - others * limits[0]) / row[cell])
    return float(goal[cell]) * low, float(goal[cell]) * high
