"""Dimensions and overall: equally weighted means of capabilities, with intervals that respect that one person rates several."""

from collections.abc import Callable, Hashable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from questionnaires.schema import Questionnaire
from scoring.intervals import group_means, stratified_means

OVERALL = "overall"
"""The column that stands beside the dimensions' ids."""

Floats = NDArray[np.float64]


def composition(questionnaire: Questionnaire, shown: Mapping[str, bool] | None = None) -> pd.DataFrame:
    """The weight of each capability (rows) in each dimension and in ``overall`` (columns); columns sum to 1, or to 0
    when empty.

    shown : capabilities that count; the weights are renormalised over them
    """
    columns = [*(dimension.id for dimension in questionnaire.dimensions), OVERALL]
    table = pd.DataFrame(0.0, index=[c.id for c in questionnaire.capabilities], columns=columns)
    used = []
    for dimension in questionnaire.dimensions:
        members = [c.id for c in dimension.capabilities if shown is None or shown.get(c.id, False)]
        if members:
            table.loc[members, dimension.id] = 1 / len(members)
            used.append(dimension.id)
    if used:
        table[OVERALL] = table[used].mean(axis=1)
    return table


def composite_levels(
    scores: pd.DataFrame,
    strata: pd.Series,
    capabilities: pd.DataFrame,
    weights_in: pd.DataFrame,
    *,
    weights: Mapping[Hashable, float] | None = None,
    population: Mapping[Hashable, int] | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Dimensions and overall with their intervals, which respect that one person rates several capabilities.

    scores : shape (n_respondents, n_capabilities), NaN = not scored
    capabilities : ``stratified_means`` of the same scores; weights_in : from ``composition``
    weights : headcount share by stratum; default the respondents' own

    The estimate is Σ_c a_c · Σ_h W_hc m_hc. Its variance is that of the linearised values z_i = Σ_c a_c W_hc (x_ic −
    m_hc) / n_hc (missing = 0), stratified: Σ_h n_h/(n_h−1) Σ_i z_i² . Without missing answers this is the stratified
    interval of each respondent's own composite. Source: Taylor linearisation, Särndal, Swensson & Wretman (1992),
    §5.5. Returns the columns of ``stratified_means``, one row per column of ``weights_in``.
    """
    linear = composite_values(scores, strata, weights_in, weights=weights)
    table = stratified_means(linear, strata, weights=weights, population=population, confidence=confidence)
    estimate = weights_in.T @ capabilities["estimate"].fillna(0.0)
    shift = estimate - table["estimate"]
    for column in ("low", "high", "low_fpc", "high_fpc", "estimate"):
        table[column] = table[column] + shift
    return table


def composite_values(
    scores: pd.DataFrame,
    strata: pd.Series,
    weights_in: pd.DataFrame,
    *,
    weights: Mapping[Hashable, float] | None = None,
) -> pd.DataFrame:
    """Each respondent's value on every dimension and overall, linearised so that their stratified means have the
    variance of the composites; arguments as for ``composite_levels``. Shape (n_respondents, n_composites), NaN =
    nothing scored."""
    return _linearised(scores, strata, weights_in, _stratum_shares(strata, weights))


def group_composites(
    scores: pd.DataFrame, groups: pd.Series, weights_in: pd.DataFrame, *, confidence: float = 0.95
) -> pd.DataFrame:
    """Dimensions and overall of every group (unit, role) with their intervals; formula as in ``composite_levels``, one
    group = all.

    scores : shape (n_respondents, n_capabilities), NaN = not scored; groups : −1 = in no group, left out
    weights_in : from ``composition``, capabilities that are not among the scores' columns left out
    Returns the columns of ``group_means``, indexed by (group, composite).
    """
    linear = _linearised(scores, groups, weights_in, lambda n: (n > 0).astype(float))
    inside = (groups >= 0).to_numpy()
    return group_means(linear[inside], groups[inside], confidence=confidence)


def _linearised(
    scores: pd.DataFrame, groups: pd.Series, weights_in: pd.DataFrame, shares: Callable[[Floats], Floats]
) -> pd.DataFrame:
    """Each respondent's contribution to each composite, centred on the level of the respondent's group.

    ``shares`` turns scored respondents, shape (n_groups, n_items), into the weight of each group in each item.
    Goes capability by capability, so that no table as large as the scores is made.
    """
    place, labels = pd.factorize(groups, sort=True)
    composite = weights_in.to_numpy(float)
    linear = np.zeros((composite.shape[1], len(scores)))
    answered = np.zeros(linear.shape, dtype=bool)
    level, present = np.zeros((2, len(labels), composite.shape[1]))
    for name, parts in zip(weights_in.index, composite, strict=True):
        values = scores[name].to_numpy(float)
        scored = ~np.isnan(values)
        filled = np.where(scored, values, 0.0)
        n = _sums(place, scored, len(labels))
        centre = _ratio(_sums(place, filled, len(labels)), n, 0.0)
        factor = _ratio(shares(n[:, None])[:, 0], n, 0.0)
        deviation = filled * factor[place] - scored * (factor * centre)[place]
        for item in np.flatnonzero(parts).tolist():
            linear[item] += parts[item] * deviation
            answered[item] |= scored
            level[:, item] += parts[item] * centre
            present[:, item] += parts[item] * (n > 0)
    level = _ratio(level, present, 0.0)
    for item in range(len(linear)):
        sizes = _sums(place, answered[item], len(labels))
        scale = _ratio(sizes, shares(sizes[:, None])[:, 0], 0.0)
        linear[item] = np.where(answered[item], linear[item] * scale[place] + level[place, item], np.nan)
    return pd.DataFrame(linear.T, columns=weights_in.columns)


def composite_statistic(weights_in: Floats, weights: Floats | None) -> Callable[[Floats], float]:
    """The composite as a function of resampled rows: capability levels, and the stratum's code in the last column.

    weights_in : shape (n_capabilities,); weights : shape (n_strata,), default the rows' own shares
    """
    used = weights_in > 0

    def composite(rows: Floats) -> float:
        codes = rows[:, -1].astype(np.intp)
        values = rows[:, :-1][:, used]
        scored = ~np.isnan(values)
        size = int(codes.max()) + 1 if weights is None else len(weights)
        member = np.zeros((size, len(rows)))
        member[codes, np.arange(len(rows))] = 1.0
        n = member @ scored
        share = _shares(n, weights)
        means = _ratio(member @ np.where(scored, values, 0.0), n, 0.0)
        levels = (share * means).sum(axis=0)
        present = n.sum(axis=0) > 0
        part = weights_in[used] * present
        return float(levels @ part / part.sum()) if part.sum() else float("nan")

    return composite


def _stratum_shares(strata: pd.Series, weights: Mapping[Hashable, float] | None) -> Callable[[Floats], Floats]:
    given = None if weights is None else np.array([weights[label] for label in sorted(strata.unique())], dtype=float)
    return lambda n: _shares(n, given)


def _sums(place: NDArray[np.intp], values: NDArray[np.generic], size: int) -> Floats:
    return np.bincount(place, weights=values, minlength=size).astype(float)


def _shares(n: Floats, weights: Floats | None) -> Floats:
    share = n if weights is None else np.where(n > 0, weights[:, None], 0.0)
    return _ratio(share, np.broadcast_to(share.sum(axis=0), share.shape), 0.0)


def _ratio(over: Floats, under: Floats, empty: float = np.nan) -> Floats:
    over, under = np.broadcast_arrays(np.asarray(over, dtype=float), np.asarray(under, dtype=float))
    result: Floats = np.divide(over, under, out=np.full(over.shape, empty), where=under > 0)
    return result
