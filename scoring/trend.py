"""Change between two waves of people: the same people, other people, some of both.

The change of two results is in `scoring.change`. Compare the same questions (`comparable_share` there) and keep the
mix of units fixed: weight both waves with the same unit shares (`scoring.intervals.stratified_mean`, weights of the
later wave), else a change of staff passes for a change of level.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from scoring.effect import Difference, cliffs_delta, welch_difference
from scoring.intervals import MINIMUM_N, Interval
from scoring.rounding import ROUNDING, vary

Floats = NDArray[np.float64]

LARGEST_EXACT_N = 200
RELIABLE = 1.96


@dataclass(frozen=True, kw_only=True)
class Change:
    """After minus before, in levels.

    change : with its interval; p_value : two-sided, of the t test; rank_p_value : of the signed rank test, for linked
    waves; effect : Cliff's delta, for unlinked waves; NaN or None where there is none
    """

    change: Interval
    p_value: float
    n_before: int
    n_after: int
    n_linked: int
    rank_p_value: float = float("nan")
    effect: Interval | None = None


@dataclass(frozen=True, kw_only=True)
class ReliableChange:
    """People whose change is larger than the error of measurement.

    index : RCI per person, NaN where a wave is missing; improved, declined, unclear : people
    """

    index: Floats
    improved: int
    declined: int
    unclear: int


def linked_change(before: ArrayLike, after: ArrayLike, *, confidence: float = 0.95) -> Change:
    """Change of the same people: paired t interval, and the exact signed rank test beside it.

    before, after : shape (n_people,), levels, in the same order; people who miss a wave are left out

    No interval and no test below 5 pairs; no t test when all changes are the same. Up to 200 changes other than zero
    the rank test is exact, ties included; above, the normal approximation.
    Source: Student (1908); Wilcoxon (1945), Biometrics Bulletin 1, 80–83; zeros dropped, mid-ranks.

    >>> moved = linked_change([2, 2, 3, 3, 2, 1], [3, 2, 4, 4, 3, 3])
    >>> moved.change.estimate, round(moved.change.low, 3), round(moved.change.high, 3), moved.rank_p_value
    (1.0, 0.336, 1.664, 0.0625)
    """
    first, second = np.asarray(before, dtype=float).ravel(), np.asarray(after, dtype=float).ravel()
    if len(first) != len(second):
        raise ValueError(
            f"before has {len(first)} people and after {len(second)}: give the same people in the same order"
        )
    steps = second - first
    steps = steps[~np.isnan(steps)]
    n = len(steps)
    levels = float(np.nanmax(np.abs([first, second]), initial=0.0))
    interval, p_value = _t_interval(steps, levels, confidence)
    rank = signed_rank_p(steps) if n >= MINIMUM_N else float("nan")
    return Change(change=interval, p_value=p_value, n_before=n, n_after=n, n_linked=n, rank_p_value=rank)


def unlinked_change(before: ArrayLike, after: ArrayLike, *, confidence: float = 0.95) -> Change:
    """Change between waves whose people cannot be linked: Welch's interval and Cliff's delta.

    before, after : shape (n_before,) and (n_after,), levels, NaN = not scored and left out

    People who answered both times make the true interval narrower than this one.
    Source: Welch (1947); see `scoring.effect.welch_difference`.

    >>> moved = unlinked_change([2, 3, 3, 2, 3], [3, 4, 5, 4, 4])
    >>> round(moved.change.estimate, 2), round(moved.p_value, 3), round(moved.effect.estimate, 2)
    (1.4, 0.009, 0.88)
    """
    found: Difference = welch_difference(after, before, confidence=confidence)
    return Change(
        change=found.difference,
        p_value=found.p_value,
        n_before=found.n_second,
        n_after=found.n_first,
        n_linked=0,
        effect=found.effect,
    )


def part_linked_change(before: pd.Series, after: pd.Series, *, confidence: float = 0.95) -> Change:
    """Change when some people answered both times: partially overlapping t, variances not assumed equal.

    before, after : levels indexed by person, one row per person; NaN = not scored and left out

    Fewer than two linked people or none who vary: Welch's interval. No interval below 5 people in a wave.
    Formula: t = (m2 - m1) / sqrt(s1²/n1 + s2²/n2 - 2 r s1 s2 nc / (n1 n2)), df = (nc - 1) + (γ - nc + 1)(na + nb) /
    (na + nb + 2 nc), γ of Welch. Source: Derrick, Russ, Toher & White (2017), JMASM 16(1), 137–157, T_new2; agrees with
    R `Partiallyoverlapping::Partover.test`.

    >>> before = pd.Series([2, 3, 3, 2, 3], index=list("abcde"))
    >>> after = pd.Series([3, 4, 4, 5, 4], index=list("cdefg"))
    >>> moved = part_linked_change(before, after)
    >>> round(moved.change.estimate, 2), moved.n_linked, round(moved.change.df, 2)
    (1.4, 3, 4.21)
    """
    for name, wave in (("before", before), ("after", after)):
        if wave.index.has_duplicates:
            raise ValueError(
                f"{name} names {wave.index[wave.index.duplicated()].tolist()[0]!r} twice: give one row per person"
            )
    x, y = before.dropna().astype(float), after.dropna().astype(float)
    both = x.index.intersection(y.index, sort=False)
    if min(len(x), len(y)) < MINIMUM_N or len(both) < 2 or not (vary(x[both]) and vary(y[both])):
        found = unlinked_change(x, y, confidence=confidence)
        return Change(**{**vars(found), "n_linked": len(both)})
    interval, p_value = _overlapping(x, y, both, confidence)
    return Change(
        change=interval,
        p_value=p_value,
        n_before=len(x),
        n_after=len(y),
        n_linked=len(both),
        effect=cliffs_delta(y, x, confidence=confidence),
    )


def reliable_change(before: ArrayLike, after: ArrayLike, *, deviation: float, reliability: float) -> ReliableChange:
    """Count the people whose change exceeds what the error of measurement alone would make.

    before, after : shape (n_people,), levels, NaN = not scored
    deviation : standard deviation between people in the first wave; reliability : 0 to below 1, e.g. alpha

    Formula: RCI = (x2 - x1) / (SD sqrt(2 (1 - r))), reliable beyond ±1.96. Source: Jacobson & Truax (1991), JCCP 59,
    12–19.

    >>> round(float(reliable_change([47.5], [32.5], deviation=7.5, reliability=0.80).index[0]), 2)
    -3.16
    """
    if not deviation > 0:
        raise ValueError(f"deviation is {deviation}: give the standard deviation between people, above 0")
    if not 0 <= reliability < 1:
        raise ValueError(f"reliability is {reliability}: give a number from 0 to below 1")
    steps = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    index = steps / (deviation * np.sqrt(2 * (1 - reliability)))
    improved, declined = int((index > RELIABLE).sum()), int((index < -RELIABLE).sum())
    known = int((~np.isnan(index)).sum())
    return ReliableChange(index=index, improved=improved, declined=declined, unclear=known - improved - declined)


def signed_rank_p(steps: ArrayLike) -> float:
    """Two-sided p-value of Wilcoxon's signed rank test, exact with ties up to 200 changes other than zero.

    steps : shape (n_people,), after minus before; zeros are dropped; 1 when nothing is left

    The distribution is counted over all signs given the mid-ranks, which `scipy.stats.wilcoxon` does only without
    ties. Source: Wilcoxon (1945); Hollander & Wolfe (1999), §3.1.

    >>> signed_rank_p([1, 1, 1, 2, 0])
    0.125
    """
    moved = np.asarray(steps, dtype=float)
    moved = moved[(moved != 0) & ~np.isnan(moved)]
    if not len(moved):
        return 1.0
    if len(moved) > LARGEST_EXACT_N:
        return float(stats.wilcoxon(moved.tolist()).pvalue)
    doubled = np.rint(2 * stats.rankdata(np.abs(moved))).astype(int)
    chances = np.ones(1)
    for rank in doubled.tolist():
        chances = (np.pad(chances, (0, rank)) + np.pad(chances, (rank, 0))) / 2
    risen = int(doubled[moved > 0].sum())
    return float(min(1.0, 2 * min(chances[: risen + 1].sum(), chances[risen:].sum())))


def _t_interval(steps: Floats, levels: float, confidence: float) -> tuple[Interval, float]:
    n, method = len(steps), "paired t"
    estimate = float(steps.mean()) if n else float("nan")
    if n < MINIMUM_N or not vary(steps, levels):
        note = f"No interval: {n} pairs, at least {MINIMUM_N} are needed."
        note = note if n < MINIMUM_N else "No interval: everyone changed by the same amount."
        return Interval(estimate=estimate, low=None, high=None, n=n, method=method, notes=(note,)), float("nan")
    se = float(steps.std(ddof=1) / np.sqrt(n))
    return _with_t(estimate, se, n - 1.0, n, method, confidence)


def _with_t(estimate: float, se: float, df: float, n: int, method: str, confidence: float) -> tuple[Interval, float]:
    half = float(stats.t.ppf((1 + confidence) / 2, df)) * se
    interval = Interval(
        estimate=estimate,
        low=estimate - half,
        high=estimate + half,
        n=n,
        method=method,
        confidence=confidence,
        df=df,
        se=se,
    )
    return interval, float(2 * stats.t.sf(abs(estimate) / se, df))


def _overlapping(x: pd.Series, y: pd.Series, both: pd.Index, confidence: float) -> tuple[Interval, float]:
    linked, alone = len(both), len(x) + len(y) - 2 * len(both)
    first, second = float(x.var()) / len(x), float(y.var()) / len(y)
    r = float(np.corrcoef(x[both], y[both])[0, 1])
    shared = 2 * r * float(x.std() * y.std()) * linked / (len(x) * len(y))
    welch = (first + second) ** 2 / (first**2 / (len(x) - 1) + second**2 / (len(y) - 1))
    df = (linked - 1) + (welch - linked + 1) / (alone + 2 * linked) * alone
    variance = first + second - shared
    method, estimate, n = "partially overlapping t", float(y.mean() - x.mean()), len(x) + len(y)
    if variance <= ROUNDING * (first + second):
        note = "No interval: everyone changed by the same amount."
        return Interval(estimate=estimate, low=None, high=None, n=n, method=method, notes=(note,)), float("nan")
    return _with_t(estimate, float(np.sqrt(variance)), df, n, method, confidence)
