"""At a review what has started stays, the rest is planned again from the present period on."""

from dataclasses import replace
from random import Random

import pytest

from scoring.roadmap import (
    Capability,
    Initiative,
    Kept,
    Overrun,
    Problem,
    ProblemError,
    at_review,
    compare,
    solve,
    verify,
    with_gains,
)
from tests.scoring.roadmap.small import best_plan, random_problem


@pytest.fixture
def problem() -> Problem:
    """One crew of 10 a period; "base" (2 periods) before "top"; "side" competes with both."""
    return Problem(
        periods=6,
        capabilities=(Capability("a", 3.0, 2.0), Capability("b", 2.0, 1.0)),
        initiatives=(
            Initiative("base", 2, effort={"crew": (10.0, 10.0)}, operating=(2.0, 2.0), gain={"a": 1.0}),
            Initiative("top", 1, effort={"crew": (10.0,)}, gain={"a": 1.0}, requires=("base",)),
            Initiative("side", 1, effort={"crew": (10.0,)}, operating=(3.0,), gain={"b": 1.0}),
        ),
        skills={"crew": (10.0,) * 6},
        operating=(3.0,) * 6,
        carry_over=True,
    )


def test_nothing_new_starts_before_now(problem: Problem) -> None:
    later = solve(replace(problem, now=3), gap=0.0)
    assert min(later.starts.values()) == 3
    assert verify(replace(problem, now=3), {"side": 2}) == ("'side' starts in 2, before the plan's first period 3",)


def test_work_under_way_is_kept_with_its_remaining_effort(problem: Problem) -> None:
    kept = Kept("base", start=0, remaining=3, effort={"crew": 18.0}, operating=6.0)
    again = at_review(problem, 1, [kept])
    assert again.overruns == ()
    base = again.problem.initiatives[0]
    assert (base.duration, base.pin) == (4, 0)
    assert base.effort["crew"] == (10.0, 6.0, 6.0, 6.0)
    assert base.operating == (2.0, 2.0, 2.0, 2.0)
    plan = solve(again.problem, gap=0.0)
    assert dict(plan.starts) == {"base": 0, "top": 4, "side": 5}
    before = solve(problem, gap=0.0)
    change = compare(before, plan, again.problem, earlier=problem)
    assert {each.id: (each.before, each.after) for each in change.moved} == {
        "base": (1, 0),
        "top": (3, 4),
        "side": (0, 5),
    }
    assert change.cost_change == pytest.approx(4.0)
    assert change.value_change < 0


def test_finished_work_lets_followers_start_and_keeps_its_credit(problem: Problem) -> None:
    again = at_review(problem, 2, [Kept("base", start=0, finished=0, spent_operating=9.0)]).problem
    assert again.initiatives[0].duration == 1
    assert again.initiatives[0].operating == (9.0,)
    plan = solve(again, gap=0.0)
    assert plan.starts["base"] == 0
    assert plan.starts["top"] == 2
    assert plan.starts["side"] == 3  # 3 a period carried over: 9 were spent by then, 12 are there from the fourth on


def test_work_that_takes_more_than_a_limit_raises_it_and_says_so(problem: Problem) -> None:
    again = at_review(problem, 1, [Kept("base", start=0, remaining=1, effort={"crew": 25.0}, spent_operating=40.0)])
    assert again.overruns == (
        Overrun("skills.crew", 1, 10.0, 25.0),
        Overrun("budget.operating", 1, 3.0, 39.0),
    )
    plan = solve(again.problem, gap=0.0)
    assert plan.status == "optimal"
    assert plan.starts["base"] == 0


def test_what_was_pinned_to_the_past_and_never_started_becomes_mandatory(problem: Problem) -> None:
    pinned = replace(problem, initiatives=(*problem.initiatives[:2], replace(problem.initiatives[2], pin=0)))
    again = at_review(pinned, 2, [])
    assert again.late == ("side",)
    assert solve(again.problem, gap=0.0).starts["side"] >= 2


def test_an_initiative_that_started_before_its_prerequisite_is_kept(problem: Problem) -> None:
    again = at_review(problem, 1, [Kept("top", start=0, remaining=1, effort={"crew": 5.0})])
    plan = solve(again.problem, gap=0.0)
    assert dict(plan.starts) == {"top": 0, "side": 2, "base": 3}


@pytest.mark.parametrize(
    ("now", "kept", "says"),
    [
        (9, (), "now: 9 is outside the horizon"),
        (1, (Kept("x", 0),), "kept 'x': no initiative has this id"),
        (1, (Kept("base", 3),), r"kept 'base'.start: 3 is not from 0 to 1"),
        (1, (Kept("base", 0, remaining=-1),), "negative"),
        (3, (Kept("base", 0, remaining=9),), "write at most 3"),
        (1, (Kept("base", 0, finished=4),), "finished: 4"),
        (1, (Kept("base", 0, remaining=2, effort={"crew": (1.0,)}),), "1 entries where 2 periods"),
        (1, (Kept("base", 0, remaining=1, effort={"crw": 1.0}),), "no skill has the id 'crw'"),
        (1, (Kept("base", 0), Kept("base", 1)), "kept 'base': given twice"),
    ],
)
def test_what_does_not_fit_is_named(problem: Problem, now: int, kept: tuple[Kept, ...], says: str) -> None:
    with pytest.raises(ProblemError, match=says):
        at_review(problem, now, kept)


def test_plans_at_a_review_equal_brute_force() -> None:
    checked = 0
    for seed in range(7000, 7220):
        problem = replace(random_problem(seed), now=0)
        random = Random(seed)
        try:
            plan = solve(problem, gap=0.0)
        except ProblemError:
            continue
        if not plan.starts or problem.periods < 2:
            continue
        now = random.randint(1, problem.periods - 1)
        started = [name for name, start in plan.starts.items() if start <= now and random.random() < 0.8]
        kept = [Kept(name, plan.starts[name], remaining=random.randint(1, problem.periods - now)) for name in started]
        try:
            again = solve(at_review(problem, now, kept).problem, gap=0.0)
        except ProblemError:
            continue
        best = best_plan(at_review(problem, now, kept).problem)
        if best is None:
            assert again.status == "infeasible", seed
            continue
        checked += 1
        assert again.objective == pytest.approx(best[0], rel=1e-6, abs=1e-6), seed
        assert {name: again.starts[name] for name in started} == {name: plan.starts[name] for name in started}
        assert all(start >= now for name, start in again.starts.items() if name not in started), seed
    assert checked >= 60


def test_measured_gains_replace_expected_ones(problem: Problem) -> None:
    changed = with_gains(problem, {"side": {"b": -0.2}, "base": {"a": 1.5}})
    assert changed.initiatives[2].gain == {"b": 0.0}
    assert "side" not in solve(changed, gap=0.0).starts
    with pytest.raises(ProblemError, match="no initiative has the id 'x'"):
        with_gains(problem, {"x": {"a": 1.0}})
