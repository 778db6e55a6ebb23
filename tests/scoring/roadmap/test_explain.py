"""Reasons are the differences to plans made again."""

from dataclasses import replace

import pytest

from bench.roadmap_instances import INSTANCES, best_known
from scoring.roadmap import Capability, Initiative, Problem, ProblemError, Solution, compare, explain, sentences, solve
from scoring.roadmap.credit import delay_ranks
from tests.scoring.roadmap.small import best_plan, random_problem


@pytest.fixture
def problem() -> Problem:
    """Two of three fit the budget; 'base' makes 'top' possible; 'late' is too long."""
    return Problem(
        periods=3,
        capabilities=(Capability("x", 3.0, 2.0), Capability("y", 2.0, 1.0)),
        initiatives=(
            Initiative("base", 1, operating=(5.0,), gain={"x": 1.0}),
            Initiative("top", 1, operating=(5.0,), gain={"x": 1.0}, requires=("base",)),
            Initiative("side", 1, operating=(5.0,), gain={"y": 1.0}),
            Initiative("late", 5, gain={"y": 1.0}),
        ),
        operating=(5.0, 5.0, 0.0),
    )


def test_reasons_of_a_plan_worked_out_by_hand(problem: Problem) -> None:
    plan = solve(problem, gap=0.0)
    assert dict(plan.starts) == {"base": 0, "top": 1}
    reasons = explain(problem, plan)
    base, top = reasons.chosen
    assert (base.value, base.closes, base.unblocks) == (9.0, {"x": 1.0}, ("top",))
    assert (base.lost_without, base.replaced_by, base.exact) == (pytest.approx(9.0), ("side",), True)
    assert top.lost_without == pytest.approx(2.0)
    side, late = reasons.rejected
    assert (side.costs, side.displaces, side.exact) == (pytest.approx(2.0), ("top",), True)
    assert late.costs is None
    assert late.impossible == "it takes 5 periods and the plan has 3"
    (budget,) = reasons.limits
    assert (budget.limit, budget.gains, budget.exact) == ("budget.operating", pytest.approx(0.0), True)


def test_sentences_say_the_numbers(problem: Problem) -> None:
    said = sentences(explain(problem, solve(problem, gap=0.0)), {"top": "Top level"})
    assert said["base"].startswith(
        "Closes 1.0 levels of x and adds 9.0 to the plan's value. It makes Top level possible"
    )
    assert "would be worth 9.0 less, with side instead" in said["base"]
    assert said["side"] == "Left out: including it would cost 2.0 of the plan's value and displace Top level."
    assert said["late"] == "Left out because it takes 5 periods and the plan has 3."
    assert said["budget.operating"] == "10% more budget.operating would buy nothing."


def test_only_what_is_asked_is_explained(problem: Problem) -> None:
    reasons = explain(problem, solve(problem, gap=0.0), only={"top"})
    assert [each.id for each in reasons.chosen] == ["top"]
    assert reasons.rejected == ()
    assert reasons.limits == ()


def test_delay_rank_is_value_per_period_over_duration(problem: Problem) -> None:
    ranks = delay_ranks(problem)
    assert [(each.id, each.score) for each in ranks] == [("base", 3.0), ("top", 3.0), ("side", 2.0), ("late", 0.4)]


def test_infeasible_problems_are_not_explained() -> None:
    impossible = Problem(1, (), (Initiative("a", 2, mandatory=True),))
    with pytest.raises(ValueError, match="infeasible"):
        explain(impossible, solve(impossible))


def test_losses_and_costs_equal_brute_force() -> None:
    checked = 0
    for seed in range(5000, 5040):
        small = random_problem(seed)
        try:
            plan = solve(small, gap=0.0)
        except ProblemError:
            continue
        if plan.status == "infeasible":
            continue
        reasons = explain(small, plan)
        by_id = {each.id: each for each in small.initiatives}
        for chosen in reasons.chosen:
            without = replace(by_id[chosen.id], exclude=True, mandatory=False, pin=None)
            best = best_plan(changed(small, without))
            assert chosen.lost_without == pytest.approx(plan.objective - (best[0] if best else 0.0), abs=1e-4), seed
            checked += 1
        for rejected in reasons.rejected:
            if by_id[rejected.id].exclude:
                continue
            best = best_plan(changed(small, replace(by_id[rejected.id], mandatory=True)))
            assert (rejected.costs is None) == (best is None), seed
            if best is not None:
                assert rejected.costs == pytest.approx(plan.objective - best[0], abs=1e-4), seed
            checked += 1
    assert checked > 60


def changed(problem: Problem, initiative: Initiative) -> Problem:
    return replace(
        problem, initiatives=tuple(initiative if each.id == initiative.id else each for each in problem.initiatives)
    )


def test_comparison_of_two_plans(problem: Problem) -> None:
    before = solve(problem, gap=0.0)
    richer = replace(problem, operating=(10.0, 5.0, 0.0))
    after = solve(richer, gap=0.0)
    change = compare(before, after, richer)
    assert (change.added, change.dropped, change.moved) == (("side",), (), ())
    assert change.value_change == pytest.approx(6.0)
    assert change.cost_change == pytest.approx(5.0)
    back = compare(after, before, problem)
    assert (back.added, back.dropped) == ((), ("side",))


def best_known_plan() -> tuple[Problem, Solution]:
    """40 × 8 and its optimum, whatever the machine: nothing betters the plan that the search begins with."""
    large = INSTANCES["40×8"]()
    return large, solve(large, time_limit=0.1, warm=best_known()["40×8"]["starts"])


def test_a_larger_plan_is_explained() -> None:
    large, plan = best_known_plan()
    reasons = explain(large, plan, time_limit=0.6)
    assert [each.id for each in reasons.chosen] == list(plan.starts)
    assert [each.id for each in reasons.rejected] == list(plan.left_out)
    for rejected in reasons.rejected:
        if rejected.costs is None:
            assert rejected.impossible, rejected.id
        else:
            assert rejected.costs < plan.objective, rejected.id
    for chosen in reasons.chosen:
        assert chosen.lost_without < plan.objective / 2, chosen.id


def test_explaining_can_be_stopped() -> None:
    large, plan = best_known_plan()
    reasons = explain(large, plan, time_limit=60.0, going=lambda: False)
    assert not any(each.exact for each in reasons.limits)
    assert len(reasons.chosen) == len(plan.starts)
