"""Where levels stand at the end of each period, if every initiative lifts what it promises."""

from collections.abc import Mapping
from itertools import accumulate

from app.roadmaps.pages.view import View
from scoring.results import CapabilityResult, DimensionResult, Overall

Levels = tuple[float, ...]
"""One level per period, at its end."""


def capability_levels(view: View) -> dict[str, Levels]:
    """Capability → its expected levels; only those with a measured level."""
    lifts = _lifts(view)
    return {
        x.id: tuple(x.estimate + lift for lift in lifts.get(x.id, [0.0] * view.limits.periods))
        for x in view.result.capabilities
        if isinstance(x, CapabilityResult)
    }


def dimension_levels(view: View) -> dict[str, Levels]:
    """Dimension → its expected levels: the measured one plus the mean lift of its measured capabilities."""
    lifts = dimension_lifts(view)
    return {
        x.id: tuple(x.estimate + lift for lift in lifts[x.id])
        for x in view.result.dimensions
        if isinstance(x, DimensionResult) and x.id in lifts
    }


def expected_levels(view: View) -> Levels | None:
    """Overall levels: the measured one plus the mean lift of the dimensions; None without an overall level."""
    overall, lifts = view.result.overall, dimension_lifts(view)
    if not isinstance(overall, Overall) or not lifts:
        return None
    return tuple(overall.estimate + sum(each) / len(lifts) for each in zip(*lifts.values(), strict=True))


def dimension_lifts(view: View) -> dict[str, list[float]]:
    """Dimension → the mean lift of its measured capabilities by the end of each period."""
    lifts = _lifts(view)
    measured = {x.id for x in view.result.capabilities if isinstance(x, CapabilityResult)}
    found = {}
    for dimension in view.questionnaire.dimensions:
        inside = [capability.id for capability in dimension.capabilities if capability.id in measured]
        if inside:
            rows = [lifts.get(name, [0.0] * view.limits.periods) for name in inside]
            found[dimension.id] = [sum(each) / len(inside) for each in zip(*rows, strict=True)]
    return found


def _lifts(view: View) -> Mapping[str, list[float]]:
    gains = {x["id"]: x["gain"] for x in view.roadmap.problem["initiatives"]}
    steps: dict[str, list[float]] = {}
    for name, start in view.starts.items():
        for capability, gain in gains[name].items():
            row = steps.setdefault(capability, [0.0] * view.limits.periods)
            row[start + view.durations[name] - 1] += gain
    return {capability: list(accumulate(row)) for capability, row in steps.items()}
