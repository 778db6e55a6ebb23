"""Second pass: among plans of the same value the cheapest, and among those the earliest."""

import time

import numpy as np
from scipy.sparse import csc_array, vstack

from scoring.roadmap.formulation import Formulation, part
from scoring.roadmap.highs import Program, maximise
from scoring.roadmap.instance import Bools, Floats, Ints
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
    now = starts[formulation.row]
    free = np.ones(now.size, dtype=np.bool_) if whole else (now >= 0) & (formulation.start <= now)
    by_id = {initiative.id: initiative.cost for initiative in instance.problem.initiatives}
    cost = np.array([by_id[name] for name in instance.ids])
    late = np.where(instance.allowed, np.arange(instance.problem.periods)[None, :] + 1.0, 0.0)
    floors: list[tuple[Floats, float]] = [(formulation.program.gain, instance.plan_value(starts))]
    for price in (np.repeat(cost[:, None], instance.problem.periods, axis=1), late):
        column_price = np.zeros(formulation.program.gain.size)
        column_price[: now.size] = -price[formulation.row, formulation.start]
        starts = _best(formulation, starts, free, column_price, floors, deadline)
        floors.append((column_price, float(column_price @ formulation.encode(starts))))
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
