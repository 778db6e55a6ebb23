"""Better many plans side by side: ruin a part of each, recreate it, anneal (Schrimpf et al. 2000; Kirkpatrick 1983).

A part of a plan is taken out and what is out is placed again, each at its earliest start that fits, in an order of
chance. Dozens of plans move as one array, so that a step of each costs well under a millisecond; because each anneals
by itself, they end in different places, and an exact solve over the starts they use finds what joins the best of them.
"""

import numpy as np
from numpy.typing import NDArray

from scoring.roadmap.first_plan import bundle_density
from scoring.roadmap.instance import Bools, Floats, Instance, Ints
from scoring.roadmap.search import Search

Amounts = NDArray[np.float64] | NDArray[np.int16]

CHAINS = 32
HOTTEST = 0.02
"""First temperature, as a share of the value of the best plan."""
REBUILT = 0.5
"""Share of the steps that take out all that starts from some period on; a plan leaves its basin by being built anew."""
FROM_THE_START = 0.3
"""Share of those that take out everything."""
MOST_RUINED = 0.4
TRIED = 0.3
"""Share of what was left out that a step tries to place."""
BLINK = 0.03
"""Chance that an initiative is placed a period later than it could start, in half of the chains."""
SPREADS = (0.1, 0.3, 0.7)
"""Standard deviations of the logarithm of the noise on what is placed first."""


class Annealing:
    """``plans``: shape (p, n), first period or −1; ``slack``: what each leaves of the limits, (p, m); ``value``: (p,).

    ``use`` and ``slack`` are those of ``compact``.
    """

    def __init__(self, search: Search, seed: int = 0) -> None:
        self.search = search
        self.instance = instance = search.formulation.instance
        self.random = np.random.default_rng(seed)
        self.plans = np.repeat(search.starts[None, :], CHAINS, axis=0)
        self.use, limit = compact(instance)
        chosen = np.flatnonzero(search.starts >= 0)
        left = limit - self.use[chosen, search.starts[chosen]].sum(axis=0, dtype=limit.dtype)
        self.slack = np.repeat(left[None, :], CHAINS, axis=0)
        self.value = instance.plan_values(self.plans)
        self.wishes = np.stack([bundle_density(instance), _relaxed_wish(search)])
        last_first = range(len(instance.ids) - 1, -1, -1)
        self.links = [(row, needed) for row in last_first for needed in instance.requires[row]]
        self.bundles = (instance.before | np.eye(len(instance.ids), dtype=np.bool_)).astype(np.float32)

    def step(self, cooled: float) -> bool:
        """Ruin and recreate every plan once; ``cooled`` from 0 (hot) to 1. Return whether the best plan got better."""
        gone = self._ruined()
        plans, slack = self.plans.copy(), self.slack.copy()
        chain, row = np.nonzero(gone)
        touched, first = np.unique(chain, return_index=True)
        if touched.size:
            slack[touched] += np.add.reduceat(self.use[row, plans[chain, row]], first, axis=0, dtype=slack.dtype)
        plans[gone] = -1
        open_ = self.instance.allowed.any(axis=1) & (plans < 0)
        open_ &= gone | self.instance.forced | (self.random.random(gone.shape) < TRIED)
        recreate(self.instance, self.use, plans, slack, self._order(open_), open_.sum(axis=1), self.random)
        value = self.instance.plan_values(plans)
        value[(plans[:, self.instance.forced] < 0).any(axis=1)] = -np.inf
        heat = max(HOTTEST * (1.0 - cooled) ** 2 * abs(self.search.value), 1e-12)
        taken = self.random.random(CHAINS) < np.exp(np.minimum(0.0, value - self.value) / heat)
        self.plans[taken], self.slack[taken], self.value[taken] = plans[taken], slack[taken], value[taken]
        best = int(value.argmax())
        return value[best] > self.search.value and self.search.offer(plans[best].copy())

    def _ruined(self) -> Bools:
        """What to take out: all from a period on, or a part: a random set, a window of periods, most of a window,
        initiatives with all they hang on.

        What requires something taken out goes too.
        """
        count, periods = self.instance.allowed.shape
        random, placed = self.random, self.plans >= 0
        share = random.uniform(0.05, MOST_RUINED, CHAINS)[:, None]
        chance = random.random((CHAINS, count))
        first = random.integers(0, periods, CHAINS)[:, None]
        inside = (self.plans >= first) & (self.plans < first + np.maximum(1, np.round(share * periods)))
        seeds = (chance < share * 12 / count).astype(np.float32)
        linked = (seeds @ self.bundles + seeds @ self.bundles.T) > 0
        kinds = np.stack([chance < share, inside, (inside & (chance < 0.6)) | (chance < 0.03), linked])
        part = kinds[random.integers(0, len(kinds), CHAINS), np.arange(CHAINS)]
        rebuilt, whole = random.random((2, CHAINS, 1)) < np.array([REBUILT, FROM_THE_START])[:, None, None]
        gone = np.where(rebuilt, whole | (self.plans >= first), part) & placed
        return np.asarray(placed & (gone.astype(np.float32) @ self.bundles.T > 0))

    def _order(self, open_: Bools) -> Ints:
        """Rows in the order in which to place them, shape (p, n), what is not ``open_`` last.

        An initiative comes as early as the most wished for of those that need it.
        """
        instance, random = self.instance, self.random
        spread = random.choice(SPREADS, CHAINS)[:, None]
        wish = self.wishes[random.integers(0, len(self.wishes), CHAINS)] * np.exp(
            spread * random.standard_normal(open_.shape)
        )
        wish[~open_] = -1.0
        wish[:, instance.forced] += 1e9
        by_row = np.ascontiguousarray(wish.T)
        for row, needed in self.links:
            np.maximum(by_row[needed], by_row[row], out=by_row[needed])
        wish = np.where(open_, by_row.T, -1.0)
        return np.argsort(-wish, axis=1, kind="stable")


