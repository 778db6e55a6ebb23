"""Intraclass correlations: how much of the differences between answers is differences between groups or targets."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from scoring.intervals import Interval
from scoring.rounding import ROUNDING, cleared, vary

Floats = NDArray[np.float64]
Ends = tuple[float, float]


@dataclass(frozen=True)
class _OneWay:
    between: float  # mean squares
    within: float
    size: float  # people per group
    df_between: float
    df_within: float
    n: int

    def ratio_ends(self, confidence: float) -> Ends:
        """Interval of the F ratio, from which those of both coefficients follow."""
        ratio, share = self.between / self.within, (1 + confidence) / 2
        low = ratio / stats.f.ppf(share, self.df_between, self.df_within)
        return float(low), float(ratio * stats.f.ppf(share, self.df_within, self.df_between))


def icc1(values: ArrayLike, groups: Sequence[Hashable] | pd.Series, *, confidence: float = 0.95) -> Interval:
    """Share of the differences between people that lies between their groups; below 0 when groups differ too little.

    values : shape (n_people,), levels, NaN = not scored and left out
    groups : shape (n_people,), the unit of each person

    No estimate with fewer than two groups, without a group of two, or when nothing varies.
    Formula: (MSB - MSW) / (MSB + (k - 1) MSW), k = (N - sum n_g² / N) / (G - 1) people per group.
    Source: Bliese (2000); interval Shrout & Fleiss (1979).

    >>> round(icc1([1, 2, 2, 4, 4, 5], list("aaabbb")).estimate, 3)
    0.912
    """
    table = _one_way(values, groups)
    if isinstance(table, Interval):
        return table
    estimate = (table.between - table.within) / (table.between + (table.size - 1) * table.within)
    if table.within == 0:
        return _coefficient(estimate, table.n, "ICC(1)", None, "No interval: nothing varies inside groups.")
    low, high = table.ratio_ends(confidence)
    ends = (low - 1) / (low + table.size - 1), (high - 1) / (high + table.size - 1)
    return _coefficient(estimate, table.n, "ICC(1), one-way analysis of variance", ends, confidence=confidence)


def icc2(values: ArrayLike, groups: Sequence[Hashable] | pd.Series, *, confidence: float = 0.95) -> Interval:
    """Reliability of the group means: how well they tell the groups apart; below 0 when they do not.

    values, groups : as for `icc1`, with the same missing-data rule

    Formula: (MSB - MSW) / MSB. Source: Bliese (2000); interval Shrout & Fleiss (1979).

    >>> round(icc2([1, 2, 2, 4, 4, 5], list("aaabbb")).estimate, 3)
    0.969
    """
    table = _one_way(values, groups)
    if isinstance(table, Interval):
        return table
    if table.between == 0:
        return _coefficient(float("nan"), table.n, "ICC(2)", None, "No estimate: all groups have the same mean.")
    estimate = (table.between - table.within) / table.between
    if table.within == 0:
        return _coefficient(estimate, table.n, "ICC(2)", None, "No interval: nothing varies inside groups.")
    low, high = table.ratio_ends(confidence)
    ends = 1 - 1 / low, 1 - 1 / high
    return _coefficient(estimate, table.n, "ICC(2), one-way analysis of variance", ends, confidence=confidence)


def shrout_fleiss(ratings: ArrayLike, *, confidence: float = 0.95) -> dict[str, Interval]:
    """Compute the six intraclass correlations of targets rated by the same raters.

    ratings : shape (n_targets, n_raters); a target with a missing rating is left out (listwise), and a note says so

    Returns ICC(1,1), ICC(2,1), ICC(3,1) for one rater and ICC(1,k), ICC(2,k), ICC(3,k) for the mean of all: raters
    differ per target, raters are a sample, raters are the only ones of interest.
    Source: Shrout & Fleiss (1979), Psychological Bulletin 86, 420–428; intervals McGraw & Wong (1996), Psychological
    Methods 1, 30–46.

    >>> table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> {form: round(value.estimate, 2) for form, value in shrout_fleiss(table).items()}
    {'ICC(1,1)': 0.17, 'ICC(2,1)': 0.29, 'ICC(3,1)': 0.71, 'ICC(1,k)': 0.44, 'ICC(2,k)': 0.62, 'ICC(3,k)': 0.91}
    """
    matrix = np.asarray(ratings, dtype=float)
    if matrix.ndim != 2:
        raise ValueError(f"ratings has {matrix.ndim} dimensions: give one row per target and one column per rater")
    whole = matrix[~np.isnan(matrix).any(axis=1)]
    left_out = len(matrix) - len(whole)
    notes = (f"{left_out} targets with a missing rating are left out.",) if left_out else ()
    forms = ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)")
    if len(whole) < 2 or whole.shape[1] < 2 or not vary(whole):
        note = "No estimate: two targets, two raters and some difference are needed."
        return {form: _coefficient(float("nan"), len(whole), form, None, note, *notes) for form in forms}
    estimates = _two_way(whole, confidence)
    return {
        form: _coefficient(estimate, len(whole), form, ends, *notes, confidence=confidence)
        for form, (estimate, ends) in zip(forms, estimates, strict=True)
    }


def _one_way(values: ArrayLike, groups: Sequence[Hashable] | pd.Series) -> _OneWay | Interval:
    frame = pd.DataFrame({"value": np.asarray(values, dtype=float), "group": pd.Series(groups).to_numpy()}).dropna()
    by_group = frame.groupby("group")["value"]
    sizes, means = by_group.size().to_numpy(dtype=float), by_group.mean().to_numpy(dtype=float)
    n, count = len(frame), len(sizes)
    if count < 2 or n <= count:
        return _coefficient(
            float("nan"), n, "ICC", None, "No estimate: two groups, one of them with two people, are needed."
        )
    if not vary(frame["value"]):
        return _coefficient(float("nan"), n, "ICC", None, "No estimate: everyone gave the same answer.")
    between = float(sizes @ (means - frame["value"].mean()) ** 2)
    within = float(((frame["value"] - by_group.transform("mean")) ** 2).sum())
    between, within = (cleared(squares, between + within) for squares in (between, within))
    size = float(n - sizes @ sizes / n) / (count - 1)
    return _OneWay(between / (count - 1), within / (n - count), size, count - 1, n - count, n)


def _two_way(matrix: Floats, confidence: float) -> list[tuple[float, Ends | None]]:
    n, k = matrix.shape
    targets, raters, mean = matrix.mean(axis=1), matrix.mean(axis=0), matrix.mean()
    rows = k * float(((targets - mean) ** 2).sum()) / (n - 1)
    columns = n * float(((raters - mean) ** 2).sum()) / (k - 1)
    error = float(((matrix - targets[:, None] - raters + mean) ** 2).sum()) / ((n - 1) * (k - 1))
    within = float(((matrix - targets[:, None]) ** 2).sum()) / (n * (k - 1))
    total = float(((matrix - mean) ** 2).sum()) / (n * k - 1)  # as shares of it, so that zero can be told
    rows, columns, error, within = (cleared(squares / total, 1.0) for squares in (rows, columns, error, within))
    share = (1 + confidence) / 2
    one = _ratio_ends(rows, within, n - 1, n * (k - 1), share)
    three = _ratio_ends(rows, error, n - 1, (n - 1) * (k - 1), share)
    singles = [
        (_of(rows - within, rows + (k - 1) * within), _single(one, k)),
        (
            _of(rows - error, rows + (k - 1) * error + k * (columns - error) / n),
            _random_raters_ends(rows, columns, error, n, k, share),
        ),
        (_of(rows - error, rows + (k - 1) * error), _single(three, k)),
    ]
    averages = [
        (_of(rows - within, rows), _average(singles[0][1], k)),
        (_of(rows - error, rows + (columns - error) / n), _average(singles[1][1], k)),
        (_of(rows - error, rows), _average(singles[2][1], k)),
    ]
    return [*singles, *averages]


def _of(over: float, under: float) -> float:
    """The coefficient; not defined where the part it is a share of is not positive."""
    return over / under if under > ROUNDING else float("nan")


def _ratio_ends(over: float, under: float, df_over: int, df_under: int, share: float) -> Ends | None:
    if under <= 0:
        return None
    ratio = over / under
    return (
        float(ratio / stats.f.ppf(share, df_over, df_under)),
        float(ratio * stats.f.ppf(share, df_under, df_over)),
    )


def _single(ratio: Ends | None, k: int) -> Ends | None:
    return None if ratio is None else ((ratio[0] - 1) / (ratio[0] + k - 1), (ratio[1] - 1) / (ratio[1] + k - 1))


def _average(single: Ends | None, k: int) -> Ends | None:
    """Spearman–Brown of both ends."""
    if single is None:
        return None
    low, high = (_of(k * end, 1 + (k - 1) * end) for end in single)
    return None if np.isnan(low) or np.isnan(high) else (low, high)


def _random_raters_ends(rows: float, columns: float, error: float, n: int, k: int, share: float) -> Ends | None:
    rho = _of(rows - error, rows + (k - 1) * error + k * (columns - error) / n)
    if error <= 0 or np.isnan(rho):
        return None
    a = k * rho / (n * (1 - rho))
    b = cleared(1 + a * (n - 1), 1.0)
    under = (a * columns) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    df = (a * columns + b * error) ** 2 / under if under > 0 else 0.0
    if not np.isfinite(df) or df <= 0:
        return None
    lower, upper = stats.f.ppf(share, n - 1, df), stats.f.ppf(share, df, n - 1)
    rest = k * columns + (k * n - k - n) * error
    if not (np.isfinite(lower) and np.isfinite(upper)):
        return None
    return (
        float(n * (rows - lower * error) / (lower * rest + n * rows)),
        float(n * (upper * rows - error) / (rest + n * upper * rows)),
    )


def _coefficient(
    estimate: float, n: int, method: str, ends: Ends | None, *notes: str, confidence: float = 0.95
) -> Interval:
    low, high = (None, None) if ends is None else ends
    return Interval(estimate=estimate, low=low, high=high, n=n, method=method, confidence=confidence, notes=notes)
