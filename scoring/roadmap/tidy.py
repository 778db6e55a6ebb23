"""Second pass: among plans of the same value the cheapest, and among those the earliest."""

import time

import numpy as np
from scipy.sparse import csc_array, vstack

from scoring.roadmap.formulation import Formulation, part
from scoring.roadmap.highs import Program, maximise
from scoring.roadmap.instance import Bools, Floats, Instance, Ints
from scoring.roadmap.neighbourhoods import without_useless

SAME = 1e-9


def tidy(formulation: Formulation, starts: Ints, deadline: float, *, whole: bool) -> Ints:
    """Return a plan worth at least ``starts`` that costs least, then starts earliest.

    With ``whole``, among all plans; without, among those that leave out or start earlier what ``starts`` chose,
    which takes milliseconds where the whole question would take minutes.
    """
    instance = formulation.instance
    starts = without_useless(instance, starts)
    if formulation.row.size == 0:
        return starts
    by_id = {initiative.id: initiative.cost for initiative in instance.problem.initiatives}
    cost = np.zeros(formulation.program.gain.size)
    cost[: formulation.row.size] = -np.array([by_id[name] for name in instance.ids])[formulation.row]
    worth = (formulation.program.gain, instance.plan_value(starts))
    free = np.ones(formulation.row.size, dtype=np.bool_) if whole else starts[formulation.row] == formulation.start
    starts = _best(formulation, starts, free, cost, [worth], deadline)
    if not whole:
        return moved_forward(instance, starts)
    late = np.zeros(formulation.program.gain.size)
    late[: formulation.row.size] = -(formulation.start + 1.0)
    cheapest = (cost, float(cost @ formulation.encode(starts)))
    return _best(formulation, starts, free, late, [worth, cheapest], deadline)


def moved_forward(instance: Instance, starts: Ints) -> Ints:
    """Start each initiative as early as the others let it, one after another, until none can move."""
    starts = starts.copy()
    chosen = np.flatnonzero(starts >= 0)
    slack = instance.slack - instance.use[chosen, starts[chosen]].sum(axis=0)
    moved = True
    while moved:
        moved = False
        for row in chosen[np.argsort(starts[chosen], kind="stable")]:
            now = starts[row]
            ready = max((int(starts[n] + instance.duration[n]) for n in instance.requires[row]), default=0)
            free = slack + instance.use[row, now]
            fits = instance.allowed[row, ready:now] & (instance.use[row, ready:now] <= free).all(axis=1)
            if fits.any():
                starts[row] = ready + int(fits.argmax())
                slack = free - instance.use[row, starts[row]]
                moved = True
    return starts


def _best(
    formulation: Formulation,
    starts: Ints,
    free: Bools,
    goal: Floats,
    floors: list[tuple[Floats, float]],
    deadline: float,
) -> Ints:
    """Maximise ``goal`` while every floor (gain, least) holds; ``starts`` itself when time runs out."""
    seconds = deadline - time.monotonic()
    if seconds <= 0.005 or not goal.any():
        return starts
    program, column, held = part(formulation, starts, free)
    bounded = program
    for gain, least in floors:
        scale = float(np.abs(gain).max()) or 1.0
        bounded = _with_floor(bounded, gain[column] / scale, (least - float(gain @ held)) / scale - SAME)
    bounded = Program(goal[column], bounded.matrix, bounded.low, bounded.high, bounded.upper, bounded.integer)
    answer = maximise(bounded, seconds, gap=0.0)
    if answer.x is None:
        return starts
    held[column] = answer.x
    found = formulation.decode(held)
    return found if _no_worse(formulation, starts, found, goal, floors) else starts


def _no_worse(
    formulation: Formulation, starts: Ints, found: Ints, goal: Floats, floors: list[tuple[Floats, float]]
) -> bool:
    instance = formulation.instance
    chosen = np.flatnonzero(found >= 0)
    if (instance.use[chosen, found[chosen]].sum(axis=0) > instance.slack).any():
        return False
    point = formulation.encode(found)
    if any(float(gain @ point) < least - 1e-7 * max(1.0, abs(least)) for gain, least in floors):
        return False
    return float(goal @ point) >= float(goal @ formulation.encode(starts))


def _with_floor(program: Program, gain: Floats, least: float) -> Program:
    return Program(
        program.gain,
        csc_array(vstack([program.matrix, csc_array(gain[None, :])], format="csc")),
        np.append(program.low, least),
        np.append(program.high, np.inf),
        program.upper,
        program.integer,
    )
