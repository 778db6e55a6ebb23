"""Mean and variance of groups from how often each answer pattern occurs: independent of how many people answered."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from questionnaires.schema import Questionnaire
from scoring.intervals import MINIMUM_N
from scoring.patterns import CapabilityPatterns, pattern_scores
from scoring.results import Estimate

METHOD = "mean of the group, Student t"

Floats = NDArray[np.float64]


def moments(counted: CapabilityPatterns, levels: Floats) -> tuple[Floats, Floats, Floats]:
    """People scored, their mean (NaN for nobody) and variance with n − 1 (NaN below two), each of shape (n_groups,).

    levels : shape (n_patterns,), the level of each pattern, NaN = not scored

    >>> counted = CapabilityPatterns(np.array([[1], [2], [3]], dtype=np.uint8), np.array([[2, 0, 2]]))
    >>> n, mean, variance = moments(counted, np.array([1.0, 2.0, 3.0]))
    >>> n.tolist(), mean.tolist(), round(float(variance[0]), 3)
    ([4.0], [2.0], 1.333)
    """
    scored = np.isfinite(levels)
    people, values = counted.counts[:, scored].astype(float), levels[scored]
    n = people.sum(axis=1)
    mean = np.divide(people @ values, n, out=np.full(len(n), np.nan), where=n > 0)
    squares = (people * (values - np.nan_to_num(mean)[:, None]) ** 2).sum(axis=1)
    variance = np.divide(squares, n - 1, out=np.full(len(n), np.nan), where=n > 1)
    return n, mean, variance


def group_estimates(
    questionnaire: Questionnaire, patterns: Mapping[str, CapabilityPatterns], confidence: float
) -> dict[tuple[int, str], Estimate]:
    """Mean and t interval of every group on every capability, by (group, capability); none where nobody is scored.

    patterns : by capability, counted by group. Agrees with ``scoring.intervals.group_means``; below 5 people there is
    no interval.
    Formula: m ± t(n − 1) · s / √n.
    """
    found = {}
    for name, counted in patterns.items():
        levels = pattern_scores(counted.table, questionnaire.scale.values, questionnaire.min_answered_share)
        n, mean, variance = moments(counted, levels)
        enough = n >= MINIMUM_N
        se = np.sqrt(np.divide(variance, n, out=np.full(len(n), np.nan), where=enough))
        half = np.where(enough, stats.t.ppf((1 + confidence) / 2, np.maximum(n - 1, 1)) * se, np.nan)
        for group in np.flatnonzero(n > 0).tolist():
            sure = bool(enough[group])
            found[group, name] = Estimate(
                estimate=float(mean[group]),
                low=float(mean[group] - half[group]) if sure else None,
                high=float(mean[group] + half[group]) if sure else None,
                n=int(n[group]),
                method=METHOD,
                se=float(se[group]) if sure else None,
                df=float(n[group] - 1) if sure else None,
            )
    return found
