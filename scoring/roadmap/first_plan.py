"""A first plan in milliseconds: schedule the densest bundle of prerequisites and goal, again and again."""

import numpy as np

from scoring.roadmap.instance import Bools, Floats, Instance, Ints

ROUNDS = 6
SHUFFLED_PLACEMENTS = 3000
MOST_SHUFFLES = 20


def first_plan(instance: Instance, seed: int = 0) -> Ints | None:
    """Return a good plan, shape (n,), or ``None`` when the forced initiatives were not placed by this simple means."""
    count = len(instance.ids)
    random = np.random.default_rng(seed)
    best, best_value = None, -np.inf
    price = np.ones(instance.limit.size)
    worth = _worth(instance)
    shuffles = min(MOST_SHUFFLES, SHUFFLED_PLACEMENTS // max(count, 1))
    for turn in range(ROUNDS + shuffles):
        noise = np.ones(count) if turn < ROUNDS else random.uniform(0.6, 1.6, count)
        order = density_order(instance, worth * noise, price)
        starts = place(instance, order)
        if (starts[instance.forced] < 0).any():
            continue
        value = instance.plan_value(starts)
        if value > best_value:
            best, best_value = starts, value
        price = _used_share(instance, starts) ** 2 + 0.02
    return best


def bundle_density(instance: Instance) -> Floats:
    """Worth ÷ use of each initiative with all it requires, as a share of the largest, shape (n,)."""
    bundles = (instance.before | np.eye(len(instance.ids), dtype=np.bool_)).astype(np.float64)
    cost = _earliest_share(instance).sum(axis=1) + 1e-6
    density = (bundles @ _worth(instance)) / np.maximum(bundles @ cost, 1e-12)
    return np.asarray(density / max(float(density.max(initial=0.0)), 1e-12) + 1e-6)


def density_order(instance: Instance, worth: Floats, price: Floats) -> list[int]:
    """Order initiatives by worth ÷ priced use of the best bundle (an initiative with all it still requires)."""
    cost = _earliest_share(instance) @ price + 1e-6
    bundles = (instance.before | np.eye(len(instance.ids), dtype=np.bool_)).astype(np.float64)
    open_: Bools = np.asarray(instance.allowed.any(axis=1))
    waiting = open_.copy()
    bundle_worth, bundle_cost = bundles @ (worth * open_), bundles @ (cost * open_)
    urgent = np.where(instance.forced, 1e9, 0.0)
    order: list[int] = []
    while open_.any():
        density = bundle_worth / np.maximum(bundle_cost, 1e-12) + urgent
        goal = int(np.where(open_, density, -np.inf).argmax())
        for row in np.flatnonzero((bundles[goal] > 0) & waiting):
            order.append(int(row))
            bundle_worth -= bundles[:, row] * worth[row]
            bundle_cost -= bundles[:, row] * cost[row]
            waiting[row] = open_[row] = False
        open_[goal] = False
    return order


def place(instance: Instance, order: list[int], starts: Ints | None = None, hold: Bools | None = None) -> Ints:
    """Place initiatives in ``order``, each at its earliest start that fits; those that do not fit are left out.

    ``starts`` and ``hold`` (shape (n,)): initiatives that keep their start while the others are placed.
    """
    count = len(instance.ids)
    placed = np.full(count, -1, dtype=np.int64)
    slack = instance.slack
    if starts is not None and hold is not None:
        placed[hold] = starts[hold]
        kept = np.flatnonzero(placed >= 0)
        slack = slack - instance.use[kept, placed[kept]].sum(axis=0)
    group_of = {row: place for place, group in enumerate(instance.groups) for row in group}
    taken = {group_of[int(row)] for row in np.flatnonzero(placed >= 0) if int(row) in group_of}
    for row in order:
        if placed[row] >= 0 or group_of.get(row) in taken:
            continue
        start = _earliest(instance, placed, slack, row)
        if start is None:
            continue
        placed[row] = start
        slack = slack - instance.use[row, start]
        if row in group_of:
            taken.add(group_of[row])
    return placed


def _earliest(instance: Instance, placed: Ints, slack: Floats, row: int) -> int | None:
    ready = 0
    for needed in instance.requires[row]:
        if placed[needed] < 0:
            return None
        ready = max(ready, int(placed[needed] + instance.duration[needed]))
    fits = instance.allowed[row, ready:]
    if not fits.any():
        return None
    fits = fits & (instance.use[row, ready:] <= slack).all(axis=1)
    first = int(fits.argmax())
    return ready + first if fits[first] else None


def _earliest_share(instance: Instance) -> Floats:
    """Share of each limit that each initiative uses at its first start, shape (n, m)."""
    earliest = instance.allowed.argmax(axis=1)
    share = instance.use[np.arange(len(earliest)), earliest] / np.maximum(instance.limit, 1e-9)
    share[:, instance.limit <= 0] = 0.0
    return np.asarray(share)


def _worth(instance: Instance) -> Floats:
    earliest = instance.allowed.argmax(axis=1)
    worth = instance.value[np.arange(len(earliest)), earliest]
    ends = np.minimum(earliest + instance.duration, instance.problem.periods)
    for capability in instance.capped:
        held = np.array([instance.discounts()[end - 1 :].sum() for end in ends])
        worth = worth + capability.weight * np.minimum(capability.gains, capability.gap) * held
    return np.asarray(worth)


def _used_share(instance: Instance, starts: Ints) -> Floats:
    chosen = np.flatnonzero(starts >= 0)
    used = instance.use[chosen, starts[chosen]].sum(axis=0)
    return np.asarray(np.clip(used / np.maximum(instance.limit, 1e-9), 0.0, 1.0))
