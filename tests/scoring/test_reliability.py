"""Reliability against R output, and its properties."""

from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scoring.reliability import cronbach_alpha, item_analysis, mcdonald_omega, one_factor, reliability
from tests.scoring.reference.data import ABILITY, ATTITUDE, SHROUT_FLEISS

answer = st.one_of(st.just(float("nan")), st.integers(1, 5).map(float))
tables = st.lists(st.lists(answer, min_size=3, max_size=3), min_size=1, max_size=12).map(
    lambda rows: pd.DataFrame(rows, columns=["q1", "q2", "q3"])
)


def test_alpha_equals_psych():
    """R psych::alpha(attitude): raw_alpha 0.84."""
    assert cronbach_alpha(ATTITUDE).estimate == pytest.approx(0.84, abs=0.005)


def test_items_equal_psych():
    """R psych::alpha(attitude): r.drop and raw_alpha if an item is dropped."""
    table = item_analysis(ATTITUDE)
    np.testing.assert_allclose(table["item_total"], [0.67, 0.74, 0.56, 0.71, 0.79, 0.27, 0.46], atol=0.005)
    np.testing.assert_allclose(table["alpha_if_dropped"], [0.81, 0.80, 0.83, 0.80, 0.80, 0.86, 0.84], atol=0.005)


def test_feldt_interval_is_that_of_the_mean_rating():
    """Alpha is ICC(3,k); limits .676 and .986 from R psych::ICC of Shrout & Fleiss (1979), printed to two places."""
    result = cronbach_alpha(pd.DataFrame(SHROUT_FLEISS))
    assert result.estimate == pytest.approx(0.91, abs=0.005)
    assert (result.low, result.high) == (pytest.approx(0.676, abs=0.0006), pytest.approx(0.986, abs=0.0006))


def test_the_factor_equals_factanal():
    """R factanal(factors = 1, covmat = ability.cov): loadings and uniquenesses."""
    loadings, uniquenesses = one_factor(ABILITY)
    deviations = np.sqrt(np.diag(ABILITY))
    np.testing.assert_allclose(loadings / deviations, [0.682, 0.384, 0.502, 0.300, 0.877, 0.849], atol=0.0006)
    np.testing.assert_allclose(uniquenesses / deviations**2, [0.535, 0.853, 0.748, 0.910, 0.232, 0.280], atol=0.0006)


def test_omega_is_alpha_where_all_questions_load_alike():
    """Exactly parallel questions: each is the same common part plus an unrelated part of the same size."""
    corners = np.array(np.meshgrid(*[[-1, 1]] * 4)).reshape(4, -1).T
    table = pd.DataFrame(3 + 0.5 * (corners[:, [0]] + corners[:, 1:]), columns=["q1", "q2", "q3"])
    assert mcdonald_omega(table).estimate == pytest.approx(cronbach_alpha(table).estimate, abs=1e-4)
    assert cronbach_alpha(table).estimate == pytest.approx(0.75)


def test_missing_rules_differ_and_are_named():
    table = ATTITUDE.copy()
    table.loc[:4, "rating"] = np.nan
    pairwise, listwise = (cronbach_alpha(table, missing=rule) for rule in ("pairwise", "listwise"))
    assert (pairwise.n, listwise.n) == (25, 25)
    assert pairwise.estimate != listwise.estimate
    assert listwise.estimate == pytest.approx(cronbach_alpha(ATTITUDE.iloc[5:]).estimate)
    assert listwise.method.endswith("listwise")
    with pytest.raises(ValueError, match="missing is 'mean'"):
        cronbach_alpha(table, missing="mean")


def test_nothing_is_shown_below_fifty():
    page = reliability(ATTITUDE)
    assert np.isnan(page.alpha.estimate)
    assert page.items["item_total"].isna().all()
    assert page.notes == ("Nothing is shown: 30 respondents, at least 50 are needed.",)


def test_centring_takes_differences_between_organisations_out():
    rng = np.random.default_rng(2)
    organizations = np.repeat(np.arange(10), 10)
    table = pd.DataFrame(rng.normal(size=(100, 4)) + 5 * organizations[:, None], columns=list("abcd"))
    assert reliability(table).alpha.estimate > 0.95
    centred = reliability(table, organizations=organizations)
    assert centred.alpha.estimate < 0.5
    assert centred.centred
    with pytest.raises(ValueError, match="2 labels for 100 respondents"):
        reliability(table, organizations=["a", "b"])


SAME_TOTALS = pd.DataFrame([[3.0, 4.0, 5.0], [3.0, 5.0, 4.0], [2.0, 5.0, 5.0]], columns=["q1", "q2", "q3"])


@given(tables, st.randoms(use_true_random=False))
@example(SAME_TOTALS, Random(1))
@settings(deadline=None)
def test_reliability_ignores_the_order_of_people_and_questions(table, random):
    rows, columns = list(range(len(table))), list(table.columns)
    random.shuffle(rows)
    random.shuffle(columns)
    other = table.iloc[rows][columns]
    for rule in ("pairwise", "listwise"):
        np.testing.assert_allclose(
            cronbach_alpha(table, missing=rule).estimate, cronbach_alpha(other, missing=rule).estimate, atol=1e-9
        )
        one, two = item_analysis(table, missing=rule), item_analysis(other, missing=rule)
        np.testing.assert_allclose(one["item_total"], two.loc[one.index, "item_total"], atol=1e-9)
        np.testing.assert_allclose(one["alpha_if_dropped"], two.loc[one.index, "alpha_if_dropped"], atol=1e-9)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=40))
@settings(deadline=None)
def test_the_same_sum_for_everyone_has_no_alpha(pairs):
    """A variance that is zero in exact arithmetic is zero, whatever rounding leaves of it."""
    table = pd.DataFrame([(one, other, 12 - one - other) for one, other in pairs], columns=["q1", "q2", "q3"])
    in_thirds = table / 3 + 1
    for answers in (table, in_thirds):
        assert np.isnan(cronbach_alpha(answers).estimate)
        assert np.isnan(item_analysis(answers.assign(q4=5 / 3)).loc["q4", "item_total"])
    organizations = np.arange(len(table)) % 3
    assert np.isnan(reliability(pd.concat([table] * 30), organizations=np.tile(organizations, 30)).alpha.estimate)


@given(tables)
@settings(deadline=None)
def test_reliability_is_bounded(table):
    alpha, omega = cronbach_alpha(table, missing="listwise"), mcdonald_omega(table, missing="listwise")
    assert np.isnan(alpha.estimate) or alpha.estimate <= 1 + 1e-12
    assert np.isnan(omega.estimate) or -1e-9 <= omega.estimate <= 1
    if alpha.low is not None:
        assert alpha.low <= alpha.estimate <= alpha.high


def test_constants_one_question_and_nobody_have_no_estimate():
    same = pd.DataFrame({"q1": [3.0] * 6, "q2": [3.0] * 6, "q3": [3.0] * 6})
    for table in (same, same[["q1"]], same.iloc[:0], same.iloc[:1], same[[]]):
        assert np.isnan(cronbach_alpha(table).estimate)
        assert np.isnan(mcdonald_omega(table).estimate)
    assert np.isnan(mcdonald_omega(ATTITUDE[["rating", "raises"]]).estimate)
