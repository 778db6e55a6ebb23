"""Which capabilities go with better outcomes across organisations: association, never cause."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.intervals import Interval
from scoring.rounding import vary

Floats = NDArray[np.float64]

MINIMUM_ORGANIZATIONS = 50
MOST_PREDICTORS = 15


@dataclass(frozen=True, eq=False, kw_only=True)
class Drivers:
    """Shares of the differences in one outcome that go with each capability.

    shares : capability → share of the outcome's variance, 0 to 1, with its bootstrap interval; they add up to r_squared
    r_squared : share that goes with all capabilities together; n : organisations used
    """

    shares: dict[Hashable, Interval]
    r_squared: float
    n: int
    notes: tuple[str, ...]

    def sentences(self, outcome: str) -> list[str]:
        """Say what goes with the outcome, largest share first, in words that claim no cause.

        >>> share = Interval(estimate=0.24, low=0.11, high=0.35, n=60, method="LMG")
        >>> Drivers(shares={"data quality": share}, r_squared=0.24, n=60, notes=()).sentences("forecast accuracy")
        ['Data quality goes with 24% of the differences in forecast accuracy between 60 organisations (11% to 35%).']
        """
        ordered = sorted(self.shares.items(), key=lambda entry: -entry[1].estimate)
        return [_sentence(str(name), share, outcome, self.n) for name, share in ordered if share.low is not None]


def drivers(levels: pd.DataFrame, outcome: pd.Series, *, seed: int, resamples: int = 1_000) -> Drivers:
    """Divide the explained differences in an outcome among capabilities, whatever their order.

    levels : DataFrame, shape (n_organizations, n_capabilities), one row per organisation; NaN = not measured
    outcome : shape (n_organizations,), same index
    seed : of the bootstrap over organisations; the same organisations give the same interval in any order

    An organisation that lacks a level or the outcome is left out (listwise), and a note says how many. ValueError
    below 50 organisations or above 15 capabilities: below, shares are noise; above, use dimensions instead.
    Formula: mean over all orders of entry of the gain in R² (LMG, the Shapley value), all 2^p models exact; interval
    of bootstrap percentiles. Source: Lindeman, Merenda & Gold (1980); Grömping (2006), JSS 17(1), R `relaimpo`.

    >>> rng = np.random.default_rng(1)
    >>> levels = pd.DataFrame(rng.normal(3, 1, (60, 2)), columns=["data quality", "planning"])
    >>> found = drivers(levels, levels["data quality"] + rng.normal(0, 1, 60), seed=1, resamples=200)
    >>> found.shares["data quality"].estimate > found.shares["planning"].estimate, found.n
    (True, 60)
    """
    whole, notes = _complete(levels, outcome)
    table = whole.to_numpy(dtype=float)
    table = table[np.lexsort(table.T[::-1])]
    n = len(table)
    shares = lmg_shares(np.cov(table.T))
    rng = np.random.default_rng(seed)
    drawn = np.array([_redrawn_shares(table, rng) for _ in range(resamples)])
    varied = ~np.isnan(drawn).any(axis=1)
    low, high = np.quantile(drawn[varied], (0.025, 0.975), axis=0) if varied.any() else (shares * np.nan,) * 2
    method = f"LMG, bootstrap percentiles, {resamples} resamples, seed {seed}"
    return Drivers(
        shares={
            name: Interval(estimate=float(share), low=float(one), high=float(other), n=n, method=method)
            for name, share, one, other in zip(levels.columns, shares, low, high, strict=True)
        },
        r_squared=float(shares.sum()),
        n=n,
        notes=notes,
    )


def lmg_shares(covariance: Floats) -> Floats:
    """LMG share of each predictor in the variance of the last variable, shape (n_predictors,); they add up to R².

    covariance : shape (p + 1, p + 1), the outcome last; NaN shares when the outcome does not vary

    A predictor that repeats others adds nothing after them. Source: Grömping (2006), JSS 17(1), eq. 4.

    >>> [round(float(share), 3) for share in lmg_shares(np.array([[1, 0.5, 0.6], [0.5, 1, 0.3], [0.6, 0.3, 1]]))]
    [0.315, 0.045]
    """
    p = len(covariance) - 1
    total = covariance[p, p]
    if not total > 0:
        return np.full(p, np.nan)
    explained = 1 - _left_over(covariance) / total
    without_and_with = (explained.reshape(-1, 2, 2**predictor) for predictor in range(p))
    return np.array([_weights(p) @ (models[:, 1] - models[:, 0]).ravel() for models in without_and_with])


@lru_cache(maxsize=1)
def _weights(p: int) -> Floats:
    """Weight of each model of the other p - 1 predictors, by how many have entered before."""
    entered = np.array([0])
    for _ in range(p - 1):
        entered = np.concatenate([entered, entered + 1])
    return np.asarray(np.array([1 / (p * comb(p - 1, before)) for before in range(p)])[entered], dtype=float)


def _left_over(covariance: Floats) -> Floats:
    """Residual variance of the last variable in every model, shape (2^p,); bit i of the index = predictor i is in.

    One predictor after the other is swept out of a copy (it is in the model) or struck out (it is not).
    """
    scale = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    blocks = (covariance / np.outer(scale, scale))[None]
    for _ in range(len(covariance) - 1):
        rest, first, pivot = blocks[:, 1:, 1:], blocks[:, 1:, 0], blocks[:, 0, 0]
        usable = pivot > 1e-10
        factor = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=usable)
        swept = rest - first[:, :, None] * first[:, None, :] * factor[:, None, None]
        blocks = np.concatenate([rest, swept])
    return np.asarray(blocks[:, 0, 0] * scale[-1] ** 2, dtype=float)


def _redrawn_shares(table: Floats, rng: np.random.Generator) -> Floats:
    return lmg_shares(np.cov(table[rng.integers(0, len(table), len(table))].T))


def _complete(levels: pd.DataFrame, outcome: pd.Series) -> tuple[pd.DataFrame, tuple[str, ...]]:
    if not 1 <= levels.shape[1] <= MOST_PREDICTORS:
        raise ValueError(
            f"levels has {levels.shape[1]} capabilities: give 1 to {MOST_PREDICTORS}, or dimensions instead"
        )
    for name, index in (("levels", levels.index), ("outcome", outcome.index)):
        if index.has_duplicates:
            raise ValueError(
                f"{name} names {index[index.duplicated()].tolist()[0]!r} twice: give one row per organisation"
            )
    together = levels.assign(__outcome__=outcome.reindex(levels.index)).astype(float)
    whole = together.dropna()
    if len(whole) < MINIMUM_ORGANIZATIONS:
        raise ValueError(
            f"levels and outcome have {len(whole)} complete organisations: at least {MINIMUM_ORGANIZATIONS} are needed"
        )
    still = [name for name in whole.columns if not vary(whole[name])]
    if still:
        place = "outcome" if still[0] == "__outcome__" else f"levels[{still[0]!r}]"
        raise ValueError(f"{place} is the same in every organisation: leave it out, it cannot go with anything")
    left_out = len(together) - len(whole)
    association = "Association between organisations; it does not say what would change if a capability were raised."
    missing = (f"{left_out} organisations lack a level or the outcome and are left out.",) if left_out else ()
    return whole, (association, *missing)


def _sentence(name: str, share: Interval, outcome: str, n: int) -> str:
    return (
        f"{name[:1].upper()}{name[1:]} goes with {share.estimate:.0%} of the differences in {outcome} between "
        f"{n} organisations ({share.low:.0%} to {share.high:.0%})."
    )
