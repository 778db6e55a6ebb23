"""The optimiser against every possible plan, over random small problems with all constraints."""

import pytest

from scoring.roadmap import objective, plan_cost, solve, verify
from scoring.roadmap.checks import problem_faults
from tests.scoring.roadmap.small import best_plan, random_problem


@pytest.mark.parametrize("block", range(9))
def test_optimum_cost_and_start_equal_brute_force(block: int) -> None:
    solved = 0
    for seed in range(block * 60, block * 60 + 60):
        problem = random_problem(seed)
        if problem_faults(problem):
            continue
        solution = solve(problem, time_limit=20.0, gap=0.0)
        solved += 1
        expected = best_plan(problem)
        if expected is None:
            assert solution.status == "infeasible", seed
            assert solution.conflict, seed
            continue
        value, cost, late = expected
        assert solution.status == "optimal", seed
        assert verify(problem, solution.starts) == (), seed
        assert solution.objective == pytest.approx(value, rel=1e-6, abs=1e-6), seed
        assert solution.objective == pytest.approx(objective(problem, solution.starts)), seed
        assert solution.bound >= value - 1e-6, seed
        assert plan_cost(problem, solution.starts) == pytest.approx(cost, abs=1e-5), seed
        assert sum(start + 1 for start in solution.starts.values()) == late, seed
    assert solved >= 45
