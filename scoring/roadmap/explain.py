"""Why a plan is as it is, by planning again: without what was chosen, with what was left out, with 10% more."""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from scoring.roadmap.checks import ancestors
from scoring.roadmap.problem import Initiative, Problem
from scoring.roadmap.solution import Solution
from scoring.roadmap.solve import solve

EXACT_GAP = 1e-4
SHORTEST_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class ChosenReason:
    """Why an initiative is in the plan.

    ``value``: its share of the objective (gaps are credited in order of completion); ``closes``: levels credited by
    capability; ``unblocks``: chosen initiatives that need it; ``lost_without``: value lost by the best plan without
    it; ``replaced_by``: what that plan takes in. With ``exact`` False, ``lost_without`` is an upper estimate.
    """

    id: str
    start: int
    value: float
    closes: Mapping[str, float]
    unblocks: tuple[str, ...]
    lost_without: float
    replaced_by: tuple[str, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class RejectedReason:
    """Why an initiative is not in the plan.

    ``costs``: value lost by the best plan that contains it, ``displaces``: what that plan leaves out; with ``exact``
    False, ``costs`` is an upper estimate. ``impossible`` says why when no plan contains it (then ``costs`` is None).
    """

    id: str
    costs: float | None
    displaces: tuple[str, ...]
    impossible: str | None
    exact: bool


@dataclass(frozen=True, slots=True)
class LimitReason:
    """What 10% more of a limit would buy: ``gains`` in value (a lower estimate unless ``exact``) and ``adds``."""

    limit: str
    gains: float
    adds: tuple[str, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class DelayRank:
    """Cost of delay per period ÷ duration (Smith 1956; Reinertsen 2009): a second opinion, never the plan."""

    id: str
    rank: int
    cost_of_delay: float
    duration: int
    score: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Reasons for every initiative and limit of a plan."""

    chosen: tuple[ChosenReason, ...]
    rejected: tuple[RejectedReason, ...]
    limits: tuple[LimitReason, ...]
    delay: tuple[DelayRank, ...]


def explain(
    problem: Problem,
    solution: Solution,
    time_limit: float = 20.0,
    only: Collection[str] | None = None,
) -> Explanation:
    """Return why each initiative was chosen or left out and what more of each limit would buy.

    Parameters
    ----------
    problem, solution
        The plan to explain, as ``solve`` returned it; not an infeasible one.
    time_limit : float
        Seconds for all re-solves together; each gets an equal share. Those that finish are exact.
    only : collection of str, optional
        Ids of initiatives and names of limits (``skills.it``, ``budget.capital``) to explain; all when left out.
    """
    if solution.status == "infeasible":
        raise ValueError("an infeasible problem has no plan to explain; its conflict says what is wrong")
    wanted = {*(each.id for each in problem.initiatives), *(name for name, _ in _looser(problem))}
    if only is not None:
        wanted &= set(only)
    again = _Again(problem, solution, max(SHORTEST_SECONDS, time_limit / max(1, len(wanted))))
    shares = credited(problem, solution.starts)
    needed_by = _followers(problem, solution.starts)
    by_id = {each.id: each for each in problem.initiatives}
    return Explanation(
        chosen=tuple(
            again.without(by_id[name], shares[name], needed_by[name]) for name in solution.starts if name in wanted
        ),
        rejected=tuple(again.forced_in(by_id[name]) for name in solution.left_out if name in wanted),
        limits=tuple(again.with_more(name, looser) for name, looser in _looser(problem) if name in wanted),
        delay=delay_ranks(problem),
    )


class _Again:
    """Plans again under a changed problem, from the present plan."""

    def __init__(self, problem: Problem, solution: Solution, seconds: float) -> None:
        self.problem = problem
        self.solution = solution
        self.seconds = seconds

    def plan(self, changed: Problem) -> Solution:
        return solve(changed, self.seconds, EXACT_GAP / 10, warm=self.solution.starts, parallel=False)

    def exact(self, other: Solution) -> bool:
        return self.solution.gap <= EXACT_GAP and other.gap <= EXACT_GAP

    def without(self, each: Initiative, credit: "Credit", unblocks: tuple[str, ...]) -> ChosenReason:
        free = replace(each, exclude=True, mandatory=False, pin=None)
        other = self.plan(_with(self.problem, free))
        if other.status == "infeasible":
            lost, exact = self.solution.objective, True
        else:
            lost, exact = max(0.0, self.solution.objective - other.objective), self.exact(other)
        return ChosenReason(
            id=each.id,
            start=self.solution.starts[each.id],
            value=credit.value,
            closes=credit.closes,
            unblocks=unblocks,
            lost_without=lost,
            replaced_by=_added(self.solution.starts, other.starts),
            exact=exact,
        )

    def forced_in(self, each: Initiative) -> RejectedReason:
        other = None if each.exclude else self.plan(_with(self.problem, replace(each, mandatory=True)))
        if other is None or other.status == "infeasible":
            why = (self.solution.unreachable or {}).get(each.id, "no plan under these limits contains it")
            return RejectedReason(each.id, None, (), why, exact=True)
        return RejectedReason(
            id=each.id,
            costs=max(0.0, self.solution.objective - other.objective),
            displaces=_added(other.starts, self.solution.starts),
            impossible=None,
            exact=self.exact(other),
        )

    def with_more(self, limit: str, looser: Problem) -> LimitReason:
        other = self.plan(looser)
        gains = max(0.0, other.objective - self.solution.objective)
        return LimitReason(limit, gains, _added(self.solution.starts, other.starts), self.exact(other))


@dataclass(frozen=True, slots=True)
class Credit:
    """An initiative's share of the objective and the levels credited to it by capability."""

    value: float
    closes: Mapping[str, float]


def credited(problem: Problem, starts: Mapping[str, int]) -> dict[str, Credit]:
    """Share out the objective of a plan: gaps are credited in order of completion, then of id; the sum is the value."""
    held = [sum(problem.discount**later for later in range(end, problem.periods)) for end in range(problem.periods)]
    left = {capability.id: capability.gap for capability in problem.capabilities}
    weight = {capability.id: capability.weight for capability in problem.capabilities}
    by_end = sorted(
        (starts[each.id] + each.duration - 1, each.id, each) for each in problem.initiatives if each.id in starts
    )
    shares = {}
    for end, name, each in by_end:
        closes = {}
        for capability, gain in each.gain.items():
            closes[capability] = min(gain, left[capability])
            left[capability] -= closes[capability]
        value = held[end] * sum(weight[capability] * levels for capability, levels in closes.items())
        shares[name] = Credit(value, {capability: levels for capability, levels in closes.items() if levels > 0})
    return shares


def delay_ranks(problem: Problem) -> tuple[DelayRank, ...]:
    """Rank initiatives by Σ weight · min(gap, gain) ÷ duration, highest first."""
    worth = {capability.id: capability for capability in problem.capabilities}
    costs = {
        each.id: sum(worth[name].weight * min(worth[name].gap, gain) for name, gain in each.gain.items())
        for each in problem.initiatives
    }
    ranked = sorted(problem.initiatives, key=lambda each: (-costs[each.id] / each.duration, each.id))
    return tuple(
        DelayRank(each.id, rank, costs[each.id], each.duration, costs[each.id] / each.duration)
        for rank, each in enumerate(ranked, start=1)
    )


def _followers(problem: Problem, starts: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    before = ancestors(problem)
    return {name: tuple(other for other in starts if name in before[other]) for name in starts}


def _with(problem: Problem, changed: Initiative) -> Problem:
    return replace(
        problem, initiatives=tuple(changed if each.id == changed.id else each for each in problem.initiatives)
    )


def _looser(problem: Problem) -> Iterator[tuple[str, Problem]]:
    for skill, series in problem.skills.items():
        yield f"skills.{skill}", replace(problem, skills={**problem.skills, skill: _more(series)})
    if problem.operating is not None:
        yield "budget.operating", replace(problem, operating=_more(problem.operating))
    if problem.capital is not None:
        yield "budget.capital", replace(problem, capital=_more(problem.capital))
    if problem.wip_limit is not None:
        yield "wip_limit", replace(problem, wip_limit=tuple(math.ceil(1.1 * most) for most in problem.wip_limit))


def _more(series: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(1.1 * value for value in series)


def _added(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(name for name in after if name not in before)
