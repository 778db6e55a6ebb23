"""Two-peaked answers: a mean that nobody would recognise."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from scipy import stats

SMALLEST_PEAK = 5
LEAST_SHARE = 0.2
DEEPEST_SHARE = 0.5
SIGNIFICANCE = 0.05


@dataclass(frozen=True)
class TwoPeaks:
    """Two levels that many people chose, with a level between them that few chose; levels count from 1."""

    lower: int
    upper: int
    lower_share: float
    upper_share: float

    @property
    def sentence(self) -> str:
        """What a reader should know before trusting the mean."""
        return (
            f"Answers have two peaks, {self.lower_share:.0%} at level {self.lower} and {self.upper_share:.0%} at "
            f"level {self.upper}: two different practices, which the mean between them does not describe."
        )


def two_peaks(counts: Sequence[int]) -> TwoPeaks | None:
    """Find two peaks in the answers of one group, or None.

    counts : people per level, lowest level first

    Both peaks hold at least 5 people and a fifth of all answers. Some level between them holds at most half of the
    lower peak, and fewer than chance explains: with both equally likely, a one-sided exact binomial test gives
    p < .05. Of several pairs the one with most people is named. The rule is ours; the test is Conover (1999), §3.1.

    >>> two_peaks([12, 9, 2, 10, 3]).sentence.split(":")[0]
    'Answers have two peaks, 33% at level 1 and 28% at level 4'
    >>> two_peaks([2, 9, 14, 9, 2]) is None
    True
    """
    wrong = [count for count in counts if count < 0]
    if wrong:
        raise ValueError(f"counts holds {wrong[0]}: a number of people is at least 0")
    total = sum(counts)
    high = [place for place, count in enumerate(counts) if count >= max(SMALLEST_PEAK, LEAST_SHARE * total)]
    pairs = [(one, other) for one, other in combinations(high, 2) if _parted(counts, one, other)]
    if not pairs:
        return None
    one, other = max(pairs, key=lambda pair: (counts[pair[0]] + counts[pair[1]], pair[0] - pair[1]))
    return TwoPeaks(one + 1, other + 1, counts[one] / total, counts[other] / total)


def _parted(counts: Sequence[int], one: int, other: int) -> bool:
    if other - one < 2:
        return False
    peak, valley = min(counts[one], counts[other]), min(counts[one + 1 : other])
    if valley > DEEPEST_SHARE * peak:
        return False
    return bool(stats.binomtest(valley, valley + peak, 0.5, alternative="less").pvalue < SIGNIFICANCE)
