"""Tighten the bound, then help to search, on a second thread (HiGHS releases the interpreter lock)."""

import threading
import time

import numpy as np

from scoring.roadmap.formulation import part
from scoring.roadmap.highs import Answer, maximise
from scoring.roadmap.instance import Ints
from scoring.roadmap.neighbourhoods import Neighbourhoods, without_useless
from scoring.roadmap.search import Search
from scoring.roadmap.solution import relative_gap

ROOT_SHARE = 0.3
ROOT_SECONDS = 9.0
"""The root gets this long where the deadline lets it, and a share of longer times: it cannot be interrupted."""
CLOSABLE_COLUMNS = 250
CLOSABLE_GAP = 0.03


class Prover(threading.Thread):
    """Bounds the whole model without the starts that the plan so far rules out.

    The root of the branch and bound gives nearly all that the bound can gain on large problems, so that after it the
    time goes into branching only where that may close the gap, and else into a second search for better plans.
    """

    def __init__(self, search: Search) -> None:
        super().__init__(name="roadmap-bound", daemon=False)  # a process that ends in native code would abort
        self.search = search
        self.stopped = threading.Event()
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            if int(self.search.worthwhile().sum()) > CLOSABLE_COLUMNS:
                left = self.search.seconds_left
                prove(self.search, max(ROOT_SHARE * left, min(0.9 * left, ROOT_SECONDS)))
            if self._going and self._closable:
                prove(self.search, self.search.seconds_left)
            parts = Neighbourhoods(self.search, seed=1)
            while self._going:
                parts.improve_once()
        except Exception as failure:  # noqa: BLE001 - handed to the thread that waits
            self.failure = failure

    @property
    def _going(self) -> bool:
        return not (self.stopped.is_set() or self.search.proven or self.search.seconds_left < 0.05)

    @property
    def _closable(self) -> bool:
        return (
            int(self.search.worthwhile().sum()) <= CLOSABLE_COLUMNS
            or relative_gap(self.search.value, self.search.bound) <= CLOSABLE_GAP
        )

    def finish(self, seconds: float) -> None:
        """Wait for the slice under way, at most ``seconds``; raise what went wrong in it."""
        self.stopped.set()
        self.join(max(0.0, seconds))
        if self.failure is not None:
            raise self.failure


def bounding_is_under_way() -> bool:
    """Whether a bound is still being computed for a search that has ended; it stops by itself at its time limit."""
    return any(isinstance(thread, Prover) for thread in threading.enumerate())


def prove(search: Search, seconds: float, nodes: int | None = None) -> Answer:
    """Solve the whole model for ``seconds``; better plans and bounds go to ``search``."""
    formulation = search.formulation
    began = time.monotonic()
    with search.lock:
        starts: Ints = search.starts
    free = search.worthwhile() | (starts[formulation.row] == formulation.start)
    program, column, held = part(formulation, starts, free)
    answer = maximise(program, seconds - (time.monotonic() - began), gap=search.gap, nodes=nodes)
    if answer.x is not None:
        held[column] = answer.x
        search.offer(without_useless(formulation.instance, formulation.decode(held)))
    if np.isfinite(answer.bound):
        search.lower_bound_to(answer.bound)
    if answer.finished and search.gap <= 0:
        search.lower_bound_to(search.value)
    return answer
