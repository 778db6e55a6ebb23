"""An impossible problem names the limits in conflict, and the relaxation it proposes makes a plan possible."""

from dataclasses import replace

import pytest

from scoring.roadmap import Conflict, Initiative, Problem, ProblemError, Solution, solve
from tests.scoring.roadmap.small import best_plan, random_problem


def test_skill_shortage_is_named_with_what_is_needed() -> None:
    problem = Problem(
        periods=1,
        capabilities=(),
        initiatives=tuple(Initiative(n, 1, effort={"it": (15.0,)}, mandatory=True) for n in ("a", "b")),
        skills={"it": (20.0,), "mops": (5.0,)},
    )
    conflict = solve(problem).conflict
    raised = [each for each in conflict if each.relax]
    assert [(each.limit, each.period, each.given, each.needed) for each in raised] == [
        ("skills.it", 0, 20.0, pytest.approx(30.0))
    ]
    assert "raise it by 10 to 30" in raised[0].text
    assert {each.limit for each in conflict} == {"skills.it", "initiatives.a.mandatory", "initiatives.b.mandatory"}


def test_budget_that_carries_over_is_raised_once() -> None:
    problem = Problem(
        periods=3,
        capabilities=(),
        initiatives=(Initiative("a", 3, operating=(10.0, 10.0, 10.0), mandatory=True),),
        operating=(5.0, 5.0, 5.0),
        carry_over=True,
    )
    raised = [each for each in solve(problem).conflict if each.relax]
    assert sum((each.needed or 0) - (each.given or 0) for each in raised) == pytest.approx(15.0)


def test_mandatory_alternatives_conflict() -> None:
    work = tuple(Initiative(n, 1, alternative="either", mandatory=True) for n in ("a", "b"))
    conflict = solve(Problem(2, (), work)).conflict
    assert "alternative either" in {each.limit for each in conflict}
    assert sum(each.relax for each in conflict) == 1


def test_mandatory_behind_an_excluded_prerequisite_conflicts() -> None:
    work = (Initiative("a", 1, exclude=True), Initiative("b", 1, requires=("a",), mandatory=True))
    conflict = solve(Problem(3, (), work)).conflict
    assert {each.limit for each in conflict} == {"initiatives.a.exclude", "initiatives.b.mandatory"}


def test_mandatory_chain_longer_than_the_horizon_conflicts() -> None:
    work = (Initiative("a", 2), Initiative("b", 2, requires=("a",), mandatory=True))
    (only,) = solve(Problem(3, (), work)).conflict
    assert only == Conflict("initiatives.b.mandatory", "'b' is mandatory; make it optional", relax=True)


def test_pins_in_the_wrong_order_conflict() -> None:
    work = (Initiative("a", 1, pin=2), Initiative("b", 1, requires=("a",), pin=1))
    assert {each.limit for each in solve(Problem(4, (), work)).conflict} == {"initiatives.a.pin", "initiatives.b.pin"}


def relaxed(problem: Problem, solution: Solution) -> Problem:
    """Apply the relaxation that a conflict proposes."""
    work = {each.id: each for each in problem.initiatives}
    skills = {skill: list(series) for skill, series in problem.skills.items()}
    budgets = {"operating": list(problem.operating or ()), "capital": list(problem.capital or ())}
    wip = list(problem.wip_limit or ())
    for each in (each for each in solution.conflict if each.relax):
        area, _, rest = each.limit.partition(".")
        period = each.period or 0
        if area == "skills":
            skills[rest][period] = each.needed or 0.0
        elif area == "budget":
            budgets[rest][period] = each.needed or 0.0
        elif area == "wip_limit":
            wip[period] = round(each.needed or 0)
        elif area == "initiatives":
            name, _, rule = rest.rpartition(".")
            work[name] = replace(work[name], **{rule: None if rule == "pin" else False})
        else:
            group = each.limit.removeprefix("alternative ")
            work = {n: replace(w, alternative=None) if w.alternative == group else w for n, w in work.items()}
    return replace(
        problem,
        initiatives=tuple(work.values()),
        skills={skill: tuple(series) for skill, series in skills.items()},
        operating=None if problem.operating is None else tuple(budgets["operating"]),
        capital=None if problem.capital is None else tuple(budgets["capital"]),
        wip_limit=None if problem.wip_limit is None else tuple(wip),
    )


def test_relaxing_what_is_proposed_makes_a_plan_possible() -> None:
    checked = 0
    for seed in range(2000, 2200):
        problem = random_problem(seed)
        forced = [each for each in problem.initiatives if each.mandatory or each.pin is not None]
        if not forced:
            continue
        try:
            solution = solve(problem, gap=0.0)
        except ProblemError:
            continue
        if solution.status != "infeasible":
            continue
        checked += 1
        assert any(each.relax for each in solution.conflict), seed
        eased = relaxed(problem, solution)
        # A mandatory pin that is released stays mandatory, so the eased problem must have a plan as it stands.
        assert best_plan(eased) is not None, seed
    assert checked >= 12
