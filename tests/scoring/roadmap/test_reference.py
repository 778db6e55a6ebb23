"""Published instances with known optima, and textbook cases that can be worked out by hand."""

import pytest

from scoring.roadmap import Capability, Initiative, Problem, solve, verify


def knapsack(profits: list[int], weights: list[list[int]], capacities: list[int]) -> Problem:
    """A (multi-dimensional) 0–1 knapsack as a roadmap of one period: one skill per dimension."""
    return Problem(
        periods=1,
        capabilities=tuple(Capability(f"c{n}", float(profit), 1.0) for n, profit in enumerate(profits)),
        initiatives=tuple(
            Initiative(
                f"i{n:02}",
                1,
                effort={f"k{d}": (float(row[n]),) for d, row in enumerate(weights)},
                gain={f"c{n}": 1.0},
            )
            for n in range(len(profits))
        ),
        skills={f"k{d}": (float(capacity),) for d, capacity in enumerate(capacities)},
    )


# Burkardt, "Data for the 01 Knapsack Problem" (Florida State University): P01, P02, P05, P06, P07, P08.
KNAPSACKS = [
    (165, [23, 31, 29, 44, 53, 38, 63, 85, 89, 82], [92, 57, 49, 68, 60, 43, 67, 84, 87, 72], 309),
    (26, [12, 7, 11, 8, 9], [24, 13, 23, 15, 16], 51),
    (104, [25, 35, 45, 5, 25, 3, 2, 2], [350, 400, 450, 20, 70, 8, 5, 5], 900),
    (169, [41, 50, 49, 59, 55, 57, 60], [442, 525, 511, 593, 546, 564, 617], 1735),
    (
        750,
        [70, 73, 77, 80, 82, 87, 90, 94, 98, 106, 110, 113, 115, 118, 120],
        [135, 139, 149, 150, 156, 163, 173, 184, 192, 201, 210, 214, 221, 229, 240],
        1458,
    ),
]


@pytest.mark.parametrize(("capacity", "weights", "profits", "optimum"), KNAPSACKS)
def test_published_knapsacks(capacity: int, weights: list[int], profits: list[int], optimum: int) -> None:
    solution = solve(knapsack(profits, [weights], [capacity]), gap=0.0)
    assert solution.status == "optimal"
    assert solution.objective == pytest.approx(optimum)


def test_capital_budgeting_of_petersen() -> None:
    """Petersen (1967), problem 1 (OR-Library mknap1): 6 projects, 10 years of budget, optimum 3800."""
    weights = [
        [8, 12, 13, 64, 22, 41],
        [8, 12, 13, 75, 22, 41],
        [3, 6, 4, 18, 6, 4],
        [5, 10, 8, 32, 6, 12],
        [5, 13, 8, 42, 6, 20],
        [5, 13, 8, 48, 6, 20],
        [0, 0, 0, 0, 8, 0],
        [3, 0, 4, 0, 8, 0],
        [3, 2, 4, 0, 8, 4],
        [3, 2, 4, 8, 8, 4],
    ]
    profits = [100, 600, 1200, 2400, 500, 2000]
    solution = solve(knapsack(profits, weights, [80, 96, 20, 36, 44, 48, 10, 18, 22, 24]), gap=0.0)
    assert solution.objective == pytest.approx(3800)


def test_capital_budgeting_over_three_years() -> None:
    """Taha, Operations Research, integer programming chapter: five projects over three years, optimum 95."""
    spend = [(5, 1, 8), (4, 7, 10), (3, 9, 2), (7, 4, 1), (8, 6, 10)]
    returns = [20, 40, 20, 15, 30]
    problem = Problem(
        periods=3,
        capabilities=tuple(Capability(f"p{n}", float(worth), 1.0) for n, worth in enumerate(returns)),
        initiatives=tuple(
            Initiative(f"p{n}", 3, operating=tuple(map(float, years)), gain={f"p{n}": 1.0})
            for n, years in enumerate(spend)
        ),
        operating=(25.0, 25.0, 25.0),
    )
    solution = solve(problem, gap=0.0)
    assert solution.objective == pytest.approx(95)
    assert solution.left_out == ("p4",)


def test_weighted_completion_on_one_resource_follows_smith() -> None:
    """Smith (1956): with one resource and no precedence, the highest value ÷ duration goes first."""
    durations, weights = [3, 1, 2, 2], [3.0, 4.0, 5.0, 1.0]
    problem = Problem(
        periods=8,
        capabilities=tuple(Capability(f"c{n}", weight, 1.0) for n, weight in enumerate(weights)),
        initiatives=tuple(Initiative(f"j{n}", d, gain={f"c{n}": 1.0}) for n, d in enumerate(durations)),
        wip_limit=(1,) * 8,
    )
    solution = solve(problem, gap=0.0)
    assert dict(solution.starts) == {"j1": 0, "j2": 1, "j0": 3, "j3": 6}


def test_makespan_of_a_small_project_network() -> None:
    """Seven activities with one resource of capacity 4, needing 7 periods: work of 28 in 7 × 4, so none can do better."""
    work = {
        "a": (2, 2, []),
        "b": (2, 2, []),
        "c": (3, 2, ["a"]),
        "d": (1, 2, ["b"]),
        "e": (2, 2, ["d"]),
        "f": (2, 2, ["c"]),
        "g": (2, 2, ["e"]),
    }

    def project(periods: int) -> Problem:
        return Problem(
            periods=periods,
            capabilities=(),
            initiatives=tuple(
                Initiative(name, d, effort={"crew": (float(r),) * d}, requires=tuple(needs), mandatory=True)
                for name, (d, r, needs) in work.items()
            ),
            skills={"crew": (4.0,) * periods},
        )

    assert solve(project(7), gap=0.0).status == "optimal"
    assert solve(project(6), gap=0.0).status == "infeasible"


def test_contract_example_counts_from_the_end_of_the_last_period() -> None:
    work = Initiative("dq-1-2", 2, gain={"data.quality": 1.0})
    problem = Problem(8, (Capability("data.quality", 4.0, 1.4),), (work,), discount=0.97)
    solution = solve(problem)
    assert solution.objective == pytest.approx(4.0 * sum(0.97**t for t in range(1, 8)))
    assert verify(problem, solution.starts) == ()


def test_two_initiatives_do_not_close_the_same_gap_twice() -> None:
    work = tuple(Initiative(name, 1, operating=(1.0,), gain={"c": 1.0}) for name in ("a", "b"))
    solution = solve(Problem(1, (Capability("c", 1.0, 1.0),), work), gap=0.0)
    assert solution.objective == pytest.approx(1.0)
    assert len(solution.starts) == 1
