"""Attacks on a table: combinations of what is published that rest on fewer than k people.

With H the withheld leaf cells, a reader can compute exactly the row space of the published equations restricted to H.
An attack is a vector of that space, other than zero, that touches only small cells of groups with fewer than k
people in all. Most tables have none; then one rank computation shows it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize, sparse
from scipy.sparse import csgraph

from scoring.disclosure.table import Flags, Floats, Table

TOLERANCE = 1e-9
Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Attack:
    """A small group worked out (`exposed`), and the published cells used; withholding one of them stops it.

    Cells are numbers in the raveled counts.
    """

    exposed: frozenset[int]
    used: frozenset[int]


def find_attacks(table: Table, withheld: Flags, *, most: int = 200) -> list[Attack]:
    """Find attacks on a table with the given cells withheld; an empty list means that it is safe.

    withheld : shape of `table.counts`, True = not published; must cover the small cells
    """
    equations, cells = _open_equations(table, withheld)
    attacks: dict[frozenset[int], Attack] = {}
    for rows, columns in components(equations):
        part = equations[rows][:, columns].toarray()
        for attack in _attacks_on(table, withheld, part, rows, cells[columns], most - len(attacks)):
            attacks.setdefault(attack.used, attack)
        if len(attacks) >= most:
            break
    return list(attacks.values())


def determined_cells(table: Table, withheld: Flags) -> Flags:
    """Mark the withheld cells that follow exactly from what is published, shape of `table.counts`."""
    equations, cells = _open_equations(table, withheld)
    stated = np.unique(equations.nonzero()[0])
    basis = linalg.orth(equations[stated].toarray().T) if len(stated) else np.zeros((len(cells), 0))
    wanted = table.equations[:, cells].toarray()
    left = wanted - (wanted @ basis) @ basis.T
    fixed = (np.abs(left).max(axis=1, initial=0.0) < 1e-7).reshape(_grid(table))
    flags = np.zeros_like(withheld)
    flags[:-2], flags[-1] = fixed[:-2], fixed[-1]
    return flags & withheld & (table.counts > 0)


def _grid(table: Table) -> tuple[int, int]:
    return table.counts.shape[0], table.counts.shape[1]


def _open_equations(table: Table, withheld: Flags) -> tuple[sparse.csr_array, Places]:
    """Published equations over withheld leaf cells, others left as zero rows, and which leaf cells those are."""
    hidden = (withheld[:-1][:, table.leaves] & (table.people > 0)).ravel()
    cells = np.flatnonzero(hidden)
    published = sparse.diags_array(np.where(withheld.ravel() | (table.counts.ravel() == 0), 0.0, 1.0))
    return sparse.csr_array((published @ table.equations)[:, cells]), cells


def components(equations: sparse.csr_array) -> list[tuple[Places, Places]]:
    """Split equations into independent parts: the rows and the columns of each."""
    stated, cells = equations.nonzero()
    size = sum(equations.shape)
    graph = sparse.csr_array((np.ones(len(cells)), (stated, cells + equations.shape[0])), shape=(size, size))
    _, label = csgraph.connected_components(graph, directed=False)
    rows, columns = label[: equations.shape[0]], label[equations.shape[0] :]
    parts = [(np.flatnonzero(rows == mark), np.flatnonzero(columns == mark)) for mark in np.unique(columns)]
    return [(row, column) for row, column in parts if len(row)]


def _attacks_on(table: Table, withheld: Flags, part: Floats, rows: Places, cells: Places, most: int) -> list[Attack]:
    people = table.people.ravel()[cells]
    groups = cells // len(table.leaves)
    small = people < table.k
    if not small.any() or most <= 0:
        return []
    space = _row_basis(_null_rows(part[:, ~small]) @ part[:, small])
    attacks = []
    for chosen in _exposed_sets(space, people[small], groups[small], table.k - 1):
        exposed = np.flatnonzero(small)[chosen]
        attacks += [
            _attack(table, withheld, part, rows, cells, exposed, pivot) for pivot in _pivots(space, chosen, exposed)
        ]
        if len(attacks) >= most:
            break
    return attacks


def _null_rows(matrix: Floats) -> Floats:
    """Orthonormal combinations of the rows that cancel; the tolerance is absolute, noise alone is no matrix."""
    left, singular, _ = np.linalg.svd(matrix, full_matrices=True)
    return np.asarray(left[:, int((singular > TOLERANCE).sum()) :].T, dtype=float)


def _row_basis(matrix: Floats) -> Floats:
    """Orthonormal rows that span the rows of the matrix."""
    if not matrix.size:
        return np.zeros((0, matrix.shape[1]))
    _, singular, right = np.linalg.svd(matrix, full_matrices=False)
    return np.asarray(right[singular > TOLERANCE], dtype=float)


def _vanishing(space: Floats, where: Flags) -> Floats:
    """Vectors of the space that are zero in the marked places, as orthonormal rows."""
    if not len(space) or not where.any():
        return space
    return _row_basis(_null_rows(space[:, where]) @ space)


def _exposed_sets(space: Floats, people: Places, groups: Places, budget: int) -> list[Flags]:
    """Sets of cells with at most `budget` people in all on which some vector of the space rests."""
    found: list[Flags] = []

    def search(inside: Floats, allowed: Flags, decided: frozenset[int], left: int) -> None:
        allowed = allowed & ((people <= left) | np.isin(groups, list(decided)))
        inside = _vanishing(inside, ~allowed)
        if not len(inside):
            return
        touched = np.abs(inside).max(axis=0) > 1e-7
        undecided = [group for group in np.unique(groups[touched]) if group not in decided]
        if sum(people[touched & (groups == group)].max() for group in undecided) <= left:
            found.append(touched)
            return
        group = undecided[0]
        own = groups == group
        for size in sorted({0, *people[touched & own].tolist()}, reverse=True):
            search(inside, allowed & (~own | (people <= size)), decided | {group}, left - size)

    search(space, np.ones(len(people), dtype=bool), frozenset(), budget)
    return found


def _pivots(space: Floats, chosen: Flags, exposed: Places) -> list[int]:
    inside = _vanishing(space, ~chosen)
    weight = np.abs(inside).max(axis=0)[chosen]
    return [int(cell) for cell in exposed[weight > 1e-7]]


def _attack(
    table: Table, withheld: Flags, part: Floats, rows: Places, cells: Places, exposed: Places, pivot: int
) -> Attack:
    """The attack through a pivot cell that combines the fewest equations, by linear programme."""
    outside = np.ones(part.shape[1], dtype=bool)
    outside[exposed] = False
    outside[pivot] = True
    wanted = np.zeros(part.shape[1])
    wanted[pivot] = 1.0
    ties = part[:, outside].T
    solved = optimize.linprog(
        np.ones(2 * len(part)), A_eq=np.hstack([ties, -ties]), b_eq=wanted[outside], bounds=(0, None)
    )
    if solved.status != 0 or solved.x is None:
        raise ArithmeticError(f"the search for the shortest attack failed: {solved.message}")
    factors = solved.x[: len(part)] - solved.x[len(part) :]
    return Attack(frozenset(_leaf_numbers(table, cells[exposed])), _used(table, withheld, rows, factors))


def _used(table: Table, withheld: Flags, rows: Places, factors: Floats) -> frozenset[int]:
    active = np.abs(factors) > 1e-7
    net = np.abs(factors[active] @ table.equations[rows[active]].toarray()) > 1e-7
    shown = ~withheld[:-1][:, table.leaves].ravel()
    return frozenset([*rows[active].tolist(), *_leaf_numbers(table, np.flatnonzero(net & shown))])


def _leaf_numbers(table: Table, cells: Places) -> list[int]:
    group, leaf = np.divmod(cells, len(table.leaves))
    return [int(cell) for cell in group * table.counts.shape[1] + table.leaves[leaf]]
