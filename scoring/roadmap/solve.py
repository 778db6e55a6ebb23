"""Find the plan worth most: a first plan at once, then better ones, each with a bound, under one deadline."""

import time
from collections.abc import Callable, Mapping

import numpy as np

from scoring.roadmap.anneal import Annealing
from scoring.roadmap.checks import check_problem
from scoring.roadmap.conflict import find_conflict
from scoring.roadmap.evaluate import objective, plan_use, verify
from scoring.roadmap.first_plan import density_order, first_plan, place
from scoring.roadmap.formulation import Formulation, formulate, part
from scoring.roadmap.highs import maximise, relax
from scoring.roadmap.instance import Bools, Instance, Ints, build_instance
from scoring.roadmap.neighbourhoods import Neighbourhoods, relaxation_plans
from scoring.roadmap.problem import Problem, ProblemError
from scoring.roadmap.prover import CLOSABLE_COLUMNS, Prover, prove
from scoring.roadmap.search import PROVEN, Search
from scoring.roadmap.solution import Progress, Solution, relative_gap
from scoring.roadmap.tidy import tidy

SMALL_COLUMNS = 60
WHOLE_TIDY_COLUMNS = 400
ANNEALED = 0.75
"""Share of the time that goes into annealing before parts are solved exactly."""

OnProgress = Callable[[Progress], bool]


def solve(
    problem: Problem,
    time_limit: float = 10.0,
    gap: float = 0.01,
    on_progress: OnProgress | None = None,
    *,
    warm: Mapping[str, int] | None = None,
    parallel: bool = True,
) -> Solution:
    """Return the most valuable plan found within ``time_limit`` seconds, with a certified bound.

    Parameters
    ----------
    problem : Problem
        What to plan and under which limits.
    time_limit : float
        Seconds; the search stops earlier when the plan is proven to be within ``gap`` of the best.
    gap : float
        Relative gap that counts as ``optimal``; 0 asks for the optimum itself.
    on_progress : callable, optional
        Called between steps with the value, bound and seconds so far; returning False stops the search.
    warm : mapping, optional
        A plan to start from; what of it does not fit is left out.
    parallel : bool
        Tighten the bound on a second thread.

    Returns
    -------
    Solution
        ``optimal``, ``feasible`` (the limit came first; value and bound still hold) or ``infeasible`` with the limits
        in conflict. A problem solved to optimality always gives the same plan value; where time ran out the plan
        depends on the machine, so store it.

    Raises
    ------
    ProblemError
        When the problem is malformed, or when no plan was found in time for one with mandatory initiatives.

    >>> from scoring.roadmap.problem import Capability, Initiative
    >>> work = Initiative("tidy data", duration=1, operating=(5.0,), gain={"data": 1.0})
    >>> plan = solve(Problem(2, (Capability("data", 3.0, 1.0),), (work,), operating=(5.0, 5.0)))
    >>> plan.status, plan.objective, dict(plan.starts)
    ('optimal', 6.0, {'tidy data': 0})
    """
    began = time.monotonic()
    check_problem(problem)
    if time_limit <= 0:
        raise ProblemError([f"time limit: {time_limit:g} seconds; give more than 0"])
    deadline = began + time_limit
    instance = build_instance(problem)
    formulation = formulate(instance)
    starts = None if instance.stuck else starting_plan(formulation, warm, deadline)
    relaxation = None if starts is None else relax(formulation.program)
    if starts is None or relaxation is None:
        return _infeasible(problem, began, deadline)
    reserve = min(0.5, 0.1 * time_limit)
    search = Search(formulation, relaxation, starts, deadline - reserve, gap)
    run_search(search, began, on_progress, parallel=parallel)
    exact = relative_gap(search.value, search.bound) <= PROVEN
    final = tidy(formulation, search.starts, deadline, whole=exact and formulation.row.size <= WHOLE_TIDY_COLUMNS)
    return _solution(instance, final, search, began)


def run_search(search: Search, began: float, on_progress: OnProgress | None, *, parallel: bool) -> None:
    """Better the plan and the bound of ``search`` until one meets the other or its deadline."""

    def going() -> bool:
        if search.proven or search.seconds_left <= 0:
            return False
        progress = Progress(search.value, search.bound, time.monotonic() - began)
        return on_progress is None or on_progress(progress)

    if not going():
        return
    formulation, relaxation = search.formulation, search.relaxation
    price = np.ones(formulation.instance.limit.size)
    for plan in relaxation_plans(formulation.instance, relaxation.x, formulation.row, formulation.start, price):
        if not (plan[formulation.instance.forced] < 0).any():
            search.offer(plan)
    if formulation.row.size <= (SMALL_COLUMNS if parallel else CLOSABLE_COLUMNS):
        prove(search, search.seconds_left / 2)
    if not going():
        return
    prover = Prover(search) if parallel else None
    if prover is not None:
        prover.start()
    annealing = Annealing(search)
    parts = Neighbourhoods(search, pool=annealing.plans)
    began_at, length = time.monotonic(), max(search.seconds_left * ANNEALED, 1e-6)
    stopped = False
    while not search.proven and search.seconds_left > 0:
        cooled = (time.monotonic() - began_at) / length
        if cooled < 1.0:
            annealing.step(cooled)
        else:
            parts.improve_once()
        if not going():
            stopped = search.seconds_left > 0 and not search.proven
            break
    if prover is not None:
        prover.finish(0.0 if stopped or search.proven else 0.3)


