"""The time-indexed model (Pritsker, Watters & Wolfe 1969; Christofides, Alvarez-Valdes & Tamarit 1987) as a matrix.

One 0–1 column per initiative and allowed start; one continuous column per period for each capability whose cap can
bind. Precedence is disaggregated by period, gains are clipped by prerequisites, limits are rounded down to what sums
of the efforts can reach.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array

from scoring.roadmap.highs import Program
from scoring.roadmap.instance import Bools, Floats, Instance, Ints


@dataclass(frozen=True, slots=True)
class Formulation:
    """``program`` with its columns: ``row`` and ``start`` of each start column, shape (k,); the rest are credits."""

    instance: Instance
    program: Program
    row: Ints
    start: Ints

    def encode(self, starts: Ints) -> Floats:
        """Return a plan as a point of the program."""
        x = np.zeros(self.program.gain.size)
        x[: self.row.size] = starts[self.row] == self.start
        first = self.row.size
        periods = self.instance.problem.periods
        chosen = np.flatnonzero(starts >= 0)
        ends = starts[chosen] + self.instance.duration[chosen] - 1
        for place, capability in enumerate(self.instance.capped):
            done = np.bincount(ends, capability.gains[chosen], minlength=periods).cumsum()
            x[first + place * periods : first + (place + 1) * periods] = np.minimum(capability.gap, done)
        return x

    def decode(self, x: Floats) -> Ints:
        """Return the plan of a point of the program."""
        starts = np.full(len(self.instance.ids), -1, dtype=np.int64)
        picked = np.flatnonzero(x[: self.row.size] > 0.5)
        starts[self.row[picked]] = self.start[picked]
        return starts


class _Rows:
    """Collects the entries of a sparse matrix row by row."""

    def __init__(self) -> None:
        self.row: list[Ints] = []
        self.column: list[Ints] = []
        self.entry: list[Floats] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(self, column: Ints, entry: Floats, low: float, high: float) -> None:
        self.row.append(np.full(column.size, len(self.low)))
        self.column.append(column)
        self.entry.append(entry)
        self.low.append(low)
        self.high.append(high)


def formulate(instance: Instance) -> Formulation:
    """Return the model of ``instance``."""
    row, start = (part.astype(np.int64) for part in np.nonzero(instance.allowed))
    periods = instance.problem.periods
    count = row.size
    rows = _Rows()
    columns = [np.flatnonzero(row == each) for each in range(len(instance.ids))]
    _choose_once(rows, instance, columns)
    _precede(rows, instance, columns, start)
    _respect_limits(rows, instance, row, start)
    _cap_credit(rows, instance, row, start)
    gain = np.concatenate([instance.value[row, start], *(c.weight * instance.discounts() for c in instance.capped)])
    upper = np.concatenate([np.ones(count), *(np.full(periods, c.gap) for c in instance.capped)])
    shape = (len(rows.low), gain.size)
    if rows.row:
        entries = (np.concatenate(rows.entry), (np.concatenate(rows.row), np.concatenate(rows.column)))
    else:
        entries = (np.zeros(0), (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)))
    program = Program(
        gain=gain,
        matrix=coo_array(entries, shape=shape).tocsc(),
        low=np.array(rows.low),
        high=np.array(rows.high),
        upper=upper,
        integer=np.concatenate([np.ones(count), np.zeros(gain.size - count)]),
    )
    return Formulation(instance, program, row, start)


def _choose_once(rows: _Rows, instance: Instance, columns: list[Ints]) -> None:
    for each, own in enumerate(columns):
        if instance.forced[each]:
            rows.add(own, np.ones(own.size), 1.0, 1.0)
        elif own.size > 1:
            rows.add(own, np.ones(own.size), -np.inf, 1.0)
    for group in instance.groups:
        own = np.concatenate([columns[each] for each in group])
        if own.size > 1:
            rows.add(own, np.ones(own.size), -np.inf, 1.0)


def _precede(rows: _Rows, instance: Instance, columns: list[Ints], start: Ints) -> None:
    """Started by t only if the prerequisite had started a duration earlier, for every t that adds a start."""
    for each, needed in enumerate(instance.requires):
        own = columns[each]
        for first in needed:
            others = columns[first]
            for period in start[own]:
                later = own[start[own] <= period]
                earlier = others[start[others] <= period - instance.duration[first]]
                both = np.concatenate([later, earlier])
                rows.add(both, np.repeat([1.0, -1.0], [later.size, earlier.size]), -np.inf, 0.0)


def _respect_limits(rows: _Rows, instance: Instance, row: Ints, start: Ints) -> None:
    used = instance.use[row, start]
    for place, limit in enumerate(instance.limit):
        column = np.flatnonzero(used[:, place] > 0)
        entry = used[column, place]
        most = np.zeros(len(instance.ids))
        np.maximum.at(most, row[column], entry)
        if most.sum() <= limit:
            continue
        reach = _reachable(limit, entry, row[column])
        scale = max(1.0, limit)
        rows.add(column, entry / scale, -np.inf, reach / scale)


def _reachable(limit: float, entry: Floats, row: Ints) -> float:
    """Largest sum that the entries (at most one of each initiative) can reach within ``limit``.

    Only for whole numbers; otherwise the limit itself. A limit of 23 over efforts of 5 and 10 is one of 20.
    """
    if limit > 20_000 or (entry != np.round(entry)).any():
        return limit
    reached = 1
    for each in np.unique(row):
        grown = reached
        for size in np.unique(entry[row == each]):
            grown |= reached << int(size)
        reached = grown & ((1 << (int(limit) + 1)) - 1)
    return float(reached.bit_length() - 1)


def _cap_credit(rows: _Rows, instance: Instance, row: Ints, start: Ints) -> None:
    ends = start + instance.duration[row] - 1
    periods = instance.problem.periods
    for place, capability in enumerate(instance.capped):
        for period in range(periods):
            done = np.flatnonzero((capability.gains[row] > 0) & (ends <= period))
            credit = row.size + place * periods + period
            column = np.concatenate([done, [credit]])
            entry = np.concatenate([-capability.gains[row[done]], [1.0]])
            rows.add(column, entry, -np.inf, 0.0)


def part(formulation: Formulation, starts: Ints, free: Bools) -> tuple[Program, Ints, Floats]:
    """Return the program over the ``free`` start columns with all others held as in ``starts``.

    Credits are always free. Also returned: the free columns and the point with the free columns at 0.
    """
    program = formulation.program
    column = np.concatenate([np.flatnonzero(free), np.arange(free.size, program.gain.size)])
    held = np.zeros(program.gain.size)
    held[: free.size] = np.where(free, 0.0, starts[formulation.row] == formulation.start)
    taken = program.matrix @ held
    matrix = program.matrix[:, column]
    touched = np.bincount(matrix.indices, minlength=matrix.shape[0]) > 0
    smaller = Program(
        gain=program.gain[column],
        matrix=matrix.tocsr()[touched].tocsc(),
        low=(program.low - taken)[touched],
        high=(program.high - taken)[touched],
        upper=program.upper[column],
        integer=program.integer[column],
    )
    return smaller, column, held
