"""Why a plan is as it is, by planning again: without what was chosen, with what was left out, with 10% more."""

import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from scoring.roadmap.again import EXACT_GAP, Again, Found
from scoring.roadmap.checks import ancestors
from scoring.roadmap.credit import Credit, DelayRank, credited, delay_ranks
from scoring.roadmap.problem import Problem
from scoring.roadmap.solution import Solution
from scoring.roadmap.solve import solve

SHORTEST_SECONDS = 0.05
LIMIT_SHARE = 3.0


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
    going: Callable[[], bool] | None = None,
) -> Explanation:
    """Return why each initiative was chosen or left out and what more of each limit would buy.

    Parameters
    ----------
    problem, solution
        The plan to explain, as ``solve`` returned it; not an infeasible one.
    time_limit : float
        Seconds for all re-solves together. Each begins with the plan as it is, repaired, and with every plan found
        for another question that answers this one too; the time left is then shared out, so that two seconds give
        useful estimates for 40 × 8 and more seconds more exact ones.
    only : collection of str, optional
        Ids of initiatives and names of limits (``skills.it``, ``budget.capital``) to explain; all when left out.
    going : callable, optional
        Asked between re-solves; False ends them, and what was found so far is returned.
    """
    if solution.status == "infeasible":
        raise ValueError("an infeasible problem has no plan to explain; its conflict says what is wrong")
    deadline = time.monotonic() + time_limit
    limits = [(name, looser) for name, looser in _looser(problem) if only is None or name in only]
    chosen = [name for name in solution.starts if only is None or name in only]
    rejected = [name for name in solution.left_out if only is None or name in only]
    again = Again(problem, solution.starts)
    again.answer(chosen, rejected, _share(deadline, len(chosen) + len(rejected), LIMIT_SHARE * len(limits)), going)
    shares = credited(problem, solution.starts)
    needed_by = _followers(problem, solution.starts)
    return Explanation(
        chosen=tuple(_chosen(solution, name, again.plans[name], shares[name], needed_by[name]) for name in chosen),
        rejected=tuple(_rejected(solution, name, again.plans[name]) for name in rejected),
        limits=tuple(
            _with_more(solution, name, looser, _share(deadline, 1, len(limits) - place - 1) - time.monotonic(), going)
            for place, (name, looser) in enumerate(limits)
        ),
        delay=delay_ranks(problem),
    )


def _share(deadline: float, these: float, others: float) -> float:
    """The moment until which ``these`` of the questions still open may take."""
    now = time.monotonic()
    return now + (deadline - now) * these / max(1e-9, these + others)


def _chosen(solution: Solution, name: str, plan: Found, credit: Credit, unblocks: tuple[str, ...]) -> ChosenReason:
    other = plan.starts or {}
    return ChosenReason(
        id=name,
        start=solution.starts[name],
        value=credit.value,
        closes=credit.closes,
        unblocks=unblocks,
        lost_without=max(0.0, solution.objective - plan.value),
        replaced_by=_added(solution.starts, other),
        exact=plan.exact and solution.gap <= EXACT_GAP,
    )


def _rejected(solution: Solution, name: str, plan: Found) -> RejectedReason:
    if plan.starts is None:
        why = "no plan under these limits contains it" if plan.exact else "no plan with it was found in the time given"
        return RejectedReason(name, None, (), (solution.unreachable or {}).get(name, why), exact=plan.exact)
    return RejectedReason(
        id=name,
        costs=max(0.0, solution.objective - plan.value),
        displaces=_added(plan.starts, solution.starts),
        impossible=None,
        exact=plan.exact and solution.gap <= EXACT_GAP,
    )


def _with_more(
    solution: Solution, limit: str, looser: Problem, seconds: float, going: Callable[[], bool] | None
) -> LimitReason:
    if going is not None and not going():
        return LimitReason(limit, 0.0, (), exact=False)
    seconds = max(SHORTEST_SECONDS, seconds)
    other = solve(looser, seconds, EXACT_GAP / 10, warm=solution.starts, parallel=False)
    gains = max(0.0, other.objective - solution.objective)
    exact = solution.gap <= EXACT_GAP and other.gap <= EXACT_GAP
    return LimitReason(limit, gains, _added(solution.starts, other.starts), exact)


def _followers(problem: Problem, starts: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    before = ancestors(problem)
    return {name: tuple(other for other in starts if name in before[other]) for name in starts}


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
