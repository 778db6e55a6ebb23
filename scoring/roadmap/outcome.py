"""Did it work? The gain that finished initiatives promised, set against the measured change of their capability."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from scoring.intervals import MINIMUM_N, Interval


@dataclass(frozen=True, slots=True)
class Finished:
    """An initiative that has finished, and the levels it promised to its capability (above 0)."""

    id: str
    capability: str
    expected: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was measured of an initiative's promise, in levels.

    ``measured``, ``low`` and ``high``: its part of the change of the capability since the wave before and of the change's
    interval (None where there is none), in proportion to what each of the initiatives finished meanwhile promised;
    ``beside`` names the others. ``clear``: the change excludes zero after correction. A change is not proof of a cause.
    """

    id: str
    capability: str
    expected: float
    measured: float
    low: float | None
    high: float | None
    clear: bool
    beside: tuple[str, ...]

    @property
    def realised(self) -> float:
        """Levels measured per level promised."""
        return self.measured / self.expected


def outcomes(
    finished: Iterable[Finished], changes: Mapping[str, tuple[float, float | None, float | None, bool]]
) -> tuple[Outcome, ...]:
    """Set what finished between two waves against the change between them; capabilities without a change are left out.

    ``changes``: capability → (change in levels, low, high, whether it is clear).

    >>> work = [Finished("a", "data", 1.0), Finished("b", "data", 0.5), Finished("c", "people", 1.0)]
    >>> [(each.id, round(each.measured, 2), each.beside) for each in outcomes(work, {"data": (0.6, 0.3, 0.9, True)})]
    [('a', 0.4, ('b',)), ('b', 0.2, ('a',))]
    """
    by_capability: dict[str, list[Finished]] = defaultdict(list)
    for each in finished:
        by_capability[each.capability].append(each)
    found = []
    for capability, work in by_capability.items():
        if capability not in changes:
            continue
        change, low, high, clear = changes[capability]
        whole = sum(each.expected for each in work)
        for each in work:
            part = each.expected / whole
            found.append(
                Outcome(
                    id=each.id,
                    capability=capability,
                    expected=each.expected,
                    measured=change * part,
                    low=None if low is None else low * part,
                    high=None if high is None else high * part,
                    clear=clear,
                    beside=tuple(other.id for other in work if other is not each),
                )
            )
    return tuple(found)


def pooled_realised(shares: Sequence[float], *, confidence: float = 0.95) -> Interval | None:
    """Mean of the levels measured per level promised, over organisations; every organisation counts once.

    shares : shape (n_organizations,), `Outcome.realised` of one initiative in each

    Student's t interval on the spread between organisations. None below 5 organisations.

    >>> round(pooled_realised([0.4, 0.6, 0.8, 1.0, 0.7]).estimate, 2)
    0.7
    """
    n = len(shares)
    if n < MINIMUM_N:
        return None
    values = np.asarray(shares, dtype=np.float64)
    estimate, se = float(values.mean()), float(values.std(ddof=1) / np.sqrt(n))
    reach = float(stats.t.ppf((1 + confidence) / 2, n - 1)) * se
    return Interval(
        estimate=estimate,
        low=estimate - reach,
        high=estimate + reach,
        n=n,
        method="Student's t over organisations",
        confidence=confidence,
        df=n - 1,
        se=se,
    )
