"""Leaders beside staff: where the two see another organisation, the number is a conversation."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from questionnaires.schema import Questionnaire
from scoring.change import change_since
from scoring.effect import benjamini_hochberg, delta_band
from scoring.moments import group_estimates
from scoring.patterns import CapabilityPatterns, pattern_scores
from scoring.results import Estimate, Perception, PerceptionGap, Settings

LEADERS, STAFF = 0, 1


def perception_gaps(
    questionnaire: Questionnaire, patterns: Mapping[str, CapabilityPatterns], settings: Settings
) -> dict[str, PerceptionGap]:
    """Leaders minus staff on every capability where both sides have at least k people.

    patterns : of the capabilities to compare, counted by side (leaders, staff): one family for Benjamini–Hochberg
    Welch interval (``scoring.change.change_since`` of the two means) and Cliff's delta. Source: Welch (1947); Cliff
    (1993).
    """
    cells = group_estimates(questionnaire, patterns, settings.confidence)
    pairs = {
        name: (cells[LEADERS, name], cells[STAFF, name])
        for name in patterns
        if all(_enough(cells.get((one, name)), settings.k) for one in (LEADERS, STAFF))
    }
    moved = {name: change_since(leaders, staff, settings.confidence) for name, (leaders, staff) in pairs.items()}
    tested = {name: one.p_value for name, one in moved.items() if one.p_value is not None}
    clear = benjamini_hochberg(tested, q=settings.q).table["clear"]
    result = {}
    for name in tested:
        leaders, staff = pairs[name]
        one, low, high = moved[name], moved[name].low, moved[name].high
        if low is None or high is None or one.p_value is None:
            continue
        delta = dominance(patterns[name], questionnaire.scale.values, questionnaire.min_answered_share)
        result[name] = PerceptionGap(
            leaders=leaders,
            staff=staff,
            gap=one.change,
            low=low,
            high=high,
            p_value=one.p_value,
            clear=bool(clear[name]) and (low > 0 or high < 0),
            delta=delta,
            delta_word=delta_band(delta),
        )
    return result


def perception_summary(gaps: Mapping[str, PerceptionGap], side: NDArray[np.intp], settings: Settings) -> Perception:
    """How many count as which, and which gaps are clear; or why there is no comparison."""
    leaders, staff = int((side == LEADERS).sum()), int((side == STAFF).sum())
    if min(leaders, staff) < settings.k:
        known = (side >= 0).any()
        return Perception(
            withheld=f"fewer than {settings.k}" if known else "roles unknown",
            sentence=(
                f"Leaders and staff are compared when at least {settings.k} of each have answered."
                if known
                else "Leaders and staff are compared when respondents' roles are known."
            ),
        )
    return Perception(
        leaders=leaders, staff=staff, family=len(gaps), clear=tuple(name for name, gap in gaps.items() if gap.clear)
    )


def dominance(patterns: CapabilityPatterns, values: tuple[float, ...], min_answered_share: float) -> float:
    """Cliff's delta of leaders over staff from how often each pattern occurs: exact, in one pass over the patterns.

    patterns : ``counts`` of shape (2, n_patterns): leaders, staff. Equals ``scoring.effect.cliffs_delta`` of the
    people themselves.

    >>> patterns = CapabilityPatterns(np.array([[1], [2]], dtype=np.uint8), np.array([[0, 5], [5, 5]]))
    >>> dominance(patterns, (1.0, 2.0), 0.5)
    0.5
    """
    levels = pattern_scores(patterns.table, values, min_answered_share)
    scored = np.isfinite(levels)
    order = np.argsort(levels[scored], kind="stable")
    ordered = levels[scored][order]
    leaders, staff = patterns.counts[:, scored][:, order].astype(float)
    below = np.concatenate([[0.0], np.cumsum(staff)])
    under = below[np.searchsorted(ordered, ordered, side="left")]
    over = below[-1] - below[np.searchsorted(ordered, ordered, side="right")]
    return float(leaders @ (under - over) / (leaders.sum() * staff.sum()))


def _enough(estimate: Estimate | None, k: int) -> bool:
    return estimate is not None and estimate.n >= k
