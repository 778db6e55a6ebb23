"""Levels from answers: patterns, means, composites, bounds, stage and weights."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from questionnaires.schema import Level, Scale
from scoring.composites import OVERALL, composite_levels, composite_statistic, composition, group_composites
from scoring.intervals import stratified_mean, stratified_means
from scoring.maturity import coverage, dont_know_bounds, index_means, staged_level, weight_range
from scoring.patterns import capability_scores, count_patterns, pattern_scores
from tests.scoring.builders import DK, NA, answers_of, questionnaire, random_answers

CODES = st.sampled_from([0, 1, 2, 3, 4, 5, DK, NA])


def slow_score(codes, values, share):
    """The half-scale rule written out for one person and one capability."""
    applicable = [code for code in codes if code != NA]
    levels = [values[code - 1] for code in applicable if 1 <= code <= len(values)]
    if not levels or len(levels) < share * len(applicable):
        return np.nan
    return sum(levels) / len(levels)


@given(arrays(np.uint8, (7, 10), elements=CODES))
@settings(max_examples=60, deadline=None)
def test_scores_follow_the_half_scale_rule(codes):
    asked = questionnaire()
    scores = capability_scores(asked, codes)
    for row, person in enumerate(codes):
        for column, capability in enumerate(asked.capabilities):
            places = list(asked.columns[capability.id])
            expected = slow_score(person[places].tolist(), asked.scale.values, asked.min_answered_share)
            np.testing.assert_equal(scores[row, column], expected)


@pytest.mark.parametrize("questions", [1, 2, 3, 5])
@pytest.mark.parametrize("values", [(0, 1, 2, 3), (1, 2, 3, 4, 5), (0, 10, 50)])
def test_counting_patterns_gives_the_means_of_the_people(questions, values):
    asked = questionnaire(values, questions=questions)
    codes = random_answers(asked, 300, seed=questions)
    groups = np.random.default_rng(1).integers(0, 4, 300)
    table = index_means(asked, codes, groups, 4)
    scores = pd.DataFrame(capability_scores(asked, codes), columns=[one.id for one in asked.capabilities])
    for group in range(4):
        inside = scores[groups == group]
        np.testing.assert_allclose(table.loc[group]["mean"], inside.mean())
        np.testing.assert_allclose(table.loc[group]["n"], inside.count())
        np.testing.assert_allclose(table.loc[group]["variance"], inside.var())


def test_many_questions_are_counted_by_the_patterns_that_occur():
    asked = questionnaire(questions=6, model={"people": 1})
    codes = random_answers(asked, 200)
    assert len(count_patterns(asked, codes)[0].table) <= 200
    np.testing.assert_allclose(
        index_means(asked, codes)["mean"].iloc[0], np.nanmean(capability_scores(asked, codes)[:, 0])
    )


def test_a_code_that_is_no_answer_is_refused_with_row_and_question():
    asked = questionnaire()
    codes = random_answers(asked, 9)
    codes[4, 3] = 9
    with pytest.raises(
        ValueError, match=r"row 4, question people\.c2\.2: code 9 is no answer; use 0, 1 to 5, 254 or 255"
    ):
        count_patterns(asked, codes)


def test_answers_of_another_type_are_refused():
    with pytest.raises(ValueError, match="give uint8 codes"):
        capability_scores(questionnaire(), np.ones((3, 10)))


def test_order_of_respondents_does_not_matter():
    asked = questionnaire()
    codes = random_answers(asked, 80)
    mixed = codes[np.random.default_rng(3).permutation(80)]
    pd.testing.assert_frame_equal(index_means(asked, codes), index_means(asked, mixed))


@pytest.mark.parametrize("order", ["C", "F"])
def test_answers_are_left_as_they_were(order):
    asked = questionnaire()
    codes = np.asarray(random_answers(asked, 40), order=order)
    before = codes.copy()
    first = index_means(asked, codes)
    capability_scores(asked, codes)
    np.testing.assert_array_equal(codes, before)
    pd.testing.assert_frame_equal(first, index_means(asked, np.ascontiguousarray(codes)))


def test_all_missing_is_no_score_and_no_warning():
    asked = questionnaire()
    table = index_means(asked, np.full((4, len(asked.asked)), DK, dtype=np.uint8))
    assert table["mean"].isna().all()
    assert (table["n"] == 0).all()


def test_coverage_keeps_the_kinds_of_missing_apart():
    asked = questionnaire(model={"people": 1})
    codes = answers_of([[3, DK], [NA, 4], [0, 2], [1, 1]], asked)
    row = coverage(asked, count_patterns(asked, codes)).iloc[0]
    assert row[["asked", "applicable", "answered", "dont_know"]].tolist() == [8, 7, 5, 1]
    assert row["coverage"] == pytest.approx(5 / 7)
    assert row["dont_know_rate"] == pytest.approx(1 / 7)
    assert row["not_applicable_rate"] == pytest.approx(1 / 8)


@given(arrays(np.uint8, (6, 10), elements=CODES))
@settings(max_examples=60, deadline=None)
def test_bounds_enclose_the_level_and_stay_on_the_scale(codes):
    asked = questionnaire()
    patterns = count_patterns(asked, codes)
    table = dont_know_bounds(asked, patterns)
    means = index_means(asked, codes)["mean"].to_numpy()
    known = ~np.isnan(means)
    assert (table["low"].to_numpy()[known] <= means[known] + 1e-12).all()
    assert (table["high"].to_numpy()[known] >= means[known] - 1e-12).all()
    assert table.stack().dropna().between(1, 5).all()


def test_bounds_take_every_dont_know_for_the_ends_of_the_scale():
    asked = questionnaire(model={"people": 1})
    codes = answers_of([[3, DK], [3, 3], [DK, DK], [3, 3]], asked)
    table = dont_know_bounds(asked, count_patterns(asked, codes))
    assert table.iloc[0].tolist() == [(2 + 3 + 1 + 3) / 4, (4 + 3 + 5 + 3) / 4]


def test_headcount_weights_move_the_bounds():
    asked = questionnaire(model={"people": 1})
    codes = answers_of([[1, 1], [5, 5]], asked)
    patterns = count_patterns(asked, codes, np.array([0, 1]), 2)
    assert dont_know_bounds(asked, patterns, np.array([3.0, 1.0])).iloc[0].tolist() == [2.0, 2.0]


def test_composition_gives_equal_weights_and_renormalises():
    asked = questionnaire()
    full = composition(asked)
    assert full["data"].sum() == pytest.approx(1)
    assert full.loc["data.c1", OVERALL] == pytest.approx(1 / 6)
    part = composition(asked, {"people.c1": True, "data.c1": True, "data.c2": True})
    assert part.loc["people.c1", OVERALL] == pytest.approx(0.5)
    assert part.loc["data.c3"].eq(0).all()


def test_composites_equal_each_persons_own_composite_when_nothing_is_missing():
    asked = questionnaire()
    codes = random_answers(asked, 60, dont_know=0, not_applicable=0, empty=0)
    scores = pd.DataFrame(capability_scores(asked, codes), columns=[one.id for one in asked.capabilities])
    strata = pd.Series(np.random.default_rng(2).integers(0, 3, 60))
    weights = {0: 50.0, 1: 20.0, 2: 30.0}
    table = composite_levels(
        scores, strata, stratified_means(scores, strata, weights=weights), composition(asked), weights=weights
    )
    own = scores[["data.c1", "data.c2", "data.c3"]].mean(axis=1)
    direct = stratified_mean(own, strata, weights=weights)
    row = table.loc["data"]
    assert (row["estimate"], row["low"], row["se"]) == pytest.approx((direct.estimate, direct.low, direct.se))


def test_linearised_variance_agrees_with_the_jackknife_when_answers_are_missing():
    asked = questionnaire()
    codes = random_answers(asked, 150, seed=5, dont_know=0.25)
    scores = pd.DataFrame(capability_scores(asked, codes), columns=[one.id for one in asked.capabilities])
    strata = pd.Series(np.repeat([0, 1, 2], 50))
    table = composite_levels(scores, strata, stratified_means(scores, strata), composition(asked))
    statistic = composite_statistic(composition(asked)[OVERALL].to_numpy(), None)
    rows = np.column_stack([scores.to_numpy(), strata])
    variance = 0.0
    for stratum in range(3):
        left_out = [statistic(np.delete(rows, row, axis=0)) for row in np.flatnonzero(strata == stratum)]
        variance += 49 / 50 * np.sum((np.array(left_out) - np.mean(left_out)) ** 2)
    assert statistic(rows) == pytest.approx(table.loc[OVERALL, "estimate"])
    assert table.loc[OVERALL, "se"] == pytest.approx(np.sqrt(variance), rel=0.03)


def test_composite_of_a_unit_is_that_of_its_people_alone():
    asked = questionnaire()
    codes = random_answers(asked, 90)
    scores = pd.DataFrame(capability_scores(asked, codes), columns=[one.id for one in asked.capabilities])
    units = pd.Series(np.repeat([0, 1, 2], 30))
    together = group_composites(scores, units, composition(asked))
    alone = scores[30:60].reset_index(drop=True)
    strata = pd.Series(np.zeros(30, dtype=int))
    direct = composite_levels(alone, strata, stratified_means(alone, strata), composition(asked))
    for item in ("people", "data", OVERALL):
        assert together.loc[(1, item), "estimate"] == pytest.approx(direct.loc[item, "estimate"])
        assert together.loc[(1, item), "se"] == pytest.approx(direct.loc[item, "se"])


def levels_frame(**levels):
    return pd.DataFrame(
        {name: dict(zip(("estimate", "low", "high"), value, strict=True)) for name, value in levels.items()}
    ).T


SCALE = Scale(tuple(Level(f"l{value}", float(value), f"Stage {value}", "") for value in (1, 2, 3, 4, 5)))


def test_stage_is_what_every_capability_reaches():
    stage = staged_level(levels_frame(a=(3.4, 3.2, 3.6), b=(2.6, 2.4, 2.8), c=(2.1, 2.05, 2.2)), SCALE)
    assert stage.level.value == 2
    assert stage.following is not None
    assert stage.following.value == 3
    assert stage.binding == ("c", "b")
    assert not stage.provisional


@pytest.mark.parametrize(("low", "high"), [(1.9, 2.3), (2.05, 3.1)])
def test_stage_is_provisional_when_a_deciding_interval_crosses_a_level(low, high):
    stage = staged_level(levels_frame(a=(3.4, 3.2, 3.6), b=(2.1, low, high)), SCALE)
    assert stage.provisional


def test_top_stage_has_nothing_that_binds():
    stage = staged_level(levels_frame(a=(5.0, 5.0, 5.0)), SCALE)
    assert (stage.level.value, stage.following, stage.binding) == (5, None, ())


@given(st.lists(st.floats(1, 5), min_size=1, max_size=7), st.data())
@settings(max_examples=80, deadline=None)
def test_no_choice_of_weights_leaves_the_weight_range(levels, data):
    weights = data.draw(st.lists(st.floats(0.8, 1.2), min_size=len(levels), max_size=len(levels)))
    low, high = weight_range(levels)
    assert low - 1e-9 <= np.average(levels, weights=weights) <= high + 1e-9


def test_weight_range_is_reached():
    low, high = weight_range([1.0, 2.0, 5.0])
    corners = [
        np.average([1.0, 2.0, 5.0], weights=weights)
        for weights in np.stack(np.meshgrid([0.8, 1.2], [0.8, 1.2], [0.8, 1.2]), axis=-1).reshape(-1, 3)
    ]
    assert (low, high) == pytest.approx((min(corners), max(corners)))


def test_nothing_applicable_is_not_scored():
    table = np.array([[NA, NA], [NA, 3]], dtype=np.uint8)
    np.testing.assert_equal(pattern_scores(table, (1, 2, 3), 0.5), [np.nan, 3.0])
