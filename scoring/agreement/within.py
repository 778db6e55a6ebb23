"""Agreement inside one group: how much closer the answers lie than if people had answered at random."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.agreement.peaks import TwoPeaks, two_peaks
from scoring.intervals import Interval

Floats = NDArray[np.float64]
Null = Literal["uniform", "slight skew"]

SLIGHT_SKEW = (0.05, 0.15, 0.20, 0.35, 0.25)
"""Shares of five levels when people lean a little to the favourable side; variance 1.34 (James et al. 1984)."""

BANDS = (
    (0.30, "lack of agreement"),
    (0.50, "weak"),
    (0.70, "moderate"),
    (0.90, "strong"),
    (1.00, "very strong"),
)


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Agreement of one group on the questions of one capability.

    uniform, skewed : rwg(j) against both nulls, 0 to 1; deviation : AD in levels and the limit it should keep
    band : the size of `uniform` in words, None where there is no estimate; peaks : two-peaked answers, if any
    """

    uniform: Interval
    skewed: Interval
    deviation: Interval
    deviation_limit: float
    band: str | None
    peaks: TwoPeaks | None


def agreement(ratings: ArrayLike, levels: int) -> Agreement:
    """Every index of agreement that the report shows for one group.

    ratings : shape (n_raters,) or (n_raters, n_questions), levels 1 to `levels`, NaN = not scored
    levels : number of levels of the scale

    Each question uses the people who answered it. Two peaks are looked for in all answers together.

    >>> found = agreement([[4, 4], [4, 5], [3, 4], [4, 4], [4, 3]], levels=5)
    >>> round(found.uniform.estimate, 2), found.band, round(found.deviation.estimate, 2), found.peaks
    (0.9, 'strong', 0.36, None)
    """
    matrix = _ratings(ratings, levels)
    uniform = rwg_j(matrix, levels)
    answers = matrix[~np.isnan(matrix)]
    counts = np.bincount(np.rint(answers).astype(int), minlength=levels + 1)[1:]
    return Agreement(
        uniform=uniform,
        skewed=rwg_j(matrix, levels, null="slight skew"),
        deviation=average_deviation(matrix, levels),
        deviation_limit=average_deviation_limit(levels),
        band=None if np.isnan(uniform.estimate) else agreement_band(uniform.estimate),
        peaks=two_peaks(counts.tolist()),
    )


def null_variance(levels: int, null: Null = "uniform") -> float:
    """Variance of answers given at random on a scale of that many levels.

    Uniform: (A² - 1) / 12. Slight skew: 1.34 at five levels; for other scales the same five-level shape is spread
    over the A levels (shares of the unit interval), our own extension.
    Source: James, Demaree & Wolf (1984), JAP 69, 85–98.

    >>> null_variance(5), round(null_variance(5, "slight skew"), 2), null_variance(7)
    (2.0, 1.34, 4.0)
    """
    if levels < 2:
        raise ValueError(f"levels is {levels}: a scale has at least 2")
    if null == "uniform":
        return (levels**2 - 1) / 12
    edges = np.interp(np.linspace(0, 1, levels + 1), np.linspace(0, 1, 6), np.cumsum((0.0, *SLIGHT_SKEW)))
    shares, places = np.diff(edges), np.arange(1, levels + 1)
    return float(shares @ (places - shares @ places) ** 2)


def rwg(ratings: ArrayLike, levels: int, *, null: Null = "uniform") -> Interval:
    """Agreement on one question: 1 = all the same, 0 = as at random.

    ratings : shape (n_raters,), levels 1 to `levels`, NaN = not scored and left out

    Below two ratings there is no estimate; below zero it is set to 0 and a note says so.
    Formula: 1 - s² / s_E², s² with n - 1. Source: James, Demaree & Wolf (1984).

    >>> rwg([4, 4, 5, 3], levels=5).estimate
    0.6666666666666667
    """
    return rwg_j(np.asarray(ratings, dtype=float).reshape(-1, 1), levels, null=null)


