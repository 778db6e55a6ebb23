"""Stratified means with Student's t interval, one column or a whole matrix at once."""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from scoring.intervals.interval import MINIMUM_N, Interval, too_few
from scoring.intervals.tally import Floats, Tally, merge_singles, ratio, tally_of


def stratified_mean(
    values: ArrayLike,
    strata: Sequence[Hashable] | pd.Series,
    *,
    weights: Mapping[Hashable, float] | None = None,
    population: Mapping[Hashable, int] | None = None,
    confidence: float = 0.95,
) -> Interval:
    """Mean over strata with its t interval, with and without the finite-population correction.

    values : shape (n_respondents,), levels, NaN = not scored (leaves numerator and denominator)
    strata : shape (n_respondents,), the unit of each respondent
    weights : share of each stratum; default the population's shares, else the respondents' own shares.
        Shares are renormalised over the strata that have at least one value.
    population : people invited per stratum

    Below 5 values there is an estimate and no interval.
    Source: Cochran (1977), Sampling Techniques, 3rd ed., §5.4–5.5; collapsed strata §5A.12.

    >>> result = stratified_mean([1, 2, 3, 2, 3, 4], ["a", "a", "a", "b", "b", "b"])
    >>> result.estimate, result.n, result.df
    (2.5, 6, 4.0)
    >>> round(result.low, 3), round(result.high, 3)
    (1.367, 3.633)
    """
    column = np.asarray(values, dtype=float).reshape(-1, 1)
    table = stratified_means(column, strata, weights=weights, population=population, confidence=confidence)
    return interval_of(table.iloc[0], confidence=confidence)


