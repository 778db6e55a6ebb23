"""Random small problems with every kind of constraint, and their optimum by trying every plan."""

from random import Random

from scoring.roadmap import Capability, Initiative, Problem, objective, plan_cost, verify


def random_problem(seed: int) -> Problem:
    """A problem of at most 5 initiatives and 4 periods; every kind of constraint is switched on by chance."""
    random = Random(seed)
    periods = random.randint(1, 4)
    capabilities = tuple(
        Capability(f"c{n}", float(random.randint(0, 5)), random.choice([0.0, 0.5, 1.0, 1.4, 2.5])) for n in range(3)
    )
    skills = {f"s{n}": tuple(float(random.randint(3, 14)) for _ in range(periods)) for n in range(random.randint(0, 2))}
    count = random.randint(1, 5)
    return Problem(
        periods=periods,
        capabilities=capabilities,
        initiatives=tuple(_random_initiative(random, n, periods, list(skills)) for n in range(count)),
        skills=skills,
        operating=_series(random, periods, 2, 9) if random.random() < 0.6 else None,
        capital=_series(random, periods, 0, 8) if random.random() < 0.5 else None,
        carry_over=random.random() < 0.5,
        discount=random.choice([1.0, 0.97, 0.8]),
        wip_limit=tuple(random.randint(1, 3) for _ in range(periods)) if random.random() < 0.3 else None,
        now=random.randint(0, periods - 1) if random.random() < 0.25 else 0,
    )


def _series(random: Random, length: int, low: int, high: int) -> tuple[float, ...]:
    return tuple(float(random.randint(low, high)) for _ in range(length))


def _random_initiative(random: Random, number: int, periods: int, skills: list[str]) -> Initiative:
    duration = random.choice([1, 1, 2, 3])
    return Initiative(
        id=f"i{number}",
        duration=duration,
        effort={skill: _series(random, duration, 0, 8) for skill in skills if random.random() < 0.7},
        operating=_series(random, duration, 0, 5),
        capital=_series(random, duration, 0, 6),
        gain={f"c{random.randrange(3)}": random.choice([0.5, 1.0, 0.7]) for _ in range(random.randint(0, 2))},
        requires=tuple(f"i{other}" for other in range(number) if random.random() < 0.25),
        alternative=random.choice(["x", "y"]) if random.random() < 0.2 else None,
        mandatory=random.random() < 0.12,
        pin=random.randint(0, periods - duration) if duration <= periods and random.random() < 0.08 else None,
        exclude=random.random() < 0.06,
    )


def all_plans(problem: Problem) -> list[dict[str, int]]:
    """Every valid plan: all combinations of starts in which prerequisites come first, filtered by ``verify``."""
    plans: list[dict[str, int]] = [{}]
    duration = {initiative.id: initiative.duration for initiative in problem.initiatives}
    for initiative in problem.initiatives:  # random_problem lists prerequisites first
        plans += [
            {**plan, initiative.id: start}
            for plan in plans
            for start in range(problem.periods - initiative.duration + 1)
            if all(name in plan and plan[name] + duration[name] <= start for name in initiative.requires)
        ]
    return [plan for plan in plans if not verify(problem, plan)]


def best_plan(problem: Problem) -> tuple[float, float, int] | None:
    """Highest value, least cost at that value and earliest total start at that cost; ``None`` when no plan is valid."""
    plans = all_plans(problem)
    if not plans:
        return None
    values = [(objective(problem, plan), plan) for plan in plans]
    best = max(value for value, _ in values)
    tied = [plan for value, plan in values if value >= best - 1e-7 * max(1, best)]
    least = min(plan_cost(problem, plan) for plan in tied)
    cheapest = [plan for plan in tied if plan_cost(problem, plan) <= least + 1e-7 * max(1, least)]
    return best, least, min(sum(start + 1 for start in plan.values()) for plan in cheapest)
