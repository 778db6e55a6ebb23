"""What is zero in exact arithmetic is zero in every statistic that would divide by it, in any order of the people."""

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scoring.agreement import icc1, icc2, shrout_fleiss
from scoring.effect import hedges_g, welch_difference
from scoring.rounding import cleared, vary
from scoring.trend import linked_change

levels = st.integers(1, 5)
quick = settings(deadline=None, max_examples=60)
SEVENTHS = [Fraction(number, 7) for number in range(7, 36)]
level_means = st.sampled_from(SEVENTHS)
"""Means of seven answers: none but the whole ones is a binary fraction."""


@quick
@given(level_means, level_means, st.integers(5, 30))
def test_two_constant_groups_have_no_spread(one, other, n):
    first, second = [float(one)] * n, [float(other) + 1 - 1] * n
    assert np.isnan(hedges_g(first, second).estimate)
    assert welch_difference(first, second).difference.low is None


@quick
@given(st.lists(level_means, min_size=5, max_size=20), level_means)
def test_the_same_step_for_everyone_is_not_tested(before, step):
    after = [float(level + step) for level in before]
    moved = linked_change([float(level) for level in before], after)
    assert moved.change.low is None
    assert np.isnan(moved.p_value)
    assert moved.change.estimate == pytest.approx(float(step))


@quick
@given(st.lists(levels, min_size=2, max_size=5), st.integers(2, 6), st.permutations(range(12)))
@example([1, 2], 3, list(range(12)))
def test_groups_of_the_same_mean_have_no_icc2_whatever_the_order(pattern, groups, order):
    """Every group holds the same answers: the mean square between groups is exactly zero."""
    if len(set(pattern)) == 1:
        return
    values, labels = np.tile(pattern, groups) / 3, np.repeat(np.arange(groups), len(pattern))
    places = np.argsort([order[place % 12] for place in range(len(values))], kind="stable")
    assert np.isnan(icc2(values[places], labels[places]).estimate)
    k = len(pattern)
    assert icc1(values[places], labels[places]).estimate == pytest.approx(-1 / (k - 1))


@quick
@given(st.lists(level_means, min_size=2, max_size=8), st.integers(2, 5))
def test_raters_who_agree_exactly_leave_no_error(targets, raters):
    """Error is exactly zero: one and no interval, in units of the answers as in thirds of them."""
    if len(set(targets)) == 1:
        return
    found = shrout_fleiss(np.repeat(np.array(targets, dtype=float)[:, None], raters, axis=1))
    for form, value in found.items():
        assert value.estimate == pytest.approx(1), form
        assert (value.low, value.high) == (None, None), form


@quick
@given(st.lists(st.lists(levels, min_size=3, max_size=3), min_size=2, max_size=8), st.randoms(use_true_random=False))
@example([[1, 2, 3], [2, 3, 1], [3, 1, 2]], Random(1))
def test_intraclass_correlations_ignore_the_order_of_targets_and_raters(rows, random):
    ratings = np.array(rows, dtype=float) / 3
    targets, raters = list(range(len(rows))), list(range(3))
    random.shuffle(targets)
    random.shuffle(raters)
    one, other = shrout_fleiss(ratings), shrout_fleiss(ratings[targets][:, raters])
    for form, value in one.items():
        assert other[form].estimate == pytest.approx(value.estimate, abs=1e-9, nan_ok=True), form


def test_zero_is_told_from_little():
    assert not vary([7 / 3, 7 / 3 + 1e-15])
    assert vary([7 / 3, 7 / 3 + 1e-6])
    assert cleared(1e-16, scale=5.0) == 0.0
    assert cleared(1e-6, scale=5.0) == 1e-6
