"""Drivers against R relaimpo, and their properties."""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.drivers import drivers, lmg_shares
from tests.scoring.reference.data import SWISS

INDICATORS = ["agriculture", "examination", "education", "catholic", "infant_mortality"]


def organizations(n: int = 60, seed: int = 0) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(seed)
    levels = pd.DataFrame(rng.normal(3, 1, (n, 3)), columns=["quality", "planning", "stack"])
    levels["planning"] += 0.5 * levels["quality"]
    return levels, levels["quality"] + 0.3 * levels["planning"] + pd.Series(rng.normal(0, 1, n))


def r_squared(covariance: np.ndarray, chosen: tuple[int, ...]) -> float:
    inside, last = list(chosen), len(covariance) - 1
    if not inside:
        return 0.0
    slopes = np.linalg.solve(covariance[np.ix_(inside, inside)], covariance[inside, last])
    return float(slopes @ covariance[inside, last] / covariance[last, last])


def test_shares_equal_relaimpo():
    """R relaimpo::calc.relimp(swiss, type = "lmg"), Grömping (2006): shares of an R² of 70.67%."""
    shares = lmg_shares(np.cov(SWISS[[*INDICATORS, "fertility"]].to_numpy().T))
    expected = [0.05709122, 0.17117303, 0.26013468, 0.10557015, 0.11276592]
    np.testing.assert_allclose(shares, expected, atol=5e-9)
    assert shares.sum() == pytest.approx(0.7067, abs=5e-5)


@given(st.integers(1, 5), st.integers(0, 1000))
@settings(deadline=None, max_examples=30)
def test_shares_equal_the_shapley_value_written_out(p, seed):
    data = np.random.default_rng(seed).normal(size=(30, p + 1))
    covariance = np.cov((data @ np.random.default_rng(seed + 1).normal(size=(p + 1, p + 1))).T)
    shares = lmg_shares(covariance)
    for predictor in range(p):
        others = [other for other in range(p) if other != predictor]
        expected = sum(
            factorial(size)
            * factorial(p - size - 1)
            / factorial(p)
            * (r_squared(covariance, (*chosen, predictor)) - r_squared(covariance, chosen))
            for size in range(p)
            for chosen in combinations(others, size)
        )
        assert shares[predictor] == pytest.approx(expected, abs=1e-8)
    assert shares.sum() == pytest.approx(r_squared(covariance, tuple(range(p))), abs=1e-8)
    assert (shares >= -1e-10).all()


def test_unrelated_capabilities_share_their_own_r_squared():
    np.testing.assert_allclose(lmg_shares(np.array([[1, 0, 0.6], [0, 1, 0.3], [0.6, 0.3, 1]])), [0.36, 0.09])


def test_twins_share_alike():
    shares = lmg_shares(np.array([[1, 1, 0.6], [1, 1, 0.6], [0.6, 0.6, 1]]))
    np.testing.assert_allclose(shares, [0.18, 0.18])


def test_an_outcome_that_does_not_vary_has_no_shares():
    assert np.isnan(lmg_shares(np.array([[1.0, 0], [0, 0]]))).all()


def test_units_of_measurement_do_not_matter():
    levels, outcome = organizations()
    first = drivers(levels, outcome, seed=1, resamples=50)
    second = drivers(levels * [10, 1, 0.1], 7 - 2 * outcome, seed=1, resamples=5)
    for name in levels:
        assert first.shares[name].estimate == pytest.approx(second.shares[name].estimate)


def test_the_bootstrap_is_repeatable_and_ignores_the_order_of_organisations():
    levels, outcome = organizations()
    first = drivers(levels, outcome, seed=1, resamples=60)
    again = drivers(levels[::-1], outcome.sample(frac=1, random_state=1), seed=1, resamples=60)
    other = drivers(levels, outcome, seed=2, resamples=60)
    for name, share in first.shares.items():
        assert share.low <= share.estimate <= share.high
        assert (share.low, share.high) == (again.shares[name].low, again.shares[name].high)
    assert first.shares["quality"].low != other.shares["quality"].low
    assert first.r_squared == pytest.approx(sum(share.estimate for share in first.shares.values()))


def test_the_words_claim_no_cause():
    levels, outcome = organizations()
    found = drivers(levels, outcome, seed=1, resamples=50)
    sentences = found.sentences("forecast accuracy")
    assert sentences[0].startswith("Quality goes with ")
    assert "between 60 organisations" in sentences[0]
    assert len(sentences) == 3
    assert not any(word in " ".join(sentences).lower() for word in ("driv", "cause", "effect", "because", "leads to"))
    assert found.notes[0].startswith("Association")


def test_incomplete_organisations_are_left_out_and_said():
    levels, outcome = organizations()
    levels.iloc[0, 0] = np.nan
    outcome.iloc[1] = np.nan
    found = drivers(levels, outcome, seed=1, resamples=20)
    assert found.n == 58
    assert found.notes[1] == "2 organisations lack a level or the outcome and are left out."


def test_wrong_input_is_named():
    levels, outcome = organizations()
    with pytest.raises(ValueError, match="49 complete organisations: at least 50"):
        drivers(levels[:49], outcome, seed=1)
    with pytest.raises(ValueError, match="levels has 16 capabilities"):
        drivers(pd.DataFrame(np.zeros((60, 16))), outcome, seed=1)
    with pytest.raises(ValueError, match=r"levels\['stack'\] is the same in every organisation"):
        drivers(levels.assign(stack=2.0), outcome, seed=1)
    with pytest.raises(ValueError, match="outcome is the same"):
        drivers(levels, outcome * 0, seed=1)
    with pytest.raises(ValueError, match="levels names 0 twice"):
        drivers(levels.set_axis([0, 0, *range(2, 60)]), outcome, seed=1)
