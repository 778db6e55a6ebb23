"""Published project selection and scheduling problems with known optima, as JSON through ``trigpoint roadmap solve``.

The worth of a plan is Σ over periods, so a project chosen at once and finished in one period of one counts its profit
once, and a project that is only to be finished early counts the periods that are left after it.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.commands.roadmap import app

WEING1_PROFIT = (
    *(1898, 440, 22507, 270, 14148, 3100, 4650, 30800, 615, 4975, 1160, 4225, 510, 11880),
    *(479, 440, 490, 330, 110, 560, 24355, 2885, 11748, 4550, 750, 3720, 1950, 10500),
)
WEING1_SPEND = (
    (45, 0, 85, 150, 65, 95, 30, 0, 170, 0, 40, 25, 20, 0, 0, 25, 0, 0, 25, 0, 165, 0, 85, 0, 0, 0, 0, 100),
    (30, 20, 125, 5, 80, 25, 35, 73, 12, 15, 15, 40, 5, 10, 10, 12, 10, 9, 0, 20, 60, 40, 50, 36, 49, 40, 19, 150),
)

J301_1 = {  # job: (duration, request of R1 to R4, jobs that come before); jobs 1 and 32 are the source and the sink
    2: (8, (4, 0, 0, 0), ()),
    3: (4, (10, 0, 0, 0), ()),
    4: (6, (0, 0, 0, 3), ()),
    5: (3, (3, 0, 0, 0), (4,)),
    6: (8, (0, 0, 0, 8), (2,)),
    7: (5, (4, 0, 0, 0), (3,)),
    8: (9, (0, 1, 0, 0), (3,)),
    9: (2, (6, 0, 0, 0), (4,)),
    10: (7, (0, 0, 0, 1), (4,)),
    11: (9, (0, 5, 0, 0), (2,)),
    12: (2, (0, 7, 0, 0), (8,)),
    13: (6, (4, 0, 0, 0), (3,)),
    14: (3, (0, 8, 0, 0), (9, 12)),
    15: (9, (3, 0, 0, 0), (2,)),
    16: (10, (0, 0, 0, 5), (10,)),
    17: (6, (0, 0, 0, 8), (13, 14)),
    18: (5, (0, 0, 0, 7), (13,)),
    19: (3, (0, 1, 0, 0), (8,)),
    20: (7, (0, 10, 0, 0), (5, 11, 18)),
    21: (2, (0, 0, 0, 6), (16,)),
    22: (7, (2, 0, 0, 0), (16, 17, 18)),
    23: (2, (3, 0, 0, 0), (20, 22)),
    24: (3, (0, 9, 0, 0), (19, 23)),
    25: (3, (4, 0, 0, 0), (10, 15, 20)),
    26: (7, (0, 0, 4, 0), (11,)),
    27: (8, (0, 0, 0, 7), (7, 8)),
    28: (3, (0, 8, 0, 0), (21, 27)),
    29: (7, (0, 7, 0, 0), (19,)),
    30: (2, (0, 7, 0, 0), (6, 24, 25)),
    31: (2, (0, 0, 2, 0), (26, 28)),
}


def answer(folder: Path, problem: dict[str, Any]) -> dict[str, Any]:
    """What the command prints for ``problem``, asked for the optimum itself."""
    path = folder / "problem.json"
    path.write_text(json.dumps(problem), encoding="utf-8")
    result = CliRunner().invoke(app, ["solve", str(path), "--gap", "0", "--time-limit", "20", "--json"])
    assert result.exit_code == 0, result.stderr
    printed: dict[str, Any] = json.loads(result.stdout)
    assert printed["status"] == "optimal"
    assert printed["bound"] == pytest.approx(printed["objective"])
    return printed


def test_capital_budgeting_of_weingartner_and_ness(tmp_path: Path) -> None:
    """Weingartner & Ness (1967), problem 1 (OR-Library ``mknap2``, WEING1): 28 projects, two budgets, optimum 141278."""
    names = [f"p{number:02}" for number in range(1, 29)]
    problem = {
        "periods": 1,
        "capabilities": [
            {"id": name, "weight": profit, "gap": 1} for name, profit in zip(names, WEING1_PROFIT, strict=True)
        ],
        "budget": {"operating": 600, "capital": 600},
        "initiatives": [
            {"id": name, "duration": 1, "operating": [first], "capital": [second], "gain": {name: 1}}
            for name, first, second in zip(names, *WEING1_SPEND, strict=True)
        ],
    }
    assert answer(tmp_path, problem)["objective"] == pytest.approx(141278)


def test_shortest_project_of_psplib_j301_1(tmp_path: Path) -> None:
    """PSPLIB (Kolisch & Sprecher 1997), J30 set, instance 1_1: 30 jobs on four resources; the shortest plan takes 43.

    A hand-over of one period after all jobs earns 1 in each period from its own on, so 48 periods give 48 − 43.
    """
    jobs = [
        {
            "id": str(job),
            "duration": duration,
            "effort": {f"R{kind}": request for kind, request in enumerate(requests, start=1) if request},
            "requires": [str(other) for other in before],
            "mandatory": True,
        }
        for job, (duration, requests, before) in J301_1.items()
    ]
    last = {"id": "hand-over", "duration": 1, "gain": {"done": 1}, "mandatory": True, "requires": ["29", "30", "31"]}
    problem = {
        "periods": 48,
        "capabilities": [{"id": "done", "weight": 1, "gap": 1}],
        "skills": {"R1": 12, "R2": 13, "R3": 4, "R4": 12},
        "initiatives": [*jobs, last],
    }
    plan = answer(tmp_path, problem)
    assert plan["starts"]["hand-over"] == 43
    assert plan["objective"] == pytest.approx(5)
