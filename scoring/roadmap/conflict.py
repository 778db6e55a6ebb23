"""Why no plan exists: the limits in conflict, and the smallest relaxation that makes a plan possible."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array

from scoring.roadmap.checks import ancestors
from scoring.roadmap.highs import Program, maximise
from scoring.roadmap.problem import Initiative, Problem
from scoring.roadmap.solution import Conflict

Element = tuple[str, str]  # kind and name, such as ("skill", "it") or ("pin", "crm")


@dataclass(frozen=True, slots=True)
class _Relaxed:
    """What the smallest relaxation changes: whole rules, and (kind, name, period) → amount."""

    rules: tuple[Element, ...]
    amounts: dict[tuple[str, str, int], float]


def find_conflict(problem: Problem, deadline: float) -> tuple[Conflict, ...]:
    """Return the limits of an infeasible ``problem`` that cannot hold together, with the smallest relaxation.

    "Smallest" changes as few rules (mandatory, pin, exclude, alternative) as possible and then raises limits by the
    least total, each amount measured in shares of its limit's mean. The named limits are reduced one by one until
    leaving any out would allow a plan, as far as time allows.
    """
    core = _needed_part(problem)
    elements = list(_elements(core))
    relaxed = _smallest_relaxation(core, elements, deadline)
    named = _irreducible(core, elements, deadline)
    changed = {*relaxed.rules, *((kind, name) for kind, name, _ in relaxed.amounts)}
    conflicts = [_said(core, element, relaxed) for element in elements if element in named or element in changed]
    return tuple(each for group in conflicts for each in group)


def _needed_part(problem: Problem) -> Problem:
    """Only what is forced can conflict: keep mandatory and pinned initiatives with all that they require."""
    before = ancestors(problem)
    roots = [each.id for each in problem.initiatives if each.mandatory or each.pin is not None]
    needed = set(roots).union(*(before[name] for name in roots))
    return replace(problem, initiatives=tuple(each for each in problem.initiatives if each.id in needed))


def _elements(problem: Problem) -> Iterator[Element]:
    for each in problem.initiatives:
        if each.mandatory:
            yield "mandatory", each.id
        if each.pin is not None:
            yield "pin", each.id
        if each.exclude:
            yield "exclude", each.id
    yield from (
        ("alternative", group) for group in sorted({e.alternative for e in problem.initiatives if e.alternative})
    )
    yield from (("skill", skill) for skill in problem.skills)
    if problem.operating is not None:
        yield "budget", "operating"
    if problem.capital is not None:
        yield "budget", "capital"
    if problem.wip_limit is not None:
        yield "wip", "limit"


class _Elastic:
    """A feasibility model whose every rule can be switched off and every limit raised, at a price."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.entries: list[tuple[int, int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.integer: list[float] = []
        self.upper: list[float] = []
        self.rule: dict[Element, int] = {}
        self.amount: dict[tuple[str, str, int], int] = {}
        self.scale: dict[tuple[str, str], float] = {}
        self.starts = {
            each.id: [
                self.column(float(start >= problem.now or start == each.pin), integer=True)
                for start in range(max(0, problem.periods - each.duration + 1))
            ]
            for each in problem.initiatives
        }
        for each in problem.initiatives:
            self.choose(each)
            self.follow(each)
        for group in sorted({each.alternative for each in problem.initiatives if each.alternative}):
            self.at_most_one(group)
        for kind, name, limit, cumulative in _limit_series(problem):
            self.limit(kind, name, limit, cumulative=cumulative)

    def column(self, upper: float, *, integer: bool) -> int:
        self.upper.append(upper)
        self.integer.append(float(integer))
        return len(self.upper) - 1

    def row(self, terms: list[tuple[int, float]], low: float, high: float) -> None:
        self.entries += [(len(self.low), column, value) for column, value in terms]
        self.low.append(low)
        self.high.append(high)

    def switch(self, kind: str, name: str, upper: float = 1.0) -> int:
        self.rule[kind, name] = self.column(upper, integer=True)
        return self.rule[kind, name]

    def choose(self, each: Initiative) -> None:
        starts = self.starts[each.id]
        self.row([(column, 1.0) for column in starts], -np.inf, 1.0)
        if each.mandatory:
            off = self.switch("mandatory", each.id)
            self.row([*((column, 1.0) for column in starts), (off, 1.0)], 1.0, np.inf)
        if each.pin is not None:
            off = self.switch("pin", each.id)
            self.row([(starts[each.pin], 1.0), (off, 1.0)], 1.0, np.inf)
        if each.exclude:
            off = self.switch("exclude", each.id)
            self.row([*((column, 1.0) for column in starts), (off, -1.0)], -np.inf, 0.0)

    def follow(self, each: Initiative) -> None:
        duration = {other.id: other.duration for other in self.problem.initiatives}
        for needed in sorted(set(each.requires)):
            for period in range(len(self.starts[each.id])):
                later = [(column, 1.0) for column in self.starts[each.id][: period + 1]]
                earlier = self.starts[needed][: max(0, period - duration[needed] + 1)]
                self.row([*later, *((column, -1.0) for column in earlier)], -np.inf, 0.0)

    def at_most_one(self, group: str) -> None:
        members = [each for each in self.problem.initiatives if each.alternative == group]
        off = self.switch("alternative", group, float(len(members)))
        terms = [(column, 1.0) for each in members for column in self.starts[each.id]]
        self.row([*terms, (off, -1.0)], -np.inf, 1.0)

    def limit(self, kind: str, name: str, limit: tuple[float, ...], *, cumulative: bool) -> None:
        own = {each.id: _profile(each, kind, name) for each in self.problem.initiatives}
        demand = sum(sum(profile) for profile in own.values())
        if demand == 0:
            return
        scale = max(1e-9, sum(limit) / len(limit) or demand / len(limit))
        self.scale[kind, name] = scale
        used: list[tuple[int, float]] = []
        raised: list[tuple[int, float]] = []
        total = 0.0
        for period, most in enumerate(limit):
            terms = [
                (column, own[each.id][period - start])
                for each in self.problem.initiatives
                for start, column in enumerate(self.starts[each.id])
                if 0 <= period - start < len(own[each.id]) and own[each.id][period - start]
            ]
            if period < self.problem.now:
                used, total = (used + terms, total + most) if cumulative else (used, total)
                continue
            self.amount[kind, name, period] = self.column(demand / scale, integer=kind == "wip" and scale == 1.0)
            own_raise = [(self.amount[kind, name, period], -scale)]
            used, raised, total = (
                (used + terms, raised + own_raise, total + most) if cumulative else (terms, own_raise, most)
            )
            measure = max(1.0, total)
            self.row([(column, value / measure) for column, value in _summed(used + raised)], -np.inf, total / measure)

    def program(self, price: dict[int, float], closed: set[int]) -> Program:
        """Minimise ``price`` with the ``closed`` columns at 0."""
        gain = np.zeros(len(self.upper))
        for column, value in price.items():
            gain[column] = -value
        upper = np.array(self.upper)
        upper[list(closed)] = 0.0
        row, column_of, value_of = (np.array(part) for part in zip(*self.entries, strict=True))
        matrix = coo_array((value_of.astype(float), (row, column_of)), shape=(len(self.low), len(self.upper))).tocsc()
        return Program(gain, matrix, np.array(self.low), np.array(self.high), upper, np.array(self.integer))


