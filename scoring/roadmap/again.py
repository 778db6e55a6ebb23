"""Plan again without one initiative, or with one forced in, many times over from the same model.

The plan at hand is repaired first; each plan found may answer other questions as well. Then small exact solves around
the best plan of each question share the time that is left.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_array, vstack

from scoring.roadmap.first_plan import density_order, place
from scoring.roadmap.formulation import Formulation, formulate
from scoring.roadmap.highs import relax
from scoring.roadmap.instance import Bools, Instance, Ints, build_instance
from scoring.roadmap.problem import Problem, ProblemError
from scoring.roadmap.search import Search
from scoring.roadmap.solution import relative_gap
from scoring.roadmap.solve import run_search, starting_plan

EXACT_GAP = 1e-4
SHORTEST_SLICE = 0.01


@dataclass(frozen=True, slots=True)
class Found:
    """The best plan known under a question (None when there is none) and whether it is proven to be the best."""

    starts: Mapping[str, int] | None
    value: float
    exact: bool


@dataclass(slots=True)
class _Question:
    row: int
    forced: bool
    formulation: Formulation
    starts: Ints | None = None
    value: float = 0.0
    exact: bool = False

    def take(self, starts: Ints | None) -> None:
        """Keep ``starts`` when it answers this question and better than before."""
        if starts is None or (starts[self.row] >= 0) != self.forced:
            return
        instance = self.formulation.instance
        value = instance.plan_value(starts)
        chosen = np.flatnonzero(starts >= 0)
        fits = (instance.use[chosen, starts[chosen]].sum(axis=0) <= instance.slack).all()
        if fits and (self.starts is None or value > self.value) and not (starts[instance.forced] < 0).any():
            self.starts, self.value = starts, value


class Again:
    """Answers questions about one plan; ``plans`` holds what was found, by initiative."""

    def __init__(self, problem: Problem, starts: Mapping[str, int]) -> None:
        self.instance = build_instance(problem, keep_useless=True)
        self.formulation = formulate(self.instance)
        self.now = self.instance.starts_of(starts)
        self.order = density_order(
            self.instance, self.instance.value.max(axis=1, initial=0.0) + 1e-9, np.ones(self.instance.limit.size)
        )
        self.plans: dict[str, Found] = {}

    def answer(
        self, without: Sequence[str], forced: Sequence[str], deadline: float, going: Callable[[], bool] | None = None
    ) -> None:
        """Fill ``plans`` for the chosen ones to do ``without`` and the rejected ones to force in, until ``deadline``."""
        excluded = {each.id for each in self.instance.problem.initiatives if each.exclude}
        asked = {name: self._without(self.instance.position[name]) for name in without}
        asked |= {name: self._forced(self.instance.position[name]) for name in forced if name not in excluded}
        questions = list(asked.values())
        for question in questions:
            question.take(self._repaired(question))
        self._share([question.starts for question in questions], questions)
        for place_, question in enumerate(questions):
            left = deadline - time.monotonic()
            if left < SHORTEST_SLICE or (going is not None and not going()):
                break
            found = self._improved(question, left / (len(questions) - place_))
            self._share(found, questions)
        self.plans = {name: self._found(question) for name, question in asked.items()}
        self.plans |= {name: Found(None, 0.0, exact=True) for name in forced if name in excluded}

    def _found(self, question: _Question) -> Found:
        starts = None if question.starts is None else self.instance.named(question.starts)
        return Found(starts, question.value, question.exact)

    def _share(self, plans: Sequence[Ints | None], questions: list[_Question]) -> None:
        for plan in plans:
            for question in questions:
                question.take(plan)

    def _without(self, row: int) -> _Question:
        """What remains when ``row``, and what is in no plan without it, may not start; it need not, if it had to."""
        instance, program = self.instance, self.formulation.program
        gone = instance.before[:, row].copy()
        gone[row] = True
        instance = replace(
            instance, allowed=instance.allowed & ~gone[:, None], forced=instance.forced & ~gone, stuck=()
        )
        if self.instance.forced[gone].any():
            formulation = formulate(replace(instance, forced=_forced_without(instance.problem, instance, gone)))
            return _Question(row, False, formulation)
        upper = program.upper.copy()
        upper[: self.formulation.row.size][gone[self.formulation.row]] = 0.0
        less = replace(self.formulation, instance=instance, program=replace(program, upper=upper))
        return _Question(row, False, less)

    def _forced(self, row: int) -> _Question:
        instance, program = self.instance, self.formulation.program
        needed = instance.before[row].copy()
        needed[row] = True
        chosen = np.zeros(program.gain.size)
        chosen[: self.formulation.row.size] = self.formulation.row == row
        must = replace(
            program,
            matrix=csc_array(vstack([program.matrix, csc_array(chosen[None, :])], format="csc")),
            low=np.append(program.low, 1.0),
            high=np.append(program.high, 1.0),
        )
        instance = replace(instance, forced=instance.forced | needed)
        return _Question(row, True, replace(self.formulation, instance=instance, program=must))

    def _repaired(self, question: _Question) -> Ints | None:
        """The plan at hand with as little changed as the question asks, for every start of what is forced in."""
        instance = question.formulation.instance
        nothing = np.full(self.now.size, -1, dtype=np.int64)
        if not question.forced:
            kept = np.where(instance.allowed.any(axis=1), self.now, -1)
            return place(instance, self.order, kept, kept >= 0)
        best, best_value = None, -np.inf
        by_start = sorted(np.flatnonzero(self.now >= 0), key=lambda row: (self.now[row], row))
        first = [row for row in self.order if instance.before[question.row, row]]
        for start in np.flatnonzero(instance.allowed[question.row]):
            only = instance.allowed.copy()
            only[question.row] = False
            only[question.row, start] = True
            fixed = replace(instance, allowed=only)
            plan = place(fixed, [*first, question.row], nothing, nothing >= 0)
            if plan[question.row] < 0:
                continue
            plan = place(instance, [*map(int, by_start), *self.order], plan, plan >= 0)
            value = instance.plan_value(plan)
            if value > best_value and not (plan[instance.forced] < 0).any():
                best, best_value = plan, value
        return best

    def _improved(self, question: _Question, seconds: float) -> list[Ints]:
        """Search from the best plan so far, with the model's relaxation as it is under this question."""
        began = time.monotonic()
        relaxation = relax(question.formulation.program)
        if relaxation is None:
            question.exact = True
            return []
        try:
            starts = (
                starting_plan(question.formulation, None, began + seconds)
                if question.starts is None
                else question.starts
            )
        except ProblemError:
            return []
        if starts is None:
            question.exact = True
            return []
        search = Search(question.formulation, relaxation, starts, began + seconds, EXACT_GAP / 10)
        run_search(search, began, None, parallel=False)
        question.take(search.starts)
        question.exact = relative_gap(search.value, search.bound) <= EXACT_GAP
        return [search.starts]


def _forced_without(problem: Problem, instance: Instance, gone: Bools) -> Bools:
    """What must still be chosen when some of it is not asked for any more."""
    must = {each.id for each in problem.initiatives if each.mandatory or each.pin is not None}
    roots = np.array([name in must for name in instance.ids], dtype=np.bool_) & ~gone
    return np.asarray((roots | instance.before[roots].any(axis=0)) & ~gone)
