"""Bootstrap intervals of composites."""

import warnings
from collections.abc import Callable, Hashable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from scoring.intervals.interval import Interval
from scoring.intervals.tally import Floats, merge_singles, stratum_codes

MINIMUM_BOOTSTRAP_N = 15
"""Fewer respondents than this are not bootstrapped."""

LARGEST_BCA_N = 2_000
"""Above this many respondents the bias and acceleration terms (order 1/n) are left out."""

Statistic = Callable[[Floats], float]


def bca_stratified(
    values_matrix: ArrayLike,
    strata: Sequence[Hashable] | pd.Series,
    statistic: Statistic,
    *,
    seed: int,
    resamples: int = 2_000,
    confidence: float = 0.95,
) -> Interval:
    """Bias-corrected and accelerated bootstrap interval of a composite; people are redrawn inside their unit.

    values_matrix : shape (n_respondents, n_items), levels, NaN = not scored
    statistic : takes an array of that shape and returns one number; rows come ordered by stratum, the size of every
        stratum as in the data
    seed : the same seed and the same people give the same interval, whatever the order of the rows

    Strata with a single respondent are merged as in `stratified_means`. No interval below 15 respondents, nor when
    the resamples do not differ. Above 2,000 respondents the percentile interval is used, and the method says so.
    Source: Efron (1987), JASA 82, 171–185; several samples: Davison & Hinkley (1997), §5.3.2.

    >>> people = np.tile([[1.0, 2.0], [2.0, 4.0], [3.0, 3.0], [4.0, 5.0]], (4, 1))
    >>> spread = bca_stratified(people, ["a", "b"] * 8, lambda rows: float(np.mean(rows)), seed=1)
    >>> spread.estimate, spread.n, spread.low < 3.0 < spread.high
    (3.0, 16, True)
    """
    matrix, rows = _ordered(values_matrix, strata)
    n = len(matrix)
    estimate = float(statistic(matrix)) if n else float("nan")
    method = "BCa bootstrap inside strata" if n <= LARGEST_BCA_N else "percentile bootstrap inside strata"

    def without(note: str) -> Interval:
        return Interval(
            estimate=estimate, low=None, high=None, n=n, method=method, confidence=confidence, notes=(note,)
        )

    if n < MINIMUM_BOOTSTRAP_N:
        return without(f"No interval: {n} respondents, at least {MINIMUM_BOOTSTRAP_N} are needed.")
    if all(np.array_equal(matrix[part], matrix[part[[0] * len(part)]], equal_nan=True) for part in rows):
        return without("No interval: inside every unit all respondents answered alike.")
    low, high, se = _drawn(matrix, rows, statistic, seed, resamples, confidence)
    if not (np.isfinite(low) and np.isfinite(high)):
        return without("No interval: the resamples do not differ.")
    return Interval(
        estimate=estimate,
        low=low,
        high=high,
        n=n,
        method=f"{method}, {resamples} resamples, seed {seed}",
        confidence=confidence,
        se=se,
    )


def _ordered(
    values_matrix: ArrayLike, strata: Sequence[Hashable] | pd.Series
) -> tuple[Floats, tuple[NDArray[np.intp], ...]]:
    """The rows ordered by stratum and values, and the places of every stratum's rows."""
    matrix = np.asarray(values_matrix, dtype=float)
    matrix = matrix.reshape(len(matrix), -1)
    codes, _ = stratum_codes(strata, len(matrix))
    codes = merge_singles(np.bincount(codes, minlength=1).astype(float))[codes] if len(matrix) else codes
    order = np.lexsort((*matrix.T[::-1], codes))
    matrix, codes = matrix[order], codes[order]
    return matrix, tuple(np.flatnonzero(codes == code) for code in np.unique(codes))


def _drawn(
    matrix: Floats,
    rows: tuple[NDArray[np.intp], ...],
    statistic: Statistic,
    seed: int,
    resamples: int,
    confidence: float,
) -> tuple[float, float, float]:
    """Both ends and the standard error; NaN ends where leaving any one person out changes nothing, so that there is no
    acceleration, or where the resamples do not differ."""

    def redrawn(*parts: NDArray[np.intp]) -> float:
        return float(statistic(matrix[np.concatenate(parts)]))

    with np.errstate(invalid="ignore", divide="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        drawn = stats.bootstrap(
            rows,
            redrawn,
            n_resamples=resamples,
            batch=min(resamples, 100),
            vectorized=False,
            confidence_level=confidence,
            method="BCa" if len(matrix) <= LARGEST_BCA_N else "percentile",
            rng=np.random.default_rng(seed),
        )
    ends = drawn.confidence_interval
    return float(ends.low), float(ends.high), float(drawn.standard_error)