def _summed(terms: list[tuple[int, float]]) -> list[tuple[int, float]]:
    total: dict[int, float] = {}
    for column, value in terms:
        total[column] = total.get(column, 0.0) + value
    return list(total.items())


def _limit_series(problem: Problem) -> Iterator[tuple[str, str, tuple[float, ...], bool]]:
    for skill, limit in problem.skills.items():
        yield "skill", skill, limit, False
    if problem.operating is not None:
        yield "budget", "operating", problem.operating, problem.carry_over
    if problem.capital is not None:
        yield "budget", "capital", problem.capital, problem.carry_over
    if problem.wip_limit is not None:
        yield "wip", "limit", tuple(map(float, problem.wip_limit)), False


def _profile(each: Initiative, kind: str, name: str) -> tuple[float, ...]:
    if kind == "skill":
        return each.effort.get(name, ())
    if kind == "wip":
        return (1.0,) * each.duration
    return each.operating if name == "operating" else each.capital


def _smallest_relaxation(problem: Problem, elements: list[Element], deadline: float) -> _Relaxed:
    elastic = _Elastic(problem)
    rules = {element: elastic.rule[element] for element in elements if element in elastic.rule}
    fewest = maximise(elastic.program(dict.fromkeys(rules.values(), 1.0), set()), _left(deadline), gap=0.0)
    if fewest.x is None:
        return _Relaxed((), {})
    off = tuple(element for element, column in rules.items() if fewest.x[column] > 0.5)
    count = float(sum(round(fewest.x[column]) for column in rules.values()))
    price = dict.fromkeys(elastic.amount.values(), 1.0)
    least = maximise(
        elastic.program({**price, **dict.fromkeys(rules.values(), 1e-6)}, set())
        if not rules
        else _with_rule_count(elastic, rules, count, price),
        _left(deadline),
        gap=0.0,
    )
    x = fewest.x if least.x is None else least.x
    if least.x is not None:
        off = tuple(element for element, column in rules.items() if x[column] > 0.5)
    amounts = {
        key: float(x[column]) * elastic.scale[key[0], key[1]]
        for key, column in elastic.amount.items()
        if x[column] > 1e-6
    }
    return _Relaxed(off, amounts)


