"""Small peer groups lean on their parent: empirical-Bayes means with the between-group variance by Paule–Mandel."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import optimize


@dataclass(frozen=True)
class Shrunken:
    """A group mean pulled toward its parent: ``weight`` is B, 1 where the group keeps its own mean."""

    mean: float
    weight: float
    parent: float
    tau2: float


def paule_mandel(means: ArrayLike, variances: ArrayLike) -> tuple[float, float]:
    """Between-group variance τ² and the mean of the groups it implies; (0, mean) when the groups differ no more than
    by chance.

    means, variances : shape (n_groups,), each group's mean and the square of its standard error (> 0) Solves Σ w (x −
    μ)² = g − 1 with w = 1/(v + τ²), μ = Σ w x / Σ w. Source: Paule & Mandel (1982), J. Res. NBS 87, 377–385.

    >>> tau2, centre = paule_mandel([2.0, 3.0, 4.0], [0.1, 0.1, 0.1])
    >>> round(tau2, 6), round(centre, 6)
    (0.9, 3.0)
    """
    x, v = np.asarray(means, dtype=float), np.asarray(variances, dtype=float)
    if len(x) == 0 or len(x) != len(v) or not (v > 0).all():
        raise ValueError(f"{len(x)} means with variances {v.tolist()}: give one variance above 0 for each mean")

    def centre(tau2: float) -> float:
        return float(np.average(x, weights=1 / (v + tau2)))

    def excess(tau2: float) -> float:
        return float((((x - centre(tau2)) ** 2) / (v + tau2)).sum() - (len(x) - 1))

    if excess(0.0) <= 0:
        return 0.0, centre(0.0)
    most = float(((x - x.mean()) ** 2).sum() + v.max())
    while excess(most) > 0:
        most *= 2
    tau2 = float(optimize.brentq(excess, 0.0, most, xtol=1e-12))
    return tau2, centre(tau2)


def shrink(levels: ArrayLike, siblings: ArrayLike, own: int) -> Shrunken:
    """Empirical-Bayes mean of one group among its siblings: small groups lean on their parent.

    levels : shape (n_peers,), NaN = not measured; siblings : shape (n_peers,), code of each peer's group, −1 =
    outside the parent own : the code of the group wanted, with at least one measured peer

    θ = B x̄ + (1 − B) μ, B = τ²/(τ² + v), v = s²/n with s² pooled inside the groups; τ² and μ by Paule–Mandel. τ² = 0
    is full pooling. With a single group, or no spread inside the groups, the mean stays as it is.
    Source: Fay & Herriot (1979), JASA 74, 269–277; Morris (1983), JASA 78, 47–55.

    >>> shrink([2.0, 2.2, 3.0, 3.2], [0, 0, 1, 1], 0).weight > 0.9
    True
    """
    values, codes = np.asarray(levels, dtype=float), np.asarray(siblings)
    kept = ~np.isnan(values) & (codes >= 0)
    frame = pd.Series(values[kept]).groupby(codes[kept])
    means, n = frame.mean(), frame.size()
    mean = float(means.loc[own])
    freedom = int((n - 1).sum())
    pooled = float(((values[kept] - means.loc[codes[kept]].to_numpy()) ** 2).sum() / freedom) if freedom else 0.0
    if len(means) < 2 or pooled <= 1e-12:
        return Shrunken(mean, 1.0, mean, float("nan"))
    tau2, parent = paule_mandel(means.to_numpy(), (pooled / n).to_numpy())
    weight = tau2 / (tau2 + pooled / float(n.loc[own]))
    return Shrunken(weight * mean + (1 - weight) * parent, weight, parent, tau2)
