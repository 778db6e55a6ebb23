"""Intervals of means and shares against published examples, and their properties."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scoring.intervals import (
    LARGEST_BCA_N,
    Interval,
    bca_stratified,
    group_means,
    interval_of,
    stratified_mean,
    stratified_means,
    wilson,
)
from tests.scoring.reference.data import SCHEAFFER_HOURS, SCHEAFFER_HOUSEHOLDS, SPATIAL_A

HOURS = [hours for values in SCHEAFFER_HOURS.values() for hours in values]
PLACES = [place for place, values in SCHEAFFER_HOURS.items() for _ in values]

levels = st.one_of(st.just(float("nan")), st.integers(1, 7).map(float))
people = st.lists(st.tuples(levels, st.sampled_from("abcd")), min_size=1, max_size=25)


def test_stratified_mean_equals_the_published_example():
    """Scheaffer, Mendenhall & Ott, ch. 5: mean 27.7, estimated variance 1.97 with the finite-population correction."""
    result = stratified_mean(HOURS, PLACES, population=SCHEAFFER_HOUSEHOLDS)
    assert result.estimate == pytest.approx(27.7, abs=0.05)
    assert result.df == 37
    corrected = (result.high_fpc - result.low_fpc) / 2 / stats.t.ppf(0.975, 37)
    assert corrected**2 == pytest.approx(1.97, abs=0.005)
    assert result.response_rate == pytest.approx(40 / 310)
    assert result.high - result.low > result.high_fpc - result.low_fpc


def test_one_stratum_is_the_t_interval_of_scipy():
    values = np.array([2, 3, 3, 4, 5, 1.0])
    result = stratified_mean(values, ["all"] * 6)
    expected = stats.ttest_1samp(values, 0).confidence_interval()
    assert (result.low, result.high) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_weights_are_renormalised_over_the_strata_that_answered():
    values = [1, 2, 3, 4, 5, 3, float("nan"), float("nan")]
    strata = list("aaabbbcc")
    result = stratified_mean(values, strata, weights={"a": 1, "b": 3, "c": 4})
    assert result.estimate == pytest.approx((2 * 1 + 4 * 3) / 4)
    assert result.notes == ("Units with 50% of the weight answered; the others are left out of the mean.",)


def test_single_respondents_are_merged_for_the_variance_only():
    values, strata = [1, 2, 3, 4, 5, 2], list("aabbcd")
    result = stratified_mean(values, strata)
    squares = 0.5 / 2 * 4 / 36 + 0.5 / 2 * 4 / 36 + (4.5 / 2) * 4 / 36
    assert result.estimate == pytest.approx(np.mean(values))
    assert result.df == 3
    assert result.se == pytest.approx(np.sqrt(squares))
    assert "merged" in result.notes[0]


def test_a_lone_single_respondent_joins_the_smallest_stratum():
    values, strata = [1, 2, 3, 4, 5, 2], list("aaabbc")
    merged = stratified_mean(values, list("aaabbb"), weights={"a": 0.5, "b": 0.5})
    result = stratified_mean(values, strata)
    assert result.df == merged.df == 4
    assert result.estimate == pytest.approx(np.mean(values))


def test_below_five_there_is_an_estimate_and_no_interval():
    result = stratified_mean([1, 2, 3, 4], list("aabb"))
    assert (result.estimate, result.low, result.high, result.n) == (2.5, None, None, 4)
    assert result.notes == ("No interval: 4 answers, at least 5 are needed.",)


def test_a_census_has_no_sampling_error_with_the_correction():
    result = stratified_mean([1, 2, 3, 4, 5], list("aaaaa"), population={"a": 5})
    assert result.low_fpc == result.high_fpc == 3
    assert result.response_rate == 1


@given(people)
@settings(deadline=None)
def test_the_order_of_people_does_not_matter(rows):
    values, strata = zip(*rows, strict=True)
    there = stratified_mean(values, strata)
    back = stratified_mean(values[::-1], strata[::-1])
    np.testing.assert_allclose(
        [there.estimate, there.se, there.low or np.nan], [back.estimate, back.se, back.low or np.nan], atol=1e-12
    )
    assert there.n == back.n


@given(people)
@settings(deadline=None)
def test_the_estimate_lies_among_the_values_and_inside_the_interval(rows):
    values, strata = zip(*rows, strict=True)
    result = stratified_mean(values, strata)
    if result.n == 0:
        assert np.isnan(result.estimate)
        assert result.low is None
        return
    assert np.nanmin(values) - 1e-12 <= result.estimate <= np.nanmax(values) + 1e-12
    if result.low is not None:
        assert result.low <= result.estimate <= result.high
        cut = result.within(1, 7)
        assert 1 <= cut.low <= cut.high <= 7


@given(people)
@settings(deadline=None)
def test_every_column_of_the_matrix_equals_the_single_column(rows):
    values, strata = zip(*rows, strict=True)
    frame = pd.DataFrame({"as is": values, "backwards": values[::-1], "none": np.nan})
    table = stratified_means(frame, strata)
    for name in frame:
        assert repr(interval_of(table.loc[name])) == repr(stratified_mean(frame[name], strata))


@given(people)
@settings(deadline=None)
def test_a_group_is_a_stratum_of_its_own(rows):
    values, strata = zip(*rows, strict=True)
    cells = group_means(pd.DataFrame({"plan": values}), strata)
    for unit in set(strata):
        own = [value for value, label in rows if label == unit]
        single = stratified_mean(own, [unit] * len(own))
        cell = interval_of(cells.loc[(unit, "plan")])
        assert cell.n == single.n
        assert repr(cell.low) == repr(single.low) or cell.low == pytest.approx(single.low)


@given(st.integers(5, 30), st.integers(1, 7))
def test_constants_have_an_interval_of_no_width(n, level):
    result = stratified_mean([level] * n, ["a", "b"] * (n // 2) + ["a"] * (n % 2))
    assert result.low == result.high == level


def test_wrong_input_is_named():
    with pytest.raises(ValueError, match="2 labels for 3 respondents"):
        stratified_mean([1, 2, 3], ["a", "b"])
    with pytest.raises(ValueError, match="no label in row 1"):
        stratified_mean([1, 2], ["a", None])
    with pytest.raises(ValueError, match="weights has no entry for stratum 'b'"):
        stratified_mean([1, 2], ["a", "b"], weights={"a": 1})
    with pytest.raises(ValueError, match=r"weights\['a'\] is -1"):
        stratified_mean([1, 2], ["a", "b"], weights={"a": -1, "b": 1})
    with pytest.raises(ValueError, match=r"population\['a'\] is 1 but 2 people answered"):
        stratified_mean([1, 2], ["a", "a"], population={"a": 1})


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_equals_the_published_table(successes, n, low, high):
    result = wilson(successes, n)
    assert (result.low, result.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(5, 500), st.data())
def test_wilson_equals_scipy_and_holds_the_share(n, data):
    successes = data.draw(st.integers(0, n))
    result = wilson(successes, n)
    expected = stats.binomtest(successes, n).proportion_ci(method="wilson")
    assert (result.low, result.high) == (pytest.approx(expected.low), pytest.approx(expected.high))
    assert 0 <= result.low <= result.estimate <= result.high <= 1


def test_wilson_takes_halves_and_needs_five():
    assert wilson(2.5, 5).estimate == 0.5
    assert wilson(3, 4).low is None
    assert np.isnan(wilson(0, 0).estimate)
    with pytest.raises(ValueError, match="successes=6 of n=5"):
        wilson(6, 5)


def test_bca_equals_the_published_example():
    """Efron & Tibshirani (1993), table 14.2: variance 171.5, 90% BCa interval 115.8 to 259.6 from 2,000 resamples."""
    result = bca_stratified(SPATIAL_A, ["all"] * 26, lambda rows: float(np.var(rows)), seed=3, confidence=0.9)
    assert result.estimate == pytest.approx(171.5, abs=0.05)
    assert result.low == pytest.approx(115.8, rel=0.05)
    assert result.high == pytest.approx(259.6, rel=0.05)


def scores(n: int = 40) -> tuple[np.ndarray, list[str]]:
    rng = np.random.default_rng(5)
    return rng.integers(1, 6, (n, 3)).astype(float), ["a", "b", "c", "d"] * (n // 4)


def mean_of(rows: np.ndarray) -> float:
    return float(np.nanmean(rows))


def test_bootstrap_is_repeatable_and_ignores_the_order_of_people():
    values, units = scores()
    order = np.random.default_rng(1).permutation(len(values))
    first = bca_stratified(values, units, mean_of, seed=7, resamples=300)
    again = bca_stratified(values[order], [units[place] for place in order], mean_of, seed=7, resamples=300)
    assert first.low == again.low
    assert first.high == again.high
    assert first.low != bca_stratified(values, units, mean_of, seed=8, resamples=300).low


def test_bootstrap_redraws_inside_units_only():
    """All differences lie between the units: redrawing inside them finds none."""
    values = np.repeat([1.0, 5.0], 10)
    result = bca_stratified(values, ["a"] * 10 + ["b"] * 10, mean_of, seed=1)
    assert result.low is None
    assert "answered alike" in result.notes[0]


def test_no_acceleration_is_no_interval_and_no_warning():
    """Leaving any one person out changes nothing, drawing with replacement does."""
    values = np.array([1.0] * 6 + [5.0] * 12)
    result = bca_stratified(values, ["a"] * 18, lambda rows: float(np.median(rows) > 4.5), seed=1, resamples=200)
    assert result.low is None
    assert result.notes == ("No interval: the resamples do not differ.",)


def test_bootstrap_needs_fifteen():
    result = bca_stratified(np.arange(14.0), ["a"] * 14, mean_of, seed=1)
    assert (result.low, result.n) == (None, 14)


def test_single_respondents_are_merged_in_the_bootstrap_too():
    values, _ = scores(16)
    units = ["a"] * 8 + [f"single {number}" for number in range(8)]
    assert bca_stratified(values, units, mean_of, seed=1, resamples=200).low is not None


def test_large_bootstraps_say_that_they_are_percentile():
    values = np.random.default_rng(1).normal(size=(LARGEST_BCA_N + 1, 1))
    result = bca_stratified(values, ["a"] * len(values), mean_of, seed=1, resamples=50)
    assert result.method.startswith("percentile bootstrap")
    assert result.low < result.estimate < result.high


def test_within_keeps_what_is_missing():
    assert Interval(estimate=2, low=None, high=None, n=3, method="t").within(1, 5).low is None
