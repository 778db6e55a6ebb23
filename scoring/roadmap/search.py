"""The best plan and bound so far, under one deadline."""

import threading
import time
from dataclasses import dataclass, field

import numpy as np

from scoring.roadmap.formulation import Formulation
from scoring.roadmap.highs import Relaxation
from scoring.roadmap.instance import Bools, Ints
from scoring.roadmap.solution import relative_gap

PROVEN = 1e-6


@dataclass(slots=True)
class Search:
    """State shared by the searching thread and the proving one; ``starts`` only ever gets better."""

    formulation: Formulation
    relaxation: Relaxation
    starts: Ints
    deadline: float
    gap: float
    value: float = field(init=False)
    bound: float = field(init=False)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.value = self.formulation.instance.plan_value(self.starts)
        self.bound = max(self.relaxation.bound, self.value)

    @property
    def seconds_left(self) -> float:
        return self.deadline - time.monotonic()

    @property
    def proven(self) -> bool:
        """Whether the plan is within the wanted gap of the bound."""
        return relative_gap(self.value, self.bound) <= max(self.gap, PROVEN)

    def offer(self, starts: Ints) -> bool:
        """Take ``starts`` when it is feasible and better than the plan so far."""
        instance = self.formulation.instance
        value = instance.plan_value(starts)
        chosen = np.flatnonzero(starts >= 0)
        if (instance.use[chosen, starts[chosen]].sum(axis=0) > instance.slack).any():
            return False
        with self.lock:
            if value <= self.value + 1e-9 * max(1.0, abs(self.value)):
                return False
            self.starts, self.value = starts, value
            self.bound = max(self.bound, value)
        return True

    def lower_bound_to(self, bound: float) -> None:
        """Take a certified bound on plans better than the one so far."""
        with self.lock:
            self.bound = max(self.value, min(self.bound, bound))

    def worthwhile(self) -> Bools:
        """Start columns that a better plan may contain: their reduced cost does not exceed what can be won."""
        columns = self.formulation.row.size
        room = self.relaxation.bound - self.value
        return np.asarray(self.relaxation.reduced[:columns] <= room + 1e-6 * max(1.0, abs(self.value)))