def starting_plan(formulation: Formulation, warm: Mapping[str, int] | None, deadline: float) -> Ints | None:
    """Return a feasible plan, or ``None`` when there is provably none."""
    instance = formulation.instance
    candidates = [first_plan(instance)]
    if warm is not None:
        candidates.append(_repaired(instance, warm))
    plans = [plan for plan in candidates if plan is not None]
    if plans:
        return max(plans, key=instance.plan_value)
    nothing = np.full(len(instance.ids), -1, dtype=np.int64)
    program, column, held = part(formulation, nothing, instance.forced[formulation.row])
    answer = maximise(program, max(0.05, deadline - time.monotonic()), gap=0.5)
    if answer.x is not None:
        held[column] = answer.x
        return formulation.decode(held)
    if answer.infeasible:
        return None
    raise ProblemError(
        ["time limit: no plan with all mandatory and pinned initiatives was found in time; allow more seconds"]
    )


def _repaired(instance: Instance, warm: Mapping[str, int]) -> Ints | None:
    """Return ``warm`` with what no longer fits left out and what fits added, or ``None`` when a forced one is lost.

    What is forced is placed first, at its start in ``warm`` where it has one.
    """
    wanted = instance.starts_of(warm)
    wanted[wanted >= instance.problem.periods] = -1
    order = density_order(instance, instance.value.max(axis=1, initial=0.0) + 1e-9, np.ones(instance.limit.size))
    kept = _kept(instance, wanted, np.full(wanted.size, -1, dtype=np.int64), instance.forced)
    kept = place(instance, [row for row in order if instance.forced[row]], kept, kept >= 0)
    if (kept[instance.forced] < 0).any():
        return None
    kept = _kept(instance, wanted, kept, ~instance.forced)
    return place(instance, order, kept, kept >= 0)


def _kept(instance: Instance, wanted: Ints, kept: Ints, which: Bools) -> Ints:
    """Add to ``kept`` what of ``which`` can keep its wanted start beside it."""
    kept = kept.copy()
    chosen = np.flatnonzero(kept >= 0)
    slack = instance.slack - instance.use[chosen, kept[chosen]].sum(axis=0)
    for row in sorted(np.flatnonzero((wanted >= 0) & which), key=lambda row: (wanted[row], row)):
        start = wanted[row]
        ready = all(kept[n] >= 0 and kept[n] + instance.duration[n] <= start for n in instance.requires[row])
        rival = any(row in group and any(kept[other] >= 0 for other in group) for group in instance.groups)
        if ready and not rival and instance.allowed[row, start] and (instance.use[row, start] <= slack).all():
            kept[row] = start
            slack = slack - instance.use[row, start]
    return kept


def _solution(instance: Instance, starts: Ints, search: Search, began: float) -> Solution:
    problem = instance.problem
    named = instance.named(starts)
    broken = verify(problem, named)
    if broken:
        raise ArithmeticError(f"the plan found breaks its limits: {'; '.join(broken)}")
    value = objective(problem, named)
    bound = max(value, search.bound)
    missing = relative_gap(value, bound)
    optimal = missing <= max(search.gap, PROVEN)
    return Solution(
        status="optimal" if optimal else "feasible",
        objective=value,
        bound=bound,
        gap=missing,
        seconds=time.monotonic() - began,
        starts=named,
        left_out=_left_out(problem, named),
        use=plan_use(problem, named),
        unreachable=dict(instance.unreachable),
    )


def _left_out(problem: Problem, starts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(initiative.id for initiative in problem.initiatives if initiative.id not in starts)


def _infeasible(problem: Problem, began: float, deadline: float) -> Solution:
    conflict = find_conflict(problem, max(deadline, time.monotonic() + 1.0))
    return Solution(
        status="infeasible",
        objective=0.0,
        bound=0.0,
        gap=0.0,
        seconds=time.monotonic() - began,
        starts={},
        left_out=_left_out(problem, {}),
        use=plan_use(problem, {}),
        conflict=conflict,
        unreachable={},
    )
