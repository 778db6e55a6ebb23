"""Which cells to withhold beside the small ones, at least loss of information.

Every attack names published cells of which at least one must be withheld: a covering problem. It is solved exactly as
a mixed-integer programme, attacks being added as they are found (Fischetti & Salazar 2001, cut generation). The
number of branching nodes is limited, not the time, so the same counts always give the same table.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import optimize, sparse

from scoring.disclosure.attacks import determined_cells, find_attacks
from scoring.disclosure.table import Flags, Floats, Table

MOST_ROUNDS = 12
MOST_NODES = 2_000
RELATIVE_GAP = 0.0


@dataclass(frozen=True)
class Cover:
    """Cells withheld, shape of `Table.counts`; `optimal` when no cheaper safe choice exists."""

    withheld: Flags
    optimal: bool


@dataclass
class _Programme:
    """Rows `coefficients @ choice >= least` over the cells that may be withheld."""

    free: Flags
    entries: list[dict[int, float]] = field(default_factory=list)
    least: list[float] = field(default_factory=list)

    def add(self, entries: dict[int, float], least: float) -> None:
        self.entries.append(entries)
        self.least.append(least)


def withhold(table: Table, fixed: Flags) -> Cover:
    """Return the cheapest safe set of withheld cells that contains the fixed ones.

    fixed : shape of `table.counts`, True = withheld whatever it costs; must cover the small cells
    """
    free = ~fixed & (table.counts > 0)
    programme = _programme(table, fixed, free)
    withheld, optimal = fixed, True
    for _ in range(MOST_ROUNDS):
        withheld, solved = _solve(table, fixed, programme)
        optimal = optimal and solved
        attacks = find_attacks(table, withheld)
        if not attacks:
            return Cover(withheld, optimal)
        for attack in attacks:
            programme.add({cell: 1.0 for cell in attack.used if free.ravel()[cell]}, 1.0)
    return Cover(_covered_greedily(table, withheld, free), optimal=False)


def _programme(table: Table, fixed: Flags, free: Flags) -> _Programme:
    """Conditions that every cheapest safe choice meets, one set per relation between cells.

    A relation whose withheld cells are only small ones with fewer than k people in all is an attack by itself. And a
    free cell is withheld to no avail where it is the only unknown of a relation.
    """
    programme = _Programme(free)
    counts, open_cell, hidden = table.stakes.ravel(), free.ravel(), fixed.ravel()
    width = table.counts.shape[1]
    for cells in table.relations():
        unknown = cells[hidden[cells]]
        choices = cells[open_cell[cells]]
        column = len(np.unique(cells % width)) == 1
        people = counts[unknown].sum() if column else counts[unknown].max(initial=0)
        if 0 < people < table.k and len(choices):
            programme.add(dict.fromkeys(choices.tolist(), 1.0), 1.0)
        if len(unknown) == 0:
            for cell in choices.tolist():
                programme.add({**dict.fromkeys(choices.tolist(), 1.0), cell: -1.0}, 0.0)
    return programme


def _solve(table: Table, fixed: Flags, programme: _Programme) -> tuple[Flags, bool]:
    used = sorted({cell for entries in programme.entries for cell in entries})
    if not any(least > 0 for least in programme.least):
        return fixed, True
    place = {cell: number for number, cell in enumerate(used)}
    rows = [row for row, entries in enumerate(programme.entries) for _ in entries]
    columns = [place[cell] for entries in programme.entries for cell in entries]
    numbers = [number for entries in programme.entries for number in entries.values()]
    matrix = sparse.csr_array((numbers, (rows, columns)), shape=(len(programme.entries), len(used)))
    solved = optimize.milp(
        _costs(table, used),
        integrality=np.ones(len(used), dtype=np.int64),
        bounds=optimize.Bounds(0, 1),
        constraints=optimize.LinearConstraint(matrix, np.array(programme.least), np.inf),
        options={"node_limit": MOST_NODES, "mip_rel_gap": RELATIVE_GAP},
    )
    chosen = np.ones(len(used)) if solved.x is None else solved.x
    withheld = fixed.copy()
    withheld.ravel()[np.array(used)[chosen > 0.5]] = True
    return withheld, bool(solved.status == 0)


def _costs(table: Table, cells: list[int]) -> Floats:
    return np.asarray(table.costs.ravel()[cells], dtype=float)


def _covered_greedily(table: Table, start: Flags, free: Flags) -> Flags:
    """Withhold the cheapest cell of every attack until none is left, then show again what was not needed."""
    withheld = start.copy()
    while attacks := find_attacks(table, withheld):
        for attack in attacks:
            choices = [cell for cell in sorted(attack.used) if free.ravel()[cell]]
            if not any(withheld.ravel()[cell] for cell in choices):
                withheld.ravel()[min(choices, key=lambda cell: table.costs.ravel()[cell])] = True
    return _needed(table, withheld, free, np.flatnonzero((withheld & ~start).ravel()).tolist())


def _needed(table: Table, withheld: Flags, free: Flags, added: list[int]) -> Flags:
    """Show again what follows from the published cells anyway, and the added cells that no attack needs, dearest first."""
    withheld = withheld & ~(determined_cells(table, withheld) & free)
    for cell in sorted(added, key=lambda cell: -table.costs.ravel()[cell]):
        shown = withheld.copy()
        shown.ravel()[cell] = False
        if not find_attacks(table, shown, most=1):
            withheld = shown
    return withheld
