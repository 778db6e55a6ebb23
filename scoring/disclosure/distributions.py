"""Answer distributions: small counts and unanimous groups."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class LevelCount:
    """People who chose a level, or one of several neighbouring levels whose counts were merged."""

    first: int
    last: int
    count: int

    @property
    def merged(self) -> bool:
        """Whether more than one level stands behind the count."""
        return self.last > self.first


def merge_small_counts(counts: Sequence[int], k: int = 5) -> tuple[LevelCount, ...]:
    """Merge every count of 1 to k-1 with its neighbour until none is left.

    counts : people per level, lowest level first; levels are numbered from 1

    The smallest count goes first (ties: the lower level) and joins the neighbour with the smaller count that is not
    zero (ties: the lower one); a zero between is taken in. Zeros stay, they stand for nobody. Below k people in all
    nothing may be shown and the result is empty. Show no share whose border lies inside a merged count. The merge keeps
    small counts from being read; unrounded statistics of the same people can undo it (docs/methods/disclosure.md).

    >>> [(bar.first, bar.last, bar.count) for bar in merge_small_counts([18, 32, 15, 3, 0])]
    [(1, 1, 18), (2, 2, 32), (3, 4, 18), (5, 5, 0)]
    """
    wrong = [count for count in counts if count < 0]
    if wrong:
        raise ValueError(f"counts holds {wrong[0]}: a number of people is at least 0")
    if sum(counts) < k:
        return ()
    bars = [LevelCount(level, level, int(count)) for level, count in enumerate(counts, start=1)]
    while small := [position for position, bar in enumerate(bars) if 0 < bar.count < k]:
        position = min(small, key=lambda place: bars[place].count)
        bars = _joined(bars, position, _neighbour(bars, position))
    return tuple(bars)


def _neighbour(bars: list[LevelCount], position: int) -> int:
    below = next((place for place in range(position - 1, -1, -1) if bars[place].count), None)
    above = next((place for place in range(position + 1, len(bars)) if bars[place].count), None)
    places = [place for place in (below, above) if place is not None]
    return min(places, key=lambda place: (abs(place - position) > 1, bars[place].count))


def _joined(bars: list[LevelCount], one: int, other: int) -> list[LevelCount]:
    start, end = min(one, other), max(one, other)
    total = sum(bar.count for bar in bars[start : end + 1])
    return [*bars[:start], LevelCount(bars[start].first, bars[end].last, total), *bars[end + 1 :]]


def unanimous(values: ArrayLike) -> bool:
    """Tell whether all who were scored gave the same value, so that the mean is everyone's answer, at any n.

    values : shape (n_respondents,), NaN = not scored; nobody scored is not unanimous

    Source: Machanavajjhala et al. (2007), l-diversity, ACM TKDD 1(1).

    >>> unanimous([4, 4, None, 4]), unanimous([4, 4, 3]), unanimous([None])
    (True, False, False)
    """
    scored = pd.to_numeric(pd.Series(np.asarray(values, dtype=object).ravel())).dropna()
    return bool(len(scored)) and bool((scored == scored.iloc[0]).all())
