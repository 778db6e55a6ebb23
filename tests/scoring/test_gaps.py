"""Gap to target, priorities and their stability, what stands above its target."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.gaps import composite_target, over_investment, priorities, target_gap
from scoring.results import CapabilityResult, Estimate, Interval, WithheldLevel


def test_gap_mirrors_the_interval_of_the_level():
    gap = target_gap(Estimate(estimate=2.0, low=1.5, high=2.6, n=9, method="t"), 2.5)
    assert (gap.gap, gap.interval) == (0.5, Interval(low=2.5 - 2.6, high=1.0))
    assert not gap.interval.excludes_zero


def test_gap_without_an_interval_of_the_level_has_none():
    assert target_gap(Estimate(estimate=2.0, n=4, method="t"), 3.0).interval is None


def test_target_below_the_level_is_a_negative_gap():
    gap = target_gap(Estimate(estimate=4.0, low=3.8, high=4.2, n=30, method="t"), 3.0)
    assert gap.gap == -1
    assert gap.interval.high < 0


def test_composite_target_needs_every_member():
    weights = {"a": 0.5, "b": 0.5, "c": 0.0}
    assert composite_target(weights, {"a": 3.0, "b": 4.0}) == 3.5
    assert composite_target(weights, {"a": 3.0, "c": 4.0}) is None
    assert composite_target({"a": 0.0}, {"a": 3.0}) is None


@given(st.dictionaries(st.sampled_from("abcd"), st.tuples(st.floats(-1, 3), st.integers(1, 5)), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_no_choice_of_importance_within_a_fifth_leaves_the_rank_range(items):
    gaps = {name: gap for name, (gap, _) in items.items()}
    importance = {name: float(weight) for name, (_, weight) in items.items()}
    found = priorities(gaps, importance)
    for factors in itertools.product((0.8, 1.0, 1.2), repeat=len(items)):
        values = {
            name: factor * importance[name] * max(gaps[name], 0) for name, factor in zip(items, factors, strict=True)
        }
        for name, value in values.items():
            better = sum(other > value for other in values.values())
            not_worse = sum(other >= value for other in values.values())
            assert (
                found[name].best <= better + 1 <= found[name].worst
                or found[name].best <= not_worse <= found[name].worst
            )


def test_the_rank_range_is_reached():
    found = priorities({"a": 1.0, "b": 1.3, "c": 3.0}, {"a": 3, "b": 3, "c": 3})
    assert {name: (one.rank, one.best, one.worst) for name, one in found.items()} == {
        "a": (3, 2, 3),
        "b": (2, 2, 3),
        "c": (1, 1, 1),
    }


def test_only_capabilities_with_importance_are_ranked():
    assert list(priorities({"a": 1.0, "b": 2.0}, {"b": 4})) == ["b"]


def capability(name, gap, low, high):
    return CapabilityResult(
        id=name,
        name=name,
        short=name,
        dimension="d",
        estimate=3 - gap,
        n=20,
        method="t",
        coverage=1,
        dont_know=0,
        not_applicable=0,
        bounds=(1, 5),
        target_gap=gap,
        target_gap_interval=Interval(low=low, high=high),
        importance=2,
    )


def test_over_investment_needs_an_interval_that_excludes_zero():
    found = over_investment(
        [
            capability("unsure", -0.2, -0.5, 0.1),
            capability("over", -0.7, -0.9, -0.5),
            capability("most", -1.0, -1.2, -0.8),
            capability("short", 0.7, 0.5, 0.9),
            WithheldLevel(id="w", name="w", withheld="fewer than 5", reason="small", sentence="."),
        ]
    )
    assert [one.capability for one in found] == ["most", "over"]
    assert found[1].surplus == pytest.approx(0.7)
    assert (found[1].interval.low, found[1].interval.high) == (0.5, 0.9)
