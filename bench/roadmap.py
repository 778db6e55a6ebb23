"""How good the roadmap optimiser is after 2 and 10 seconds, on synthetic problems with tight limits.

``python -m bench.roadmap [--long SECONDS]`` prints, for 20×4, 40×8, 104×8, 104×12 and a problem shaped as the demo
organisation's, the time to the first plan, value and certified gap after 2 s and 10 s, and, with ``--long``, the share
of the value of a long run that was reached.
"""

import argparse
import sys
import time

import numpy as np

from scoring.roadmap import Capability, Initiative, Problem, solve
from scoring.roadmap.first_plan import first_plan
from scoring.roadmap.instance import build_instance

SIZES = ((20, 4), (40, 8), (104, 8), (104, 12))
STEPS = 4


def synthetic_problem(initiatives: int, periods: int, seed: int = 1, tight: float = 0.4, skills: int = 4) -> Problem:
    """Chains of four steps a capability; limits grant ``tight`` of what doing everything would need."""
    random = np.random.default_rng(seed)
    count = -(-initiatives // STEPS)
    capabilities = tuple(
        Capability(f"c{n:02}", float(random.integers(1, 6)), float(random.uniform(1.5, 4.0).__round__(1)))
        for n in range(count)
    )
    work = [_step(random, n, skills) for n in range(initiatives)]
    need = {f"s{k}": sum(sum(each.effort.get(f"s{k}", ())) for each in work) for k in range(skills)}
    largest = {
        skill: max((max(each.effort[skill]) for each in work if skill in each.effort), default=0.0) for skill in need
    }
    return Problem(
        periods=periods,
        capabilities=capabilities,
        initiatives=tuple(work),
        skills={
            skill: (max(largest[skill], float(round(tight * total / periods))),) * periods
            for skill, total in need.items()
        },
        operating=(float(round(tight * sum(sum(each.operating) for each in work) / periods)),) * periods,
        capital=(float(round(tight * sum(sum(each.capital) for each in work) / periods)),) * periods,
        carry_over=True,
        discount=0.97,
    )


def _step(random: np.random.Generator, number: int, skills: int) -> Initiative:
    chain, step = divmod(number, STEPS)
    duration = int(random.choice([1, 2, 3], p=[0.35, 0.45, 0.2]))
    needed = random.choice(skills, size=random.integers(1, min(4, skills + 1)), replace=False)
    requires = [_name(chain, step - 1)] if step else []
    if chain and random.random() < 0.2:
        requires.append(_name(int(random.integers(0, chain)), int(random.integers(0, step + 1))))
    invest = float(random.integers(5, 40)) if random.random() < 0.5 else 0.0
    return Initiative(
        id=_name(chain, step),
        duration=duration,
        effort={f"s{k}": tuple(map(float, random.integers(3, 16, size=duration))) for k in sorted(needed)},
        operating=tuple(map(float, random.integers(1, 8, size=duration))),
        capital=(invest,) + (0.0,) * (duration - 1),
        gain={f"c{chain:02}": 1.0},
        requires=tuple(requires),
    )


def _name(chain: int, step: int) -> str:
    return f"c{chain:02}-{step + 1}-{step + 2}"


def demo_shaped_problem(seed: int = 3, periods: int = 8) -> Problem:
    """27 capabilities × 4 steps as an organisation has them: steps below its level or above its target close nothing."""
    random = np.random.default_rng(seed)
    problem = synthetic_problem(108, periods, seed, tight=0.3)
    current = random.uniform(1.4, 3.2, 27)
    target = current + random.uniform(0.4, 2.2, 27)
    work = []
    for number, each in enumerate(problem.initiatives):
        chain, step = divmod(number, STEPS)
        gain = max(0.0, min(step + 2.0, target[chain]) - max(step + 1.0, current[chain]))
        done = step + 2 <= current[chain]
        requires = tuple(name for name in each.requires if not _done(name, current))
        work.append(
            Initiative(
                id=each.id,
                duration=each.duration,
                effort=each.effort,
                operating=each.operating,
                capital=each.capital,
                gain={f"c{chain:02}": float(gain)},
                requires=requires,
                exclude=bool(done),
            )
        )
    capabilities = tuple(
        Capability(each.id, each.weight, float(min(5.0, target[n]) - current[n]))
        for n, each in enumerate(problem.capabilities)
    )
    return Problem(
        periods=periods,
        capabilities=capabilities,
        initiatives=tuple(work),
        skills=problem.skills,
        operating=problem.operating,
        capital=problem.capital,
        carry_over=True,
        discount=0.97,
    )


def _done(name: str, current: np.ndarray) -> bool:
    chain, reached = int(name[1:3]), int(name.split("-")[2])
    return bool(reached <= current[chain])


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", type=float, default=0.0, help="seconds of the run to compare with; 0 for none")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--tight", type=float, nargs="*", default=[0.4])
    given = parser.parse_args(arguments)
    problems = [
        (f"{n}×{h} tight {tight:g} seed {seed}", synthetic_problem(n, h, seed, tight))
        for n, h in SIZES
        for tight in given.tight
        for seed in range(1, given.seeds + 1)
    ]
    problems += [(f"108×8 demo-shaped seed {seed}", demo_shaped_problem(seed)) for seed in range(3, 3 + given.seeds)]
    print(f"{'problem':32} {'first plan':>16} {'after 2 s':>22} {'after 10 s':>22}", flush=True)
    for name, problem in problems:
        print(_line(name, problem, given.long), flush=True)


def _line(name: str, problem: Problem, long: float) -> str:
    began = time.perf_counter()
    instance = build_instance(problem)
    plan = first_plan(instance)
    took = time.perf_counter() - began
    value = instance.plan_value(plan) if plan is not None else 0.0
    runs = [solve(problem, time_limit=seconds, gap=0.01) for seconds in (2.0, 10.0)]
    best = max([run.objective for run in runs])
    if long:
        best = max(best, solve(problem, time_limit=long, gap=0.0, warm=runs[-1].starts).objective)
    cells = [f"{value / best:6.1%} {took * 1000:5.0f} ms"]
    cells += [f"{run.objective / best:6.1%} gap {run.gap:5.1%} {run.seconds:4.1f} s" for run in runs]
    return f"{name:32} {cells[0]:>16} {cells[1]:>22} {cells[2]:>22}"


if __name__ == "__main__":
    main(sys.argv[1:])