def rwg_j(ratings: ArrayLike, levels: int, *, null: Null = "uniform") -> Interval:
    """Agreement on J questions of one capability taken together: 1 = all the same, 0 = as at random.

    ratings : shape (n_raters, n_questions), levels 1 to `levels`, NaN = not scored
    n : people with at least one rating

    Each question uses the people who answered it; a question with one rating is left out. Below zero the estimate is
    set to 0 and a note says so.
    Formula: J (1 - r) / (J (1 - r) + r), r = mean of s_j² / s_E². Source: James, Demaree & Wolf (1984).

    >>> round(rwg_j([[4, 4], [4, 5], [3, 4], [4, 4]], levels=5).estimate, 4)
    0.9333
    """
    matrix = _ratings(ratings, levels)
    expected = null_variance(levels, null)
    n = int((~np.isnan(matrix)).any(axis=1).sum())
    columns = [column[~np.isnan(column)] for column in matrix.T]
    spreads = [column.var(ddof=1) / expected for column in columns if len(column) > 1]
    method = f"rwg, {null} null variance {expected:.4g}"
    if len(columns) > 1:
        method = f"rwg({len(spreads)}), {null} null variance {expected:.4g}"
    if not spreads:
        return _estimate(float("nan"), n, method, "No estimate: no question has two ratings.")
    ratio = float(np.mean(spreads))
    if ratio > 1:
        return _estimate(0.0, n, method, "Answers differ more than at random: set to 0.")
    same = len(spreads) * (1 - ratio)
    return _estimate(same / (same + ratio), n, method)


def average_deviation(ratings: ArrayLike, levels: int) -> Interval:
    """Mean distance of the answers from their mean, in levels, averaged over questions; small is agreement.

    ratings : shape (n_raters,) or (n_raters, n_questions), levels 1 to `levels`, NaN = not scored

    A question with one rating is left out; without any other there is no estimate.
    Formula: AD = mean |x - mean|; limit A / 6 (`average_deviation_limit`). Source: Burke & Dunlap (2002), ORM 5,
    159–172.

    >>> average_deviation([2, 3, 4, 3], levels=5).estimate
    0.5
    """
    matrix = _ratings(ratings, levels)
    n = int((~np.isnan(matrix)).any(axis=1).sum())
    columns = [column[~np.isnan(column)] for column in matrix.T]
    found = [float(np.abs(column - column.mean()).mean()) for column in columns if len(column) > 1]
    if not found:
        return _estimate(float("nan"), n, "AD", "No estimate: no question has two ratings.")
    return _estimate(float(np.mean(found)), n, "AD around the mean")


def average_deviation_limit(levels: int) -> float:
    """Largest AD that still counts as agreement: a sixth of the number of levels.

    Source: Burke & Dunlap (2002), ORM 5, 159–172.

    >>> round(average_deviation_limit(5), 2)
    0.83
    """
    return levels / 6


def agreement_band(estimate: float) -> str:
    """Name the size of an rwg: to .30 lack of agreement, to .50 weak, to .70 moderate, to .90 strong, very strong.

    Source: LeBreton & Senter (2008), ORM 11, 815–852, table 3.

    >>> agreement_band(0.71), agreement_band(0.3)
    ('strong', 'lack of agreement')
    """
    if not 0 <= estimate <= 1:
        raise ValueError(f"estimate is {estimate}: rwg lies between 0 and 1")
    return next(name for limit, name in BANDS if round(estimate, 2) <= limit)


def _ratings(ratings: ArrayLike, levels: int) -> Floats:
    matrix = np.asarray(ratings, dtype=float)
    matrix = matrix.reshape(-1, 1) if matrix.ndim < 2 else matrix
    wrong = matrix[(matrix < 1) | (matrix > levels)]
    if wrong.size:
        raise ValueError(f"ratings holds {wrong[0]:g}: the scale has levels 1 to {levels}, use NaN for not scored")
    return matrix


def _estimate(estimate: float, n: int, method: str, *notes: str) -> Interval:
    return Interval(estimate=estimate, low=None, high=None, n=n, method=method, notes=notes)
