"""The same people in two waves: paired where they can be linked, Welch's where not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from scoring.assess import assess
from scoring.linkage import Wave, people_in
from tests.scoring.builders import people, questionnaire, random_answers

ASKED = questionnaire(model={"people": 1, "data": 2})


def waves(n=60, seed=3, *, units=("Only",), kept=None):
    """Answers of two waves: the second is the first with a few answers moved up; ``kept`` people answer both times."""
    kept = n if kept is None else kept
    first = random_answers(ASKED, n, seed, dont_know=0, not_applicable=0, empty=0)
    second = np.where(np.random.default_rng(seed).random(first.shape) < 0.3, np.minimum(first + 1, 5), first)
    who = people(n, units, seed).assign(person=[f"p{number}" for number in range(n)])
    later = who.copy()
    later.loc[kept:, "person"] = [f"new{number}" for number in range(n - kept)]
    return (first, who), (second.astype(np.uint8), later)


def measured(before, now, *, linked=True, **settings):
    previous = assess(ASKED, *before, **settings)
    return assess(ASKED, *now, previous=previous, previous_wave=Wave(*before) if linked else None, **settings)


def test_in_one_unit_it_is_the_paired_t():
    before, now = waves()
    result = measured(before, now)
    for place, capability in enumerate(result.capabilities):
        scores = [codes[:, 2 * place : 2 * place + 2].mean(axis=1) for codes, _ in (before, now)]
        paired = stats.ttest_rel(scores[1], scores[0])
        interval = paired.confidence_interval()
        assert capability.change.n_linked == 60
        assert [capability.change.low, capability.change.high] == pytest.approx([interval.low, interval.high])
        assert capability.change.p_value == pytest.approx(paired.pvalue)
    overall = [
        np.column_stack([codes[:, :2].mean(axis=1), codes[:, 2:6].mean(axis=1)]).mean(axis=1)
        for codes, _ in (before, now)
    ]
    interval = stats.ttest_rel(overall[1], overall[0]).confidence_interval()
    assert [result.overall.change.low, result.overall.change.high] == pytest.approx([interval.low, interval.high])


def test_without_links_it_is_welch():
    before, now = waves()
    linked, apart = measured(before, now), measured(before, now, linked=False)
    assert apart.overall.change.n_linked is None
    assert apart.overall.change.change == linked.overall.change.change
    assert linked.overall.change.high - linked.overall.change.low < apart.overall.change.high - apart.overall.change.low


def test_some_of_both_lies_between():
    widths = []
    for kept in (60, 30, 4):
        before, now = waves(units=("Brand", "Field"), kept=kept)
        change = measured(before, now).overall.change
        widths.append(change.high - change.low)
        assert change.n_linked == (kept if kept >= 5 else None)
    assert widths == sorted(widths)


def test_order_of_people_does_not_matter():
    before, (codes, who) = waves(units=("Brand", "Field"), kept=40)
    order = np.random.default_rng(1).permutation(len(codes))
    first = measured(before, (codes, who))
    again = measured(before, (codes[order], who.iloc[order].reset_index(drop=True)))
    assert again.overall.change.low == pytest.approx(first.overall.change.low)


def test_another_version_is_not_linked():
    before, now = waves()
    previous = assess(questionnaire(model={"people": 1, "data": 2}, version="1.1.0"), *before)
    reference = replace(previous.questionnaire, sha256="1" * 64)
    other = assess(ASKED, *now, previous=replace(previous, questionnaire=reference), previous_wave=Wave(*before))
    assert other.overall.change.n_linked is None


def test_a_person_named_twice_is_refused():
    with pytest.raises(ValueError, match="person 'a' twice"):
        people_in(pd.DataFrame({"person": ["a", "b", "a"]}))
    assert people_in(pd.DataFrame({"unit": ["a"]})).empty
