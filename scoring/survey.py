"""What came back from an assessment, laid out for scoring: levels per person, strata, weights, answer patterns."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from questionnaires.schema import UNANSWERED, Capability, Questionnaire
from scoring.patterns import Answers, CapabilityPatterns, capability_scores, count_patterns


@dataclass(frozen=True, eq=False)
class Survey:
    """One assessment's answers.

    ``questionnaire`` : only with the questions that were asked (a short form leaves some out)
    ``answers`` : shape (n_respondents, n_asked), their vector codes
    ``scores`` : shape (n_respondents, n_capabilities), the scale's units, NaN = not scored
    ``units`` : ids as first met; ``unit_codes`` : shape (n_respondents,), −1 = no unit
    ``strata`` : the same codes, people without a unit in a stratum of their own
    ``weights`` : headcount by stratum, ``None`` = the respondents' own shares; ``population`` : invited by stratum
    ``patterns`` : one per capability, counted by unit, people without one last
    """

    questionnaire: Questionnaire
    answers: Answers
    scores: pd.DataFrame
    units: tuple[str, ...]
    unit_codes: NDArray[np.intp]
    strata: pd.Series
    weights: Mapping[Hashable, float] | None
    population: Mapping[Hashable, int] | None
    patterns: tuple[CapabilityPatterns, ...]
    invited_by_unit: Mapping[str, int]
    invited: int | None
    together: frozenset[int] = frozenset()
    """Groups of the patterns that are one stratum, see ``scoring.pooling``; ``pool`` is its code."""
    pool: int = 0

    @property
    def n(self) -> int:
        return len(self.scores)

    @property
    def stratum_weights(self) -> NDArray[np.float64] | None:
        """The weights in the order of the patterns' groups."""
        if self.weights is None:
            return None
        groups = len(self.patterns[0].counts) if self.patterns else 0
        return np.array([self.weights.get(code, 0.0) for code in range(groups)])

    @property
    def stratum_of(self) -> NDArray[np.intp]:
        """The stratum of each of the patterns' groups."""
        groups = range(len(self.units) + 1)
        return np.array([self.pool if code in self.together else code for code in groups], dtype=np.intp)

    @property
    def stratum_patterns(self) -> tuple[CapabilityPatterns, ...]:
        """The patterns counted by stratum."""
        if not self.together:
            return self.patterns
        return tuple(CapabilityPatterns(one.table, _summed(one.counts, self.stratum_of)) for one in self.patterns)


def _summed(counts: NDArray[np.int64], stratum_of: NDArray[np.intp]) -> NDArray[np.int64]:
    sums = np.zeros_like(counts)
    np.add.at(sums, stratum_of, counts)
    return sums


def survey_of(
    questionnaire: Questionnaire,
    answers: Answers,
    respondents: pd.DataFrame,
    *,
    invited: int | Mapping[str, int] | None = None,
    headcount: Mapping[str, int] | None = None,
) -> Survey:
    """Lay out the answers.

    answers : shape (n_respondents, ≥ n_questions), uint8 vector codes; respondents : the same rows; column unit is
    optional invited : people invited, in all or by unit; headcount : people by unit, the weights; without it the
    invited weigh, and where a unit that answered has neither, everyone weighs the same Raises ``ValueError`` when
    rows do not match.
    """
    if len(answers) != len(respondents):
        raise ValueError(
            f"answers has {len(answers)} rows and respondents {len(respondents)}: give one row for each person"
        )
    asked, packed = only_asked(questionnaire, answers)
    codes, units = labels_of(respondents, "unit")
    strata = np.where(codes >= 0, codes, len(units))
    by_unit = invited if isinstance(invited, Mapping) else {}
    names = [capability.id for capability in asked.capabilities]
    return Survey(
        questionnaire=asked,
        answers=packed,
        scores=pd.DataFrame(capability_scores(asked, packed), columns=names),
        units=units,
        unit_codes=codes,
        strata=pd.Series(strata),
        weights=_weights(strata, units, headcount) or _weights(strata, units, by_unit),
        population=_population(strata, units, by_unit),
        patterns=count_patterns(asked, packed, strata, len(units) + 1),
        invited_by_unit=by_unit,
        invited=sum(by_unit.values()) if isinstance(invited, Mapping) else invited,
    )


def labels_of(respondents: pd.DataFrame, column: str) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Codes 0… in order of first appearance and the labels; −1 where there is none (missing or empty).

    >>> labels_of(pd.DataFrame({"unit": ["Field", "Brand", None, "Field"]}), "unit")
    (array([ 0,  1, -1,  0]), ('Field', 'Brand'))
    """
    if column not in respondents:
        return np.full(len(respondents), -1, dtype=np.intp), ()
    labels = respondents[column].astype(object)
    codes, found = pd.factorize(labels.where(labels.notna() & (labels != ""), None), use_na_sentinel=True)
    return codes.astype(np.intp), tuple(str(label) for label in found)


def only_asked(questionnaire: Questionnaire, answers: Answers) -> tuple[Questionnaire, Answers]:
    """Leave out questions that nobody was asked: no one has any answer to them, but someone has to another of the
    capability.

    Returns the questionnaire with the asked questions, and the columns of its scored questions in order.
    """
    scored = answers[:, : len(questionnaire.questions)]
    seen = (scored != UNANSWERED).any(axis=0) if len(scored) else np.zeros(scored.shape[1], dtype=bool)
    if seen.all():
        return questionnaire, scored
    dimensions = tuple(
        replace(dimension, capabilities=tuple(_asked(one, questionnaire, seen) for one in dimension.capabilities))
        for dimension in questionnaire.dimensions
    )
    asked = replace(questionnaire, dimensions=dimensions)
    return asked, scored[:, [questionnaire.position[question.id] for question in asked.questions]]


def _asked(capability: Capability, questionnaire: Questionnaire, seen: NDArray[np.bool_]) -> Capability:
    kept = tuple(question for question in capability.questions if seen[questionnaire.position[question.id]])
    return replace(capability, questions=kept) if kept else capability


def _weights(
    strata: NDArray[np.intp], units: Sequence[str], headcount: Mapping[str, int] | None
) -> dict[Hashable, float] | None:
    """Headcount by stratum; people without a unit stand for themselves. ``None`` where a unit's headcount is not
    known."""
    if not headcount or not all(headcount.get(unit, 0) > 0 for unit in units):
        return None
    weights: dict[Hashable, float] = {code: float(headcount[unit]) for code, unit in enumerate(units)}
    outside = int((strata == len(units)).sum())
    return {**weights, len(units): float(outside)} if outside else weights


def _population(
    strata: NDArray[np.intp], units: Sequence[str], invited: Mapping[str, int]
) -> dict[Hashable, int] | None:
    """People invited by stratum, at least those who answered."""
    if not invited or not all(unit in invited for unit in units):
        return None
    answered = np.bincount(strata, minlength=len(units) + 1)
    known: dict[Hashable, int] = {code: max(invited[unit], int(answered[code])) for code, unit in enumerate(units)}
    return {**known, len(units): int(answered[-1])} if answered[-1] else known
