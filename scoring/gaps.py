"""Gap to target, what stands above its target, and which gap comes first.

A gap is target minus current: positive is still to go. The target is a decision and has no uncertainty, so the gap's
interval is the level's, mirrored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.results import CapabilityResult, Estimate, Interval, OverInvestment, WithheldLevel


@dataclass(frozen=True)
class TargetGap:
    target: float
    gap: float
    interval: Interval | None


@dataclass(frozen=True)
class Priority:
    """Importance × gap, its rank (1 = first), and the best and worst rank when every importance moves."""

    value: float
    rank: int
    best: int
    worst: int


def target_gap(level: Estimate, target: float) -> TargetGap:
    """Target minus current, with the interval (target − high, target − low).

    >>> target_gap(Estimate(estimate=2.1, low=1.9, high=2.3, n=61, method="t"), 3.5).gap
    1.4
    """
    interval = None
    if level.low is not None and level.high is not None:
        interval = Interval(low=target - level.high, high=target - level.low)
    return TargetGap(target, target - level.estimate, interval)


def composite_target(weights: Mapping[str, float], targets: Mapping[str, float]) -> float | None:
    """The target of a dimension or of the whole: the weighted mean of its capabilities' targets, ``None`` unless all
    have one.

    weights : capability → share in the composite (0 = not part of it)

    >>> composite_target({"plan": 0.5, "data": 0.5, "work": 0.0}, {"plan": 3.0, "data": 4.0})
    3.5
    """
    members = {name: weight for name, weight in weights.items() if weight > 0}
    if not members or not members.keys() <= targets.keys():
        return None
    return sum(weight * targets[name] for name, weight in members.items())


def priorities(gaps: Mapping[str, float], importance: Mapping[str, float], change: float = 0.2) -> dict[str, Priority]:
    """Rank the gaps by importance × gap, and say how far each rank can move when every importance moves by ±
    ``change``.

    gaps : capability → gap to target (negative = above it, counts as 0); importance : capability → importance Only
    capabilities with both are ranked; ties keep the order given. The best rank raises one importance and lowers all
    others, the worst the other way round: exact, not sampled. Source: OECD/JRC (2008), step 7.

    >>> ranks = priorities({"plan": 1.0, "data": 1.2, "work": 0.2}, {"plan": 4, "data": 4, "work": 4})
    >>> ranks["data"].rank, (ranks["data"].best, ranks["data"].worst), (ranks["work"].best, ranks["work"].worst)
    (1, (1, 2), (3, 3))
    """
    values = {name: importance[name] * max(gap, 0.0) for name, gap in gaps.items() if name in importance}
    order = sorted(values, key=lambda name: -values[name])
    up, down = 1 + change, 1 - change
    result = {}
    for rank, name in enumerate(order, start=1):
        others = [value for other, value in values.items() if other != name]
        best = 1 + sum(other * down > values[name] * up for other in others)
        worst = 1 + sum(other * up > values[name] * down for other in others)
        result[name] = Priority(values[name], rank, min(best, rank), max(worst, rank))
    return result


def over_investment(capabilities: Sequence[CapabilityResult | WithheldLevel]) -> tuple[OverInvestment, ...]:
    """The capabilities that stand above their target with an interval that excludes zero, largest surplus first."""
    found = [
        OverInvestment(
            capability=capability.id,
            surplus=-capability.target_gap,
            interval=Interval(low=-capability.target_gap_interval.high, high=-capability.target_gap_interval.low),
            importance=capability.importance,
        )
        for capability in capabilities
        if isinstance(capability, CapabilityResult)
        and capability.target_gap is not None
        and capability.target_gap_interval is not None
        and capability.target_gap_interval.high < 0
    ]
    return tuple(sorted(found, key=lambda one: -one.surplus))
