"""Reliability of the questions of one capability or dimension: a diagnosis, never a gate.

Maturity questions partly make up what they measure instead of mirroring it (Diamantopoulos & Winklhofer 2001, JMR 38,
269–277); a low alpha then says that they cover different ground, not that they are wrong.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from scoring.intervals import Interval
from scoring.rounding import ROUNDING, cleared

Floats = NDArray[np.float64]
Missing = Literal["pairwise", "listwise"]

MINIMUM_RESPONDENTS = 50
SMALLEST_UNIQUENESS = 0.005


@dataclass(frozen=True, eq=False, kw_only=True)
class Reliability:
    """The reliability page of one set of questions.

    items : one row per question with n, item_total (corrected) and alpha_if_dropped; empty where n is too small
    centred : deviations from the organisation's mean were used; missing : the rule, printed with the numbers
    """

    alpha: Interval
    omega: Interval
    items: pd.DataFrame
    n: int
    missing: Missing
    centred: bool
    notes: tuple[str, ...] = ()


def reliability(
    answers: pd.DataFrame,
    *,
    organizations: Sequence[Hashable] | pd.Series | None = None,
    missing: Missing = "pairwise",
) -> Reliability:
    """Alpha, omega and the part of each question, from 50 respondents on.

    answers : DataFrame, shape (n_respondents, n_questions), levels, NaN = not scored
    organizations : the organisation of each respondent; then every answer is taken as a deviation from the mean of
        its organisation, so that differences between organisations do not pass for consistency
    missing : "pairwise" uses every pair of answers, n is then that of the scarcest pair; "listwise" uses people who
        answered all

    >>> table = pd.DataFrame({"q1": [1, 2, 3, 4, 5] * 12, "q2": [2, 2, 3, 5, 4] * 12, "q3": [1, 3, 3, 3, 5] * 12})
    >>> page = reliability(table)
    >>> round(page.alpha.estimate, 2), round(page.omega.estimate, 2), page.n
    (0.91, 0.95, 60)
    """
    used = answers if organizations is None else _centred(answers, organizations)
    n = _pairs(used, missing)
    notes = []
    if n < MINIMUM_RESPONDENTS:
        notes.append(f"Nothing is shown: {n} respondents, at least {MINIMUM_RESPONDENTS} are needed.")
        used = used.iloc[:0]
    return Reliability(
        alpha=cronbach_alpha(used, missing=missing),
        omega=mcdonald_omega(used, missing=missing),
        items=item_analysis(used, missing=missing),
        n=n,
        missing=missing,
        centred=organizations is not None,
        notes=tuple(notes),
    )


def cronbach_alpha(answers: pd.DataFrame, *, missing: Missing = "pairwise", confidence: float = 0.95) -> Interval:
    """Consistency of a sum of questions with Feldt's interval: up to 1; below 0 when they run against each other.

    answers : DataFrame, shape (n_respondents, n_questions), levels, NaN = not scored
    n : people who answered all (listwise), or the n of the scarcest pair of questions (pairwise)

    No estimate with fewer than two questions or two people, or when nothing varies.
    Formula: k / (k - 1) (1 - sum of variances / variance of the sum); interval 1 - (1 - alpha) F(n - 1, (n - 1)(k - 1)).
    Source: Cronbach (1951), Psychometrika 16, 297–334; Feldt (1965), Psychometrika 30, 357–370.

    >>> result = cronbach_alpha(pd.DataFrame({"q1": [1, 2, 3, 4, 5], "q2": [2, 2, 3, 5, 4], "q3": [1, 3, 3, 3, 5]}))
    >>> round(result.estimate, 3), round(result.low, 3), round(result.high, 3)
    (0.908, 0.533, 0.99)
    """
    covariance, n = _covariance(answers, missing), _pairs(answers, missing)
    method = f"Cronbach's alpha, Feldt interval, {missing}"
    estimate = _alpha(covariance)
    if np.isnan(estimate):
        note = "No estimate: two questions, two people and some difference are needed."
        return Interval(estimate=estimate, low=None, high=None, n=n, method=method, notes=(note,))
    k = len(covariance)
    low, high = (
        float(1 - (1 - estimate) * stats.f.ppf(share, n - 1, (n - 1) * (k - 1)))
        for share in ((1 + confidence) / 2, (1 - confidence) / 2)
    )
    return Interval(estimate=estimate, low=low, high=high, n=n, method=method, confidence=confidence)


def mcdonald_omega(answers: pd.DataFrame, *, missing: Missing = "pairwise") -> Interval:
    """Share of the variance of the sum that one common factor explains, 0 to 1.

    answers : DataFrame, shape (n_respondents, n_questions), levels, NaN = not scored

    The factor is fitted by maximum likelihood, uniquenesses at least .005. No estimate with fewer than three
    questions (one factor is not identified), or when a question does not vary.
    Formula: (sum of loadings)² / ((sum of loadings)² + sum of uniquenesses), in the units of the answers.
    Source: McDonald (1999), Test Theory, ch. 6; fit as Jöreskog (1967), Psychometrika 32, 443–482, R `factanal`.

    >>> table = pd.DataFrame({"q1": [1, 2, 3, 4, 5], "q2": [2, 2, 3, 5, 4], "q3": [1, 3, 3, 3, 5]})
    >>> round(mcdonald_omega(table).estimate, 2)
    0.95
    """
    covariance, n = _covariance(answers, missing), _pairs(answers, missing)
    method = f"McDonald's omega, one factor by maximum likelihood, {missing}"
    if len(covariance) < 3 or n < 3 or not (np.diag(covariance) > 0).all() or not _positive(covariance):
        note = "No estimate: three questions that vary, and consistent pairs of answers, are needed."
        return Interval(estimate=float("nan"), low=None, high=None, n=n, method=method, notes=(note,))
    loadings, uniquenesses = one_factor(covariance)
    common = float(loadings.sum() ** 2)
    omega = common / (common + float(uniquenesses.sum()))
    return Interval(estimate=omega, low=None, high=None, n=n, method=method)


def one_factor(covariance: Floats) -> tuple[Floats, Floats]:
    """Loadings and uniquenesses of one common factor, in the units of the covariance matrix.

    covariance : shape (n_questions, n_questions), positive definite, at least 3 questions

    Source: Jöreskog (1967); the objective is that of R `factanal`.

    >>> loadings, _ = one_factor(np.array([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]]))
    >>> [round(float(loading), 3) for loading in loadings]
    [0.707, 0.707, 0.707]
    """
    deviations = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(deviations, deviations)
    start = np.clip(0.5 / np.diag(np.linalg.inv(correlation)), SMALLEST_UNIQUENESS, 1)
    fitted = optimize.minimize(
        _misfit, start, args=(correlation,), method="L-BFGS-B", bounds=[(SMALLEST_UNIQUENESS, 1)] * len(start)
    )
    scale = np.sqrt(fitted.x)
    values, vectors = np.linalg.eigh(correlation / np.outer(scale, scale))
    loadings = scale * vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0.0))
    loadings = loadings if loadings.sum() >= 0 else -loadings
    return np.asarray(loadings * deviations, dtype=float), np.asarray(fitted.x * deviations**2, dtype=float)


def item_analysis(answers: pd.DataFrame, *, missing: Missing = "pairwise") -> pd.DataFrame:
    """How each question goes with the others, and alpha without it.

    answers : DataFrame, shape (n_respondents, n_questions), levels, NaN = not scored

    Returns one row per question with n (answers), item_total (correlation with the sum of the others, -1 to 1) and
    alpha_if_dropped; NaN where they are not defined. Source: Nunnally & Bernstein (1994), ch. 8.

    >>> table = pd.DataFrame({"q1": [1, 2, 3, 4, 5], "q2": [2, 2, 3, 5, 4], "q3": [1, 3, 3, 3, 5]})
    >>> item_analysis(table).round(3).loc["q1"].to_dict()
    {'n': 5.0, 'item_total': 0.993, 'alpha_if_dropped': 0.702}
    """
    covariance = _covariance(answers, missing)
    used = answers.dropna() if missing == "listwise" else answers
    rows = []
    for place in range(len(covariance)):
        rest = np.delete(np.arange(len(covariance)), place)
        spread = covariance[place, place] * _total(covariance[np.ix_(rest, rest)])
        with_rest = covariance[place, rest].sum()
        rows.append(
            {
                "n": int(used.iloc[:, place].notna().sum()),
                "item_total": with_rest / np.sqrt(spread) if len(rest) and spread > 0 else np.nan,
                "alpha_if_dropped": _alpha(covariance[np.ix_(rest, rest)]),
            }
        )
    return pd.DataFrame(rows, index=answers.columns, columns=["n", "item_total", "alpha_if_dropped"])


def _centred(answers: pd.DataFrame, organizations: Sequence[Hashable] | pd.Series) -> pd.DataFrame:
    labels = pd.Series(organizations).to_numpy()
    if len(labels) != len(answers):
        raise ValueError(f"organizations has {len(labels)} labels for {len(answers)} respondents: give one per row")
    levels = answers.astype(float)
    deviations = levels - levels.groupby(labels).transform("mean")
    return deviations.mask(deviations.abs() <= ROUNDING * levels.abs(), 0.0)


def _covariance(answers: pd.DataFrame, missing: Missing) -> Floats:
    if missing not in ("pairwise", "listwise"):
        raise ValueError(f"missing is {missing!r}: use pairwise or listwise")
    used = answers.dropna() if missing == "listwise" else answers
    covariance = np.array(used.astype(float).cov(min_periods=2), dtype=float)
    largest = np.nanmax(np.abs(used.to_numpy(dtype=float)), initial=0.0)
    covariance[np.abs(covariance) <= ROUNDING * largest**2] = 0.0
    return covariance


def _pairs(answers: pd.DataFrame, missing: Missing) -> int:
    if not answers.shape[1]:
        return 0
    if missing == "listwise":
        return len(answers.dropna())
    scored = answers.notna().to_numpy(dtype=float)
    return int((scored.T @ scored).min())


def _alpha(covariance: Floats) -> float:
    k, total = len(covariance), _total(covariance)
    if k < 2 or not np.isfinite(total) or total <= 0:
        return float("nan")
    return float(k / (k - 1) * (1 - np.trace(covariance) / total))


def _total(covariance: Floats) -> float:
    """Variance of the sum of the questions; exactly 0 where everyone has the same sum."""
    return cleared(float(covariance.sum()), float(np.abs(covariance).sum()))


def _positive(covariance: Floats) -> bool:
    return bool(np.isfinite(covariance).all() and np.linalg.eigvalsh(covariance)[0] > 1e-10 * np.trace(covariance))


def _misfit(uniquenesses: Floats, correlation: Floats) -> float:
    scale = np.sqrt(uniquenesses)
    smaller = np.linalg.eigvalsh(correlation / np.outer(scale, scale))[:-1]
    return float(-np.sum(np.log(smaller) - smaller) - len(smaller))
