"""How fast the measurement engine is, each figure beside a bare NumPy pass over the same data in the same run.

``python -m bench.scoring [--respondents N]``. The exit code is 1 when a figure misses its goal.
"""

import argparse
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import date
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from questionnaires.load import load_questionnaire
from questionnaires.schema import DONT_KNOW, NOT_APPLICABLE, Questionnaire
from scoring.assess import assess
from scoring.disclosure import gate
from scoring.editions import INDUSTRIES, SIZES
from scoring.maturity import index_means
from scoring.peers import percentiles
from scoring.pooled import pool_edition
from scoring.results import Settings

MEGABYTE = 1_000_000
READ_OF_VECTORS = 0.07
"""Seconds to read 100,000 packed vectors from SQLite, measured before the first line of the product."""

Result = TypeVar("Result")
Codes = NDArray[np.uint8]


def best(work: Callable[[], Result], times: int = 5) -> tuple[float, Result]:
    """The shortest of some runs in seconds, and what the work gave."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def answers(questionnaire: Questionnaire, n: int) -> Codes:
    """Packed answers of n people, a few of them missing in each way."""
    rng = np.random.default_rng(n)
    levels = len(questionnaire.scale.levels)
    codes = rng.integers(1, levels + 1, (n, len(questionnaire.asked)), dtype=np.uint8)
    chance = rng.random(codes.shape, dtype=np.float32)
    codes[chance < 0.03] = DONT_KNOW
    codes[(chance >= 0.03) & (chance < 0.05)] = NOT_APPLICABLE
    codes[chance > 0.97] = 0
    return codes


def report(name: str, figure: str, goal: str, reached: bool) -> bool:
    print(f"{name:<58}{figure:<44}{goal:<30}{'ok' if reached else 'MISSED'}", flush=True)
    return reached


def measure_index(questionnaire: Questionnaire, n: int) -> bool:
    """Index and group means of many respondents against one NumPy pass, and the memory they take."""
    codes = np.ascontiguousarray(answers(questionnaire, n)[:, : len(questionnaire.questions)])
    units = np.random.default_rng(0).integers(0, 12, n)
    bare, _ = best(lambda: codes.sum(axis=0, dtype=np.int64))
    whole, _ = best(lambda: index_means(questionnaire, codes))
    grouped, _ = best(lambda: index_means(questionnaire, codes, units, 12))
    tracemalloc.start()
    index_means(questionnaire, codes, units, 12)
    beyond = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    label = f"{n:,} × {codes.shape[1]}"
    return all(
        [
            report(
                f"index of {label}", f"{whole / bare:.1f} × one NumPy pass ({bare:.3f} s)", "≤ 3 ×", whole <= 3 * bare
            ),
            report(
                f"means of 12 groups of {label}", f"{grouped / bare:.1f} × one NumPy pass", "≤ 3 ×", grouped <= 3 * bare
            ),
            report(
                "memory beyond the matrix",
                f"{beyond / MEGABYTE:.0f} MB beside {codes.nbytes / MEGABYTE:.0f} MB",
                "≤ the matrix + 200 MB",
                beyond <= codes.nbytes + 200 * MEGABYTE,
            ),
        ]
    )


def measure_snapshot(questionnaire: Questionnaire, sizes: tuple[int, ...] = (1_000, 10_000, 100_000)) -> bool:
    """Everything the report shows, without the bootstrap; the cost beyond a constant grows with the respondents."""
    reached = True
    for n in sizes:
        codes = answers(questionnaire, n)
        rng = np.random.default_rng(1)
        who = pd.DataFrame(
            {
                "unit": rng.choice([f"Unit {u}" for u in range(12)], n),
                "role": rng.choice(["leader", "manager", "specialist"], n),
            }
        )
        targets = pd.DataFrame(
            {"capability": [one.id for one in questionnaire.capabilities], "target": 4, "importance": 3}
        )
        settings = Settings(bootstrap=0)
        bare, _ = best(lambda codes=codes: codes.sum(axis=0, dtype=np.int64))  # type: ignore[misc]
        seconds, _ = best(lambda: assess(questionnaire, codes, who, targets=targets, settings=settings), times=3)  # noqa: B023
        goal = 10 * (bare + READ_OF_VECTORS * n / 100_000) if n == sizes[-1] else 1.0
        figure = f"{seconds:.2f} s, {seconds / bare:.0f} × one NumPy pass, {1e6 * seconds / n:.0f} µs each"
        reached &= report(
            f"snapshot of {n:,} responses", figure, f"≤ {min(goal, 1.0):.2f} s", seconds <= min(goal, 1.0)
        )
    return reached


def measure_percentile(peers: int = 10_000, capabilities: int = 27) -> bool:
    """One organisation among many, on every capability."""
    rng = np.random.default_rng(2)
    levels, ours = rng.uniform(1, 5, (peers, capabilities)), rng.uniform(1, 5, capabilities)
    bare, _ = best(lambda: (levels < ours).sum(axis=0))
    seconds, _ = best(lambda: percentiles(levels, ours))
    figure = f"{1e3 * seconds:.1f} ms, {seconds / bare:.1f} × one comparison of all"
    return report(f"percentile among {peers:,} × {capabilities}", figure, "≤ 20 ms", seconds <= 0.02)


def measure_pool(questionnaire: Questionnaire, organizations: int = 10_000) -> bool:
    """A pooled edition of many organisations, beside sorting their levels once."""
    rng = np.random.default_rng(4)
    levels = rng.uniform(1, 5, (organizations, len(questionnaire.capabilities)))
    about = pd.DataFrame(
        {
            "organization": [f"o{number}" for number in range(organizations)],
            "industry": rng.choice(INDUSTRIES, organizations),
            "size": rng.choice(SIZES, organizations),
            "measured_on": "2026-05-01",
            "responses": rng.integers(5, 400, organizations),
        }
    )
    table = about.join(pd.DataFrame(levels, columns=[one.id for one in questionnaire.capabilities]))
    bare, _ = best(lambda: np.sort(levels, axis=0))
    work = lambda: pool_edition(table, questionnaire, edition="1", published_on=date(2026, 6, 1))  # noqa: E731
    seconds, made = best(work, times=2)
    figure = f"{seconds:.2f} s, {seconds / bare:.0f} × one sort, {len(made.content) / MEGABYTE:.1f} MB"
    return report(f"pooled edition of {organizations:,} organisations", figure, "≤ 5 s", seconds <= 5)


def measure_gate(questionnaire: Questionnaire, units: int = 40, small: float = 0.15) -> bool:
    """The disclosure gate on a large heatmap: alone, with dimensions and overall, and all the gates of an assessment."""
    rng = np.random.default_rng(3)
    names = [one.id for one in questionnaire.capabilities]
    counts = rng.integers(5, 40, (units, len(names)))
    few = rng.random(counts.shape) < small
    counts[few] = rng.integers(1, 5, int(few.sum()))
    table = pd.DataFrame(counts, index=[f"U{u}" for u in range(units)], columns=names)
    parents = {one.id: tuple(capability.id for capability in one.capabilities) for one in questionnaire.dimensions}
    whole = table.assign(**{name: table[list(parts)].max(axis=1) for name, parts in parents.items()})
    bare, _ = best(lambda: np.linalg.matrix_rank(counts.astype(float)))
    plain, decided = best(lambda: gate(table), times=2)
    nested, _ = best(lambda: gate(whole, parents=parents), times=2)
    codes, unit = small_cells(questionnaire, rng, units, small)
    who = pd.DataFrame({"unit": unit, "role": rng.choice(["leader", "manager", "specialist"], len(unit))})
    heads = {f"U{place}": 3 * int((unit == f"U{place}").sum()) for place in range(units)}
    survey = lambda: assess(questionnaire, codes, who, headcount=heads, settings=Settings(bootstrap=0))  # noqa: E731
    assessed, _ = best(survey, times=2)
    size = f"{units} × {len(names)}, {small:.0%} small"
    hidden = int((~decided.shown).sum().sum())
    return all(
        [
            report(
                f"gate on {size}",
                f"{plain:.2f} s, {plain / bare:.0f} × one rank, {hidden} withheld",
                "≤ 1 s",
                plain <= 1,
            ),
            report("the same with dimensions", f"{nested:.2f} s, {nested / bare:.0f} × one rank", "≤ 1 s", nested <= 1),
            report(
                f"assessment with {size}", f"{assessed:.2f} s, all gates, {len(unit)} people", "≤ 1 s", assessed <= 1
            ),
        ]
    )


def small_cells(
    questionnaire: Questionnaire, rng: np.random.Generator, units: int, small: float
) -> tuple[Codes, NDArray[np.str_]]:
    """Answers of units in which a part of the capabilities was answered by one to four people, and their units."""
    unit = np.repeat([f"U{place}" for place in range(units)], rng.integers(6, 40, units))
    codes = answers(questionnaire, len(unit))
    for name in np.unique(unit):
        rows = np.flatnonzero(unit == name)
        for capability in questionnaire.capabilities:
            if rng.random() < small:
                silent = rng.permutation(rows)[rng.integers(1, 5) :]
                codes[np.ix_(silent, list(questionnaire.columns[capability.id]))] = DONT_KNOW
    return codes, unit


def main() -> int:
    """Measure everything; 1 when a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--respondents", type=int, default=1_000_000, help="rows for the index of answers")
    given = parser.parse_args()
    questionnaire = load_questionnaire("mops-core")
    reached = [
        measure_index(questionnaire, given.respondents),
        measure_snapshot(questionnaire),
        measure_percentile(),
        measure_pool(questionnaire),
        measure_gate(questionnaire),
    ]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
