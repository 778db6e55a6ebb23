"""Krippendorff's alpha: agreement of any number of raters, with gaps, on any scale of measurement."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.intervals import Interval

Floats = NDArray[np.float64]
Metric = Literal["nominal", "ordinal", "interval", "ratio"]


def krippendorff_alpha(ratings: ArrayLike, metric: Metric = "ordinal") -> Interval:
    """Agreement of raters beyond chance: 1 = perfect, 0 = as by chance, below 0 = systematic disagreement.

    ratings : shape (n_raters, n_units), NaN = not rated; a unit with fewer than two ratings is left out
    n : ratings that could be paired

    No estimate when nothing could be paired or all ratings are the same.
    Formula: 1 - D_o / D_e over the coincidence matrix. Source: Krippendorff (2011), Computing Krippendorff's
    Alpha-Reliability, University of Pennsylvania.

    >>> round(krippendorff_alpha([[1, 2, 3, 3, 2], [1, 2, 3, 3, 2], [None, 3, 3, 3, 2]]).estimate, 3)
    0.823
    """
    if metric not in ("nominal", "ordinal", "interval", "ratio"):
        raise ValueError(f"metric is {metric!r}: use nominal, ordinal, interval or ratio")
    matrix = np.asarray(ratings, dtype=float)
    if matrix.ndim != 2:
        raise ValueError(f"ratings has {matrix.ndim} dimensions: give one row per rater and one column per unit")
    matrix = matrix[:, (~np.isnan(matrix)).sum(axis=0) >= 2]
    values = np.unique(matrix[~np.isnan(matrix)])
    chosen = (matrix[:, :, None] == values).sum(axis=0).astype(float)
    method, n = f"Krippendorff's alpha, {metric}", int(chosen.sum())
    if len(values) < 2:
        note = "No estimate: all ratings that can be paired are the same." if n else "No estimate: nothing to pair."
        return Interval(estimate=float("nan"), low=None, high=None, n=n, method=method, notes=(note,))
    raters = chosen.sum(axis=1)
    together = chosen.T @ (chosen / (raters - 1)[:, None]) - np.diag((chosen / (raters - 1)[:, None]).sum(axis=0))
    totals = together.sum(axis=1)
    by_chance = (np.outer(totals, totals) - np.diag(totals)) / (totals.sum() - 1)
    distance = _distances(values, totals, metric)
    estimate = float(1 - (together * distance).sum() / (by_chance * distance).sum())
    return Interval(estimate=estimate, low=None, high=None, n=n, method=method)


def _distances(values: Floats, totals: Floats, metric: Metric) -> Floats:
    """Squared distance of every two values."""
    difference = values[:, None] - values
    if metric == "nominal":
        return np.asarray(difference != 0, dtype=float)
    if metric == "interval":
        return np.asarray(difference**2, dtype=float)
    if metric == "ratio":
        total = values[:, None] + values
        return np.asarray(np.divide(difference, total, out=np.zeros_like(total), where=total != 0) ** 2, dtype=float)
    ranks = np.cumsum(totals) - totals / 2
    return np.asarray((ranks[:, None] - ranks) ** 2, dtype=float)
