"""A problem as arrays, with everything removed that no useful plan contains."""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scoring.roadmap.checks import ancestors
from scoring.roadmap.evaluate import TOLERANCE
from scoring.roadmap.problem import Initiative, Problem
from scoring.roadmap.reduce import (
    Bools,
    Floats,
    Ints,
    after_prerequisite_work,
    clipped_gains,
    drop_excluded,
    drop_rivals,
    drop_useless,
    explain_rest,
    fitting_starts,
    propagate,
)

__all__ = ["Bools", "CappedGain", "Floats", "Instance", "Ints", "build_instance"]


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
        return float(self.plan_values(starts[None, :])[0])

    def plan_values(self, plans: Ints) -> Floats:
        """Objective of each of ``plans``, shape (p, n) → (p,)."""
        plan, row = np.nonzero(plans >= 0)
        start = plans[plan, row]
        value = np.bincount(plan, self.value[row, start], minlength=len(plans)).astype(np.float64)
        end = start + self.duration[row] - 1
        periods = self.problem.periods
        for capability in self.capped:
            done = np.bincount(plan * periods + end, capability.gains[row], minlength=len(plans) * periods)
            levels = done.reshape(len(plans), periods).cumsum(axis=1)
            value += capability.weight * (np.minimum(capability.gap, levels) @ self.discounts())
        return np.asarray(value)

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
    allowed = fitting_starts(problem, ordered, use, limit, reasons)
    drop_excluded(ordered, before, allowed, reasons)
    drop_rivals(ordered, groups, before, forced, allowed, reasons)
    after_prerequisite_work(problem, ordered, before, allowed)
    requires = _reduced(ordered, position, before)
    duration = np.array([initiative.duration for initiative in ordered], dtype=np.int64)
    propagate(allowed, requires, duration, forced)
    gains = clipped_gains(problem, ordered, before)
    if not keep_useless:
        drop_useless(allowed, requires, duration, forced, gains, ordered, reasons)
    explain_rest(ordered, before, allowed, reasons, problem.periods)
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
