"""A problem as arrays, with everything removed that no useful plan contains."""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.roadmap.checks import ancestors
from scoring.roadmap.evaluate import TOLERANCE
from scoring.roadmap.problem import Initiative, Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CappedGain:
    """A capability whose gap more gain is offered for than it has: credit stops at ``gap``. ``gains``: shape (n,)."""

    weight: float
    gap: float
    gains: Floats


@dataclass(frozen=True, slots=True)
class Instance:
    """The problem in arrays over n initiatives (prerequisites first), H periods and m limit rows.

    ids : n names; position: name → row
    requires : for each initiative the rows of those that must finish before it (redundant ones removed)
    before : shape (n, n), before[j, i] when i must have finished before j starts, however indirectly
    allowed : shape (n, H), starts that some useful plan may contain
    forced : shape (n,), in every plan: mandatory, pinned, or needed by one of those
    groups : alternatives, as rows
    use, limit : shape (n, H, m) and (m,), what a start uses of each limit row; cumulative where budgets carry over
    value : shape (n, H), what a start adds to the objective, ``capped`` capabilities apart
    stuck : forced initiatives that can start nowhere
    unreachable : id → why it is in no plan
    """

    problem: Problem
    ids: tuple[str, ...]
    position: Mapping[str, int]
    duration: Ints
    requires: tuple[tuple[int, ...], ...]
    before: Bools
    allowed: Bools
    forced: Bools
    groups: tuple[tuple[int, ...], ...]
    use: Floats
    limit: Floats
    value: Floats
    capped: tuple[CappedGain, ...]
    stuck: tuple[int, ...]
    unreachable: Mapping[str, str]

    @property
    def slack(self) -> Floats:
        """The limits with their tolerance, shape (m,)."""
        return np.asarray(self.limit + TOLERANCE * (1 + self.limit))

    def discounts(self) -> Floats:
        """discount^t for each period, shape (H,)."""
        return np.asarray(self.problem.discount ** np.arange(self.problem.periods))

    def plan_value(self, starts: Ints) -> float:
        """Objective of ``starts``: shape (n,), first period or −1 where left out."""
        chosen = np.flatnonzero(starts >= 0)
        value = float(self.value[chosen, starts[chosen]].sum())
        if self.capped:
            ends = starts[chosen] + self.duration[chosen] - 1
            weights = self.discounts()
            for capability in self.capped:
                done = np.bincount(ends, capability.gains[chosen], minlength=self.problem.periods)
                value += capability.weight * float(weights @ np.minimum(capability.gap, done.cumsum()))
        return value

    def starts_of(self, starts: Mapping[str, int]) -> Ints:
        """Return a plan by name as an array, shape (n,)."""
        return np.array([starts.get(name, -1) for name in self.ids], dtype=np.int64)

    def named(self, starts: Ints) -> dict[str, int]:
        """Return a plan as an array by name, in order of start and id."""
        chosen = [(int(start), name) for name, start in zip(self.ids, starts, strict=True) if start >= 0]
        return {name: start for start, name in sorted(chosen)}


def build_instance(problem: Problem, *, keep_useless: bool = False) -> Instance:
    """Return ``problem`` as arrays; it must have passed ``check_problem``.

    With ``keep_useless``, starts that close no gap stay, so that one can ask what they would cost.
    """
    ordered = _prerequisites_first(problem)
    position = {initiative.id: row for row, initiative in enumerate(ordered)}
    before = _before(problem, position)
    use, limit = _limit_rows(problem, ordered)
    reasons: dict[str, str] = {}
    forced = np.array([initiative.mandatory or initiative.pin is not None for initiative in ordered], dtype=np.bool_)
    forced |= before[forced].any(axis=0)
    groups = _groups(ordered)
    allowed = _fitting_starts(problem, ordered, use, limit, reasons)
    _drop_excluded(ordered, before, allowed, reasons)
    _drop_rivals(ordered, groups, before, forced, allowed, reasons)
    _after_prerequisite_work(problem, ordered, before, allowed)
    requires = _reduced(ordered, position, before)
    duration = np.array([initiative.duration for initiative in ordered], dtype=np.int64)
    _propagate(allowed, requires, duration, forced)
    gains = _clipped_gains(problem, ordered, before)
    if not keep_useless:
        _drop_useless(allowed, requires, duration, forced, gains, ordered, reasons)
    _explain_rest(ordered, before, allowed, reasons, problem.periods)
    value, capped = _values(problem, duration, gains, allowed, groups)
    return Instance(
        problem=problem,
        ids=tuple(initiative.id for initiative in ordered),
        position=position,
        duration=duration,
        requires=requires,
        before=before,
        allowed=allowed,
        forced=forced,
        groups=groups,
        use=use,
        limit=limit,
        value=value,
        capped=capped,
        stuck=tuple(int(row) for row in np.flatnonzero(forced & ~allowed.any(axis=1))),
        unreachable=reasons,
    )


