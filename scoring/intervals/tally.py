"""Counts, means and squared deviations of every stratum in every item, in one pass."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tally:
    labels: list[Hashable]
    counts: Floats  # (n_strata, n_items), as float to divide by
    means: Floats
    squares: Floats  # sums of squared deviations from the stratum's own mean


def stratum_codes(strata: Sequence[Hashable] | pd.Series, n: int) -> tuple[NDArray[np.intp], list[Hashable]]:
    labels = pd.Series(strata).reset_index(drop=True)
    if len(labels) != n:
        raise ValueError(f"strata has {len(labels)} labels for {n} respondents: give one label per row")
    if labels.isna().any():
        row = int(np.flatnonzero(labels.isna().to_numpy())[0])
        raise ValueError(f"strata has no label in row {row}: name a unit, or a common one for people without unit")
    codes, uniques = pd.factorize(labels, sort=True)
    return codes, list(uniques)


def tally_of(frame: pd.DataFrame, strata: Sequence[Hashable] | pd.Series) -> Tally:
    codes, labels = stratum_codes(strata, len(frame))
    values = frame.to_numpy(dtype=float)
    scored = ~np.isnan(values)
    members = sparse.csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(len(labels), len(codes)))
    counts = members @ scored.astype(float)
    means = ratio(members @ np.where(scored, values, 0.0), counts)
    deviations = np.where(scored, values - means[codes], 0.0) if len(codes) else values
    return Tally(labels, counts, means, members @ deviations**2)


def ratio(over: Floats, under: Floats) -> Floats:
    return np.divide(over, under, out=np.zeros_like(over), where=under > 0)


def merge_singles(counts: Floats) -> NDArray[np.intp]:
    """Map each stratum to the one that lends it a variance."""
    target = np.arange(len(counts))
    singles = np.flatnonzero(counts == 1)
    if len(singles) > 1:
        target[singles] = singles[0]
    elif len(singles) == 1:
        others = np.flatnonzero(counts > 1)
        if len(others):
            target[singles] = others[np.argmin(counts[others])]
    return target