def compact(instance: Instance) -> tuple[Amounts, Amounts]:
    """What starts use and what the limits are, as 16-bit numbers where all are whole: a quarter of the memory to compare.

    Returns use (n, H, m) and limit (m,). A whole limit above all that could be used at once is lowered to that.
    """
    most = instance.use.max(axis=1, initial=0.0).sum(axis=0)
    if (instance.use != np.round(instance.use)).any() or most.max(initial=0.0) > np.iinfo(np.int16).max:
        return instance.use, instance.slack
    return instance.use.astype(np.int16), np.floor(np.minimum(instance.slack, most)).astype(np.int16)


def recreate(
    instance: Instance,
    use: Amounts,
    plans: Ints,
    slack: Amounts,
    order: Ints,
    count: Ints,
    random: np.random.Generator,
) -> None:
    """Place the first ``count`` rows of each ``order``, each at its earliest start that fits, changing ``plans``.

    Shapes: plans and order (p, n), slack (p, m), count (p,). What does not fit, or lacks a prerequisite, stays out.
    """
    chains, periods = len(plans), instance.allowed.shape[1]
    ends = np.where(plans >= 0, plans + instance.duration, periods)
    ends = np.concatenate([ends, np.zeros((chains, 1), dtype=np.int64)], axis=1)
    group, rivals = _groups(instance, plans)
    needed, period = _needed(instance), np.arange(periods)
    turns, every = int(count.max(initial=0)), np.arange(chains)
    later = random.random((turns, chains)) < random.choice((0.0, BLINK), chains)
    for turn in range(turns):
        row = order[:, turn]
        ready = ends[every[:, None], needed[row]].max(axis=1) + later[turn]
        live = np.flatnonzero((turn < count) & (ready < periods) & ~rivals[every, group[row]])
        row, ready = row[live], ready[live, None]
        fits = instance.allowed[row] & (period >= ready)
        fits &= (use[row] <= slack[live, None, :]).all(axis=2)
        start = fits.argmax(axis=1) if live.size else np.zeros(0, dtype=np.int64)
        placed = fits[np.arange(live.size), start]
        live, row, start = live[placed], row[placed], start[placed]
        plans[live, row] = start
        ends[live, row] = start + instance.duration[row]
        slack[live] -= use[row, start]
        rivals[live, group[row]] = group[row] >= 0


def _groups(instance: Instance, plans: Ints) -> tuple[Ints, Bools]:
    """Return the group of each row (−1: none) and, per plan and group, whether one of it is in; the last is never."""
    group = np.full(len(instance.ids), -1, dtype=np.int64)
    taken = np.zeros((len(plans), len(instance.groups) + 1), dtype=np.bool_)
    for place, rows in enumerate(instance.groups):
        group[list(rows)] = place
        taken[:, place] = (plans[:, list(rows)] >= 0).any(axis=1)
    return group, taken


def _needed(instance: Instance) -> Ints:
    """Rows that each row requires, shape (n, most), filled up with −1."""
    most = max((len(rows) for rows in instance.requires), default=0)
    needed = np.full((len(instance.ids), max(most, 1)), -1, dtype=np.int64)
    for row, rows in enumerate(instance.requires):
        needed[row, : len(rows)] = rows
    return needed


def _relaxed_wish(search: Search) -> Floats:
    """How much and how early the linear relaxation wants each initiative, shape (n,)."""
    formulation = search.formulation
    count, periods = formulation.instance.allowed.shape
    x = search.relaxation.x[: formulation.row.size]
    total = np.bincount(formulation.row, x, count)
    mean = np.bincount(formulation.row, x * formulation.start, count) / np.maximum(total, 1e-9)
    return np.asarray((total + 0.02) * np.exp(-3.0 * mean / periods))
