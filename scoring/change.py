"""Change since the wave before, from two results alone: people need not be linkable."""

import math
from collections.abc import Mapping
from dataclasses import replace

from scipy import stats

from questionnaires.schema import Questionnaire
from scoring.effect import benjamini_hochberg
from scoring.results import AssessmentResult, Change, Comparability, Estimate
from scoring.trend import comparable_share

UNLINKED = "difference of two estimates, Welch–Satterthwaite t"


def change_since(now: Estimate, before: Estimate, confidence: float = 0.95) -> Change:
    """Now minus before with its interval; without standard errors on both sides there is no interval.

    Formula: d ± t(df) √(SE₁² + SE₂²), df = (SE₁² + SE₂²)² / (SE₁⁴/df₁ + SE₂⁴/df₂). Source: Welch (1947), Biometrika
    34, 28–35. The same people answering twice makes the true interval narrower: this one errs on the cautious side.

    >>> first = Estimate(estimate=2.4, n=60, method="t", se=0.06, df=54)
    >>> second = Estimate(estimate=2.7, n=63, method="t", se=0.08, df=57)
    >>> moved = change_since(second, first)
    >>> round(moved.change, 3), round(moved.low, 3), round(moved.high, 3)
    (0.3, 0.102, 0.498)
    """
    difference = now.estimate - before.estimate
    change = Change(before=before.estimate, change=difference, n_before=before.n, method=UNLINKED)
    if now.se is None or before.se is None or now.df is None or before.df is None:
        return change
    variance = now.se**2 + before.se**2
    if variance == 0:
        return replace(change, low=difference, high=difference, p_value=float(abs(difference) < 1e-12))
    df = variance**2 / (now.se**4 / now.df + before.se**4 / before.df)
    half = float(stats.t.ppf((1 + confidence) / 2, df)) * math.sqrt(variance)
    p_value = float(2 * stats.t.sf(abs(difference) / math.sqrt(variance), df))
    return replace(change, low=difference - half, high=difference + half, p_value=p_value)


def mark_changes(changes: Mapping[str, Change], q: float) -> dict[str, Change]:
    """Mark the changes of one family that are clear: the interval excludes zero, and Benjamini–Hochberg at ``q``
    rejects.

    Source: Benjamini & Hochberg (1995), JRSS B 57, 289–300.
    """
    tested = {name: change.p_value for name, change in changes.items() if change.p_value is not None}
    if not tested:
        return dict(changes)
    clear = benjamini_hochberg(tested, q=q).table["clear"]
    return {
        name: replace(change, clear=bool(name in tested and clear[name] and _excludes_zero(change)))
        for name, change in changes.items()
    }


def comparability(questionnaire: Questionnaire, previous: AssessmentResult) -> Comparability:
    """How far the two waves asked the same: questions in common ÷ questions asked in either.

    A change is shown only within one major version of one questionnaire, because a major version may change scale or
    weights.
    """
    now = [question.id for question in questionnaire.questions]
    share = comparable_share(previous.questionnaire.questions, now)
    before = previous.questionnaire
    same = before.id == questionnaire.id and before.version == questionnaire.version
    if before.id != questionnaire.id:
        note = f"The wave before used another questionnaire ({before.id}): no change is shown."
    elif _major(before.version) != _major(questionnaire.version):
        note = f"The wave before used version {before.version}, not comparable with {questionnaire.version}: no change."
    elif same:
        note = f"Both waves used version {questionnaire.version}."
    else:
        note = f"The wave before used version {before.version}: {share:.0%} of the questions are the same."
    return Comparability(share=share, same_version=same, previous_version=before.version, note=note)


def comparable(questionnaire: Questionnaire, previous: AssessmentResult) -> bool:
    """Whether a change may be computed at all."""
    before = previous.questionnaire
    return before.id == questionnaire.id and _major(before.version) == _major(questionnaire.version)


def _major(version: str) -> str:
    return version.partition(".")[0]


def _excludes_zero(change: Change) -> bool:
    return change.low is not None and change.high is not None and (change.low > 0 or change.high < 0)
