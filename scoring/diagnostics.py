"""The reliability of a questionnaire's dimensions and capabilities on one assessment: a diagnosis, never a gate."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from questionnaires.schema import Questionnaire
from scoring.intervals import Interval
from scoring.patterns import Answers
from scoring.reliability import Missing, Reliability, reliability


def answer_levels(questionnaire: Questionnaire, answers: Answers) -> pd.DataFrame:
    """The scored answers in the values of the scale, shape (n_respondents, n_questions), NaN = no level chosen.

    answers : shape (n_respondents, ≥ n_questions), uint8 vector codes
    """
    values = questionnaire.scale.values
    lookup = np.full(256, np.nan)
    lookup[1 : len(values) + 1] = values
    names = [question.id for question in questionnaire.questions]
    return pd.DataFrame(lookup[answers[:, : len(names)]], columns=names)


def questionnaire_reliability(
    questionnaire: Questionnaire, answers: Answers, *, missing: Missing = "pairwise", k: int | None = None
) -> dict[str, Reliability]:
    """``reliability`` of the questions of every dimension and of every capability with two or more, by id.

    answers : shape (n_respondents, ≥ n_questions), uint8 vector codes; don't know and not applicable are missing, by
    the rule named. Under 50 respondents, or 50 to a pair of questions, nothing is shown and a note says so.
    k : the smallest group that may be shown, for readers who get both rules: where listwise leaves out 1 to k - 1
    people, the two rules differ by their answers alone, and listwise shows nothing and says so.
    """
    levels = answer_levels(questionnaire, answers)
    parts = {dimension.id: dimension.capabilities for dimension in questionnaire.dimensions}
    parts |= {capability.id: (capability,) for capability in questionnaire.capabilities}
    columns = {name: [question.id for one in some for question in one.questions] for name, some in parts.items()}
    found = {name: reliability(levels[some], missing=missing) for name, some in columns.items() if len(some) > 1}
    if k is None or missing == "pairwise":
        return found
    few = {name for name in found if 0 < left_out(levels[columns[name]]) < k}
    return {name: _withheld(page, k) if name in few else page for name, page in found.items()}


def left_out(levels: pd.DataFrame) -> int:
    """How many people answered some of the questions and not all: whom the listwise rule leaves out.

    >>> left_out(pd.DataFrame({"q1": [1, 2, np.nan, np.nan], "q2": [2, np.nan, 3, np.nan]}))
    2
    """
    answered = levels.notna()
    return int((answered.any(axis=1) & ~answered.all(axis=1)).sum())


def _withheld(page: Reliability, k: int) -> Reliability:
    note = (
        f"Withheld: fewer than {k} people left a question out, and beside the pairwise numbers these would show what "
        "they answered."
    )
    alpha, omega = (replace(one, estimate=float("nan"), low=None, high=None, n=0) for one in (page.alpha, page.omega))
    return replace(page, alpha=alpha, omega=omega, items=page.items.iloc[:0], n=0, notes=(note,))


def reliability_document(found: dict[str, Reliability]) -> dict[str, Any]:
    """JSON-ready: by id alpha, omega, the questions, n, the rule for missing answers and notes; what there is not is
    absent."""
    return {
        name: {
            "alpha": _interval(page.alpha),
            "omega": _interval(page.omega),
            "questions": {
                str(question): _present(row) for question, row in page.items.to_dict("index").items() if not page.notes
            },
            "n": page.n,
            "missing": page.missing,
            "notes": list(page.notes),
        }
        for name, page in found.items()
    }


def _interval(interval: Interval) -> dict[str, Any]:
    return _present({"estimate": interval.estimate, "low": interval.low, "high": interval.high, "n": interval.n}) | {
        "method": interval.method
    }


def _present(values: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in values.items() if value is not None and np.isfinite(value)}
