"""The interval itself: an estimate and how sure we are of it."""

from dataclasses import dataclass, replace

import numpy as np

MINIMUM_N = 5
"""Fewer answers than this carry no interval at all."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """An estimate and how sure we are of it; nothing is rounded.

    `low` and `high` are None where the method gives no interval (see `notes`). `low_fpc` and `high_fpc` are the
    interval that treats the respondents as a random part of a known population; None when it is unknown.
    """

    estimate: float
    low: float | None
    high: float | None
    n: int
    method: str
    confidence: float = 0.95
    df: float = float("nan")
    se: float = float("nan")
    low_fpc: float | None = None
    high_fpc: float | None = None
    response_rate: float | None = None
    notes: tuple[str, ...] = ()

    def within(self, lowest: float, highest: float) -> "Interval":
        """Return the same interval cut to the scale on which the estimate must lie.

        >>> Interval(estimate=1.2, low=0.9, high=1.5, n=8, method="t").within(1, 5).low
        1.0
        """

        def cut(end: float | None) -> float | None:
            return None if end is None else float(np.clip(end, lowest, highest))

        return replace(
            self,
            low=cut(self.low),
            high=cut(self.high),
            low_fpc=cut(self.low_fpc),
            high_fpc=cut(self.high_fpc),
        )


def too_few(n: int) -> str:
    """Say why there is no interval."""
    return f"No interval: {n} answers, at least {MINIMUM_N} are needed."
