"""The problems that the roadmap optimiser is measured on, made from seeds or kept as files, and their best known plans.

``bench/instances/demo.json`` is the problem of the demo organisation as the product states it (33 of 108 initiatives
are worth considering). ``bench/instances/best.json`` holds the best plans known, from runs of ten minutes
(``python -m bench.roadmap --best``); where ``bound`` equals ``value`` no plan can be better.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from questionnaires.load import load_library
from scoring.roadmap import Capability, Initiative, Problem, parse_problem

FOLDER = Path(__file__).parent / "instances"
BEST = FOLDER / "best.json"
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


def demo_problem() -> Problem:
    """The demo organisation's problem, as kept."""
    return parse_problem(json.loads((FOLDER / "demo.json").read_text(encoding="utf-8")))


def library_problem(share: float = 0.3, periods: int = 8) -> Problem:
    """All 108 initiatives of the library, for an organisation at level 1 that aims at 5 with ``share`` of what that takes."""
    steps = load_library("mops-core").initiatives
    reaching = {(step.capability, step.to_level): step.id for step in steps}
    work = []
    for step in steps:
        duration = max(1, math.ceil(step.duration.middle / 3))
        needs = [(step.capability, step.from_level), *step.requires_levels.items()]
        work.append(
            Initiative(
                id=step.id,
                duration=duration,
                effort={skill: (days.middle / duration,) * duration for skill, days in step.effort.items()},
                operating=(step.operating.middle / duration,) * duration,
                capital=(step.capital.middle, *(0.0,) * (duration - 1)),
                gain={step.capability: 1.0},
                requires=(*(reaching[need] for need in needs if need in reaching), *step.requires_initiatives),
            )
        )
    names = dict.fromkeys(step.capability for step in steps)
    skills = {skill for each in work for skill in each.effort}
    return Problem(
        periods=periods,
        capabilities=tuple(Capability(name, float(2 + place % 4), 4.0) for place, name in enumerate(names)),
        initiatives=tuple(work),
        skills={
            skill: _granted(share, periods, (each.effort.get(skill, ()) for each in work)) for skill in sorted(skills)
        },
        operating=_granted(share, periods, (each.operating for each in work)),
        capital=_granted(share, periods, (each.capital for each in work)),
        carry_over=True,
        discount=0.97,
    )


def _granted(share: float, periods: int, series: Iterable[tuple[float, ...]]) -> tuple[float, ...]:
    return (float(math.ceil(share * sum(map(sum, series)) / periods)),) * periods


INSTANCES: Mapping[str, Callable[[], Problem]] = {
    "20×4": lambda: synthetic_problem(20, 4),
    "40×8": lambda: synthetic_problem(40, 8),
    "104×8": lambda: synthetic_problem(104, 8),
    "104×12": lambda: synthetic_problem(104, 12),
    "104×8 tight": lambda: synthetic_problem(104, 8, tight=0.2),
    "108×8 demo": demo_problem,
    "108×8 demo-shaped": demo_shaped_problem,
    "108×8 library": library_problem,
}


def best_known() -> dict[str, dict[str, Any]]:
    """Best plans known by instance: ``value``, ``bound``, ``seconds`` of the run and ``starts``."""
    known: dict[str, dict[str, Any]] = json.loads(BEST.read_text(encoding="utf-8")) if BEST.exists() else {}
    return known
