"""Peers: percentile, fallback, shrinkage, and when a difference is called clear."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.intervals import wilson
from scoring.peers import compare, composite_peers, mark_clear, peer_chain, percentiles
from scoring.results import ILLUSTRATIVE_LABEL, Estimate
from scoring.shrinkage import paule_mandel, shrink
from tests.scoring.builders import edition, questionnaire

ASKED = questionnaire(model={"people": 1})


def ours(level, se=0.1, n=60):
    return Estimate(estimate=level, low=level - 2 * se, high=level + 2 * se, n=n, method="t", se=se, df=n - 1)


def peers_in(cells, seed=0):
    """An edition of one capability with so many peers per (industry, size)."""
    rng = np.random.default_rng(seed)
    segments = [pair for pair, count in cells.items() for _ in range(count)]
    return edition(ASKED, rng.normal(3, 0.6, (len(segments), 1)).clip(1, 5), segments)


def compared(cells, profile, level=2.5, organization=None):
    made = peers_in(cells)
    return compare(ours(level), made.levels[:, 0], peer_chain(made, profile, organization), made)


INDUSTRIAL = {"industry": "industrial", "size": "1000-4999"}


def test_between_study_variance_agrees_with_the_published_table():
    """CLASP trials, log odds ratios: τ = 0.3681, μ = −0.3811.

    DerSimonian & Kacker (2007), Contemporary Clinical Trials 28, 105–114, tables 3 and 4.
    """
    n1, n2 = np.array([156, 303, 565, 1570, 103, 4659.0]), np.array([74, 303, 477, 1565, 105, 4650.0])
    a, c = np.array([5, 5, 12, 69, 9, 313.0]), np.array([8, 17, 9, 94, 11, 352.0])
    log_odds = np.log(a * (n2 - c) / ((n1 - a) * c))
    tau2, centre = paule_mandel(log_odds, 1 / a + 1 / (n1 - a) + 1 / c + 1 / (n2 - c))
    assert round(np.sqrt(tau2), 4) == 0.3681
    assert round(centre, 4) == -0.3811


def test_groups_that_differ_by_chance_are_pooled_fully():
    tau2, centre = paule_mandel([3.0, 3.01, 2.99], [0.1, 0.2, 0.1])
    assert tau2 == 0
    assert centre == pytest.approx(np.average([3.0, 3.01, 2.99], weights=[10, 5, 10]))
    rng = np.random.default_rng(1)
    levels, groups = rng.normal(3, 0.6, 60), np.repeat([0, 1, 2], 20)
    levels -= np.repeat([levels[groups == group].mean() - 3 for group in range(3)], 20)
    assert shrink(levels, groups, 1).weight == 0


@given(st.lists(st.floats(1, 5), min_size=2, max_size=8), st.integers(0, 100))
@settings(max_examples=60, deadline=None)
def test_shrunken_mean_lies_between_the_group_and_its_parent(means, seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 9, len(means))
    groups = np.repeat(np.arange(len(means)), sizes)
    levels = np.array(means)[groups] + rng.normal(0, 0.5, len(groups))
    made = shrink(levels, groups, 0)
    own = levels[groups == 0].mean()
    assert min(own, made.parent) - 1e-9 <= made.mean <= max(own, made.parent) + 1e-9
    assert 0 <= made.weight <= 1


def test_small_groups_lean_on_their_parent_more():
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(8), [4, *[40] * 7])
    levels = np.linspace(2.5, 3.5, 8)[groups] + rng.normal(0, 0.6, len(groups))
    assert shrink(levels, groups, 0).weight < shrink(levels, groups, 1).weight


def test_variance_of_zero_is_refused():
    with pytest.raises(ValueError, match="variance above 0"):
        paule_mandel([1.0, 2.0], [0.1, 0.0])


@given(
    st.lists(st.sampled_from([1.0, 1.5, 2.0, 2.5, 3.0, 4.0]), min_size=1, max_size=40),
    st.sampled_from([1.0, 2.0, 2.2, 4.0]),
)
@settings(max_examples=80, deadline=None)
def test_percentile_is_the_mid_rank(peers, level):
    row = percentiles(np.array(peers)[:, None], [level]).iloc[0]
    below = sum(peer < level for peer in peers)
    equal = sum(peer == level for peer in peers)
    assert row["percentile"] == pytest.approx(100 * (below + equal / 2) / len(peers))


def test_percentile_rises_with_our_level():
    levels = np.random.default_rng(0).normal(3, 0.5, (50, 1))
    found = [percentiles(levels, [level]).loc[0, "percentile"] for level in np.linspace(1, 5, 40)]
    assert found == sorted(found)


def test_not_measured_peers_do_not_count():
    row = percentiles(np.array([[2.0], [np.nan], [4.0]]), [3.0]).iloc[0]
    assert (row["n"], row["percentile"]) == (2, 50)
    assert np.isnan(percentiles(np.array([[2.0]]), [np.nan]).loc[0, "percentile"])


def test_the_most_specific_group_of_ten_is_used():
    peer = compared({("industrial", "1000-4999"): 12, ("retail", "1000-4999"): 30}, INDUSTRIAL)
    assert (peer.group, peer.n, peer.fallback) == ("industry×size", 12, "")
    assert peer.group_name == "industrial, 1,000–4,999 people"


def test_falls_back_to_the_industry_and_says_why():
    peer = compared({("industrial", "1000-4999"): 7, ("industrial", "5000-plus"): 34}, INDUSTRIAL)
    assert (peer.group, peer.n, peer.fallback) == ("industry", 41, "industry×size has 7")
    assert peer.specific.n == 7
    assert peer.specific.third in ("lower", "middle", "upper")


def test_falls_back_to_the_size_and_then_to_all():
    small = {("industrial", "1000-4999"): 3, ("retail", "1000-4999"): 11, ("retail", "under-250"): 5}
    assert compared(small, INDUSTRIAL).fallback == "industry×size has 3; industry has 3"
    assert compared(small, INDUSTRIAL).group == "size"
    everyone = compared({("industrial", "1000-4999"): 3, ("retail", "under-250"): 9}, INDUSTRIAL)
    assert (everyone.group, everyone.n) == ("all", 12)
    assert everyone.specific is None


def test_under_ten_in_all_only_thirds_are_claimed():
    peer = compared({("industrial", "1000-4999"): 6}, INDUSTRIAL, level=1.0)
    assert peer.percentile is None
    assert peer.percentile_low is None
    assert (peer.third, peer.n, peer.p_value) == ("lower", 6, None)


def test_under_five_in_all_there_is_no_comparison():
    assert compared({("industrial", "1000-4999"): 4}, INDUSTRIAL) is None


def test_we_are_not_among_our_own_peers():
    cells = {("industrial", "1000-4999"): 10}
    assert compared(cells, INDUSTRIAL).n == 10
    assert compared(cells, INDUSTRIAL, organization="0003").n == 9
    assert compared(cells, INDUSTRIAL, organization="0003").third is not None


def test_without_a_profile_everyone_is_a_peer():
    peer = compared({("industrial", "1000-4999"): 6, ("retail", "under-250"): 6}, {})
    assert (peer.group, peer.group_name, peer.fallback) == ("all", "all industries and sizes", "")


def test_numbers_of_a_comparison():
    made = edition(ASKED, np.arange(1, 5, 0.1)[:, None])
    peer = compare(ours(2.04), made.levels[:, 0], peer_chain(made, {}), made)
    assert peer.median == pytest.approx(2.95)
    assert (peer.lower_quartile, peer.upper_quartile) == pytest.approx((1.975, 3.925))
    assert peer.gap == pytest.approx(2.95 - 2.04)
    assert peer.gap_interval.low == pytest.approx(2.95 - 2.24)
    share = wilson(11, 40)
    assert (peer.percentile, peer.percentile_low) == pytest.approx((100 * share.estimate, 100 * share.low))
    assert peer.distance == pytest.approx((2.04 - 2.95) / made.levels.std(ddof=1))
    assert peer.label == ILLUSTRATIVE_LABEL
    assert len(peer.levels) == 40


def test_pooled_editions_do_not_show_single_organisations():
    made = edition(ASKED, np.arange(1, 5, 0.1)[:, None], kind="pooled")
    peer = compare(ours(2.0), made.levels[:, 0], peer_chain(made, {}), made)
    assert peer.levels is None
    assert peer.label == ""


def test_clear_needs_both_intervals_and_survives_the_family():
    made = edition(ASKED, np.linspace(2.5, 4, 40)[:, None])
    chain = peer_chain(made, {})
    far = compare(ours(2.0), made.levels[:, 0], chain, made)
    near = compare(ours(3.2), made.levels[:, 0], chain, made)
    unsure = compare(ours(2.0, se=0.9), made.levels[:, 0], chain, made)
    marked = mark_clear({"far": far, "near": near, "unsure": unsure}, q=0.1)
    assert [marked[name].clear for name in ("far", "near", "unsure")] == [True, False, False]
    crowd = {f"near{number}": near for number in range(2000)}
    borderline = replace(far, p_value=0.04)
    assert mark_clear({"one": borderline}, q=0.1)["one"].clear
    assert not mark_clear({"one": borderline, **crowd}, q=0.1)["one"].clear


def test_a_family_without_percentiles_is_left_as_it_is():
    peer = compared({("industrial", "1000-4999"): 6}, INDUSTRIAL)
    assert mark_clear({"one": peer}, q=0.1) == {"one": peer}


def test_composite_of_a_peer_needs_half_of_it_measured():
    levels = np.array([[2.0, 4.0, np.nan, np.nan], [2.0, np.nan, np.nan, np.nan]])
    found = composite_peers(levels, np.full(4, 0.25))
    assert found[0] == 3
    assert np.isnan(found[1])
