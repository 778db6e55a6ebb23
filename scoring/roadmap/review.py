"""A problem as it stands at a review: what has started stays, the rest is planned again with what is known now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from scoring.roadmap.evaluate import TOLERANCE, plan_use
from scoring.roadmap.problem import Initiative, Problem, ProblemError

Spread = float | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """An initiative that has started or finished by the review; what is left out is taken as planned.

    ``start``: period in which it started. ``remaining``: periods of work still to come, from the review's period on;
    0 when it has finished. ``finished``: period in which it finished, by default the last before the review.
    ``effort`` (by skill), ``operating`` and ``capital``: what is still to come, as a total to spread evenly or one
    number for each remaining period. ``spent_operating`` and ``spent_capital``: total spent so far.
    """

    id: str
    start: int
    remaining: int | None = None
    finished: int | None = None
    effort: Mapping[str, Spread] | None = None
    operating: Spread | None = None
    capital: Spread | None = None
    spent_operating: float | None = None
    spent_capital: float | None = None


@dataclass(frozen=True, slots=True)
class Overrun:
    """A limit that the work under way alone exceeds in a period; the review's problem has it raised to ``needed``."""

    limit: str
    period: int
    given: float
    needed: float


@dataclass(frozen=True, slots=True)
class Review:
    """``problem``: to plan again, on the same periods. ``overruns``: limits raised for the work under way.

    ``late``: initiatives that were pinned to a period now past without having started; they became mandatory.
    """

    problem: Problem
    overruns: tuple[Overrun, ...] = field(default=())
    late: tuple[str, ...] = field(default=())


def at_review(problem: Problem, now: int, kept: Iterable[Kept]) -> Review:
    """Return ``problem`` as it stands at the beginning of period ``now``.

    Periods keep their numbers, so that the old plan and the new one can be laid side by side. What is ``kept`` is
    pinned to its start with what it still takes; everything else starts in ``now`` or later. Its gain counts from its
    new end. Give gaps as the plan had them; where they have been measured again since, leave finished initiatives out
    of the problem instead.

    Raises
    ------
    ProblemError
        When ``now`` or what is kept does not fit the problem, naming each.

    >>> from scoring.roadmap.problem import Capability
    >>> work = Initiative("crm", 2, effort={"it": (5.0, 5.0)}, gain={"data": 1.0})
    >>> plan = Problem(4, (Capability("data", 1.0, 1.0),), (work,), skills={"it": (6.0,) * 4})
    >>> now = at_review(plan, 1, [Kept("crm", start=0, remaining=2, effort={"it": 14.0})])
    >>> now.problem.initiatives[0].effort["it"], now.overruns[0]
    ((5.0, 7.0, 7.0), Overrun(limit='skills.it', period=1, given=6.0, needed=7.0))
    """
    kept = tuple(kept)
    known = {each.id: each for each in kept}
    if faults := [*_twice(kept), *_faults(problem, now, known)]:
        raise ProblemError(faults)
    late = tuple(
        each.id
        for each in problem.initiatives
        if each.pin is not None and each.pin < now and each.id not in known and not each.exclude
    )
    work = tuple(
        _under_way(each, known[each.id], now)
        if each.id in known
        else replace(each, mandatory=True, pin=None)
        if each.id in late
        else each
        for each in problem.initiatives
    )
    dated = replace(problem, initiatives=work, now=now)
    return _raised(dated, {name: each.start for name, each in known.items()}, late)


def with_gains(problem: Problem, gains: Mapping[str, Mapping[str, float]]) -> Problem:
    """Return ``problem`` with the gains of some initiatives replaced, such as by pooled measured ones.

    ``gains``: initiative → capability → levels; capabilities not named keep their gain. A measured gain below 0
    counts as 0. Raises ``ProblemError`` for an id that the problem does not have.

    >>> plan = Problem(1, (), (Initiative("crm", 1, gain={"data": 1.0}),))
    >>> with_gains(plan, {"crm": {"data": 0.6}}).initiatives[0].gain
    {'data': 0.6}
    """
    known = {each.id for each in problem.initiatives}
    if unknown := sorted(set(gains) - known):
        raise ProblemError([f"gains: no initiative has the id '{name}'; remove it" for name in unknown])
    work = tuple(
        replace(each, gain={**each.gain, **{name: max(0.0, gain) for name, gain in gains[each.id].items()}})
        if each.id in gains
        else each
        for each in problem.initiatives
    )
    return replace(problem, initiatives=work)


def _twice(kept: tuple[Kept, ...]) -> list[str]:
    ids = [each.id for each in kept]
    return [f"kept '{name}': given twice; keep one" for name in sorted({name for name in ids if ids.count(name) > 1})]


