"""Every fault of a problem file is named with its place, its value and the fix."""

import copy
import math
from typing import Any

import pytest

from scoring.roadmap import Problem, ProblemError, parse_problem, solve
from scoring.roadmap.problem import Initiative

GOOD: dict[str, Any] = {
    "periods": 4,
    "discount": 0.97,
    "capabilities": [{"id": "data.quality", "weight": 4.0, "gap": 1.4}],
    "skills": {"mops": 40, "it": [20, 20, 30, 30]},
    "budget": {"operating": 50, "capital": [100, 0, 0, 0], "carry_over": True},
    "wip_limit": 2,
    "initiatives": [
        {
            "id": "a",
            "duration": 2,
            "effort": {"mops": [10, 5], "it": 3},
            "operating": [5, 5],
            "capital": [20, 0],
            "gain": {"data.quality": 1.0},
        },
        {"id": "b", "duration": 1, "requires": ["a"], "gain": {"data.quality": 1.0}},
    ],
}


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    document = copy.deepcopy(GOOD)
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return document


def test_numbers_for_all_periods_and_lists_are_read() -> None:
    problem = parse_problem(GOOD)
    assert problem.skills == {"mops": (40.0,) * 4, "it": (20.0, 20.0, 30.0, 30.0)}
    assert problem.initiatives[0].effort == {"mops": (10.0, 5.0), "it": (3.0, 3.0)}
    assert problem.wip_limit == (2, 2, 2, 2)
    assert problem.capital == (100.0, 0.0, 0.0, 0.0)
    assert problem.carry_over


def test_what_is_left_out_is_no_limit() -> None:
    problem = parse_problem({"periods": 2, "capabilities": [], "initiatives": []})
    assert (problem.operating, problem.capital, problem.wip_limit, problem.discount) == (None, None, None, 1.0)
    assert solve(problem).starts == {}


BAD: list[tuple[tuple[Any, ...], Any, list[str]]] = [
    (("periods",), 0, ["periods: 0", "from 1 to"]),
    (("periods",), "8", ["periods: '8'", "whole number"]),
    (("periods",), True, ["periods: True"]),
    (("discount",), 1.5, ["discount: 1.5", "at most 1"]),
    (("discount",), 0, ["discount: 0", "above 0"]),
    (("capabilities", 0, "weight"), -1, ["capabilities[0] 'data.quality'.weight: -1 is negative", "0 or more"]),
    (("capabilities", 0, "gap"), math.nan, ["capabilities[0].gap: nan", "finite"]),
    (("capabilities", 0, "gap"), 10**400, ["capabilities[0].gap", "finite"]),
    (("skills", "it"), [20, 20], ["skills.it: 2 entries where 4"]),
    (("skills", "it"), [20, 20, -1, 3], ["skills.it[2]: -1 is negative"]),
    (("budget", "capital"), math.inf, ["budget.capital: inf"]),
    (("budget", "carryover"), True, ["budget: unknown key 'carryover'", "'carry_over'"]),
    (("budget", "carry_over"), "yes", ["budget.carry_over: 'yes'", "true or false"]),
    (("wip_limit",), 1.5, ["wip_limit: 1.5", "whole"]),
    (("initiatives", 0, "duration"), 0, ["initiatives[0] 'a'.duration: 0"]),
    (("initiatives", 0, "effort"), {"mops": [1, 2, 3]}, ["'a'.effort.mops: 3 entries where 2", "its duration"]),
    (("initiatives", 0, "effort"), {"mpos": 1}, ["'a'.effort: no skill has the id 'mpos'"]),
    (("initiatives", 0, "gain"), {"data": 1}, ["'a'.gain: no capability has the id 'data'"]),
    (("initiatives", 0, "gain"), {"data.quality": -1}, ["'a'.gain.data.quality: -1 is negative"]),
    (("initiatives", 1, "requires"), ["z"], ["initiatives[1] 'b'.requires: no initiative has the id 'z'"]),
    (("initiatives", 1, "requires"), ["b"], ["b requires b", "circle"]),
    (("initiatives", 0, "requires"), ["b"], ["a requires b requires a", "circle"]),
    (("initiatives", 1, "requires"), "a", ["'b'.requires: 'a' is not a list"]),
    (("initiatives", 1, "id"), "a", ["id 'a' is used 2 times"]),
    (("initiatives", 0, "pin"), 3, ["'a'.pin: 3 is outside the horizon", "0 to 2"]),
    (("initiatives", 0, "pin"), -1, ["'a'.pin: -1"]),
    (("initiatives", 0, "mandatory"), 1, ["'a'.mandatory: 1", "true or false"]),
    (("initiatives", 0, "cost"), 1, ["unknown key 'cost'"]),
    (("initiatives",), {}, ["initiatives: {} is not a list"]),
    (("initiatives",), [7], ["initiatives[0]: 7 is not an object"]),
]


@pytest.mark.parametrize(("path", "value", "expected"), BAD)
def test_fault_names_place_value_and_fix(path: tuple[Any, ...], value: Any, expected: list[str]) -> None:
    with pytest.raises(ProblemError) as refused:
        parse_problem(changed(path, value))
    for text in expected:
        assert text in str(refused.value)


def test_all_faults_are_named_at_once() -> None:
    document = changed(("skills", "it"), [1])
    document["initiatives"][0]["operating"] = "much"
    with pytest.raises(ProblemError) as refused:
        parse_problem(document)
    assert len(refused.value.faults) == 2


@pytest.mark.parametrize("document", [None, [], 3, "x", {"periods": 3}])
def test_other_documents_are_refused(document: object) -> None:
    with pytest.raises(ProblemError):
        parse_problem(document)


def test_ten_thousand_initiatives_are_refused_before_they_are_read() -> None:
    with pytest.raises(ProblemError, match=r"10000 given; the optimiser takes at most 1000"):
        parse_problem(changed(("initiatives",), [{"id": str(n), "duration": 1} for n in range(10_000)]))


def test_a_prerequisite_that_no_one_can_meet_is_refused() -> None:
    document = changed(("initiatives", 0, "duration"), 9)
    document["initiatives"][0] |= {"effort": {}, "operating": 0, "capital": 0}
    with pytest.raises(ProblemError, match="'a' takes 9 periods and the plan has 4"):
        parse_problem(document)
    rivals = copy.deepcopy(GOOD)
    for initiative in rivals["initiatives"]:
        initiative["alternative"] = "either"
    with pytest.raises(ProblemError, match="only one of them is ever chosen"):
        parse_problem(rivals)


def test_a_shorter_horizon_leaves_out_what_no_longer_fits_and_says_so() -> None:
    problem = Problem(periods=2, capabilities=(), initiatives=(Initiative("a", 3), Initiative("b", 1, requires=("a",))))
    solution = solve(problem)
    assert solution.left_out == ("a", "b")
    assert solution.unreachable == {
        "a": "it takes 3 periods and the plan has 2",
        "b": "it requires 'a', which is in no plan",
    }
