"""What each initiative of a plan is credited with, and the familiar second opinion on its rank."""

from collections.abc import Mapping
from dataclasses import dataclass

from scoring.roadmap.problem import Problem


@dataclass(frozen=True, slots=True)
class Credit:
    """An initiative's share of the objective and the levels credited to it by capability."""

    value: float
    closes: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DelayRank:
    """Cost of delay per period ÷ duration (Smith 1956; Reinertsen 2009): a second opinion, never the plan."""

    id: str
    rank: int
    cost_of_delay: float
    duration: int
    score: float


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