def _faults(problem: Problem, now: int, kept: Mapping[str, Kept]) -> list[str]:
    if not 0 <= now < problem.periods:
        return [f"now: {now} is outside the horizon; write a period from 0 to {problem.periods - 1}"]
    ids = {each.id for each in problem.initiatives}
    faults = []
    for name, each in kept.items():
        if name not in ids:
            faults.append(f"kept '{name}': no initiative has this id; add it or leave it out")
        elif not 0 <= each.start <= now:
            faults.append(f"kept '{name}'.start: {each.start} is not from 0 to {now}; only what has started is kept")
        elif each.finished is not None and not each.start <= each.finished < now:
            faults.append(f"kept '{name}'.finished: {each.finished} is not from {each.start} to {now - 1}")
        elif each.remaining == 0 and each.start >= now:
            faults.append(f"kept '{name}'.remaining: 0, but it starts in the review's period; give its start before it")
        elif each.remaining is not None and each.remaining < 0:
            faults.append(f"kept '{name}'.remaining: {each.remaining} is negative; write 0 or more periods")
        elif (each.remaining or 0) > problem.periods - now:
            faults.append(
                f"kept '{name}'.remaining: {each.remaining} periods do not end within the plan's {problem.periods}; "
                f"write at most {problem.periods - now} or plan more periods"
            )
        faults += [
            f"kept '{name}'.effort: no skill has the id '{skill}'; add its capacity to skills"
            for skill in each.effort or {}
            if skill not in problem.skills
        ]
    return faults


def _under_way(each: Initiative, kept: Kept, now: int) -> Initiative:
    past = (now if kept.finished is None else kept.finished + 1) - kept.start
    left = 0 if kept.finished is not None else kept.remaining
    if left is None:
        left = max(1, each.duration - past)
    return replace(
        each,
        duration=past + left,
        effort={
            skill: (*_first(series, past), *_rest((kept.effort or {}).get(skill), series, past, left))
            for skill, series in _skills(each, kept, past).items()
        },
        operating=_series(each.operating, kept.operating, kept.spent_operating, past, left),
        capital=_series(each.capital, kept.capital, kept.spent_capital, past, left),
        requires=(),
        mandatory=False,
        pin=kept.start,
        exclude=False,
    )


def _skills(each: Initiative, kept: Kept, past: int) -> dict[str, tuple[float, ...]]:
    return {**dict.fromkeys(kept.effort or {}, (0.0,) * past), **each.effort}


def _series(
    planned: tuple[float, ...], to_come: Spread | None, spent: float | None, past: int, left: int
) -> tuple[float, ...]:
    before = _first(planned, past) if spent is None else _spread(spent, past)
    return (*before, *_rest(to_come, planned, past, left))


def _first(series: tuple[float, ...], past: int) -> tuple[float, ...]:
    return (*series[:past], *(0.0,) * (past - len(series)))


def _rest(to_come: Spread | None, planned: tuple[float, ...], past: int, left: int) -> tuple[float, ...]:
    """What is still to come in ``left`` periods: as told, else what the plan had, spread over them."""
    return _spread(sum(planned[past:]) if to_come is None else to_come, left)


def _spread(amount: Spread, periods: int) -> tuple[float, ...]:
    if isinstance(amount, tuple):
        if len(amount) != periods:
            raise ProblemError([f"kept: {len(amount)} entries where {periods} periods are meant; give one for each"])
        return amount
    return (amount / periods,) * periods if periods else ()


def _raised(problem: Problem, starts: Mapping[str, int], late: tuple[str, ...]) -> Review:
    """Raise each limit to what the work under way uses alone, so that a plan stays possible."""
    use = plan_use(problem, starts)
    overruns: list[Overrun] = []

    def fitted(name: str, limit: tuple[float, ...], used: tuple[float, ...], *, cumulative: bool) -> tuple[float, ...]:
        raised = list(limit)
        for period in range(problem.now, problem.periods):
            most, need = raised[period], used[period]
            if cumulative:
                most, need = sum(raised[: period + 1]), sum(used[: period + 1])
            if need > most + TOLERANCE * (1 + most):
                overruns.append(Overrun(name, period, limit[period], raised[period] + need - most))
                raised[period] += need - most
        return tuple(raised)

    running = tuple(map(float, use.in_progress))
    operating, capital, wip = problem.operating, problem.capital, problem.wip_limit
    fits = replace(
        problem,
        skills={
            skill: fitted(f"skills.{skill}", limit, use.skills[skill], cumulative=False)
            for skill, limit in problem.skills.items()
        },
        operating=operating and fitted("budget.operating", operating, use.operating, cumulative=problem.carry_over),
        capital=capital and fitted("budget.capital", capital, use.capital, cumulative=problem.carry_over),
        wip_limit=wip
        and tuple(round(most) for most in fitted("wip_limit", tuple(map(float, wip)), running, cumulative=False)),
    )
    return Review(fits, tuple(overruns), late)
