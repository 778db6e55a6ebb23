"""Remove from a problem every start that no useful plan contains, and say why where none is left."""

import numpy as np
from numpy.typing import NDArray

from scoring.roadmap.evaluate import TOLERANCE
from scoring.roadmap.problem import Initiative, Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def fitting_starts(
    problem: Problem, ordered: list[Initiative], use: Floats, limit: Floats, reasons: dict[str, str]
) -> Bools:
    """Starts that end within the horizon and fit under the limits beside what is pinned."""
    allowed = np.zeros((len(ordered), problem.periods), dtype=np.bool_)
    pinned = {row: initiative.pin for row, initiative in enumerate(ordered) if initiative.pin is not None}
    taken = sum((use[row, pin] for row, pin in pinned.items()), np.zeros_like(limit))
    tolerance = TOLERANCE * (1 + limit)
    for row, initiative in enumerate(ordered):
        last = problem.periods - initiative.duration
        if last < 0:
            reasons[initiative.id] = f"it takes {initiative.duration} periods and the plan has {problem.periods}"
            continue
        others = taken - use[row, pinned[row]] if row in pinned else taken
        allowed[row, : last + 1] = (use[row, : last + 1] + others <= limit + tolerance).all(axis=1)
        if row in pinned:
            allowed[row] &= np.arange(problem.periods) == pinned[row]
        else:
            allowed[row, : problem.now] = False
        if not allowed[row].any():
            reasons[initiative.id] = "its effort or cost fits under the limits in no period"
    return allowed


def drop_excluded(ordered: list[Initiative], before: Bools, allowed: Bools, reasons: dict[str, str]) -> None:
    for row, initiative in enumerate(ordered):
        if not initiative.exclude:
            continue
        allowed[row] = False
        reasons[initiative.id] = "it is excluded"
        for follower in np.flatnonzero(before[:, row]):
            allowed[follower] = False
            reasons.setdefault(ordered[follower].id, f"it requires '{initiative.id}', which is excluded")


def drop_rivals(
    ordered: list[Initiative],
    groups: tuple[tuple[int, ...], ...],
    before: Bools,
    forced: Bools,
    allowed: Bools,
    reasons: dict[str, str],
) -> None:
    """Remove alternatives of what is forced, and what requires them."""
    for group in groups:
        winners = [row for row in group if forced[row]]
        if not winners:
            continue
        for row in group:
            if row == winners[0]:
                continue
            why = f"its alternative '{ordered[winners[0]].id}' must be chosen"
            for lost in (row, *np.flatnonzero(before[:, row])):
                allowed[lost] = False
                reasons.setdefault(ordered[lost].id, why if lost == row else f"it requires '{ordered[row].id}': {why}")


def after_prerequisite_work(problem: Problem, ordered: list[Initiative], before: Bools, allowed: Bools) -> None:
    """Remove starts before the skills could have done all the work that must come first (pinned work apart)."""
    for skill, limit in problem.skills.items():
        effort = np.array([sum(each.effort.get(skill, ())) if each.pin is None else 0.0 for each in ordered])
        to_come = np.where(np.arange(problem.periods) < problem.now, 0.0, limit)
        had_before = np.concatenate([[0.0], np.cumsum(to_come)[:-1]])
        needed = before @ effort
        allowed &= needed[:, None] <= had_before[None, :] + TOLERANCE * (1 + had_before[None, :]) * problem.periods


def propagate(allowed: Bools, requires: tuple[tuple[int, ...], ...], duration: Ints, forced: Bools) -> None:
    """Keep only starts that leave room for the prerequisites before and, where forced, for the followers after."""
    periods = np.arange(allowed.shape[1])
    while True:
        count = int(allowed.sum())
        for row, needed in enumerate(requires):
            for first in needed:
                starts = np.flatnonzero(allowed[first])
                earliest = starts[0] + duration[first] if starts.size else allowed.shape[1]
                allowed[row] &= periods >= earliest
        for row in range(len(requires) - 1, -1, -1):
            if not forced[row]:
                continue
            for first in requires[row]:
                starts = np.flatnonzero(allowed[row])
                latest = starts[-1] - duration[first] if starts.size else -1
                allowed[first] &= periods <= latest
        if int(allowed.sum()) == count:
            return


def clipped_gains(problem: Problem, ordered: list[Initiative], before: Bools) -> dict[str, Floats]:
    """Gain that can still count once all prerequisites have finished, by capability, shape (n,).

    Where j follows i, i's gain is credited first, so j adds at most gap − gain of all before it. The credited total
    min(gap, Σ gain) of any plan stays the same, and the linear relaxation becomes much tighter.
    """
    clipped = {}
    for capability in problem.capabilities:
        gains = np.array([initiative.gain.get(capability.id, 0.0) for initiative in ordered])
        if capability.weight > 0 and capability.gap > 0 and gains.any():
            some = np.flatnonzero(gains)
            room = np.maximum(0.0, capability.gap - before[:, some] @ gains[some])
            room[room < 1e-12 * capability.gap] = 0.0
            clipped[capability.id] = np.minimum(gains, room)
    return clipped


def drop_useless(
    allowed: Bools,
    requires: tuple[tuple[int, ...], ...],
    duration: Ints,
    forced: Bools,
    gains: dict[str, Floats],
    ordered: list[Initiative],
    reasons: dict[str, str],
) -> None:
    """Remove starts that close no gap and leave no time for a follower that would."""
    periods = np.arange(allowed.shape[1])
    latest_needed = np.full(len(requires), -1)
    total = sum(gains.values(), np.zeros(len(requires)))
    for row in range(len(requires) - 1, -1, -1):
        could_start = bool(allowed[row].any())
        if not forced[row] and total[row] <= 0:
            allowed[row] &= periods <= latest_needed[row]
            if could_start and not allowed[row].any():
                reasons.setdefault(
                    ordered[row].id, "it closes no gap that counts and no initiative worth doing needs it"
                )
        starts = np.flatnonzero(allowed[row])
        for first in requires[row]:
            if starts.size:
                latest_needed[first] = max(latest_needed[first], starts[-1] - duration[first])


def explain_rest(
    ordered: list[Initiative], before: Bools, allowed: Bools, reasons: dict[str, str], periods: int
) -> None:
    for row, initiative in enumerate(ordered):
        if allowed[row].any():
            reasons.pop(initiative.id, None)
        elif initiative.id not in reasons:
            lost = [ordered[other].id for other in np.flatnonzero(before[row]) if not allowed[other].any()]
            reasons[initiative.id] = (
                f"it requires '{lost[0]}', which is in no plan"
                if lost
                else f"what it requires does not finish early enough within {periods} periods"
            )
