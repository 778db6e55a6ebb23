"""Agreement against published tables and a second implementation, and its properties."""

import itertools

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scoring.agreement import (
    agreement,
    agreement_band,
    average_deviation,
    average_deviation_limit,
    icc1,
    icc2,
    krippendorff_alpha,
    null_variance,
    rwg,
    rwg_j,
    shrout_fleiss,
    two_peaks,
)
from tests.scoring.reference.data import KRIPPENDORFF, SHROUT_FLEISS

answer = st.one_of(st.just(float("nan")), st.integers(1, 5).map(float))


@pytest.mark.parametrize(
    # LeBreton & Senter (2008), ORM 11, table 2, uniform null.
    ("levels", "variance"),
    [(3, 0.67), (4, 1.25), (5, 2.00), (6, 2.92), (7, 4.00)],
)
def test_uniform_null_equals_the_published_table(levels, variance):
    assert null_variance(levels) == pytest.approx(variance, abs=0.005)


def test_slight_skew_is_the_published_distribution():
    """James, Demaree & Wolf (1984): .05, .15, .20, .35, .25 on five levels, variance 1.34."""
    assert null_variance(5, "slight skew") == pytest.approx(1.34)
    for levels in range(3, 8):
        assert 0 < null_variance(levels, "slight skew") < null_variance(levels)


def test_a_scale_has_two_levels():
    with pytest.raises(ValueError, match="levels is 1"):
        null_variance(1)


def test_rwg_by_hand():
    """s² = 0.7 of five ratings; 1 - .7 / 2 and 1 - .7 / 1.34; on seven levels 1 - .7 / 4."""
    ratings = [4, 4, 5, 3, 3]
    assert rwg(ratings, 5).estimate == pytest.approx(0.65)
    assert rwg(ratings, 5, null="slight skew").estimate == pytest.approx(1 - 0.7 / 1.34)
    assert rwg(ratings, 7).estimate == pytest.approx(0.825)


def test_rwg_j_grows_with_parallel_questions():
    """Spearman-Brown form of James et al. (1984): one rwg of .65 becomes 2(.65) / (2(.65) + .35) with two."""
    column = np.array([[4, 4, 5, 3, 3.0]]).T
    assert rwg_j(np.hstack([column, column]), 5).estimate == pytest.approx(1.3 / 1.65)


def test_more_spread_than_at_random_is_set_to_zero():
    result = rwg([1, 1, 5, 5], 5)
    assert result.estimate == 0
    assert "more than at random" in result.notes[0]


def test_one_respondent_has_no_agreement():
    assert np.isnan(rwg([3], 5).estimate)
    assert np.isnan(average_deviation([3], 5).estimate)
    assert np.isnan(rwg([float("nan")] * 3, 5).estimate)
    assert agreement([[3, 4]], 5).band is None


