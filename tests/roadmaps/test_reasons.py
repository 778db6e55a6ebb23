"""Reasons, on a plan small enough to see: 10 days a period, three pieces of work, two periods each at most."""

import pytest

from app.roadmaps.candidates import Candidates
from app.roadmaps.planning import explain
from app.roadmaps.reasons import over, unblocks, why_left_out, why_not_earlier, worth
from questionnaires.load import load_library
from scoring.roadmap.evaluate import objective, plan_use
from scoring.roadmap.problem import Capability, Initiative, Problem
from scoring.roadmap.solution import Solution
from tests.roadmaps.limits import limits

FIRST, SECOND, THIRD = "data.quality.1-2", "data.quality.2-3", "technology.stack.2-3"


def problem(**changes: object) -> Problem:
    """``SECOND`` needs ``FIRST``; ``THIRD`` is apart. Each takes one period of four."""
    values: dict[str, object] = {
        "periods": 4,
        "capabilities": (Capability("data.quality", 2.0, 2.0), Capability("technology.stack", 1.0, 1.0)),
        "initiatives": (
            Initiative(FIRST, 1, effort={"mops": (6.0,)}, gain={"data.quality": 1.0}),
            Initiative(SECOND, 1, effort={"mops": (6.0,)}, gain={"data.quality": 1.0}, requires=(FIRST,)),
            Initiative(THIRD, 1, effort={"mops": (6.0,)}, gain={"technology.stack": 1.0}),
        ),
        "skills": {"mops": (10.0,) * 4},
    }
    return Problem(**(values | changes))  # type: ignore[arg-type]


PLAN = {FIRST: 0, SECOND: 1, THIRD: 2}


def test_worth_counts_what_waits_for_it() -> None:
    here = problem()
    shares = worth(here, PLAN)
    whole = objective(here, PLAN)
    assert shares[SECOND] == pytest.approx(1 - objective(here, {FIRST: 0, THIRD: 2}) / whole)
    assert shares[THIRD] == pytest.approx(1 - objective(here, {FIRST: 0, SECOND: 1}) / whole)
    assert shares[FIRST] == pytest.approx(1 - objective(here, {THIRD: 2}) / whole)
    assert shares[FIRST] > shares[SECOND] > shares[THIRD] > 0


def test_worth_of_a_plan_without_value_is_nothing() -> None:
    here = problem(capabilities=(Capability("data.quality", 0.0, 2.0), Capability("technology.stack", 1.0, 0.0)))
    assert worth(here, PLAN) == dict.fromkeys(PLAN, 0.0)
    assert worth(here, {}) == {}


def test_unblocks_names_only_what_is_planned() -> None:
    assert unblocks(problem(), PLAN, FIRST) == [SECOND]
    assert unblocks(problem(), {FIRST: 0}, FIRST) == []
    assert unblocks(problem(), PLAN, THIRD) == []


def test_why_not_earlier() -> None:
    here = problem()
    assert why_not_earlier(here, PLAN, FIRST) is None
    assert why_not_earlier(here, PLAN, SECOND) == f"'{SECOND}' starts before '{FIRST}' has finished"
    crowded = why_not_earlier(here, PLAN, THIRD)
    assert crowded is not None
    assert over(crowded) == ("skills.mops", 1, 12.0, 10.0)
    assert why_not_earlier(here, {THIRD: 2}, THIRD) is None


def test_why_left_out() -> None:
    here = problem()
    assert why_left_out(here, {}, SECOND) == f"needs '{FIRST}'"
    assert why_left_out(here, {FIRST: 0, SECOND: 1}, THIRD) == "no value"
    full = problem(skills={"mops": (5.0,) * 4})
    assert over(why_left_out(full, {}, THIRD)) == ("skills.mops", 0, 6.0, 5.0)
    excluded = problem(initiatives=(Initiative(THIRD, 1, exclude=True),))
    assert why_left_out(excluded, {}, THIRD) == "excluded"
    long = problem(initiatives=(Initiative(THIRD, 5),))
    assert why_left_out(long, {}, THIRD) == "too long"


@pytest.mark.parametrize("rule", ["'a' starts before 'b' has finished", "excluded", "", "skills.mops: 3 used of 4"])
def test_other_rules_are_no_limits(rule: str) -> None:
    assert over(rule) is None


def sentences(here: Problem, starts: dict[str, int], **changes: object) -> tuple[dict[str, str], dict[str, str]]:
    """Why each stands where it does, and why the others are left out."""
    left_out = tuple(x.id for x in here.initiatives if x.id not in starts)
    value = objective(here, starts)
    solution = Solution("optimal", value, value, 0.0, 0.0, starts, left_out, plan_use(here, starts))
    document = explain(here, solution, Candidates((), (), ()), load_library("mops-core"), limits(**changes))
    return document["why"], document["left_out"]


def test_reasons_are_sentences_with_numbers() -> None:
    titles = {step.id: step.title for step in load_library("mops-core")}
    why, _ = sentences(problem(), PLAN)
    assert why == {
        FIRST: "It can start at once: nothing has to finish first, and there is room.",
        SECOND: f"Not earlier: “{titles[FIRST]}” has to finish first.",
        THIRD: "Not earlier: Marketing operations would need 12 of 10 days in Q2 2027.",
    }
    _, left_out = sentences(problem(skills={"mops": (5.0,) * 4}), {})
    assert left_out[SECOND] == f"Does not fit: it needs “{titles[FIRST]}”, which is not in the plan either."
    assert left_out[THIRD] == "Does not fit: Marketing operations would need 6 of 5 days in Q1 2027."
    pinned, _ = sentences(problem(), PLAN, pins={THIRD: 2})
    assert pinned[THIRD] == "Pinned to Q3 2027."
    late, _ = sentences(problem(), {THIRD: 2})
    assert late[THIRD] == "It could start earlier; later costs no value in this plan."


def test_money_is_named_with_whether_it_carries_over() -> None:
    work = (Initiative(THIRD, 1, operating=(30.0,), capital=(0.0,)),)
    here = problem(initiatives=work, skills={}, operating=(20.0,) * 4, carry_over=False)
    assert sentences(here, {}, carry_over=False)[1] == {
        THIRD: "Does not fit: the operating budget would need 30 of 20 thousand in Q1 2027."
    }
    work = (Initiative(THIRD, 1, capital=(30.0,)),)
    here = problem(initiatives=work, skills={}, capital=(20.0, 0.0, 0.0, 0.0), carry_over=True)
    assert sentences(here, {})[1] == {
        THIRD: "Does not fit: the capital budget would need 30 of 20 thousand up to Q4 2027."
    }


@pytest.mark.parametrize(
    ("there", "words"),
    [(5.0, "6 of 5 days"), (5.6, "6.0 of 5.6 days"), (5.96, "6.00 of 5.96 days"), (5.9996, "6 of 5.9996 days")],
)
def test_a_reason_never_says_that_as_much_is_too_much(there: float, words: str) -> None:
    _, left_out = sentences(problem(skills={"mops": (there,) * 4}), {})
    assert f"would need {words} in Q1 2027" in left_out[THIRD]
