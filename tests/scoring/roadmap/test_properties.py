"""What holds for every problem."""

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scoring.roadmap import Problem, ProblemError, Solution, credited, objective, solve, verify
from tests.scoring.roadmap.small import random_problem

problems = st.integers(10_000, 10_000_000).map(random_problem)


def solved(problem: Problem) -> Solution:
    try:
        solution = solve(problem, gap=0.0)
    except ProblemError:
        assume(False)
        raise
    assume(solution.status != "infeasible")
    return solution


@settings(max_examples=40, deadline=None)
@given(problems)
def test_more_budget_never_lowers_value(problem: Problem) -> None:
    before = solved(problem)
    richer = replace(problem, operating=None if problem.operating is None else tuple(b + 2 for b in problem.operating))
    assert solve(richer, gap=0.0).objective >= before.objective - 1e-6


@settings(max_examples=40, deadline=None)
@given(problems)
def test_plans_keep_every_rule_and_gain_stays_within_the_gap(problem: Problem) -> None:
    solution = solved(problem)
    assert verify(problem, solution.starts) == ()
    shares = credited(problem, solution.starts)
    for capability in problem.capabilities:
        assert sum(share.closes.get(capability.id, 0.0) for share in shares.values()) <= capability.gap + 1e-9
    assert abs(sum(share.value for share in shares.values()) - objective(problem, solution.starts)) < 1e-6


@settings(max_examples=30, deadline=None)
@given(problems, st.randoms(use_true_random=False))
def test_order_of_the_input_does_not_matter(problem: Problem, random: object) -> None:
    solution = solved(problem)
    turned = replace(
        problem,
        initiatives=tuple(reversed(problem.initiatives)),
        capabilities=tuple(reversed(problem.capabilities)),
    )
    again = solve(turned, gap=0.0)
    assert abs(again.objective - solution.objective) < 1e-6
    assert dict(again.starts) == dict(solution.starts)


@settings(max_examples=25, deadline=None)
@given(problems)
def test_same_input_gives_the_same_plan(problem: Problem) -> None:
    assert dict(solved(problem).starts) == dict(solve(problem, gap=0.0).starts)


@settings(max_examples=25, deadline=None)
@given(problems)
def test_pinning_the_plan_keeps_it(problem: Problem) -> None:
    solution = solved(problem)
    pinned = replace(
        problem, initiatives=tuple(replace(each, pin=solution.starts.get(each.id)) for each in problem.initiatives)
    )
    again = solve(pinned, gap=0.0)
    assert {name: again.starts[name] for name in solution.starts} == dict(solution.starts)
    assert abs(again.objective - solution.objective) < 1e-6
