"""Effect sizes and multiplicity against other software, and their properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scoring.effect import benjamini_hochberg, cliffs_delta, delta_band, hedges_g, welch_difference
from tests.scoring.reference.data import MPG_AUTOMATIC, MPG_MANUAL, SLEEP_FIRST, SLEEP_SECOND

scale = st.integers(1, 7).map(float)
group = st.lists(st.one_of(scale, st.just(float("nan"))), max_size=15)
full = st.lists(scale, min_size=5, max_size=15)


def test_delta_equals_effsize():
    """R effsize::cliff.delta, its own example: -0.25 (small), -0.7265846 to 0.3890062."""
    result = cliffs_delta([10, 10, 20, 20, 20, 30, 30, 30, 40, 50], [10, 20, 30, 40, 40, 50])
    assert result.estimate == -0.25
    assert (result.low, result.high) == (pytest.approx(-0.7265846, abs=5e-8), pytest.approx(0.3890062, abs=5e-8))
    assert delta_band(result.estimate) == "small"


@given(group, group)
def test_delta_counts_every_pair(first, second):
    result = cliffs_delta(first, second)
    pairs = [np.sign(x - y) for x in first for y in second if not np.isnan(x) and not np.isnan(y)]
    if not pairs:
        assert np.isnan(result.estimate)
        return
    assert result.estimate == pytest.approx(np.mean(pairs))
    if result.low is not None:
        assert -1 <= result.low <= result.estimate + 1e-12
        assert result.estimate - 1e-12 <= result.high <= 1


@given(full, full, st.randoms(use_true_random=False))
def test_delta_turns_round_with_the_groups_and_ignores_order(first, second, random):
    one, other = cliffs_delta(first, second), cliffs_delta(second, first)
    assert one.estimate == pytest.approx(-other.estimate)
    assert (one.low, one.high) == (pytest.approx(-other.high), pytest.approx(-other.low))
    shuffled = random.sample(first, len(first))
    assert cliffs_delta(shuffled, second).low == pytest.approx(one.low)


def test_complete_separation_still_has_an_interval():
    result = cliffs_delta([4, 4, 5, 5, 5], [1, 1, 2, 2, 2])
    assert result.estimate == result.high == 1
    assert 0 < result.low < 1 or result.low == pytest.approx((5 - 2.306**2) / (5 + 2.306**2), abs=1e-3)


@pytest.mark.parametrize(
    ("delta", "band"),
    [(0, "negligible"), (0.147, "small"), (0.33, "medium"), (-0.474, "large"), (1, "large")],
)
def test_bands_of_delta(delta, band):
    assert delta_band(delta) == band


def test_hedges_g_equals_effectsize():
    """R effectsize::hedges_g(mpg ~ am, data = mtcars): -1.44, 95% CI -2.21 to -0.65."""
    result = hedges_g(MPG_AUTOMATIC, MPG_MANUAL)
    assert result.estimate == pytest.approx(-1.44, abs=0.005)
    assert (result.low, result.high) == (pytest.approx(-2.21, abs=0.006), pytest.approx(-0.65, abs=0.006))


@given(full, full)
@settings(deadline=None)
def test_hedges_g_shifts_and_scales_with_the_data(first, second):
    result = hedges_g(first, second)
    moved = hedges_g([3 * x + 1 for x in first], [3 * y + 1 for y in second])
    if np.isnan(result.estimate):
        assert np.isnan(moved.estimate)
        return
    assert moved.estimate == pytest.approx(result.estimate)
    assert result.low - 1e-9 <= result.estimate <= result.high + 1e-9


def test_effects_without_enough_values_say_so():
    assert cliffs_delta([1, 2, 3], [2, 3, 4, 5, 5]).low is None
    assert hedges_g([1, 2, 3], [2, 3, 4, 5, 5]).low is None
    assert np.isnan(hedges_g([1], [2, 3]).estimate)
    assert np.isnan(hedges_g([2, 2], [2, 2]).estimate)
    assert np.isnan(cliffs_delta([], [1]).estimate)


def test_welch_equals_r():
    """R t.test(extra ~ group, data = sleep): t = -1.8608, df = 17.776, p = 0.07939, -3.3654832 to 0.2054832."""
    result = welch_difference(SLEEP_FIRST, SLEEP_SECOND)
    assert result.p_value == pytest.approx(0.07939, abs=5e-6)
    assert result.difference.df == pytest.approx(17.776, abs=5e-4)
    assert result.difference.low == pytest.approx(-3.3654832, abs=5e-8)
    assert result.difference.high == pytest.approx(0.2054832, abs=5e-8)
    assert result.difference.estimate / result.difference.se == pytest.approx(-1.8608, abs=5e-5)


@given(group, group)
@settings(deadline=None)
def test_welch_never_fails(first, second):
    result = welch_difference(first, second)
    assert (result.n_first, result.n_second) == (np.sum(~np.isnan(first)), np.sum(~np.isnan(second)))
    if result.difference.low is None:
        assert np.isnan(result.p_value)
        assert result.difference.notes
    else:
        assert result.difference.low <= result.difference.estimate <= result.difference.high


PUBLISHED_P = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528]
PUBLISHED_P += [0.7590, 1.0000]


def test_benjamini_hochberg_equals_the_published_example():
    """Benjamini & Hochberg (1995), §3.2: of 15 comparisons at q = .05 the four smallest are rejected."""
    family = benjamini_hochberg({f"c{place}": p for place, p in enumerate(PUBLISHED_P)}, q=0.05)
    assert family.size == 15
    assert family.table.index[family.table["clear"]].tolist() == ["c0", "c1", "c2", "c3"]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_a_clear_comparison_makes_smaller_ones_clear(p_values):
    table = benjamini_hochberg(dict(enumerate(p_values))).table.sort_values("p_value", kind="stable")
    assert table["clear"].tolist() == sorted(table["clear"], reverse=True)
    np.testing.assert_allclose(table["adjusted"], stats.false_discovery_control(table["p_value"]))


def test_untested_comparisons_are_kept_and_never_clear():
    family = benjamini_hochberg({"a": 0.001, "b": float("nan")})
    assert family.table["clear"].to_dict() == {"a": True, "b": False}
    assert family.size == 1
    assert benjamini_hochberg({}).table.empty
    with pytest.raises(ValueError, match=r"p_values\['a'\] is 2"):
        benjamini_hochberg({"a": 2.0})
