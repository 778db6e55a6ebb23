"""What changed between two plans."""

from collections.abc import Mapping
from dataclasses import dataclass

from scoring.roadmap.evaluate import objective, plan_cost
from scoring.roadmap.problem import Problem
from scoring.roadmap.solution import Solution


@dataclass(frozen=True, slots=True)
class Moved:
    """An initiative in both plans that starts in another period."""

    id: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the plan ``after`` does otherwise than ``before``; changes are after minus before."""

    moved: tuple[Moved, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    value_change: float
    cost_change: float


def compare(before: Solution, after: Solution, problem: Problem, *, earlier: Problem | None = None) -> Comparison:
    """Compare two plans, valued by ``problem``.

    ``earlier``: the problem that ``before`` was planned for, where costs, gains or the horizon have changed since;
    ``before`` is then valued by it.
    """
    past = problem if earlier is None else earlier
    return Comparison(
        moved=tuple(
            Moved(name, before.starts[name], start)
            for name, start in after.starts.items()
            if before.starts.get(name, start) != start
        ),
        added=_only(after.starts, before.starts),
        dropped=_only(before.starts, after.starts),
        value_change=objective(problem, after.starts) - objective(past, before.starts),
        cost_change=plan_cost(problem, after.starts) - plan_cost(past, before.starts),
    )


def _only(these: Mapping[str, int], others: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(name for name in these if name not in others)
