"""Change between waves against published examples, and its properties."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scoring.change import Linked, change_since, comparable_share
from scoring.results import Estimate
from scoring.trend import (
    linked_change,
    part_linked_change,
    reliable_change,
    signed_rank_p,
    unlinked_change,
)
from tests.scoring.reference.data import (
    DEPRESSION_AFTER,
    DEPRESSION_BEFORE,
    DERRICK_A,
    DERRICK_B,
    SLEEP_FIRST,
    SLEEP_SECOND,
)

level = st.one_of(st.just(float("nan")), st.integers(1, 5).map(float))
pairs = st.lists(st.tuples(level, level), max_size=15)


def wave(part: dict[str, list[int]], name: str) -> pd.Series:
    people = [f"{name}{number}" for number in range(8)] + [f"both{number}" for number in range(8)]
    return pd.Series([*part["alone"], *part["linked"]], index=people, dtype=float)


def test_linked_change_equals_r():
    """R t.test(sleep, paired = TRUE): p = 0.002833, 0.7001142 to 2.4598858 for the second drug less the first."""
    result = linked_change(SLEEP_FIRST, SLEEP_SECOND)
    assert result.p_value == pytest.approx(0.002833, abs=5e-7)
    assert result.change.low == pytest.approx(0.7001142, abs=5e-8)
    assert result.change.high == pytest.approx(2.4598858, abs=5e-8)
    assert (result.n_linked, result.change.df) == (10, 9)


def test_signed_rank_equals_r():
    """R wilcox.test, Hollander & Wolfe's depression data: V = 40, one-sided p = 0.01953, so two-sided twice that."""
    result = linked_change(DEPRESSION_BEFORE, DEPRESSION_AFTER)
    assert result.rank_p_value == pytest.approx(2 * 0.01953, abs=2e-5)


@given(st.lists(st.integers(-4, 4), max_size=9))
def test_signed_rank_counts_every_choice_of_signs(steps):
    moved = np.array([step for step in steps if step], dtype=float)
    if not len(moved):
        assert signed_rank_p(steps) == 1
        return
    ranks = stats.rankdata(np.abs(moved))
    seen = ranks[moved > 0].sum()
    sums = [np.dot(signs, ranks) for signs in itertools.product([0, 1], repeat=len(moved))]
    below, above = np.mean(np.array(sums) <= seen + 1e-9), np.mean(np.array(sums) >= seen - 1e-9)
    assert signed_rank_p(steps) == pytest.approx(min(1, 2 * min(below, above)))


def test_signed_rank_of_many_people_is_close_to_the_exact_one():
    steps = np.random.default_rng(4).normal(0.1, 1, 201)
    assert signed_rank_p(steps) == pytest.approx(signed_rank_p(steps[:200]), abs=0.05)


def test_partially_overlapping_t_equals_the_published_example():
    """Derrick, Toher & White (2017): p = 0.026, with eight people alone in each sample and eight in both."""
    result = part_linked_change(wave(DERRICK_B, "b"), wave(DERRICK_A, "a"))
    assert result.p_value == pytest.approx(0.026, abs=0.0005)
    assert (result.n_before, result.n_after, result.n_linked) == (16, 16, 8)
    assert result.change.estimate == pytest.approx(2)


def test_with_everyone_linked_it_is_the_paired_t():
    people = [f"p{number}" for number in range(10)]
    result = part_linked_change(pd.Series(SLEEP_FIRST, people), pd.Series(SLEEP_SECOND, people[:]))
    paired = linked_change(SLEEP_FIRST, SLEEP_SECOND)
    assert result.change.low == pytest.approx(paired.change.low)
    assert result.change.df == pytest.approx(9)
    assert result.p_value == pytest.approx(paired.p_value)


def test_with_nobody_linked_it_is_welch():
    before = pd.Series(SLEEP_FIRST, [f"a{number}" for number in range(10)])
    after = pd.Series(SLEEP_SECOND, [f"b{number}" for number in range(10)])
    result, welch = part_linked_change(before, after), unlinked_change(before, after)
    assert result.change == welch.change
    assert result.n_linked == 0
    assert (welch.change.low, welch.change.high) == (
        pytest.approx(-0.2054832, abs=5e-8),
        pytest.approx(3.3654832, abs=5e-8),
    )


@given(st.lists(st.tuples(level, level), min_size=1, max_size=14))
@settings(deadline=None)
def test_part_linked_change_never_fails_and_ignores_order(rows):
    before = pd.Series([one for one, _ in rows], index=range(len(rows)), dtype=float)
    after = pd.Series([other for _, other in rows], index=range(3, len(rows) + 3), dtype=float)
    result, turned = part_linked_change(before, after), part_linked_change(before[::-1], after[::-1])
    if result.change.low is None:
        assert turned.change.low is None
        assert result.change.notes
        return
    assert result.change.low <= result.change.estimate <= result.change.high
    assert turned.change.low == pytest.approx(result.change.low)


