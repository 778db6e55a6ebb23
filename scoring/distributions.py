"""How many people chose each level of a question, with small counts merged into a neighbour."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from questionnaires.schema import DONT_KNOW, NOT_APPLICABLE, OutcomeQuestion, Question, Questionnaire
from scoring.disclosure import merge_small_counts
from scoring.intervals import wilson
from scoring.patterns import Answers, CapabilityPatterns
from scoring.results import AnswerCount, Distribution, Share, WithheldDistribution
from scoring.wording import withheld_cell

_TOP = 2


def capability_distributions(
    questionnaire: Questionnaire, patterns: Sequence[CapabilityPatterns], k: int
) -> dict[str, tuple[Distribution | WithheldDistribution, ...]]:
    """The distributions of every capability's questions, by capability id; ``patterns`` from ``count_patterns``."""
    result = {}
    for capability, counts in zip(questionnaire.capabilities, patterns, strict=True):
        codes = counts.answer_counts().sum(axis=0)
        result[capability.id] = tuple(
            distribution(question, codes[place], k) for place, question in enumerate(capability.questions)
        )
    return result


def outcome_distributions(
    questionnaire: Questionnaire, answers: Answers, k: int
) -> tuple[Distribution | WithheldDistribution, ...]:
    """The distributions of the outcome questions; answers : shape (n_respondents, len(questionnaire.asked))."""
    first = len(questionnaire.questions)
    return tuple(
        distribution(question, np.bincount(answers[:, first + place], minlength=256), k)
        for place, question in enumerate(questionnaire.outcomes)
        if first + place < answers.shape[1]
    )


def distribution(
    question: Question | OutcomeQuestion, codes: NDArray[np.integer], k: int
) -> Distribution | WithheldDistribution:
    """One question's answers; codes : shape (256,), how often each vector code was given.

    Shares are of those who chose a level. Under ``k`` of them nothing is shown. ``top_two`` is absent where a merged
    count crosses it.
    """
    chosen = [int(codes[option.code]) for option in question.options]
    n, asked = sum(chosen), int(codes.sum())
    bars = merge_small_counts(chosen, k)
    if not bars:
        cell = withheld_cell("small", k)
        return WithheldDistribution(
            question=question.id, withheld=cell.withheld, reason=cell.reason, sentence=cell.sentence
        )
    counts = tuple(
        AnswerCount(
            levels=tuple(option.id for option in question.options[bar.first - 1 : bar.last]),
            count=bar.count,
            share=bar.count / n,
        )
        for bar in bars
    )
    border = len(chosen) - _TOP
    open_border = any(bar.last == border for bar in bars)
    applicable = asked - int(codes[NOT_APPLICABLE])
    return Distribution(
        question=question.id,
        n=n,
        asked=asked,
        dont_know=int(codes[DONT_KNOW]) / applicable if applicable else 0.0,
        not_applicable=int(codes[NOT_APPLICABLE]) / asked,
        counts=counts,
        top_two=share_of(sum(chosen[border:]), n) if open_border else None,
    )


def mean_of(question: Question | OutcomeQuestion, shown: Distribution) -> float:
    """Mean of the options chosen, in their values, from what may be shown: a merged count lies at its options' middle."""
    values = {option.id: option.value for option in question.options}
    return float(sum(np.mean([values[level] for level in one.levels]) * one.share for one in shown.counts))


def share_of(count: int, n: int, confidence: float = 0.95) -> Share:
    """A share with its Wilson interval; from 0 to 1 where there are too few to have one.

    >>> share_of(8, 10).share
    0.8
    """
    interval = wilson(count, n, confidence)
    return Share(
        share=interval.estimate,
        low=0.0 if interval.low is None else interval.low,
        high=1.0 if interval.high is None else interval.high,
        count=count,
        n=n,
    )