@given(st.lists(st.lists(answer, min_size=2, max_size=2), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_agreement_is_bounded_and_ignores_order(rows, random):
    found = agreement(rows, 5)
    shuffled = agreement(random.sample(rows, len(rows)), 5)
    np.testing.assert_allclose(found.uniform.estimate, shuffled.uniform.estimate)
    np.testing.assert_allclose(found.deviation.estimate, shuffled.deviation.estimate)
    if not np.isnan(found.uniform.estimate):
        assert 0 <= found.uniform.estimate <= 1
        assert found.skewed.estimate <= found.uniform.estimate
        assert 0 <= found.deviation.estimate <= 2


@given(st.integers(3, 7), st.integers(2, 12), st.data())
def test_everyone_alike_is_perfect_agreement(levels, n, data):
    level = data.draw(st.integers(1, levels))
    assert rwg([level] * n, levels).estimate == 1
    assert average_deviation([level] * n, levels).estimate == 0


def test_ratings_off_the_scale_are_named():
    with pytest.raises(ValueError, match="ratings holds 6: the scale has levels 1 to 5"):
        rwg([1, 6], 5)


@pytest.mark.parametrize(
    # Burke & Dunlap (2002), ORM 5: limits for five and seven levels.
    ("levels", "limit"),
    [(5, 0.83), (7, 1.17)],
)
def test_limit_of_the_average_deviation(levels, limit):
    assert average_deviation_limit(levels) == pytest.approx(limit, abs=0.005)


@pytest.mark.parametrize(
    # LeBreton & Senter (2008), table 3.
    ("estimate", "band"),
    [
        (0.0, "lack of agreement"),
        (0.30, "lack of agreement"),
        (0.31, "weak"),
        (0.50, "weak"),
        (0.51, "moderate"),
        (0.70, "moderate"),
        (0.71, "strong"),
        (0.90, "strong"),
        (0.91, "very strong"),
        (1.0, "very strong"),
    ],
)
def test_bands_of_agreement(estimate, band):
    assert agreement_band(estimate) == band


def test_bands_end_at_zero_and_one():
    with pytest.raises(ValueError, match=r"estimate is -0\.1"):
        agreement_band(-0.1)


def test_six_forms_equal_the_published_table():
    """Shrout & Fleiss (1979), table 4; limits from R psych::ICC of the same table."""
    expected = {
        "ICC(1,1)": (0.17, -0.133, 0.72),
        "ICC(2,1)": (0.29, 0.019, 0.76),
        "ICC(3,1)": (0.71, 0.342, 0.95),
        "ICC(1,k)": (0.44, -0.884, 0.91),
        "ICC(2,k)": (0.62, 0.071, 0.93),
        "ICC(3,k)": (0.91, 0.676, 0.99),
    }
    found = shrout_fleiss(SHROUT_FLEISS)
    assert list(found) == list(expected)
    for form, (estimate, low, high) in expected.items():
        assert found[form].estimate == pytest.approx(estimate, abs=0.005)
        assert found[form].low == pytest.approx(low, abs=0.0006)
        assert found[form].high == pytest.approx(high, abs=0.0051)


def test_one_way_coefficients_are_the_first_forms():
    """ICC(1) and ICC(2) of Bliese (2000) are ICC(1,1) and ICC(1,k) with targets as groups."""
    groups = np.repeat(np.arange(6), 4)
    one, two = icc1(SHROUT_FLEISS.ravel(), groups), icc2(SHROUT_FLEISS.ravel(), groups)
    forms = shrout_fleiss(SHROUT_FLEISS)
    for found, form in ((one, "ICC(1,1)"), (two, "ICC(1,k)")):
        assert found.estimate == pytest.approx(forms[form].estimate)
        assert (found.low, found.high) == (pytest.approx(forms[form].low), pytest.approx(forms[form].high))


def test_targets_with_a_gap_are_left_out_and_said():
    with_gap = np.vstack([SHROUT_FLEISS, [np.nan, 1, 2, 3]])
    found = shrout_fleiss(with_gap)["ICC(2,1)"]
    assert found.estimate == pytest.approx(shrout_fleiss(SHROUT_FLEISS)["ICC(2,1)"].estimate)
    assert found.notes == ("1 targets with a missing rating are left out.",)


@given(st.lists(st.lists(st.integers(1, 5), min_size=3, max_size=3), min_size=1, max_size=8))
@settings(deadline=None)
def test_correlations_never_exceed_one(rows):
    for form in shrout_fleiss(rows).values():
        assert np.isnan(form.estimate) or form.estimate <= 1 + 1e-12
        assert form.low is None or form.low <= form.estimate + 1e-9


@given(st.lists(st.tuples(answer, st.sampled_from("abc")), min_size=1, max_size=20))
@settings(deadline=None)
def test_group_correlations_ignore_order_and_missing(rows):
    values, groups = zip(*rows, strict=True)
    kept = [(value, label) for value, label in rows if not np.isnan(value)]
    for coefficient in (icc1, icc2):
        found = coefficient(values, groups)
        assume(len(kept) > 0)
        reverse = coefficient([value for value, _ in kept[::-1]], [label for _, label in kept[::-1]])
        np.testing.assert_allclose(found.estimate, reverse.estimate, atol=1e-9)
        assert np.isnan(found.estimate) or found.estimate <= 1 + 1e-12


def test_groups_without_spread_have_no_interval():
    found = icc1([1, 1, 5, 5], list("aabb"))
    assert (found.estimate, found.low) == (1, None)
    assert np.isnan(icc1([3, 3, 3, 3], list("aabb")).estimate)
    assert np.isnan(icc2([1, 2, 1, 2], list("aabb")).estimate)
    assert np.isnan(icc1([1, 2, 3], list("abc")).estimate)


@pytest.mark.parametrize(
    # Krippendorff (2011), section C; the ratio value as printed there.
    ("metric", "alpha"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_alpha_equals_the_published_example(metric, alpha):
    result = krippendorff_alpha(KRIPPENDORFF, metric)
    assert result.estimate == pytest.approx(alpha, abs=0.0006)
    assert result.n == 40


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval", "ratio"])
@given(st.lists(st.lists(answer, min_size=4, max_size=4), min_size=2, max_size=5))
@settings(deadline=None, max_examples=40)
def test_alpha_equals_a_second_implementation(metric, rows):
    matrix = np.array(rows)
    paired = matrix[:, (~np.isnan(matrix)).sum(axis=0) > 1]
    if len(np.unique(paired[~np.isnan(paired)])) < 2:
        assert np.isnan(krippendorff_alpha(matrix, metric).estimate)
        return
    other = krippendorff.alpha(reliability_data=paired, level_of_measurement=metric)
    assert krippendorff_alpha(matrix, metric).estimate == pytest.approx(other)


def test_alpha_names_what_is_wrong():
    with pytest.raises(ValueError, match="metric is 'rank'"):
        krippendorff_alpha([[1, 2]], "rank")
    with pytest.raises(ValueError, match="1 dimensions"):
        krippendorff_alpha([1, 2])
    with pytest.raises(ValueError, match="1 dimensions"):
        shrout_fleiss([1, 2])


@pytest.mark.parametrize(
    ("counts", "peaks"),
    [
        ([12, 9, 2, 10, 3], (1, 4)),
        ([20, 3, 2, 1, 20], (1, 5)),
        ([9, 1, 9], (1, 3)),
        ([0, 11, 1, 0, 1, 12, 0], (2, 6)),
    ],
)
def test_two_peaks_are_named(counts, peaks):
    found = two_peaks(counts)
    assert (found.lower, found.upper) == peaks
    assert f"level {peaks[0]}" in found.sentence
    assert f"level {peaks[1]}" in found.sentence


@pytest.mark.parametrize(
    "counts",
    [[5, 9, 14, 9, 3], [4, 0, 4], [10, 7, 10], [30, 0, 1, 0, 3], [0, 0, 0], [20, 20], [5, 2, 5]],
)
def test_one_hill_a_shallow_valley_or_few_people_are_not_two_peaks(counts):
    assert two_peaks(counts) is None


@given(st.lists(st.integers(0, 40), min_size=3, max_size=7))
def test_two_peaks_turn_round_with_the_scale(counts):
    found, turned = two_peaks(counts), two_peaks(counts[::-1])
    assert (found is None) == (turned is None)
    if found:
        valley = min(counts[found.lower : found.upper - 1])
        assert valley <= min(counts[found.lower - 1], counts[found.upper - 1]) / 2


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="counts holds -1"):
        two_peaks([1, -1, 3])


def test_agreement_of_two_camps_says_so():
    ratings = list(itertools.repeat(1, 10)) + list(itertools.repeat(5, 10))
    found = agreement(ratings, 5)
    assert found.band == "lack of agreement"
    assert found.peaks is not None
    assert found.deviation.estimate > found.deviation_limit
