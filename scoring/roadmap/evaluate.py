"""Check and value a plan straight from the problem, without anything that the optimiser uses."""

from collections.abc import Mapping
from itertools import accumulate

from scoring.roadmap.problem import Initiative, Problem
from scoring.roadmap.solution import Use

TOLERANCE = 1e-6


def verify(problem: Problem, starts: Mapping[str, int]) -> tuple[str, ...]:
    """Return every rule of ``problem`` that the plan ``starts`` (id → first period) breaks; empty when it is valid.

    Limits are compared with a tolerance of 1e-6 × (1 + limit).
    """
    by_id = {initiative.id: initiative for initiative in problem.initiatives}
    unknown = [f"no initiative has the id '{name}'" for name in starts if name not in by_id]
    if unknown:
        return tuple(unknown)
    return (*_broken_choices(problem, starts), *_broken_order(by_id, starts), *_broken_limits(problem, starts))


def objective(problem: Problem, starts: Mapping[str, int]) -> float:
    """Value of a plan: Σ over periods of discount^t · Σ weight · min(gap, gain completed by the end of t)."""
    value = 0.0
    for capability in problem.capabilities:
        done = [0.0] * problem.periods
        for initiative in problem.initiatives:
            if initiative.id in starts and initiative.gain.get(capability.id):
                done[starts[initiative.id] + initiative.duration - 1] += initiative.gain[capability.id]
        closed = [min(capability.gap, total) for total in accumulate(done)]
        value += capability.weight * sum(problem.discount**period * level for period, level in enumerate(closed))
    return value


def plan_cost(problem: Problem, starts: Mapping[str, int]) -> float:
    """Operating and capital spend of a plan over all periods."""
    return sum(initiative.cost for initiative in problem.initiatives if initiative.id in starts)


def plan_use(problem: Problem, starts: Mapping[str, int]) -> Use:
    """What a plan uses in each period."""
    skills = {skill: [0.0] * problem.periods for skill in problem.skills}
    operating, capital = [0.0] * problem.periods, [0.0] * problem.periods
    running = [0] * problem.periods
    for initiative in problem.initiatives:
        if initiative.id not in starts:
            continue
        start = starts[initiative.id]
        for skill, effort in initiative.effort.items():
            _add(skills[skill], start, effort)
        _add(operating, start, initiative.operating)
        _add(capital, start, initiative.capital)
        for period in range(start, start + initiative.duration):
            running[period] += 1
    return Use({skill: tuple(use) for skill, use in skills.items()}, tuple(operating), tuple(capital), tuple(running))


def _add(total: list[float], start: int, series: tuple[float, ...]) -> None:
    for position, value in enumerate(series):
        total[start + position] += value


def _broken_choices(problem: Problem, starts: Mapping[str, int]) -> list[str]:
    broken = []
    groups: dict[str, list[str]] = {}
    for initiative in problem.initiatives:
        start = starts.get(initiative.id)
        if start is None:
            if initiative.mandatory or initiative.pin is not None:
                broken.append(f"'{initiative.id}' must be chosen")
            continue
        if not 0 <= start <= problem.periods - initiative.duration:
            broken.append(f"'{initiative.id}' starts in {start} and does not finish within {problem.periods} periods")
        if start < problem.now and initiative.pin is None:
            broken.append(f"'{initiative.id}' starts in {start}, before the plan's first period {problem.now}")
        if initiative.exclude:
            broken.append(f"'{initiative.id}' is excluded")
        if initiative.pin is not None and start != initiative.pin:
            broken.append(f"'{initiative.id}' starts in {start} and is pinned to {initiative.pin}")
        if initiative.alternative is not None:
            groups.setdefault(initiative.alternative, []).append(initiative.id)
    broken += [f"{', '.join(ids)} are alternatives of '{group}'" for group, ids in groups.items() if len(ids) > 1]
    return broken


def _broken_order(by_id: Mapping[str, Initiative], starts: Mapping[str, int]) -> list[str]:
    return [
        f"'{name}' starts before '{needed}' has finished"
        for name, start in starts.items()
        for needed in by_id[name].requires
        if needed not in starts or starts[needed] + by_id[needed].duration > start
    ]


def _broken_limits(problem: Problem, starts: Mapping[str, int]) -> list[str]:
    by_id = {initiative.id: initiative for initiative in problem.initiatives}
    if any(not 0 <= start <= problem.periods - by_id[name].duration for name, start in starts.items()):
        return []
    use = plan_use(problem, starts)
    broken = []
    for skill, limit in problem.skills.items():
        broken += _over(f"skills.{skill}", use.skills[skill], limit, problem.now)
    for name, spent, budget in (
        ("operating", use.operating, problem.operating),
        ("capital", use.capital, problem.capital),
    ):
        if budget is None:
            continue
        if problem.carry_over:
            spent, budget = tuple(accumulate(spent)), tuple(accumulate(budget))
        broken += _over(f"budget.{name}", spent, budget, problem.now)
    if problem.wip_limit is not None:
        broken += _over("wip_limit", use.in_progress, problem.wip_limit, problem.now)
    return broken


def _over(name: str, use: tuple[float, ...], limit: tuple[float, ...], now: int) -> list[str]:
    return [
        f"{name}[{period}]: {used:g} used of {most:g}"
        for period, (used, most) in enumerate(zip(use, limit, strict=True))
        if period >= now and used > most + TOLERANCE * (1 + most)
    ]
