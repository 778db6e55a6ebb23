"""How large a difference is, and which of many differences are clear."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from scoring.intervals import MINIMUM_N, Interval
from scoring.rounding import vary

Floats = NDArray[np.float64]

DELTA_BANDS = ((0.147, "negligible"), (0.33, "small"), (0.474, "medium"), (float("inf"), "large"))


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A difference of two means (first minus second), how sure it is, and how large.

    difference : levels; p_value : two-sided, NaN where there is no test; effect : Cliff's delta, -1 to 1
    """

    difference: Interval
    p_value: float
    effect: Interval
    n_first: int
    n_second: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Family:
    """Comparisons judged together.

    table : one row per comparison with p_value, adjusted (smallest q at which it is clear) and clear
    q : false discovery rate; size : comparisons in the family
    """

    table: pd.DataFrame
    q: float
    size: int


def cliffs_delta(first: ArrayLike, second: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """How much more often a value of the first group lies above one of the second than below: -1 to 1, 0 = as often.

    first, second : shape (n,), levels, NaN = not scored and left out

    No interval when either group has fewer than 5 values.
    Formula: (#{x > y} - #{x < y}) / (n1 n2), with the consistent variance and the asymmetric interval on Student's t,
    n1 + n2 - 2 df. Source: Cliff (1993), Psychological Bulletin 114, 494–509; at ±1 Feng & Cliff (2004), JMASM 3,
    322–332. Agrees with R `effsize::cliff.delta`.

    >>> delta = cliffs_delta([10, 10, 20, 20, 20, 30, 30, 30, 40, 50], [10, 20, 30, 40, 40, 50])
    >>> delta.estimate, round(delta.low, 4), round(delta.high, 4)
    (-0.25, -0.7266, 0.389)
    """
    x, y = _scored(first), _scored(second)
    n = len(x) + len(y)
    if not len(x) or not len(y):
        return _without(float("nan"), n, "Cliff's delta", "No estimate: a group has no values.")
    rows, columns = _dominance(x, y), -_dominance(y, x)
    delta = float(rows.mean())
    if min(len(x), len(y)) < MINIMUM_N:
        return _without(delta, n, "Cliff's delta", _too_few(x, y))
    se = np.sqrt(_delta_variance(x, y, rows, columns, delta))
    low, high = _delta_ends(delta, se, float(stats.t.ppf((1 + confidence) / 2, n - 2)), min(len(x), len(y)))
    return Interval(
        estimate=delta,
        low=low,
        high=high,
        n=n,
        method="Cliff's delta, consistent variance",
        confidence=confidence,
        df=n - 2,
        se=float(se),
    )


def delta_band(delta: float) -> str:
    """Name the size of Cliff's delta: negligible below .147, small below .33, medium below .474, else large.

    Source: Romano et al. (2006), thresholds that correspond to Cohen's d of .2, .5 and .8.

    >>> delta_band(-0.25), delta_band(0.5)
    ('small', 'large')
    """
    return next(name for limit, name in DELTA_BANDS if abs(delta) < limit)


def hedges_g(first: ArrayLike, second: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Difference of two means in pooled standard deviations, corrected for small groups.

    first, second : shape (n,), levels, NaN = not scored and left out

    No estimate when the pooled deviation is zero, no interval when either group has fewer than 5 values.
    Formula: g = J d, J = 1 - 3 / (4 df - 1), df = n1 + n2 - 2; interval from the noncentral t, times J.
    Source: Hedges (1981), JES 6, 107–128; interval Cumming & Finch (2001), EPM 61, 532–574.

    >>> effect = hedges_g([3, 4, 5, 4, 4], [2, 3, 3, 2, 3])
    >>> round(effect.estimate, 3), round(effect.low, 3), round(effect.high, 3)
    (1.999, 0.488, 3.441)
    """
    x, y = _scored(first), _scored(second)
    n, df = len(x) + len(y), len(x) + len(y) - 2
    if min(len(x), len(y)) < 2:
        return _without(float("nan"), n, "Hedges' g", "No estimate: each group needs two values.")
    spread = np.sqrt((np.sum((x - x.mean()) ** 2) + np.sum((y - y.mean()) ** 2)) / df)
    if not (vary(x) or vary(y)):
        return _without(float("nan"), n, "Hedges' g", "No estimate: inside each group all values are the same.")
    correction = 1 - 3 / (4 * df - 1)
    d = float((x.mean() - y.mean()) / spread)
    if min(len(x), len(y)) < MINIMUM_N:
        return _without(correction * d, n, "Hedges' g", _too_few(x, y))
    unit = np.sqrt(1 / len(x) + 1 / len(y))
    low, high = (float(correction * unit * _noncentral(d / unit, df, share)) for share in _tails(confidence))
    return Interval(
        estimate=correction * d,
        low=low,
        high=high,
        n=n,
        method="Hedges' g, noncentral t",
        confidence=confidence,
        df=df,
    )


def welch_difference(first: ArrayLike, second: ArrayLike, *, confidence: float = 0.95) -> Difference:
    """Difference of the means of two separate groups with Welch's interval: leaders and staff, or unlinked waves.

    first, second : shape (n,), levels, NaN = not scored and left out

    No interval and no p-value when either group has fewer than 5 values or nothing varies.
    Source: Welch (1947), Biometrika 34, 28–35; the same figures as `scipy.stats.ttest_ind` with unequal variances.

    >>> gap = welch_difference([3, 4, 5, 4, 4], [2, 3, 3, 2, 3])
    >>> round(gap.difference.estimate, 2), round(gap.difference.low, 2), round(gap.difference.high, 2)
    (1.4, 0.47, 2.33)
    """
    x, y = _scored(first), _scored(second)
    return Difference(
        difference=_welch_interval(x, y, confidence),
        p_value=_welch_p(x, y) if _testable(x, y) else float("nan"),
        effect=cliffs_delta(x, y, confidence=confidence),
        n_first=len(x),
        n_second=len(y),
    )


def benjamini_hochberg(p_values: Mapping[str, float], *, q: float = 0.10) -> Family:
    """Mark the comparisons that are clear when all of them are judged together.

    p_values : comparison → p-value; NaN = not tested, kept in the table and never clear

    Of the comparisons marked clear, a share of at most q is expected to be none.
    Source: Benjamini & Hochberg (1995), JRSS B 57, 289–300; computed by `scipy.stats.false_discovery_control`.

    >>> benjamini_hochberg({"plan": 0.001, "data": 0.04, "stack": 0.5}, q=0.05).table["clear"].to_dict()
    {'plan': True, 'data': False, 'stack': False}
    """
    table = pd.DataFrame({"p_value": pd.Series(p_values, dtype=float)})
    tested = table["p_value"].dropna()
    wrong = tested[(tested < 0) | (tested > 1)]
    if len(wrong):
        raise ValueError(f"p_values[{wrong.index[0]!r}] is {wrong.iloc[0]}: a p-value lies between 0 and 1")
    table["adjusted"] = np.nan
    if len(tested):
        table.loc[tested.index, "adjusted"] = stats.false_discovery_control(tested.to_numpy())
    table["clear"] = table["adjusted"] <= q
    return Family(table=table, q=q, size=len(tested))


def _scored(values: ArrayLike) -> Floats:
    numbers = np.asarray(values, dtype=float).ravel()
    return np.asarray(numbers[~np.isnan(numbers)], dtype=float)


def _without(estimate: float, n: int, method: str, note: str) -> Interval:
    return Interval(estimate=estimate, low=None, high=None, n=n, method=method, notes=(note,))


def _too_few(x: Floats, y: Floats) -> str:
    return f"No interval: {min(len(x), len(y))} values in the smaller group, at least {MINIMUM_N} are needed."


def _dominance(x: Floats, y: Floats) -> Floats:
    """Share of y below each x less the share above, by binary search."""
    ordered = np.sort(y)
    below, not_above = np.searchsorted(ordered, x, side="left"), np.searchsorted(ordered, x, side="right")
    return np.asarray((below + not_above - len(y)) / len(y), dtype=float)


def _delta_variance(x: Floats, y: Floats, rows: Floats, columns: Floats, delta: float) -> float:
    pairs = len(x) * len(y)
    values, in_x = np.unique(x, return_counts=True)
    ties = float(sum(count * np.count_nonzero(y == value) for value, count in zip(values, in_x, strict=True)))
    within = pairs - ties - pairs * delta**2
    between = len(y) ** 2 * np.sum((rows - delta) ** 2) + len(x) ** 2 * np.sum((columns - delta) ** 2)
    variance = (between - within) / (pairs * (len(x) - 1) * (len(y) - 1))
    return max(float(variance), (1 - delta**2) / (pairs - 1))


def _delta_ends(delta: float, se: float, t: float, smaller: int) -> tuple[float, float]:
    if abs(delta) == 1:
        inner = (smaller - t**2) / (smaller + t**2)
        return (inner, 1.0) if delta > 0 else (-1.0, -inner)
    middle = delta - delta**3
    half = t * se * np.sqrt((1 - delta**2) ** 2 + t**2 * se**2)
    under = 1 - delta**2 + t**2 * se**2
    return float(max(-1.0, (middle - half) / under)), float(min(1.0, (middle + half) / under))


def _tails(confidence: float) -> tuple[float, float]:
    return (1 + confidence) / 2, (1 - confidence) / 2


def _noncentral(t: float, df: int, share: float) -> float:
    """The noncentrality under which t would be exceeded with probability 1 - share."""

    def excess(centre: float) -> float:
        return float(stats.nct.cdf(t, df, centre)) - share

    width = 5.0
    while excess(t - width) < 0 or excess(t + width) > 0:
        width *= 2
    return float(optimize.brentq(excess, t - width, t + width))


def _testable(x: Floats, y: Floats) -> bool:
    return min(len(x), len(y)) >= MINIMUM_N and (vary(x) or vary(y))


def _welch_error(x: Floats, y: Floats) -> tuple[float, float]:
    """Standard error and degrees of freedom, written out: scipy's test warns where one side does not vary."""
    parts = [float(side.var(ddof=1)) / len(side) for side in (x, y)]
    df = sum(parts) ** 2 / sum(part**2 / (len(side) - 1) for part, side in zip(parts, (x, y), strict=True))
    return float(np.sqrt(sum(parts))), df


def _welch_p(x: Floats, y: Floats) -> float:
    se, df = _welch_error(x, y)
    return float(2 * stats.t.sf(abs(x.mean() - y.mean()) / se, df))


def _welch_interval(x: Floats, y: Floats, confidence: float) -> Interval:
    method, n = "Welch t", len(x) + len(y)
    estimate = float(x.mean() - y.mean()) if len(x) and len(y) else float("nan")
    if not _testable(x, y):
        enough = min(len(x), len(y)) >= MINIMUM_N
        return _without(estimate, n, method, "No interval: nothing varies." if enough else _too_few(x, y))
    se, df = _welch_error(x, y)
    reach = float(stats.t.ppf((1 + confidence) / 2, df)) * se
    return Interval(
        estimate=estimate,
        low=estimate - reach,
        high=estimate + reach,
        n=n,
        method=method,
        confidence=confidence,
        df=df,
        se=se,
    )
