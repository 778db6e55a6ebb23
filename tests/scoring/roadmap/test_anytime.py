"""Larger problems: a first plan at once, a certified bound, the deadline kept, progress and cancel."""

import time
from itertools import pairwise

import numpy as np
import pytest

from bench.roadmap_instances import INSTANCES, best_known, demo_shaped_problem, synthetic_problem
from scoring.roadmap import Progress, objective, solve, verify
from scoring.roadmap.anneal import Annealing, compact
from scoring.roadmap.first_plan import first_plan
from scoring.roadmap.formulation import formulate
from scoring.roadmap.highs import relax
from scoring.roadmap.instance import build_instance
from scoring.roadmap.search import Search
from scoring.roadmap.tidy import moved_forward
from tests.scoring.roadmap.small import random_problem


@pytest.mark.parametrize("seconds", [0.001, 0.6])
@pytest.mark.parametrize("name", ["40×8", "108×8 demo-shaped"])
def test_whatever_the_time_a_plan_is_valid_and_its_bound_certified(name: str, seconds: float) -> None:
    problem, known = INSTANCES[name](), best_known()[name]
    solution = solve(problem, time_limit=seconds)
    assert verify(problem, solution.starts) == ()
    assert solution.objective == pytest.approx(objective(problem, solution.starts))
    assert known["value"] + 1e-6 >= solution.objective >= 0.85 * known["value"]
    assert solution.bound >= known["value"] - 1e-6
    assert set(solution.starts) | set(solution.left_out) == {each.id for each in problem.initiatives}


def test_progress_is_told_and_can_stop_the_search() -> None:
    told: list[Progress] = []

    def stop_at_third(progress: Progress) -> bool:
        told.append(progress)
        return len(told) < 3

    problem = synthetic_problem(104, 8, seed=1)
    solution = solve(problem, time_limit=5.0, gap=0.0, on_progress=stop_at_third)
    assert len(told) == 3
    assert verify(problem, solution.starts) == ()
    assert solution.objective >= told[-1].objective - 1e-9
    assert all(earlier.objective <= later.objective for earlier, later in pairwise(told))


def test_warm_start_is_never_worse_than_the_plan_given() -> None:
    known = best_known()["104×12"]
    again = solve(INSTANCES["104×12"](), time_limit=0.1, warm=known["starts"])
    assert again.objective >= known["value"] - 1e-9


def test_preprocessing_removes_what_closes_nothing() -> None:
    instance = build_instance(demo_shaped_problem())
    formulation = formulate(instance)
    assert formulation.row.size < 0.75 * instance.allowed.size
    assert not instance.capped


def test_a_plan_is_moved_forward_without_breaking_a_rule() -> None:
    problem = synthetic_problem(40, 8, seed=2)
    instance = build_instance(problem)
    plan = first_plan(instance)
    assert plan is not None
    early = moved_forward(instance, plan)
    assert verify(problem, instance.named(early)) == ()
    assert (early <= plan).all()
    assert instance.plan_value(early) >= instance.plan_value(plan)


@pytest.mark.parametrize("name", INSTANCES)
def test_best_known_plans_are_valid_and_the_first_plan_is_near_them(name: str) -> None:
    problem, known = INSTANCES[name](), best_known()[name]
    assert verify(problem, known["starts"]) == ()
    assert objective(problem, known["starts"]) == pytest.approx(known["value"])
    assert known["bound"] >= known["value"] - 1e-6
    instance = build_instance(problem)
    plan = first_plan(instance)
    assert plan is not None
    assert 0.85 * known["value"] <= instance.plan_value(plan) <= known["bound"] + 1e-6


def test_annealing_keeps_every_rule_and_counts_value_and_slack_right() -> None:
    annealed = 0
    for seed in range(60):
        problem = random_problem(seed)
        instance = build_instance(problem)
        formulation = formulate(instance)
        start = None if instance.stuck else first_plan(instance)
        relaxation = None if start is None else relax(formulation.program)
        if start is None or relaxation is None:
            continue
        annealing = Annealing(Search(formulation, relaxation, start, time.monotonic() + 60, gap=0.0), seed)
        for turn in range(5):
            annealing.step(turn / 5)
        limit = compact(instance)[1]
        for plan, value, slack in zip(annealing.plans, annealing.value, annealing.slack, strict=True):
            named = instance.named(plan)
            assert verify(problem, named) == ()
            assert value == pytest.approx(objective(problem, named))
            chosen = np.flatnonzero(plan >= 0)
            used = instance.use[chosen, plan[chosen]].sum(axis=0)
            assert slack == pytest.approx(limit - used, abs=1e-6)
        assert annealing.search.value >= annealing.value.max() - 1e-9
        annealed += 1
    assert annealed >= 30


def test_annealing_betters_the_first_plan() -> None:
    name = "108×8 demo"
    instance = build_instance(INSTANCES[name]())
    formulation, start = formulate(instance), first_plan(instance)
    relaxation = relax(formulation.program)
    assert start is not None
    assert relaxation is not None
    search = Search(formulation, relaxation, start, time.monotonic() + 60, gap=0.0)
    annealing = Annealing(search)
    for turn in range(400):
        annealing.step(turn / 400)
    assert instance.plan_value(start) < 0.97 * best_known()[name]["value"] < search.value