def stratified_means(
    scores: pd.DataFrame | Floats,
    strata: Sequence[Hashable] | pd.Series,
    *,
    weights: Mapping[Hashable, float] | None = None,
    population: Mapping[Hashable, int] | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """`stratified_mean` of every column at once, without a loop over respondents.

    scores : DataFrame or array, shape (n_respondents, n_items), levels, NaN = not scored

    Returns one row per item with the columns estimate, low, high, low_fpc, high_fpc (NaN = none), n, df, se,
    response_rate, weight_covered (share of the weights whose strata have a value) and merged (some single-respondent
    strata were merged for the variance). `interval_of` turns a row into an `Interval`.

    >>> frame = pd.DataFrame({"plan": [1, 2, 3, 2, 3, 4], "data": [2, 2, None, 4, 4, None]})
    >>> stratified_means(frame, list("aaabbb"))[["estimate", "n"]].to_dict("list")
    {'estimate': [2.5, 3.0], 'n': [6, 4]}
    """
    frame = pd.DataFrame(scores)
    tally = tally_of(frame, strata)
    sizes = None if population is None else _per_stratum(population, tally.labels, "population")
    _check_population(tally, sizes)
    shares = _shares(tally, None if weights is None else _per_stratum(weights, tally.labels, "weights"), sizes)
    used = np.where(tally.counts > 0, shares, 0.0)
    covered = ratio(used.sum(axis=0), shares.sum(axis=0))
    totals = used.sum(axis=0)
    used = np.divide(used, totals, out=np.zeros_like(used), where=totals > 0)
    spread, df, merged = _variances(tally)
    per_stratum = np.divide(used**2 * spread, tally.counts, out=np.zeros_like(used), where=tally.counts > 0)
    n = tally.counts.sum(axis=0)
    estimate = np.where(totals > 0, (used * tally.means).sum(axis=0), np.nan)
    result = _with_t(frame.columns, estimate, n, df, np.sqrt(per_stratum.sum(axis=0)), confidence)
    corrected = None if sizes is None else np.sqrt((per_stratum * _fpc(tally.counts, sizes)).sum(axis=0))
    _add_fpc(result, corrected, confidence)
    result["response_rate"] = np.nan if sizes is None else n / sizes.sum()
    result["weight_covered"] = covered
    result["merged"] = merged
    return result


def group_means(
    scores: pd.DataFrame | Floats,
    groups: Sequence[Hashable] | pd.Series,
    *,
    population: Mapping[Hashable, int] | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Mean and t interval of every group (unit, role) in every item: the cells of a heatmap in one pass.

    scores : DataFrame or array, shape (n_respondents, n_items), levels, NaN = not scored

    Returns the columns of `stratified_means` except weight_covered and merged, indexed by (group, item).

    >>> cells = group_means(pd.DataFrame({"plan": [1, 2, 3, 4, 5, 2]}), list("aaaaab"))
    >>> cells.loc[("a", "plan"), ["estimate", "n", "df"]].tolist()
    [3.0, 5.0, 4.0]
    """
    frame = pd.DataFrame(scores)
    tally = tally_of(frame, groups)
    sizes = None if population is None else _per_stratum(population, tally.labels, "population")
    _check_population(tally, sizes)
    index = pd.MultiIndex.from_product([tally.labels, frame.columns], names=["group", "item"])
    spread = ratio(tally.squares, tally.counts - 1)
    variance = ratio(spread, tally.counts)
    n = tally.counts.ravel()
    means = np.where(tally.counts > 0, tally.means, np.nan).ravel()
    result = _with_t(index, means, n, n - 1.0, np.sqrt(variance).ravel(), confidence)
    corrected = None if sizes is None else np.sqrt(variance * _fpc(tally.counts, sizes)).ravel()
    _add_fpc(result, corrected, confidence)
    result["response_rate"] = np.nan if sizes is None else (tally.counts / sizes[:, None]).ravel()
    return result


def interval_of(row: pd.Series, *, confidence: float = 0.95) -> Interval:
    """Turn one row of `stratified_means` or `group_means` into an `Interval` with its notes in words.

    >>> table = stratified_means(pd.DataFrame({"plan": [2, 3, 4]}), list("aaa"))
    >>> interval_of(table.loc["plan"]).notes
    ('No interval: 3 answers, at least 5 are needed.',)
    """
    n = int(row["n"])
    corrected = _optional(row["low_fpc"])
    return Interval(
        estimate=float(row["estimate"]),
        low=_optional(row["low"]),
        high=_optional(row["high"]),
        n=n,
        method="stratified mean, Student t" + (", with and without fpc" if corrected is not None else ""),
        confidence=confidence,
        df=float(row["df"]),
        se=float(row["se"]),
        low_fpc=corrected,
        high_fpc=_optional(row["high_fpc"]),
        response_rate=_optional(row["response_rate"]),
        notes=_notes(n, float(row.get("weight_covered", 1.0)), bool(row.get("merged", False))),
    )


def _per_stratum(mapping: Mapping[Hashable, float], labels: list[Hashable], name: str) -> Floats:
    missing = [label for label in labels if label not in mapping]
    if missing:
        raise ValueError(f"{name} has no entry for stratum {missing[0]!r}: give one for every unit that answered")
    wrong = [label for label, number in mapping.items() if not (np.isfinite(number) and number >= 0)]
    if wrong:
        raise ValueError(f"{name}[{wrong[0]!r}] is {mapping[wrong[0]]}: use a finite number of at least 0")
    return np.array([mapping[label] for label in labels], dtype=float)


def _check_population(tally: Tally, sizes: Floats | None) -> None:
    if sizes is None:
        return
    most = tally.counts.max(axis=1, initial=0)
    for label, answered, invited in zip(tally.labels, most, sizes, strict=True):
        if answered > invited:
            raise ValueError(
                f"population[{label!r}] is {invited:.0f} but {answered:.0f} people answered: count everyone invited"
            )


def _shares(tally: Tally, weights: Floats | None, sizes: Floats | None) -> Floats:
    fixed = sizes if weights is None else weights
    return tally.counts if fixed is None else np.broadcast_to(fixed[:, None], tally.counts.shape)


def _fpc(counts: Floats, sizes: Floats) -> Floats:
    return 1 - ratio(counts, np.broadcast_to(sizes[:, None], counts.shape))


def _variances(tally: Tally) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    spread = ratio(tally.squares, tally.counts - 1)
    df = np.maximum(tally.counts - 1, 0).sum(axis=0)
    merged = (tally.counts == 1).any(axis=0) & (tally.counts.sum(axis=0) > 1)
    for item in np.flatnonzero(merged).tolist():
        target = merge_singles(tally.counts[:, item])
        spread[:, item], df[item] = _pooled(tally, item, target)
    return spread, df, merged


def _pooled(tally: Tally, item: int, target: NDArray[np.intp]) -> tuple[Floats, float]:
    counts, means = tally.counts[:, item], tally.means[:, item]
    size = _summed(target, counts)
    centre = ratio(_summed(target, counts * means), size)
    squares = _summed(target, tally.squares[:, item] + counts * (means - centre[target]) ** 2)
    return ratio(squares, size - 1)[target], float(np.maximum(size - 1, 0).sum())


def _summed(target: NDArray[np.intp], numbers: Floats) -> Floats:
    return np.bincount(target, numbers, len(target)).astype(float)


def _with_t(index: pd.Index, estimate: Floats, n: Floats, df: Floats, se: Floats, confidence: float) -> pd.DataFrame:
    enough = (n >= MINIMUM_N) & (df > 0)
    se = np.where(enough, se, np.nan)
    half = _t(df, confidence) * se
    columns = {
        "estimate": estimate,
        "low": estimate - half,
        "high": estimate + half,
        "n": n.astype(int),
        "df": df,
        "se": se,
    }
    return pd.DataFrame(columns, index=index)


def _add_fpc(result: pd.DataFrame, corrected: Floats | None, confidence: float) -> None:
    half = np.nan if corrected is None else _t(result["df"].to_numpy(), confidence) * corrected
    half = np.where(result["se"].notna(), half, np.nan)
    result.insert(3, "low_fpc", result["estimate"] - half)
    result.insert(4, "high_fpc", result["estimate"] + half)


def _t(df: Floats, confidence: float) -> Floats:
    return np.asarray(stats.t.ppf((1 + confidence) / 2, np.where(df > 0, df, np.nan)), dtype=float)


def _optional(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def _notes(n: int, covered: float = 1.0, merged: bool = False) -> tuple[str, ...]:
    notes = []
    if n < MINIMUM_N:
        notes.append(too_few(n))
    if n and covered < 1 - 1e-12:
        notes.append(f"Units with {covered:.0%} of the weight answered; the others are left out of the mean.")
    if merged and n >= MINIMUM_N:
        notes.append("Units with one respondent were merged to estimate the spread.")
    return tuple(notes)
