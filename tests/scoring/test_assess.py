"""The whole result: what it holds, what it withholds, and that nothing of it depends on order, scale or chance."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.agreement import agreement
from scoring.assess import assess
from scoring.composites import OVERALL
from scoring.disclosure import small_groups_revealed
from scoring.document import from_document, to_document
from scoring.effect import cliffs_delta, welch_difference
from scoring.patterns import capability_scores
from scoring.results import (
    ILLUSTRATIVE_LABEL,
    CapabilityResult,
    Cell,
    Distribution,
    Group,
    Overall,
    Settings,
    WithheldCell,
    WithheldDistribution,
    WithheldGroup,
    WithheldLevel,
)
from tests.scoring.builders import DK, NA, answers_of, edition, people, questionnaire, random_answers

PLAIN = Settings(bootstrap=0)
ASKED = questionnaire()


def targets_of(asked, target=4.0, importance=3.0):
    names = [one.id for one in asked.capabilities]
    return pd.DataFrame({"capability": names, "target": target, "importance": importance})


def assessed(n=60, seed=0, asked=ASKED, **more):
    more = {"settings": PLAIN, **more}
    return assess(asked, random_answers(asked, n, seed), people(n, seed=seed), **more)


def test_levels_are_the_means_of_the_people():
    codes, who = random_answers(ASKED, 60), people(60)
    result = assess(ASKED, codes, who, settings=PLAIN)
    means = np.nanmean(capability_scores(ASKED, codes), axis=0)
    found = [one.estimate for one in result.capabilities]
    assert found == pytest.approx(means)
    assert result.dimension("people").estimate == pytest.approx(means[:2].mean())
    assert result.overall.estimate == pytest.approx((means[:2].mean() + means[2:].mean()) / 2)
    assert result.respondents == 60


def test_headcounts_weigh_the_units():
    codes = answers_of([[1] * 10] * 6 + [[5] * 10] * 6, ASKED)
    who = pd.DataFrame({"unit": ["A"] * 6 + ["B"] * 6})
    assert assess(ASKED, codes, who, settings=PLAIN).overall.estimate == 3
    open_to_all = Settings(bootstrap=0, withhold_unanimous=False)
    weighed = assess(ASKED, codes, who, headcount={"A": 30, "B": 10}, settings=open_to_all)
    assert weighed.overall.estimate == pytest.approx(2)
    assert weighed.capability("data.c1").bounds == (2, 2)


def test_units_that_are_withheld_weigh_as_one_stratum():
    """With B and C apart, their plain sum (from the counts of answers) and their weighed sum would give both away."""
    generator = np.random.default_rng(3)
    codes = generator.integers(1, 6, (21, len(ASKED.asked))).astype(np.uint8)
    who = pd.DataFrame({"unit": ["A"] * 11 + ["B"] * 3 + ["C"] * 7})
    result = assess(ASKED, codes, who, headcount={"A": 20, "B": 30, "C": 10}, settings=PLAIN)
    assert [unit.withheld is not None for unit in result.units] == [False, True, True]
    scores = codes[:, [ASKED.position[one.id] for one in ASKED.capabilities[0].questions]].mean(axis=1)
    expected = (20 * scores[:11].mean() + 40 * scores[11:].mean()) / 60
    assert result.capabilities[0].estimate == pytest.approx(expected)


def test_a_headcount_that_is_not_known_weighs_everyone_the_same():
    codes = answers_of([[1] * 10] * 6 + [[5] * 10] * 6, ASKED)
    who = pd.DataFrame({"unit": ["A"] * 6 + ["B"] * 6})
    assert assess(ASKED, codes, who, headcount={"A": 30}, settings=PLAIN).overall.estimate == 3


def test_response_rate_and_finite_population():
    result = assessed(60, invited=80)
    assert result.response_rate.share == 0.75
    narrow, wide = result.overall.with_fpc, result.overall
    assert (narrow.high - narrow.low) == pytest.approx((wide.high - wide.low) * np.sqrt(1 - 60 / 80))
    everyone = assessed(60, invited=60).overall.with_fpc
    assert everyone.high == pytest.approx(everyone.low)


def test_invited_by_unit_gives_the_correction_inside_units():
    who = people(60)
    invited = {unit: int(count) * 2 for unit, count in who["unit"].value_counts().items()}
    result = assess(ASKED, random_answers(ASKED, 60), who, invited=invited, settings=PLAIN)
    assert result.invited == 120
    assert result.overall.with_fpc.high - result.overall.with_fpc.low == pytest.approx(
        (result.overall.high - result.overall.low) * np.sqrt(0.5)
    )
    assert all(unit.invited == invited[unit.id] for unit in result.units if isinstance(unit, Group))


def test_more_answers_than_invitations_do_not_stop_the_report():
    result = assess(
        ASKED, random_answers(ASKED, 20), people(20), invited={"Brand": 1, "Field": 1, "Ops": 1}, settings=PLAIN
    )
    assert result.response_rate.share == 1


@given(st.randoms(use_true_random=False))
@settings(max_examples=8, deadline=None)
def test_order_of_respondents_does_not_matter(random):
    codes, who = random_answers(ASKED, 40), people(40)
    order = list(range(40))
    random.shuffle(order)
    options = {"targets": targets_of(ASKED), "settings": Settings(bootstrap=100)}
    one = assess(ASKED, codes, who, **options)
    other = assess(ASKED, codes[order], who.iloc[order].reset_index(drop=True), **options)
    assert sorted(unit.id for unit in one.units) == sorted(unit.id for unit in other.units)
    for left, right in zip((one.overall, *one.capabilities), (other.overall, *other.capabilities), strict=True):
        assert left.estimate == pytest.approx(right.estimate)
        assert (left.low, left.high) == pytest.approx((right.low, right.high))


def test_bootstrap_is_seeded_and_only_for_fifteen_and_more():
    one = assessed(40, settings=Settings(bootstrap=300, seed=7)).overall
    again = assessed(40, settings=Settings(bootstrap=300, seed=7)).overall
    other = assessed(40, settings=Settings(bootstrap=300, seed=8)).overall
    assert (one.low, one.high) == (again.low, again.high)
    assert (one.low, one.high) != (other.low, other.high)
    assert one.method.startswith("BCa bootstrap inside strata")
    assert one.low < one.estimate < one.high
    assert "bootstrap" not in assessed(12, settings=Settings(bootstrap=300)).overall.method


def test_bootstrap_and_linearised_intervals_are_near():
    one, other = assessed(120, settings=Settings(bootstrap=800)).overall, assessed(120).overall
    assert one.high - one.low == pytest.approx(other.high - other.low, rel=0.15)


def test_under_k_nothing_is_shown():
    result = assessed(4)
    document = to_document(result)
    assert isinstance(result.overall, WithheldLevel)
    assert all(isinstance(one, WithheldLevel) for one in (*result.dimensions, *result.capabilities))
    assert result.units == result.roles == result.outcomes == ()
    assert "respondents" not in document
    assert document["overall"]["withheld"] == "fewer than 5"
    assert not any_number(document["capabilities"])
    assert not any_number(document["dimensions"])


def any_number(document):
    if isinstance(document, dict):
        return any(any_number(value) for value in document.values())
    if isinstance(document, list):
        return any(any_number(value) for value in document)
    return isinstance(document, int | float)


def test_nobody_at_all_is_a_result_that_says_so():
    result = assess(ASKED, np.zeros((0, len(ASKED.asked)), dtype=np.uint8), people(0), settings=PLAIN)
    assert result.sections["overview"].title == "Too few people have answered to show a result"
    assert from_document(to_document(result)) == result


def test_a_capability_that_too_few_can_answer_leaves_its_dimension():
    codes = random_answers(ASKED, 40, dont_know=0, not_applicable=0, empty=0)
    codes[3:, list(ASKED.columns["data.c2"])] = DK
    result = assess(ASKED, codes, people(40), settings=PLAIN)
    lost = result.capability("data.c2")
    assert isinstance(lost, WithheldLevel)
    assert lost.reason == "small"
    kept = [result.capability(name).estimate for name in ("data.c1", "data.c3")]
    assert result.dimension("data").estimate == pytest.approx(np.mean(kept))


def test_low_coverage_withholds_a_capability_and_says_so():
    codes = random_answers(ASKED, 40, dont_know=0, not_applicable=0, empty=0)
    codes[10:, list(ASKED.columns["people.c1"])] = DK
    lost = assess(ASKED, codes, people(40), settings=PLAIN).capability("people.c1")
    assert lost.reason == "coverage"


def test_a_question_that_nobody_was_asked_is_not_a_missing_answer():
    codes = random_answers(ASKED, 40, dont_know=0, not_applicable=0, empty=0)
    codes[:, ASKED.position["people.c1.2"]] = 0
    result = assess(ASKED, codes, people(40), settings=PLAIN)
    assert result.capability("people.c1").coverage == 1
    assert "people.c1.2" not in result.questionnaire.questions


def test_everyone_answering_alike_is_a_level_without_spread():
    result = assess(ASKED, answers_of([[3] * 10] * 20, ASKED), people(20), targets=targets_of(ASKED))
    assert (result.overall.estimate, result.overall.low, result.overall.high) == (3, 3, 3)
    assert result.capability("data.c1").agreement.rwg_j == 1
    assert all(isinstance(unit, WithheldGroup) for unit in result.units)
    assert {unit.reason for unit in result.units} == {"unanimous"}


def test_targets_and_priorities():
    targets = pd.DataFrame(
        {
            "capability": ["data.c1", "data.c2", "data.c3", "people.c1", "people.c2"],
            "target": [4, 4, 4, 1, 3],
            "importance": 5,
        }
    )
    result = assessed(targets=targets)
    one = result.capability("data.c1")
    assert one.target_gap == pytest.approx(4 - one.estimate)
    assert one.target_gap_interval.low == pytest.approx(4 - one.high)
    assert result.dimension("data").target == 4
    assert result.overall.target == pytest.approx((4 + 2) / 2)
    assert "people.c1" in [over.capability for over in result.over_investment]
    ranked = sorted(result.capabilities, key=lambda capability: capability.priority_rank)
    assert [capability.priority for capability in ranked] == sorted((c.priority for c in ranked), reverse=True)


def test_a_target_of_an_unknown_capability_is_refused():
    targets = pd.DataFrame({"capability": ["data.c9"], "target": [3], "importance": [3]})
    with pytest.raises(ValueError, match=r"capability 'data\.c9': use an id of small 1\.0\.0"):
        assessed(targets=targets)


def test_rows_that_do_not_match_are_refused():
    with pytest.raises(ValueError, match="one row for each person"):
        assess(ASKED, random_answers(ASKED, 9), people(8))


def test_peers_carry_their_label_everywhere():
    made = edition(ASKED, np.random.default_rng(0).normal(3, 0.6, (60, 5)).clip(1, 5))
    result = assessed(edition=made, profile={})
    assert result.peers.label == ILLUSTRATIVE_LABEL
    places = [result.overall, *result.dimensions, *result.capabilities]
    assert all(place.peer.label == ILLUSTRATIVE_LABEL for place in places)
    assert result.overall.percentile == result.overall.peer.percentile
    assert ILLUSTRATIVE_LABEL in result.sections["peers"].lead
    said = [one for one in result.findings if "peers" in one.text]
    assert said
    assert all(ILLUSTRATIVE_LABEL in one.text for one in said)


def test_peers_of_a_dimension_are_means_of_their_capabilities():
    levels = np.random.default_rng(0).normal(3, 0.6, (60, 5)).clip(1, 5)
    result = assessed(edition=edition(ASKED, levels), profile={})
    assert result.dimension("people").peer.median == pytest.approx(np.median(levels[:, :2].mean(axis=1)))
    everything = (levels[:, :2].mean(axis=1) + levels[:, 2:].mean(axis=1)) / 2
    assert result.overall.peer.median == pytest.approx(np.median(everything))


def test_change_since_the_wave_before():
    before, after = assessed(60, seed=1), assessed(70, seed=2)
    result = assessed(70, seed=2, previous=before)
    change = result.dimension("data").change
    assert change.change == pytest.approx(after.dimension("data").estimate - before.dimension("data").estimate)
    assert change.low < change.change < change.high
    assert change.n_before == before.dimension("data").n
    units = [unit for unit in result.units if isinstance(unit, Group)]
    assert all(unit.overall.change is not None for unit in units)
    assert result.comparability.share == 1
    assert result.comparability.same_version


def test_a_wave_is_the_same_after_it_was_stored():
    before = from_document(json.loads(json.dumps(to_document(assessed(60, seed=1)))))
    assert assessed(70, seed=2, previous=before) == assessed(70, seed=2, previous=assessed(60, seed=1))


@pytest.mark.parametrize("version", ["2.0.0", "1.1.0"])
def test_another_major_version_breaks_the_trend(version):
    before = assessed(60, asked=questionnaire(version=version))
    result = assessed(60, previous=before)
    assert (result.overall.change is None) == version.startswith("2")
    assert not result.comparability.same_version
    assert version in result.comparability.note


def test_change_agrees_with_welch_for_one_stratum():
    asked = questionnaire(model={"people": 1})
    one, other = random_answers(asked, 40, 1), random_answers(asked, 50, 2)
    none = pd.DataFrame(index=range(50))
    result = assess(asked, other, none, previous=assess(asked, one, none[:40], settings=PLAIN), settings=PLAIN)
    direct = welch_difference(capability_scores(asked, other)[:, 0], capability_scores(asked, one)[:, 0])
    change = result.capability("people.c1").change
    assert (change.change, change.low, change.high, change.p_value) == pytest.approx(
        (direct.difference.estimate, direct.difference.low, direct.difference.high, direct.p_value)
    )


def test_perception_agrees_with_the_tests_of_two_groups():
    codes, who = random_answers(ASKED, 80), people(80)
    codes[(who["role"] == "leader").to_numpy(), :2] = 5
    codes[np.flatnonzero(who["role"] == "leader")[:3], 0] = 4
    result = assess(ASKED, codes, who, settings=PLAIN)
    scores = capability_scores(ASKED, codes)
    leads = (who["role"] == "leader").to_numpy()
    for place, capability in enumerate(result.capabilities):
        direct = welch_difference(scores[leads, place], scores[~leads, place])
        gap = capability.perception
        assert (gap.gap, gap.low, gap.high, gap.p_value) == pytest.approx(
            (direct.difference.estimate, direct.difference.low, direct.difference.high, direct.p_value)
        )
        assert gap.delta == pytest.approx(cliffs_delta(scores[leads, place], scores[~leads, place]).estimate)
    assert "people.c1" in result.perception.clear
    assert result.perception.leaders + result.perception.staff == 80


def test_few_leaders_are_not_compared():
    who = people(40)
    who["role"] = ["leader"] * 4 + ["staff"] * 36
    result = assess(ASKED, random_answers(ASKED, 40), who, settings=PLAIN)
    assert result.perception.withheld == "fewer than 5"
    assert all(one.perception is None for one in result.capabilities)
    assert all(isinstance(row, WithheldGroup) for row in result.roles)


def test_agreement_agrees_with_the_ratings_one_by_one():
    codes = random_answers(ASKED, 60)
    result = assess(ASKED, codes, people(60), settings=PLAIN)
    for capability in result.capabilities:
        ratings = codes[:, list(ASKED.columns[capability.id])].astype(float)
        ratings[(ratings < 1) | (ratings > 5)] = np.nan
        direct = agreement(ratings, 5)
        assert (
            capability.agreement.rwg_j,
            capability.agreement.rwg_j_skewed,
            capability.agreement.ad,
        ) == pytest.approx((direct.uniform.estimate, direct.skewed.estimate, direct.deviation.estimate))
        assert capability.agreement.band == direct.band


def test_two_camps_are_named_in_words():
    codes = answers_of([[1] * 10] * 20 + [[5] * 10] * 20, ASKED)
    result = assess(ASKED, codes, pd.DataFrame(index=range(40)), settings=PLAIN)
    assert result.capability("data.c1").agreement.two_peaked
    assert "two peaks, 50% at Stage 1 and 50% at Stage 5" in result.capability("data.c1").agreement.text
    assert "two camps" in result.capability("data.c1").headline


def test_distributions_merge_small_counts():
    codes = random_answers(ASKED, 60)
    result = assess(ASKED, codes, people(60), settings=PLAIN)
    for capability in result.capabilities:
        for part in capability.distributions:
            assert isinstance(part, Distribution)
            assert all(bar.count == 0 or bar.count >= 5 for bar in part.counts)
            assert [name for bar in part.counts for name in bar.levels] == ["l1", "l2", "l3", "l4", "l5"]
            chosen = codes[:, ASKED.position[part.question]]
            assert part.n == sum(bar.count for bar in part.counts) == ((chosen >= 1) & (chosen <= 5)).sum()


def test_a_question_that_few_answered_has_no_distribution():
    codes = random_answers(ASKED, 30, dont_know=0, not_applicable=0, empty=0)
    codes[3:, ASKED.position["data.c1.1"]] = NA
    part = assess(ASKED, codes, people(30), settings=PLAIN).capability("data.c1").distributions[0]
    assert isinstance(part, WithheldDistribution)


@pytest.mark.parametrize("values", [(0, 1, 2, 3), (0, 25, 50, 75, 100), (1, 2, 3, 4, 5, 6, 7)])
def test_nothing_knows_the_number_five(values):
    """The same answers on another scale give the same result, stretched."""
    asked, same = questionnaire(values), questionnaire(range(1, len(values) + 1))
    step = (values[-1] - values[0]) / (len(values) - 1)
    codes, who = random_answers(asked, 70), people(70)
    result, plain = assess(asked, codes, who), assess(same, codes, who)

    def stretched(level):
        return values[0] + (level - 1) * step

    for one, other in zip((result.overall, *result.capabilities), (plain.overall, *plain.capabilities), strict=True):
        assert (one.estimate, one.low, one.high) == pytest.approx(
            tuple(map(stretched, (other.estimate, other.low, other.high)))
        )
    for one, other in zip(result.capabilities, plain.capabilities, strict=True):
        assert one.bounds == pytest.approx(tuple(map(stretched, other.bounds)))
        assert one.agreement.rwg_j == pytest.approx(other.agreement.rwg_j)
        assert one.agreement.ad_limit == len(values) / 6
    assert result.overall.stage == stretched(plain.overall.stage)
    assert [unit.withheld for unit in result.units] == [unit.withheld for unit in plain.units]


def test_a_scale_whose_steps_differ_averages_its_values():
    asked = questionnaire((0, 1, 5))
    result = assess(asked, answers_of([[1, 3] * 5] * 3 + [[2, 2] * 5] * 3, asked), pd.DataFrame(index=range(6)))
    assert result.overall.estimate == pytest.approx((2.5 + 1) / 2)
    assert result.overall.stage_name == "Stage 1"


def test_documents_come_back_as_they_were_and_hold_no_nan():
    made = edition(ASKED, np.random.default_rng(0).normal(3, 0.6, (60, 5)).clip(1, 5))
    result = assessed(edition=made, profile={}, targets=targets_of(ASKED), previous=assessed(50, seed=4), invited=90)
    text = json.dumps(to_document(result), allow_nan=False)
    assert from_document(json.loads(text)) == result


def test_a_document_of_another_shape_is_refused_by_its_path():
    document = to_document(assessed())
    document["capabilities"][1]["estimate"] = "much"
    with pytest.raises(ValueError, match=r"result\.capabilities\[1\]\.estimate is 'much': expected a number"):
        from_document(document)
    document = to_document(assessed())
    document["overall"]["mood"] = 3
    with pytest.raises(ValueError, match=r"result\.overall\.mood is unknown"):
        from_document(document)
    document = to_document(assessed())
    del document["overall"]["stage"]
    with pytest.raises(ValueError, match=r"result\.overall is incomplete"):
        from_document(document)


def shown_groups(result, capability, who, codes):
    """0/1 rows over the people scored on a capability, one for every group whose mean is published."""
    place = [one.id for one in ASKED.capabilities].index(capability)
    scored = ~np.isnan(capability_scores(ASKED, codes)[:, place])
    rows = [np.ones(scored.sum())]
    for column, table in (("unit", result.units), ("role", result.roles)):
        rows += [
            (who[column].to_numpy()[scored] == row.id).astype(float)
            for row in table
            if isinstance(row, Group) and isinstance(row.capabilities[capability], Cell)
        ]
    if result.capability(capability).perception is not None:
        roles = who["role"].to_numpy()[scored]
        rows += [(roles == "leader").astype(float), (roles == "staff").astype(float)]
    return np.array(rows)


@given(st.integers(0, 10_000), st.integers(12, 45), st.integers(2, 5))
@settings(max_examples=25, deadline=None)
def test_no_group_under_k_follows_from_all_that_is_published(seed, n, units):
    """The attack: whole, units, roles, leaders and staff together, on every capability, by rank."""
    who = people(n, [f"U{number}" for number in range(units)], seed=seed)
    codes = random_answers(ASKED, n, seed, dont_know=0.15)
    result = assess(ASKED, codes, who, settings=PLAIN)
    for capability in result.capabilities:
        if isinstance(capability, CapabilityResult):
            matrix = shown_groups(result, capability.id, who, codes)
            assert not small_groups_revealed(matrix, 5)


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_withheld_places_carry_no_number(seed):
    who = people(14, ("A", "B", "C", "D"), seed=seed)
    document = to_document(assess(ASKED, random_answers(ASKED, 14, seed), who, settings=PLAIN))
    places = [
        document["overall"],
        *document["capabilities"],
        *document["dimensions"],
        *document["units"],
        *document["roles"],
    ]
    cells = [
        cell
        for group in (*document["units"], *document["roles"])
        for cell in (
            group.get("overall", {}),
            *group.get("capabilities", {}).values(),
            *group.get("dimensions", {}).values(),
        )
    ]
    withheld = [place for place in (*places, *cells) if "withheld" in place]
    assert withheld
    assert not any_number(withheld)


def test_a_dimension_of_a_unit_is_made_of_its_shown_capabilities():
    who = pd.DataFrame({"unit": ["A"] * 12 + ["B"] * 12 + ["C"] * 12})
    codes = random_answers(ASKED, 36, dont_know=0, not_applicable=0, empty=0)
    codes[:8, list(ASKED.columns["data.c1"])] = DK
    result = assess(ASKED, codes, who, settings=PLAIN)
    unit = next(row for row in result.units if row.id == "A")
    assert isinstance(unit.capabilities["data.c1"], WithheldCell)
    kept = [unit.capabilities[name].estimate for name in ("data.c2", "data.c3")]
    assert unit.dimensions["data"].estimate == pytest.approx(np.mean(kept))
    assert unit.dimensions["data"].basis == (2, 3)
    assert unit.overall.basis == (4, 5)


def test_one_unit_is_the_whole():
    who = pd.DataFrame({"unit": ["Only"] * 20})
    result = assess(ASKED, random_answers(ASKED, 20), who, settings=PLAIN)
    assert result.units[0].overall.estimate == pytest.approx(result.overall.estimate)


def test_people_without_a_unit_count_in_the_whole_only():
    who = pd.DataFrame({"unit": ["A"] * 10 + [None] * 10 + [""] * 5})
    codes = random_answers(ASKED, 25)
    result = assess(ASKED, codes, who, settings=PLAIN)
    assert [unit.id for unit in result.units] == ["A"]
    assert result.overall.n == 25


def test_a_setting_of_k_is_kept():
    result = assessed(30, settings=replace(PLAIN, k=12))
    for row in (*result.units, *result.roles):
        if isinstance(row, Group):
            assert row.n >= 12
            cells = [cell for cell in row.capabilities.values() if isinstance(cell, Cell)]
            assert all(cell.n >= 12 for cell in cells)


def test_stage_agrees_with_the_capabilities():
    result = assessed(200)
    assert isinstance(result.overall, Overall)
    lowest = min(one.estimate for one in result.capabilities)
    assert result.overall.stage <= lowest < result.overall.stage + 1
    assert all(result.capability(name).estimate < result.overall.stage + 1 for name in result.overall.binding)


def test_every_combination_of_inputs_gives_a_document():
    made = edition(ASKED, np.random.default_rng(0).normal(3, 0.6, (60, 5)).clip(1, 5))
    options = {
        "targets": [None, targets_of(ASKED), targets_of(ASKED).assign(importance=np.nan)],
        "edition": [None, made],
        "previous": [None, assessed(30, seed=9)],
        "invited": [None, 70],
    }
    for chosen in itertools.product(*options.values()):
        result = assessed(30, **dict(zip(options, chosen, strict=True)))
        assert from_document(to_document(result)) == result
        assert set(result.sections) == {"overview", "heatmap", "peers", "perception", "priorities", "method"}
    assert OVERALL == "overall"
