"""From respondents to a level on each capability, what is known of it, and the stage.

Respondent item means → unit mean → organisation ``Σ_h W_h m_h`` (W = headcount share where known) → equally weighted
mean of a dimension's capabilities → equally weighted mean of the dimensions. Don't know and not applicable leave
numerator and denominator; a capability that cannot be shown leaves its dimension, and the weights are renormalised.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from questionnaires.schema import DONT_KNOW, NOT_APPLICABLE, Level, Questionnaire, Scale
from scoring.moments import moments
from scoring.patterns import Answers, CapabilityPatterns, count_patterns, pattern_scores

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stage:
    """The staged level: ``level`` is reached by every capability; ``binding`` are those that hold ``following`` back,
    lowest first."""

    level: Level
    following: Level | None
    binding: tuple[str, ...]
    provisional: bool


def index_means(
    questionnaire: Questionnaire, answers: Answers, groups: NDArray[np.intp] | None = None, n_groups: int = 1
) -> pd.DataFrame:
    """Mean level of every group on every capability from one pass over the packed answers: the hot path.

    answers : shape (n_respondents, ≥ n_questions), uint8 vector codes; groups : shape (n_respondents,), 0…n_groups−1
    Returns one row per (group, capability) with mean, n and variance (n − 1); NaN where nobody is scored.
    Missing rule: ``scoring.patterns.pattern_scores``.
    """
    patterns = count_patterns(questionnaire, answers, groups, n_groups)
    names = [capability.id for capability in questionnaire.capabilities]
    frames = []
    for counts in patterns:
        levels = pattern_scores(counts.table, questionnaire.scale.values, questionnaire.min_answered_share)
        n, mean, variance = moments(counts, levels)
        frames.append(np.column_stack([mean, n, variance]))
    index = pd.MultiIndex.from_product([range(n_groups), names], names=["group", "capability"])
    stacked = np.stack(frames, axis=1).reshape(-1, 3)
    return pd.DataFrame(stacked, index=index, columns=["mean", "n", "variance"])


def coverage(questionnaire: Questionnaire, patterns: Sequence[CapabilityPatterns]) -> pd.DataFrame:
    """How much of what was asked was answered, one row per capability.

    patterns : one per capability, from ``count_patterns``
    Returns the columns asked, applicable, answered, dont_know (answer counts) and coverage (answered ÷ applicable),
    dont_know_rate (÷ applicable), not_applicable_rate (÷ asked); a rate of nothing is 0.
    """
    rows = []
    for counts in patterns:
        people = counts.counts.sum(axis=0)
        asked = float(people.sum() * counts.table.shape[1])
        unknown = float(people @ (counts.table == DONT_KNOW).sum(axis=1))
        outside = float(people @ (counts.table == NOT_APPLICABLE).sum(axis=1))
        answered = float(people @ ((counts.table > 0) & (counts.table < DONT_KNOW)).sum(axis=1))
        rows.append((asked, asked - outside, answered, unknown))
    names = [capability.id for capability in questionnaire.capabilities]
    frame = pd.DataFrame(rows, index=names, columns=["asked", "applicable", "answered", "dont_know"])
    return with_rates(frame)


def with_rates(frame: pd.DataFrame) -> pd.DataFrame:
    """The counts of ``coverage`` (or sums of them over a dimension) with their three rates.

    >>> counts = pd.DataFrame({"asked": [10], "applicable": [8], "answered": [6], "dont_know": [1]})
    >>> with_rates(counts).loc[0, ["coverage", "not_applicable_rate"]].tolist()
    [0.75, 0.2]
    """
    asked, applicable = frame["asked"].to_numpy(float), frame["applicable"].to_numpy(float)
    return frame.assign(
        coverage=_ratio(frame["answered"].to_numpy(float), applicable, 0.0),
        dont_know_rate=_ratio(frame["dont_know"].to_numpy(float), applicable, 0.0),
        not_applicable_rate=_ratio(asked - applicable, asked, 0.0),
    )


def dont_know_bounds(
    questionnaire: Questionnaire, patterns: Sequence[CapabilityPatterns], weights: Floats | None = None
) -> pd.DataFrame:
    """The level of each capability if every don't-know were the scale's lowest, and its highest, level.

    patterns : counted by stratum; weights : shape (n_strata,), headcounts, default the respondents' own shares
    Returns the columns low and high, one row per capability; they enclose the estimate. Unanswered and not applicable
    stay out.
    Source: worst-case bounds, Manski (1989), Journal of Human Resources 24, 343–360.
    """
    values, share = questionnaire.scale.values, questionnaire.min_answered_share
    rows = []
    for counts in patterns:
        ends = [
            weighted_mean(counts, pattern_scores(counts.table, values, share, dont_know_as=extreme), weights)
            for extreme in (None, questionnaire.scale.low, questionnaire.scale.high)
        ]
        rows.append((np.fmin(ends[0], ends[1]), np.fmax(ends[0], ends[2])))
    return pd.DataFrame(rows, index=[c.id for c in questionnaire.capabilities], columns=["low", "high"])


def weighted_mean(counts: CapabilityPatterns, levels: Floats, weights: Floats | None = None) -> float:
    """Σ_h W_h m_h from pattern counts by stratum, NaN when nobody is scored; shares renormalise over strata with
    scores.

    >>> counts = CapabilityPatterns(np.array([[1], [3]], dtype=np.uint8), np.array([[2, 2], [0, 4]]))
    >>> weighted_mean(counts, np.array([1.0, 3.0])), weighted_mean(counts, np.array([1.0, 3.0]), np.array([3.0, 1.0]))
    (2.5, 2.25)
    """
    scored = np.isfinite(levels)
    n = counts.counts[:, scored].astype(float)
    size = n.sum(axis=1)
    share = size if weights is None else np.where(size > 0, weights, 0.0)
    if share.sum() == 0:
        return float("nan")
    means = _ratio(n @ levels[scored], size, 0.0)
    return float(share @ means / share.sum())


ROUNDING = 1e-9
"""A mean of threes may be stored a hair below 3, which is still 3."""


def staged_level(levels: pd.DataFrame, scale: Scale) -> Stage:
    """The highest level that every capability reaches, and what holds the next one back.

    levels : one row per capability with estimate, low and high in the scale's units (low/high NaN = no interval)
    ``provisional`` when the stage would differ at the lower or the upper ends of the capabilities' intervals.
    Source: staged representation, CMMI Institute, CMMI V2.0; the scale's lowest level is reached by everyone.

    >>> scale = Scale(tuple(Level(f"l{v}", v, f"Level {v}", "") for v in (1, 2, 3)))
    >>> levels = pd.DataFrame({"estimate": [2.6, 1.8], "low": [2.4, 1.5], "high": [2.8, 2.1]}, index=["plan", "data"])
    >>> stage = staged_level(levels, scale)
    >>> stage.level.value, stage.binding, stage.provisional
    (1, ('data',), True)
    """
    levels = levels[["estimate", "low", "high"]] + ROUNDING
    weakest = scale.at(float(levels["estimate"].min()))
    above = [level for level in scale.levels if level.value > weakest.value]
    following = above[0] if above else None
    held = levels["estimate"].sort_values(kind="stable")
    binding = () if following is None else tuple(map(str, held.index[held < following.value]))
    lowest = scale.at(float(levels["low"].fillna(levels["estimate"]).min()))
    highest = scale.at(float(levels["high"].fillna(levels["estimate"]).min()))
    return Stage(weakest, following, binding, lowest != weakest or highest != weakest)


def weight_range(levels: Sequence[float], change: float = 0.2) -> tuple[float, float]:
    """Lowest and highest weighted mean when every weight may move by ± ``change``; exact, not sampled.

    levels : equally weighted levels, at least one. The extreme puts the high weight on the k highest (or lowest)
    levels for some k.
    Source: OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 7 (sensitivity to weights).

    >>> low, high = weight_range([2.0, 3.0])
    >>> round(low, 3), round(high, 3)
    (2.4, 2.6)
    """
    ordered = np.sort(np.asarray(levels, dtype=float))
    ends = []
    for values in (ordered, ordered[::-1]):
        means = [
            float(np.average(values, weights=np.where(np.arange(len(values)) < first, 1 + change, 1 - change)))
            for first in range(len(values) + 1)
        ]
        ends.append(means)
    return min(ends[0]), max(ends[1])


def _ratio(over: Floats, under: Floats, empty: float = np.nan) -> Floats:
    over, under = np.broadcast_arrays(np.asarray(over, dtype=float), np.asarray(under, dtype=float))
    result: Floats = np.divide(over, under, out=np.full(over.shape, empty), where=under > 0)
    return result