@given(pairs)
@settings(deadline=None)
def test_linked_change_needs_both_waves_of_a_person(rows):
    before, after = [one for one, _ in rows], [other for _, other in rows]
    result = linked_change(before, after)
    known = [other - one for one, other in rows if not np.isnan(one + other)]
    assert result.n_linked == len(known)
    if known:
        assert result.change.estimate == pytest.approx(np.mean(known))
    if len(known) < 5 or np.ptp(known) == 0:
        assert result.change.low is None
    swapped = linked_change(after, before)
    assert np.isnan(result.rank_p_value) or swapped.rank_p_value == pytest.approx(result.rank_p_value)


def test_everyone_moving_alike_is_said():
    assert linked_change([1] * 6, [2] * 6).change.notes == ("No interval: everyone changed by the same amount.",)
    people = list("abcdef")
    same = part_linked_change(pd.Series([1, 2, 3, 1, 2, 3.0], people), pd.Series([2, 3, 4, 2, 3, 4.0], people))
    assert same.change.notes == ("No interval: everyone changed by the same amount.",)


def test_wrong_waves_are_named():
    with pytest.raises(ValueError, match="before has 2 people and after 1"):
        linked_change([1, 2], [1])
    with pytest.raises(ValueError, match="before names 'a' twice"):
        part_linked_change(pd.Series([1, 2], ["a", "a"]), pd.Series([1], ["a"]))


def test_reliable_change_equals_the_published_example():
    """Jacobson & Truax (1991): from 47.5 to 32.5 with SD 7.5 and reliability .80, RC = -3.16."""
    result = reliable_change([47.5, 47.5, 40, 40], [32.5, 45, 55, float("nan")], deviation=7.5, reliability=0.80)
    assert result.index[0] == pytest.approx(-3.16, abs=0.005)
    assert (result.declined, result.unclear, result.improved) == (1, 1, 1)
    assert np.isnan(result.index[3])


@pytest.mark.parametrize(
    ("deviation", "reliability", "words"), [(0, 0.8, "deviation is 0"), (1, 1.0, "reliability is 1.0")]
)
def test_reliable_change_names_what_is_wrong(deviation, reliability, words):
    with pytest.raises(ValueError, match=words):
        reliable_change([1], [2], deviation=deviation, reliability=reliability)


def level_of(estimate, se=0.1, n=50):
    return Estimate(estimate=estimate, n=n, method="t", se=se, df=n - 1)


def test_linked_people_narrow_the_change_of_two_results():
    apart = change_since(level_of(3), level_of(2))
    linked = change_since(level_of(3), level_of(2), linked=Linked(40, 0.005))
    assert linked.high - linked.low < apart.high - apart.low
    assert (linked.n_linked, apart.n_linked) == (40, None)


def sleep_estimates():
    first, second = np.array(SLEEP_FIRST), np.array(SLEEP_SECOND)
    before, now = (
        Estimate(estimate=x.mean(), n=10, method="t", se=x.std(ddof=1) / 10**0.5, df=9) for x in (first, second)
    )
    return first, second, before, now


def test_other_people_are_welch_of_the_people_themselves():
    first, second, before, now = sleep_estimates()
    moved, welch = change_since(now, before), unlinked_change(first, second)
    assert [moved.change, moved.low, moved.high, moved.p_value] == pytest.approx(
        [welch.change.estimate, welch.change.low, welch.change.high, welch.p_value]
    )


def test_the_same_people_throughout_are_a_paired_t():
    """R t.test(sleep, paired = TRUE), from estimates and their covariance."""
    first, second, before, now = sleep_estimates()
    moved = change_since(now, before, linked=Linked(10, float(np.cov(first, second)[0, 1]) / 10))
    paired = linked_change(first, second)
    assert [moved.low, moved.high, moved.p_value] == pytest.approx(
        [paired.change.low, paired.change.high, paired.p_value]
    )


def test_everyone_changing_alike_leaves_no_doubt():
    moved = change_since(level_of(3), level_of(2), linked=Linked(50, 0.01))
    assert (moved.low, moved.high, moved.p_value) == (1, 1, 0)


def test_an_estimate_without_standard_error_has_no_interval_of_change():
    moved = change_since(Estimate(estimate=3, n=50, method="t"), level_of(2))
    assert (moved.change, moved.low) == (1, None)


names = st.sets(st.sampled_from("abcdefg"))


@given(names, names)
def test_the_share_in_common_is_symmetric_and_bounded(before, after):
    share = comparable_share(before, after)
    if not before | after:
        assert np.isnan(share)
        return
    assert 0 <= share <= 1
    assert share == comparable_share(after, before)
    assert (share == 1) == (before == after)
