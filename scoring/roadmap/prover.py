"""Tighten the bound on a second thread while the first improves the plan (HiGHS releases the interpreter lock)."""

import threading
import time

import numpy as np

from scoring.roadmap.formulation import part
from scoring.roadmap.highs import Answer, maximise
from scoring.roadmap.instance import Ints
from scoring.roadmap.neighbourhoods import without_useless
from scoring.roadmap.search import Search

SLICE_SHARES = (0.3, 1.0)


class Prover(threading.Thread):
    """Solves the whole model in slices of the time left, each without the starts that the plan so far rules out."""

    def __init__(self, search: Search) -> None:
        super().__init__(name="roadmap-bound", daemon=True)
        self.search = search
        self.stopped = threading.Event()
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            for share in SLICE_SHARES:
                if self.stopped.is_set() or self.search.proven or self.search.seconds_left < 0.05:
                    return
                prove(self.search, self.search.seconds_left * share)
        except Exception as failure:  # noqa: BLE001 - handed to the thread that waits
            self.failure = failure

    def finish(self, seconds: float) -> None:
        """Wait for the slice under way, at most ``seconds``; raise what went wrong in it."""
        self.stopped.set()
        self.join(max(0.0, seconds))
        if self.failure is not None:
            raise self.failure


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
