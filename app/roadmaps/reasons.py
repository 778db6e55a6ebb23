"""Why an initiative stands where it does, and why another was left out: read off the plan and its limits."""

import re
from collections.abc import Mapping

from scoring.roadmap.evaluate import objective, verify
from scoring.roadmap.problem import Problem

_OVER = re.compile(r"(?P<limit>[\w.]+)\[(?P<period>\d+)\]: (?P<used>[\d.e+-]+) used of (?P<most>[\d.e+-]+)")


def worth(problem: Problem, starts: Mapping[str, int]) -> dict[str, float]:
    """Share of the plan's value that would be lost without each initiative and what waits for it, 0 to 1."""
    whole = objective(problem, starts)
    requires = {initiative.id: initiative.requires for initiative in problem.initiatives}
    return {
        name: (whole - objective(problem, _without(name, starts, requires))) / whole if whole else 0.0
        for name in starts
    }


def _without(name: str, starts: Mapping[str, int], requires: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    gone = {name}
    while True:
        more = {other for other in starts if other not in gone and gone & set(requires[other])}
        if not more:
            return {other: start for other, start in starts.items() if other not in gone}
        gone |= more


def unblocks(problem: Problem, starts: Mapping[str, int], name: str) -> list[str]:
    """The chosen initiatives that wait for ``name``."""
    return [x.id for x in problem.initiatives if x.id in starts and name in x.requires]


def why_not_earlier(problem: Problem, starts: Mapping[str, int], name: str) -> str | None:
    """What keeps it from starting a period earlier; ``None`` when nothing does or it starts first."""
    if starts[name] <= problem.now:
        return None
    earlier = {**starts, name: starts[name] - 1}
    return next(iter(verify(problem, earlier)), None)


def why_left_out(problem: Problem, starts: Mapping[str, int], name: str) -> str:
    """What stands against adding it to the plan, at the start where least does."""
    initiative = next(x for x in problem.initiatives if x.id == name)
    if initiative.exclude:
        return "excluded"
    missing = [needed for needed in initiative.requires if needed not in starts]
    if missing:
        return f"needs '{missing[0]}'"
    last = problem.periods - initiative.duration
    if last < problem.now:
        return "too long"
    tries = [verify(problem, {**starts, name: start}) for start in range(problem.now, last + 1)]
    best = min(tries, key=len)
    return best[0] if best else "no value"


def over(text: str) -> tuple[str, int, float, float] | None:
    """A broken limit of a rule text: its name, period, what would be used, and what there is."""
    found = _OVER.match(text)
    if found is None:
        return None
    return found["limit"], int(found["period"]), float(found["used"]), float(found["most"])
