"""Answer patterns: people who answered a capability's questions alike are counted together.

A capability with two questions on five levels has only 64 possible answers, whoever gives them. Every mean, variance,
rate and distribution of the capability follows exactly from how often each pattern occurs in each unit, so a million
responses cost one pass over their bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from questionnaires.schema import DONT_KNOW, NOT_APPLICABLE, UNANSWERED, Questionnaire

LARGEST_TABLE = 4096
"""A capability with more possible patterns than this is counted by the patterns that occur."""

_ROWS_AT_A_TIME = 16_384

Answers = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CapabilityPatterns:
    """How often each pattern of answers to one capability occurs in each group.

    ``table`` : shape (n_patterns, n_questions), vector codes (0 unanswered, 1…L, 254 don't know, 255 not applicable)
    ``counts`` : shape (n_groups, n_patterns), respondents
    """

    table: Answers
    counts: NDArray[np.int64]

    def answer_counts(self) -> NDArray[np.int64]:
        """How often each vector code was given to each question, shape (n_groups, n_questions, 256)."""
        groups, questions = len(self.counts), self.table.shape[1]
        result = np.zeros((groups, questions, 256), dtype=np.int64)
        for question in range(questions):
            chosen = self.table[:, question]
            for code in np.unique(chosen):
                result[:, question, code] = self.counts[:, chosen == code].sum(axis=1)
        return result

    def level_counts(self, questionnaire: Questionnaire) -> NDArray[np.int64]:
        """How often each level was chosen, shape (n_groups, n_questions, n_levels)."""
        return self.answer_counts()[:, :, 1 : len(questionnaire.scale.levels) + 1]


def pattern_scores(
    table: Answers, values: tuple[float, ...], min_answered_share: float, *, dont_know_as: float | None = None
) -> Floats:
    """The level of each pattern: the mean of its answered questions, NaN where too few of the applicable ones are
    answered.

    table : shape (n_patterns, n_questions), vector codes; values : the scale's levels, lowest first
    min_answered_share : of the applicable questions that must be answered (half-scale rule: 0.5)
    dont_know_as : count every don't-know as this level (for the bounds); by default it is missing

    Not applicable leaves numerator and denominator. Returns shape (n_patterns,), in the scale's units. Formula: Σ
    v(a) / #answered if #answered ≥ share · #applicable. Source: half-scale rule, Ware et al. (1993), SF-36 manual.

    >>> table = np.array([[2, 4], [2, 0], [2, 254], [255, 255], [0, 254]], dtype=np.uint8)
    >>> pattern_scores(table, (1, 2, 3, 4, 5), 0.5).tolist()
    [3.0, 2.0, 2.0, nan, nan]
    >>> pattern_scores(table, (1, 2, 3, 4, 5), 0.5, dont_know_as=5).tolist()
    [3.0, 2.0, 3.5, nan, 5.0]
    """
    lookup = np.full(256, np.nan)
    lookup[1 : len(values) + 1] = values
    if dont_know_as is not None:
        lookup[DONT_KNOW] = dont_know_as
    levels = lookup[table]
    answered = np.isfinite(levels).sum(axis=1)
    applicable = (table != NOT_APPLICABLE).sum(axis=1)
    enough = (answered > 0) & (answered >= min_answered_share * applicable - 1e-12)
    total = np.nansum(levels, axis=1)
    scores: Floats = np.divide(total, answered, out=np.full(len(table), np.nan), where=enough)
    return scores


def count_patterns(
    questionnaire: Questionnaire, answers: Answers, groups: NDArray[np.intp] | None = None, n_groups: int = 1
) -> tuple[CapabilityPatterns, ...]:
    """Count the answer patterns of every capability in every group, in the questionnaire's order.

    answers : shape (n_respondents, ≥ n_questions), vector codes
    groups : shape (n_respondents,), 0…n_groups−1, default all one group

    Raises ``ValueError`` naming row, question and value for a code that is no answer.
    """
    places = [np.array(questionnaire.columns[capability.id]) for capability in questionnaire.capabilities]
    states = len(questionnaire.scale.levels) + 3
    tables = [_every_pattern(states, len(columns)) for columns in places]
    counts = [None if table is None else np.zeros(n_groups * len(table), dtype=np.int64) for table in tables]
    sizes = {len(table) for table in tables if table is not None}
    for start, block in _blocks(questionnaire, answers):
        base = None if groups is None else groups[start : start + block.shape[1]]
        bases = {} if base is None else {size: _first_keys(base, n_groups, size) for size in sizes}
        for count, table, columns in zip(counts, tables, places, strict=True):
            if count is not None and table is not None:
                codes = _joint(block[columns], states)
                keys = bases[len(table)] + codes if bases else codes
                count += np.bincount(keys, minlength=len(count))
    return tuple(
        _occurring(answers[:, columns], groups, n_groups)
        if count is None or table is None
        else CapabilityPatterns(table, count.reshape(n_groups, len(table)))
        for count, table, columns in zip(counts, tables, places, strict=True)
    )


def capability_scores(questionnaire: Questionnaire, answers: Answers) -> Floats:
    """Every respondent's level on every capability, shape (n_respondents, n_capabilities), NaN = not scored.

    answers : shape (n_respondents, ≥ n_questions), vector codes. Missing rule and formula: ``pattern_scores``.
    """
    scores = np.empty((len(questionnaire.capabilities), len(answers)))
    states = len(questionnaire.scale.levels) + 3
    values, share = questionnaire.scale.values, questionnaire.min_answered_share
    places = [np.array(questionnaire.columns[capability.id]) for capability in questionnaire.capabilities]
    tables = [_every_pattern(states, len(columns)) for columns in places]
    lookups = [None if table is None else pattern_scores(table, values, share) for table in tables]
    for start, block in _blocks(questionnaire, answers):
        rows = slice(start, start + block.shape[1])
        for place, (lookup, columns) in enumerate(zip(lookups, places, strict=True)):
            if lookup is None:
                scores[place, rows] = pattern_scores(answers[rows, columns], values, share)
            else:
                np.take(lookup, _joint(block[columns], states), out=scores[place, rows])
    return scores.T


def _blocks(questionnaire: Questionnaire, answers: Answers) -> Iterator[tuple[int, Answers]]:
    """Yield (first row, states of shape (n_questions, n_rows)): a few rows at a time, turned so that a question is
    contiguous.

    Adding 2 wraps the two highest codes round: don't know 0, not applicable 1, unanswered 2, then the levels.
    """
    questions, states = len(questionnaire.questions), len(questionnaire.scale.levels) + 3
    if answers.ndim != 2 or answers.dtype != np.uint8 or answers.shape[1] < questions:
        raise ValueError(
            f"answers is {answers.dtype} of shape {answers.shape}: "
            f"give uint8 codes, one column for each of {questions} questions"
        )
    for start in range(0, len(answers), _ROWS_AT_A_TIME):
        block = np.add(answers[start : start + _ROWS_AT_A_TIME, :questions].T, np.uint8(2), order="C")
        if block.size and block.max() >= states:
            question, row = np.argwhere(block >= states)[0]
            code = block[question, row] - np.uint8(2)
            raise ValueError(
                f"answers row {start + row}, question {questionnaire.questions[question].id}: "
                f"code {code} is no answer; use {UNANSWERED}, 1 to {states - 3}, {DONT_KNOW} or {NOT_APPLICABLE}"
            )
        yield start, block


def _first_keys(groups: NDArray[np.intp], n_groups: int, patterns: int) -> NDArray[np.integer]:
    """The first key of everyone's group, as small as the keys allow: narrow integers add several times as fast."""
    if n_groups * patterns <= np.iinfo(np.uint16).max:
        return groups.astype(np.uint16) * np.uint16(patterns)
    return groups.astype(np.int64) * np.int64(patterns)


def _joint(states_of: Answers, states: int) -> NDArray[np.unsignedinteger]:
    kind = np.uint8 if states ** len(states_of) <= 256 else np.uint16
    codes: NDArray[np.unsignedinteger] = states_of[0].astype(kind)
    for column in states_of[1:]:
        codes *= kind(states)
        codes += column
    return codes


def _every_pattern(states: int, questions: int) -> Answers | None:
    if states**questions > LARGEST_TABLE:
        return None
    grid = np.indices((states,) * questions, dtype=np.uint8).reshape(questions, -1).T
    return grid - np.uint8(2)


def _occurring(columns: Answers, groups: NDArray[np.intp] | None, n_groups: int) -> CapabilityPatterns:
    table, codes = np.unique(columns, axis=0, return_inverse=True)
    base = np.zeros(len(columns), dtype=np.intp) if groups is None else groups
    keys = base * len(table) + codes.reshape(-1)
    counts = np.bincount(keys, minlength=n_groups * len(table)).astype(np.int64)
    return CapabilityPatterns(table, counts.reshape(n_groups, len(table)))
