"""Faults that no plan can cure: unknown ids, negative numbers, cycles, pins outside the horizon."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator

from scoring.roadmap.problem import MAX_INITIATIVES, MAX_PERIODS, MAX_STARTS, Initiative, Problem, ProblemError


def check_problem(problem: Problem) -> None:
    """Raise ``ProblemError`` with every fault of ``problem``."""
    if faults := problem_faults(problem):
        raise ProblemError(faults)


def problem_faults(problem: Problem, *, strict: bool = False) -> list[str]:
    """Return the faults of ``problem``, each as "place: what is wrong; how to fix it".

    With ``strict``, a prerequisite that can never finish within the horizon is a fault too; without, the initiatives
    that need it are left out of the plan with that reason (a shorter horizon in a what-if is no mistake).
    """
    large = too_large(len(problem.initiatives), problem.periods)
    if large:
        return [large]
    faults = [
        *_duplicates("capabilities", [capability.id for capability in problem.capabilities]),
        *_duplicates("initiatives", [initiative.id for initiative in problem.initiatives]),
        *_bad_numbers(problem),
        *_bad_lengths(problem),
        *_unknown_ids(problem),
        *_bad_pins(problem),
    ]
    if faults:
        return faults
    faults = [*_cycles(problem)]
    return faults or [*_contradictions(problem), *(_endless(problem) if strict else ())]


def too_large(initiatives: int, periods: int) -> str | None:
    """Say why a problem of this size is refused; ``None`` when it is not."""
    if initiatives > MAX_INITIATIVES:
        return (
            f"initiatives: {initiatives} given; the optimiser takes at most {MAX_INITIATIVES}, "
            "so drop those whose gap is closed or plan one part of the organisation at a time"
        )
    if not 1 <= periods <= MAX_PERIODS:
        return f"periods: {periods} does not fit; write a whole number from 1 to {MAX_PERIODS}"
    if initiatives * periods > MAX_STARTS:
        return (
            f"initiatives × periods: {initiatives} × {periods} = {initiatives * periods}; "
            f"at most {MAX_STARTS} possible starts are taken, so use fewer initiatives or longer periods"
        )
    return None


def places(problem: Problem) -> Iterator[tuple[str, Initiative]]:
    """Yield each initiative with its place in the problem."""
    for position, initiative in enumerate(problem.initiatives):
        yield f"initiatives[{position}] '{initiative.id}'", initiative


def _duplicates(place: str, ids: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(ids).items():
        if count > 1:
            yield f"{place}: id '{name}' is used {count} times; give each its own id"


def _numbers(problem: Problem) -> Iterator[tuple[str, float]]:
    for position, capability in enumerate(problem.capabilities):
        yield f"capabilities[{position}] '{capability.id}'.weight", capability.weight
        yield f"capabilities[{position}] '{capability.id}'.gap", capability.gap
    for name, series in _limits(problem):
        yield from ((f"{name}[{period}]", value) for period, value in enumerate(series))
    for place, initiative in places(problem):
        yield from ((f"{place}.gain.{capability}", value) for capability, value in initiative.gain.items())
        for name, series in _own_series(initiative):
            yield from ((f"{place}.{name}[{position}]", value) for position, value in enumerate(series))


def _limits(problem: Problem) -> Iterator[tuple[str, tuple[float, ...]]]:
    yield from ((f"skills.{skill}", series) for skill, series in problem.skills.items())
    for name, series in (("budget.operating", problem.operating), ("budget.capital", problem.capital)):
        if series is not None:
            yield name, series
    if problem.wip_limit is not None:
        yield "wip_limit", problem.wip_limit


def _own_series(initiative: Initiative) -> Iterator[tuple[str, tuple[float, ...]]]:
    yield from ((f"effort.{skill}", series) for skill, series in initiative.effort.items())
    yield "operating", initiative.operating
    yield "capital", initiative.capital


def _bad_numbers(problem: Problem) -> Iterator[str]:
    if not (math.isfinite(problem.discount) and 0 < problem.discount <= 1):
        yield f"discount: {problem.discount} does not fit; write a number above 0 and at most 1, such as 0.97"
    if not 0 <= problem.now < problem.periods:
        yield f"now: {problem.now} is outside the horizon; write a period from 0 to {problem.periods - 1}"
    for place, value in _numbers(problem):
        if not math.isfinite(value):
            yield f"{place}: {value} is not a finite number; write a number"
        elif value < 0:
            yield f"{place}: {value:g} is negative; write 0 or more"
        elif value > 1e12:
            yield f"{place}: {value:g} is too large to plan with; use larger units (thousands or millions)"


def _bad_lengths(problem: Problem) -> Iterator[str]:
    for name, series in _limits(problem):
        if len(series) != problem.periods:
            yield f"{name}: {len(series)} entries where {problem.periods} are needed; give one entry per period"
    for place, initiative in places(problem):
        if initiative.duration < 1:
            yield f"{place}.duration: {initiative.duration} does not fit; write 1 or more periods"
        for name, series in _own_series(initiative):
            optional = not series and not name.startswith("effort")
            if len(series) != initiative.duration and not optional:
                yield (
                    f"{place}.{name}: {len(series)} entries where {initiative.duration} are needed; "
                    "give one entry for each of its own periods (its duration)"
                )


def _unknown_ids(problem: Problem) -> Iterator[str]:
    known = {initiative.id for initiative in problem.initiatives}
    capabilities = {capability.id for capability in problem.capabilities}
    for place, initiative in places(problem):
        for name in initiative.requires:
            if name not in known:
                yield f"{place}.requires: no initiative has the id '{name}'; add it or remove the requirement"
        for name in initiative.gain:
            if name not in capabilities:
                yield f"{place}.gain: no capability has the id '{name}'; add it to capabilities"
        for name in initiative.effort:
            if name not in problem.skills:
                yield f"{place}.effort: no skill has the id '{name}'; add its capacity to skills"


def _bad_pins(problem: Problem) -> Iterator[str]:
    for place, initiative in places(problem):
        last = problem.periods - initiative.duration
        if initiative.pin is None or 0 <= initiative.pin <= last:
            continue
        if last < 0:
            yield (
                f"{place}.pin: {initiative.pin}, but it takes {initiative.duration} periods and the plan has "
                f"{problem.periods}; plan more periods or remove the pin"
            )
        else:
            yield (
                f"{place}.pin: {initiative.pin} is outside the horizon; "
                f"an initiative of {initiative.duration} periods can start in periods 0 to {last}"
            )


def _cycles(problem: Problem) -> Iterator[str]:
    if path := find_cycle({initiative.id: initiative.requires for initiative in problem.initiatives}):
        yield f"initiatives: {' requires '.join(path)} is a circle; remove one of these requirements"


def find_cycle(requires: dict[str, tuple[str, ...]]) -> list[str] | None:
    """Return a path of ids that ends where it begins, or ``None``.

    >>> find_cycle({"a": ("b",), "b": ("a",)})
    ['a', 'b', 'a']
    """
    done: set[str] = set()
    for root in requires:
        path: list[str] = []
        on_path: set[str] = set()
        stack: list[tuple[str, int]] = [(root, 0)] if root not in done else []
        while stack:
            name, branch = stack.pop()
            if branch == 0:
                path.append(name)
                on_path.add(name)
            if branch == len(requires[name]):
                done.add(path.pop())
                on_path.discard(name)
                continue
            stack.append((name, branch + 1))
            following = requires[name][branch]
            if following in on_path:
                return [*path[path.index(following) :], following]
            if following not in done:
                stack.append((following, 0))
    return None


def ancestors(problem: Problem) -> dict[str, frozenset[str]]:
    """Return for each id all ids that must have finished before it starts, however indirectly."""
    requires = {initiative.id: initiative.requires for initiative in problem.initiatives}
    closed: dict[str, frozenset[str]] = {}
    for root in requires:
        stack = [root]
        while stack:
            name = stack[-1]
            waiting = [needed for needed in requires[name] if needed not in closed]
            if waiting:
                stack += waiting
                continue
            stack.pop()
            closed[name] = frozenset(requires[name]).union(*(closed[needed] for needed in requires[name]))
    return closed


def _contradictions(problem: Problem) -> Iterator[str]:
    before = ancestors(problem)
    group_of = {initiative.id: initiative.alternative for initiative in problem.initiatives}
    for place, initiative in places(problem):
        needed: dict[str, str] = {}
        for name in sorted(before[initiative.id] | {initiative.id}):
            group = group_of[name]
            if group is not None and needed.setdefault(group, name) != name:
                yield (
                    f"{place}.requires: '{needed[group]}' and '{name}' are alternatives of '{group}' and only one of "
                    "them is ever chosen, so no plan can meet this; remove the requirement or the alternative"
                )
                break


def _endless(problem: Problem) -> Iterator[str]:
    duration = {initiative.id: initiative.duration for initiative in problem.initiatives}
    for place, initiative in places(problem):
        for name in initiative.requires:
            if duration[name] > problem.periods:
                yield (
                    f"{place}.requires: '{name}' takes {duration[name]} periods and the plan has {problem.periods}, "
                    "so no plan can meet this; plan more periods, shorten it or remove the requirement"
                )
