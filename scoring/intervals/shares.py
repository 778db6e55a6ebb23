"""Intervals of shares."""

import numpy as np
from scipy import stats

from scoring.intervals.interval import MINIMUM_N, Interval, too_few


def wilson(successes: float, n: int, confidence: float = 0.95) -> Interval:
    """Share `successes / n` with Wilson's score interval.

    successes : 0 to n; halves are allowed, a mid-rank percentile counts ties as half

    Below n = 5 there is an estimate and no interval; n = 0 has neither.
    Formula: (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n). Source: Wilson (1927), JASA 22, 209–212.

    >>> share = wilson(8, 10)
    >>> share.estimate, round(share.low, 4), round(share.high, 4)
    (0.8, 0.4902, 0.9433)
    """
    if n < 0 or not 0 <= successes <= n:
        raise ValueError(f"successes={successes} of n={n}: successes must lie between 0 and n")
    estimate = successes / n if n else float("nan")
    if n < MINIMUM_N:
        return Interval(
            estimate=estimate,
            low=None,
            high=None,
            n=n,
            method="Wilson score",
            confidence=confidence,
            notes=(too_few(n),),
        )
    z = float(stats.norm.ppf((1 + confidence) / 2))
    centre = (estimate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(estimate * (1 - estimate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if successes == 0 else float(centre - half)
    high = 1.0 if successes == n else float(centre + half)
    return Interval(estimate=estimate, low=low, high=high, n=n, method="Wilson score", confidence=confidence)
