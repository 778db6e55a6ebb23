"""Improve a plan by exact solves of small parts of it (large neighbourhood search, Shaw 1998)."""

import time
from collections.abc import Callable

import numpy as np

from scoring.roadmap.first_plan import density_order, place
from scoring.roadmap.formulation import part
from scoring.roadmap.highs import maximise
from scoring.roadmap.instance import Bools, Floats, Instance, Ints
from scoring.roadmap.search import Search

PART_SECONDS = 0.12
LONGEST_PART_SECONDS = 1.0
PART_NODES = 400
LONGEST_WAIT = 2.0
"""Seconds that a search may go on after it was told to stop."""


class Neighbourhoods:
    """Chooses parts of the plan in turn and adapts their size to how long they take."""

    def __init__(self, search: Search, seed: int = 0, pool: Ints | None = None) -> None:
        self.search = search
        self.pool = pool
        self.random = np.random.default_rng(seed)
        self.kinds: tuple[Callable[[Ints, float], Bools], ...] = (
            self.some_initiatives,
            self.time_window,
            self.linked_initiatives,
            self.near_relaxation,
            self.joined_plans,
        )
        self.share = [0.35, 0.4, 0.35, 0.7, 0.2]
        self.turn = 0
        self.idle = 0
        self.patience = PART_SECONDS

    def improve_once(self) -> bool:
        """Solve one part exactly; return whether the plan got better."""
        search, formulation = self.search, self.search.formulation
        kind = self.turn % len(self.kinds)
        self.turn += 1
        starts = search.starts
        free = self.kinds[kind](starts, self.share[kind]) & search.worthwhile()
        touched = np.zeros(starts.size, dtype=np.bool_)
        touched[formulation.row[free]] = True
        free |= touched[formulation.row] & (starts[formulation.row] == formulation.start)
        program, column, held = part(formulation, starts, free)
        began = time.thread_time()
        answer = maximise(
            program, min(search.seconds_left, 6 * self.patience, LONGEST_WAIT), gap=1e-4, nodes=PART_NODES
        )
        self._adapt(kind, time.thread_time() - began, whole=bool(free.all()))
        better = False
        if answer.x is not None:
            held[column] = answer.x
            better = search.offer(without_useless(formulation.instance, formulation.decode(held)))
        self._wait(better=better)
        return better

    def _adapt(self, kind: int, took: float, *, whole: bool) -> None:
        if took < self.patience and not whole:
            self.share[kind] = min(1.0, self.share[kind] * 1.1)
        elif took > 2 * self.patience:
            self.share[kind] = max(0.05, self.share[kind] * 0.87)

    def _wait(self, *, better: bool) -> None:
        """Look at larger parts when the small ones have nothing left to give."""
        self.idle = 0 if better else self.idle + 1
        if better:
            self.patience = max(PART_SECONDS, self.patience / 1.5)
        elif self.idle % 10 == 0:
            self.patience = min(LONGEST_PART_SECONDS, self.patience * 1.4)

    def some_initiatives(self, _starts: Ints, share: float) -> Bools:
        """A random set of initiatives, at all their starts."""
        count = len(self.search.formulation.instance.ids)
        picked = np.zeros(count, dtype=np.bool_)
        picked[self.random.choice(count, max(2, round(share * count)), replace=False)] = True
        return np.asarray(picked[self.search.formulation.row])

    def linked_initiatives(self, _starts: Ints, share: float) -> Bools:
        """Random initiatives with everything before and after them."""
        instance = self.search.formulation.instance
        count = len(instance.ids)
        picked = np.zeros(count, dtype=np.bool_)
        for row in self.random.permutation(count):
            picked[row] = True
            picked |= instance.before[row] | instance.before[:, row]
            if picked.sum() >= share * count:
                break
        return np.asarray(picked[self.search.formulation.row])

    def time_window(self, starts: Ints, share: float) -> Bools:
        """Starts inside a window of periods, of what starts there now and of what is left out."""
        formulation = self.search.formulation
        periods = formulation.instance.problem.periods
        length = max(1, round(share * periods))
        first = int(self.random.integers(0, periods - length + 1))
        inside = (formulation.start >= first) & (formulation.start < first + length)
        now = starts[formulation.row]
        movable = (now < 0) | ((now >= first) & (now < first + length))
        return np.asarray(inside & movable)

    def near_relaxation(self, starts: Ints, share: float) -> Bools:
        """Starts that the relaxation uses or that are next to the present ones, for a random share."""
        formulation = self.search.formulation
        used = self.search.relaxation.x[: formulation.row.size] > 1e-6
        now = starts[formulation.row]
        near = used | ((now >= 0) & (np.abs(formulation.start - now) <= 1))
        kept = self.random.random(len(starts)) < share
        return np.asarray(near & kept[formulation.row])

    def joined_plans(self, starts: Ints, share: float) -> Bools:
        """Starts that some of the pool of plans use (Blum et al. 2016); random initiatives where there is no pool."""
        formulation = self.search.formulation
        if self.pool is None:
            return self.some_initiatives(starts, share)
        some = self.random.random(len(self.pool)) < share
        return np.asarray((self.pool[some][:, formulation.row] == formulation.start).any(axis=0))


def without_useless(instance: Instance, starts: Ints) -> Ints:
    """Leave out what adds nothing: neither value of its own, nor forced, nor needed by another."""
    kept = starts.copy()
    adds = instance.value.max(axis=1, initial=0.0) + sum(c.gains for c in instance.capped)
    for row in range(len(kept) - 1, -1, -1):
        if kept[row] < 0 or instance.forced[row] or adds[row] > 0:
            continue
        if not (instance.before[:, row] & (kept >= 0)).any():
            kept[row] = -1
    return kept


def relaxation_plans(instance: Instance, x: Floats, row: Ints, start: Ints, price: Floats) -> list[Ints]:
    """Plans that follow the relaxation: initiatives in order of the period by which a share α of them has started."""
    count, periods = instance.allowed.shape
    grid = np.zeros((count, periods))
    grid[row, start] = x[: row.size]
    reached = grid.cumsum(axis=1)
    total = reached[:, -1]
    mean = (grid * np.arange(periods)).sum(axis=1) / np.maximum(total, 1e-9)
    rest = density_order(instance, instance.value.max(axis=1, initial=0.0) + 1e-9, price)
    plans = []
    for share in (0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8):
        begun = np.where(reached >= share, np.arange(periods), periods).min(axis=1)
        in_order = np.lexsort((-total, mean, begun))
        led = [int(each) for each in in_order if begun[each] < periods]
        depth = instance.before.sum(axis=1)
        led.sort(key=lambda each: (begun[each], depth[each], mean[each]))
        plans.append(place(instance, [*led, *(each for each in rest if begun[each] == periods)]))
    return plans