def _prerequisites_first(problem: Problem) -> list[Initiative]:
    """Order by prerequisites, then id, so that the order of the input does not matter."""
    by_id = {initiative.id: initiative for initiative in problem.initiatives}
    waiting = {name: len(set(initiative.requires)) for name, initiative in by_id.items()}
    followers: dict[str, list[str]] = {name: [] for name in by_id}
    for name, initiative in by_id.items():
        for needed in set(initiative.requires):
            followers[needed].append(name)
    ready = [name for name, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    ordered = []
    while ready:
        name = heapq.heappop(ready)
        ordered.append(by_id[name])
        for follower in followers[name]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                heapq.heappush(ready, follower)
    return ordered


def _before(problem: Problem, position: Mapping[str, int]) -> Bools:
    before = np.zeros((len(position), len(position)), dtype=np.bool_)
    for name, needed in ancestors(problem).items():
        before[position[name], [position[other] for other in needed]] = True
    return before


def _reduced(ordered: list[Initiative], position: Mapping[str, int], before: Bools) -> tuple[tuple[int, ...], ...]:
    reduced = []
    for initiative in ordered:
        direct = sorted({position[name] for name in initiative.requires})
        reduced.append(tuple(row for row in direct if not any(before[other, row] for other in direct)))
    return tuple(reduced)


def _groups(ordered: list[Initiative]) -> tuple[tuple[int, ...], ...]:
    groups: dict[str, list[int]] = {}
    for row, initiative in enumerate(ordered):
        if initiative.alternative is not None:
            groups.setdefault(initiative.alternative, []).append(row)
    return tuple(tuple(rows) for _, rows in sorted(groups.items()) if len(rows) > 1)


def _limit_rows(problem: Problem, ordered: list[Initiative]) -> tuple[Floats, Floats]:
    """Return use (n, H, m) and limit (m,): skills, operating, capital, work in progress, each over all periods."""
    periods = problem.periods
    limits: list[tuple[list[tuple[float, ...]], tuple[float, ...], bool]] = [
        ([initiative.effort.get(skill, ()) for initiative in ordered], limit, False)
        for skill, limit in sorted(problem.skills.items())
    ]
    if problem.operating is not None:
        limits.append(([initiative.operating for initiative in ordered], problem.operating, problem.carry_over))
    if problem.capital is not None:
        limits.append(([initiative.capital for initiative in ordered], problem.capital, problem.carry_over))
    if problem.wip_limit is not None:
        running = [(1.0,) * initiative.duration for initiative in ordered]
        limits.append((running, tuple(map(float, problem.wip_limit)), False))
    use = np.zeros((len(ordered), periods, len(limits) * periods))
    limit_rows = np.zeros(len(limits) * periods)
    for place, (profiles, limit, cumulative) in enumerate(limits):
        part = slice(place * periods, (place + 1) * periods)
        limit_rows[part] = np.cumsum(limit) if cumulative else limit
        limit_rows[part][: problem.now] = np.inf
        for row, profile in enumerate(profiles):
            if not any(profile):
                continue
            for start in range(periods - ordered[row].duration + 1):
                block = use[row, start, part]
                block[start : start + len(profile)] = profile
                if cumulative:
                    block[:] = block.cumsum()
    return use, limit_rows


def _fitting_starts(
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


def _drop_excluded(ordered: list[Initiative], before: Bools, allowed: Bools, reasons: dict[str, str]) -> None:
    for row, initiative in enumerate(ordered):
        if not initiative.exclude:
            continue
        allowed[row] = False
        reasons[initiative.id] = "it is excluded"
        for follower in np.flatnonzero(before[:, row]):
            allowed[follower] = False
            reasons.setdefault(ordered[follower].id, f"it requires '{initiative.id}', which is excluded")


def _drop_rivals(
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


def _after_prerequisite_work(problem: Problem, ordered: list[Initiative], before: Bools, allowed: Bools) -> None:
    """Remove starts before the skills could have done all the work that must come first (pinned work apart)."""
    for skill, limit in problem.skills.items():
        effort = np.array([sum(each.effort.get(skill, ())) if each.pin is None else 0.0 for each in ordered])
        to_come = np.where(np.arange(problem.periods) < problem.now, 0.0, limit)
        had_before = np.concatenate([[0.0], np.cumsum(to_come)[:-1]])
        needed = before @ effort
        allowed &= needed[:, None] <= had_before[None, :] + TOLERANCE * (1 + had_before[None, :]) * problem.periods


def _propagate(allowed: Bools, requires: tuple[tuple[int, ...], ...], duration: Ints, forced: Bools) -> None:
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


def _clipped_gains(problem: Problem, ordered: list[Initiative], before: Bools) -> dict[str, Floats]:
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


def _drop_useless(
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


def _explain_rest(
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


def _values(
    problem: Problem,
    duration: Ints,
    gains: dict[str, Floats],
    allowed: Bools,
    groups: tuple[tuple[int, ...], ...],
) -> tuple[Floats, tuple[CappedGain, ...]]:
    """Return the value of each start, shape (n, H), and apart the capabilities whose cap can bind."""
    periods = problem.periods
    weights = problem.discount ** np.arange(periods)
    from_period = np.concatenate([weights[::-1].cumsum()[::-1], np.zeros(int(duration.max(initial=1)))])
    held = from_period[np.arange(periods)[None, :] + duration[:, None] - 1] if len(duration) else np.zeros((0, periods))
    possible = allowed.any(axis=1)
    value = np.zeros(allowed.shape)
    capped = []
    for capability in problem.capabilities:
        if capability.id not in gains:
            continue
        counted = np.where(possible, gains[capability.id], 0.0)
        most = counted.sum() - sum(counted[list(rows)].sum() - counted[list(rows)].max() for rows in groups)
        if most > capability.gap * (1 + 1e-12):
            capped.append(CappedGain(capability.weight, capability.gap, counted))
        else:
            value += capability.weight * counted[:, None] * held
    return value, tuple(capped)
