"""Change since the wave before, from two results; people need not be linkable, and where they are it is surer."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from scipy import stats

from questionnaires.schema import Questionnaire
from scoring.effect import benjamini_hochberg
from scoring.results import AssessmentResult, Change, Comparability, Estimate
from scoring.rounding import ROUNDING

UNLINKED = "difference of two estimates, Welch–Satterthwaite t"
LINKED = "difference of two estimates of partly the same people, partially overlapping t"


@dataclass(frozen=True)
class Linked:
    """The people of two estimates who are known to be the same: how many, and the covariance that they give the two."""

    people: int
    covariance: float


def change_since(now: Estimate, before: Estimate, confidence: float = 0.95, linked: Linked | None = None) -> Change:
    """Now minus before with its interval; without standard errors on both sides there is no interval.

    Formula: d ± t(df) √(SE₁² + SE₂² − 2 cov), γ = (SE₁² + SE₂²)² / (SE₁⁴/df₁ + SE₂⁴/df₂), df = γ without linked
    people, else (c − 1) + (γ − c + 1)(n₁ + n₂ − 2c)/(n₁ + n₂), c linked people. Where everyone is linked it is the
    paired t. Source: Welch (1947), Biometrika 34, 28–35; Derrick, Russ, Toher & White (2017), JMASM 16(1), T_new2.
    Without links, the same people answering twice makes the true interval narrower: it errs on the cautious side.

    >>> first = Estimate(estimate=2.4, n=60, method="t", se=0.06, df=54)
    >>> second = Estimate(estimate=2.7, n=63, method="t", se=0.08, df=57)
    >>> moved = change_since(second, first)
    >>> round(moved.change, 3), round(moved.low, 3), round(moved.high, 3)
    (0.3, 0.102, 0.498)
    >>> moved = change_since(second, first, linked=Linked(50, 0.003))
    >>> round(moved.low, 3), round(moved.high, 3), moved.n_linked
    (0.173, 0.427, 50)
    """
    difference = now.estimate - before.estimate
    change = Change(
        before=before.estimate,
        change=difference,
        n_before=before.n,
        method=UNLINKED if linked is None else LINKED,
        n_linked=None if linked is None else linked.people,
    )
    if now.se is None or before.se is None or now.df is None or before.df is None:
        return change
    apart = now.se**2 + before.se**2
    variance = apart - (0.0 if linked is None else 2 * linked.covariance)
    nothing = ROUNDING * abs(now.estimate)
    if variance <= max(ROUNDING * apart, nothing**2):
        return replace(change, low=difference, high=difference, p_value=float(abs(difference) <= nothing))
    df = apart**2 / (now.se**4 / now.df + before.se**4 / before.df)
    if linked is not None:
        both, alone = now.n + before.n, now.n + before.n - 2 * linked.people
        df = (linked.people - 1) + (df - linked.people + 1) * alone / both
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


def comparable_share(
    before: Collection[str], after: Collection[str], *, replaces: Mapping[str, str] | None = None
) -> float:
    """Share of the questions of two waves that both asked, 0 to 1; NaN when neither asked any.

    before, after : question ids; replaces : later id → earlier id, where a new version takes over a question

    Formula: questions in both / questions in either.

    >>> comparable_share(["a", "b", "c"], ["b", "c", "d"]), comparable_share(["a"], ["z"], replaces={"z": "a"})
    (0.5, 1.0)
    """
    earlier, later = set(before), {(replaces or {}).get(question, question) for question in after}
    either = earlier | later
    return len(earlier & later) / len(either) if either else float("nan")


def comparable(questionnaire: Questionnaire, previous: AssessmentResult) -> bool:
    """Whether a change may be computed at all."""
    before = previous.questionnaire
    return before.id == questionnaire.id and _major(before.version) == _major(questionnaire.version)


def _major(version: str) -> str:
    return version.partition(".")[0]


def _excludes_zero(change: Change) -> bool:
    return change.low is not None and change.high is not None and (change.low > 0 or change.high < 0)
