"""From respondents to a level: capability, dimension, overall, and the stage beside them.

Respondent item means → unit mean → organisation ``Σ_h W_h m_h`` (W = headcount share where known) → equally weighted
mean of a dimension's capabilities → equally weighted mean of the dimensions. Don't know and not applicable leave
numerator and denominator; a capability that cannot be shown leaves its dimension, and the weights are renormalised.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from questionnaires.schema import DONT_KNOW, NOT_APPLICABLE, Level, Questionnaire, Scale
from scoring.intervals import group_means, stratified_means
from scoring.moments import moments
from scoring.patterns import Answers, CapabilityPatterns, count_patterns, pattern_scores

OVERALL = "overall"
"""The column that stands beside the dimensions' ids."""

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
    linear = _linearised(scores, strata, weights_in, _stratum_shares(strata, weights))
    table = stratified_means(linear, strata, weights=weights, population=population, confidence=confidence)
    estimate = weights_in.T @ capabilities["estimate"].fillna(0.0)
    shift = estimate - table["estimate"]
    for column in ("low", "high", "low_fpc", "high_fpc", "estimate"):
        table[column] = table[column] + shift
    return table


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