def _with_rule_count(elastic: _Elastic, rules: dict[Element, int], count: float, price: dict[int, float]) -> Program:
    elastic.row([(column, 1.0) for column in rules.values()], -np.inf, count)
    return elastic.program(price, set())


def _irreducible(problem: Problem, elements: list[Element], deadline: float) -> set[Element]:
    """Leave out one limit after another while the rest still conflicts (deletion filter, Chinneck 1997)."""
    elastic = _Elastic(problem)
    columns = {element: _switches(elastic, element) for element in elements}
    kept = set(elements)
    for element in reversed(elements):
        if _left(deadline) <= 0.02:
            break
        closed = {column for other in kept - {element} for column in columns[other]}
        if maximise(elastic.program({}, closed), min(1.0, _left(deadline)), gap=0.0).infeasible:
            kept.discard(element)
    return kept


def _switches(elastic: _Elastic, element: Element) -> list[int]:
    if element in elastic.rule:
        return [elastic.rule[element]]
    return [column for (kind, name, _), column in elastic.amount.items() if (kind, name) == element]


def _left(deadline: float) -> float:
    return max(0.05, deadline - time.monotonic()) if deadline > time.monotonic() else 0.0


RULE_TEXT = {
    "mandatory": ("initiatives.{0}.mandatory", "'{0}' is mandatory", "make it optional"),
    "pin": ("initiatives.{0}.pin", "'{0}' is pinned to period {1}", "release the pin"),
    "exclude": ("initiatives.{0}.exclude", "'{0}' is excluded", "allow it"),
    "alternative": ("alternative {0}", "only one of the alternatives of '{0}' may be chosen", "allow more than one"),
}


def _said(problem: Problem, element: Element, relaxed: _Relaxed) -> list[Conflict]:
    kind, name = element
    if kind in RULE_TEXT:
        limit, fact, fix = RULE_TEXT[kind]
        pin = next((each.pin for each in problem.initiatives if each.id == name), None)
        fact = fact.format(name, pin)
        relax = element in relaxed.rules
        return [Conflict(limit.format(name), f"{fact}; {fix}" if relax else fact, relax)]
    series = {(k, n): limit for k, n, limit, _ in _limit_series(problem)}[element]
    place = {"skill": f"skills.{name}", "budget": f"budget.{name}", "wip": "wip_limit"}[kind]
    raised = [
        Conflict(
            limit=place,
            text=f"{place} is {series[period]:g} in period {period}; raise it by {amount:.6g} to {series[period] + amount:.6g}",
            relax=True,
            period=period,
            given=float(series[period]),
            needed=float(series[period] + amount),
        )
        for (k, n, period), amount in relaxed.amounts.items()
        if (k, n) == element
    ]
    return raised or [Conflict(place, f"{place} is too low for all that must be chosen")]
