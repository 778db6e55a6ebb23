"""Findings and headlines: each says what the numbers say, and says something else when they do."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.assess import assess
from scoring.findings import RULES
from scoring.headlines import SECTIONS
from scoring.results import ILLUSTRATIVE_LABEL, Settings
from scoring.wording import apart, level, printed, signed
from tests.scoring.builders import DK, answers_of, edition, people, questionnaire, random_answers

ASKED = questionnaire()
PLAIN = Settings(bootstrap=0)
NAMES = [one.id for one in ASKED.capabilities]


def around(levels, n=40, seed=0, spread=0.5):
    """Answers of n people near one level per capability."""
    rng = np.random.default_rng(seed)
    centre = np.repeat(levels, 2)
    return answers_of(np.clip(np.rint(centre + rng.normal(0, spread, (n, 10))), 1, 5).astype(np.uint8), ASKED)


def targets(target=4.0, importance=3.0):
    return pd.DataFrame({"capability": NAMES, "target": target, "importance": importance})


def found(codes, who=None, **more):
    who = people(len(codes)) if who is None else who
    result = assess(ASKED, codes, who, **{"settings": PLAIN, **more})
    return result, {one.rule: one for one in result.findings}


def test_largest_gaps_name_the_widest_first():
    result, said = found(around([3.9, 3.8, 1.5, 2.0, 3.9]), targets=targets())
    finding = said["largest-gaps"]
    ordered = sorted(result.capabilities, key=lambda one: -one.target_gap)
    clear = [one.id for one in ordered if one.target_gap_interval.low > 0]
    assert list(finding.capabilities) == clear[:4]
    assert finding.numbers[clear[0]] == result.capability(clear[0]).target_gap
    assert level(float(apart(4.0, result.capability("data.c1").estimate))) in finding.text


def test_gaps_all_in_one_dimension_are_called_so():
    _, said = found(around([4, 4, 1.5, 2.0, 2.5]), targets=targets([4, 4, 4, 4, 4]))
    assert said["largest-gaps"].title == "The three largest gaps are all in Data"


def test_no_clear_gap_is_said_too():
    result, said = found(around([3, 3, 3, 3, 3], n=12, spread=1.2), targets=targets(3.1))
    assert "largest-gaps" not in said
    assert said["no-gap"].title == "No capability is clearly short of its target"
    assert said["no-gap"].text.endswith("levels: it may be chance.")
    assert result.sections["priorities"].rule == "unclear-priority"


def test_targets_that_are_reached_are_not_called_short():
    result, said = found(around([4, 4, 4, 4, 4]), targets=targets(3.0))
    assert said["no-gap"].title == "Everything with a target has reached it"
    assert said["above-target"].capabilities
    assert result.sections["heatmap"].title == "Every unit shown is above its targets on average"
    assert result.sections["heatmap"].rule == "units-at-target"


def test_a_gap_in_two_camps_says_so():
    codes = around([3, 3, 3.9, 3.9, 3.9], n=60)
    codes[:30, :2], codes[30:, :2] = 1, 4
    _, said = found(codes, targets=targets())
    assert said["largest-gaps"].text.endswith("On People 1 people answer in two camps.")


def test_who_stands_below_or_above_all_peers_has_no_percentile_of_0_or_100():
    made = edition(ASKED, np.random.default_rng(0).uniform(2.4, 3.6, (60, 5)))
    _, said = found(around([1, 1, 5, 5, 5]), edition=made, profile={})
    assert "People 1 (below all)" in said["against-peers"].text
    assert "(above all)" in said["against-peers"].text
    lowest, _ = found(around([1, 1, 1, 1, 1]), edition=made, profile={})
    assert "It stands below all 60 peers" in lowest.sections["overview"].lead
    assert lowest.sections["peers"].title == "Behind peers in every capability"


def test_what_reads_as_the_next_level_without_reaching_it_is_called_just_under():
    codes = around([3, 3, 4, 4, 4], n=40, spread=0)
    codes[0, :2] = 2
    result, said = found(codes)
    assert level(result.capability("people.c1").estimate) == "3.0"
    assert result.capability("people.c1").headline.endswith("just under Stage 3")
    assert "People 1 just under 3.0" in said["holding-back"].text


def test_few_people_do_not_make_dimensions_even():
    result, _ = found(around([2.6, 2.6, 3.4, 3.4, 3.4], n=6, spread=1.4))
    assert result.sections["overview"].rule == "unclear-profile"
    assert result.sections["overview"].title.startswith("No dimension clearly leads")


def test_leaders_who_see_everything_higher_are_told_of_as_a_whole():
    who = people(80)
    leads = (who["role"] == "leader").to_numpy()
    codes = around([2.5] * 5, n=80)
    codes[leads] = around([4] * 5, n=80)[leads]
    _, said = found(codes, who)
    assert said["perception"].title == "Leaders see every capability higher than their staff do"


def test_nothing_is_asked_of_zero_people():
    result = assess(ASKED, np.zeros((0, len(ASKED.asked)), dtype=np.uint8), pd.DataFrame(), settings=PLAIN)
    assert result.findings == ()
    assert result.sections["perception"].rule == "no-comparison"
    assert not any("None" in one.title + one.lead for one in result.sections.values())


def test_without_targets_there_is_no_word_on_gaps():
    _, said = found(around([4, 4, 1, 2, 3]))
    assert not {"largest-gaps", "no-gap", "above-target"} & said.keys()


def test_what_moved_names_the_dimension_that_did():
    before, _ = found(around([2, 2, 3, 3, 3], seed=1))
    _, said = found(around([3, 3, 3, 3, 3], seed=1), previous=before)
    finding = said["what-moved"]
    assert finding.title == "People is the only dimension that clearly rose"
    assert finding.dimensions == ("people",)
    assert "People went up" in finding.text


def test_a_fall_is_called_a_fall():
    before, _ = found(around([3, 3, 4, 4, 4], seed=1))
    _, said = found(around([2, 2, 3, 3, 3], seed=2), previous=before)
    assert said["what-moved"].title == "Every dimension clearly fell"
    assert "went down" in said["what-moved"].text


def test_no_move_is_said_after_the_clear_findings():
    before, _ = found(around([2, 2, 3, 3, 3], seed=1))
    result, said = found(around([2, 2, 3, 3, 3], seed=1), previous=before, targets=targets())
    assert "no-move" in said
    rules = [one.rule for one in result.findings]
    assert rules.index("no-move") > rules.index("largest-gaps")


@pytest.mark.parametrize(("leaders", "word"), [(4.5, "higher"), (1.5, "lower")])
def test_perception_names_the_widest_difference_and_its_direction(leaders, word):
    who = people(60)
    leads = (who["role"] == "leader").to_numpy()
    codes = around([3, 3, 3, 3, 3], n=60)
    codes[leads, :2] = around([leaders] * 5, n=60)[leads, :2]
    result, said = found(codes, who)
    assert said["perception"].title == f"Leaders see People 1 {word} than their staff do"
    gap = result.capability("people.c1").perception
    assert f"{abs(apart(gap.leaders.estimate, gap.staff.estimate))} apart" in said["perception"].text


def test_leaders_and_staff_who_agree_are_said_to():
    _, said = found(around([3, 3, 3, 3, 3], n=60))
    assert said["no-perception-gap"].kind == "Perception"


def test_against_peers_counts_what_is_clear():
    made = edition(ASKED, np.tile(np.linspace(1.5, 4.5, 60)[:, None], 5))
    result, said = found(around([1.2, 3, 3, 3, 4.8]), edition=made, profile={})
    finding = said["against-peers"]
    assert finding.title == "Clearly behind peers in one capability, ahead in one"
    assert finding.capabilities == ("people.c1", "data.c3")
    assert ILLUSTRATIVE_LABEL in finding.text
    assert result.sections["peers"].title == "Ahead of peers in Data 3, behind peers in People 1"


def test_like_peers_everywhere():
    made = edition(ASKED, np.random.default_rng(0).normal(3, 0.8, (60, 5)).clip(1, 5))
    result, said = found(around([3, 3, 3, 3, 3]), edition=made, profile={})
    assert "no-peer-difference" in said
    assert result.sections["peers"].title == "Not clearly apart from peers in any capability"


def test_few_peers_get_thirds_in_the_headline():
    made = edition(ASKED, np.random.default_rng(0).normal(3, 0.8, (7, 5)).clip(1, 5))
    result, said = found(around([3, 3, 3, 3, 3]), edition=made, profile={})
    assert result.sections["peers"].title == "Too few peers for percentiles: thirds among 7 organisations"
    assert "against-peers" not in said


def test_what_holds_the_stage_back_is_named_lowest_first():
    _, said = found(around([3, 3, 1.2, 1.6, 3]))
    assert said["holding-back"].capabilities == ("data.c1", "data.c2")
    assert said["holding-back"].title == "Two capabilities hold Stage 2 back"


def test_units_at_different_levels_are_named():
    codes = np.vstack([around([2] * 5, n=20, seed=1), around([4] * 5, n=20, seed=2)])
    who = pd.DataFrame({"unit": ["Field"] * 20 + ["Ops"] * 20})
    result, said = found(codes, who, targets=targets(4.5))
    assert said["units-apart"].title == "Ops and Field work at different levels"
    assert result.sections["heatmap"].title == "Field has furthest to go, 2.6 on average; Ops least, 0.5"


def test_gaps_of_a_level_in_every_unit_make_the_headline():
    codes = around([2] * 5, n=60)
    result, _ = found(codes, targets=targets(4.0))
    assert result.sections["heatmap"].title.startswith(
        "Five capabilities are a level or more short in every unit shown;"
    )


def test_two_camps_are_a_finding():
    _, said = found(answers_of([[1] * 10] * 20 + [[5] * 10] * 20, ASKED), pd.DataFrame(index=range(40)))
    assert "two peaks" in said["two-peaked"].text


def test_many_dont_knows_are_a_finding():
    codes = around([3] * 5)
    codes[:15, list(ASKED.columns["data.c2"])] = DK
    _, said = found(codes)
    assert said["not-known"].capabilities == ("data.c2",)
    assert "38%" in said["not-known"].text


@pytest.mark.parametrize(
    ("levels", "title"),
    [
        ([4, 4, 2, 2, 2], "People leads, Data trails: level 3.0"),
        ([2, 2, 4, 4, 4], "Data leads, People trails: level 3.0"),
        ([3, 3, 3, 3, 3], "Even across two dimensions: level 3.0"),
    ],
)
def test_the_overview_says_where_we_are(levels, title):
    result, _ = found(around(levels, n=200, spread=0.4))
    assert result.sections["overview"].title == title


def test_the_overview_says_how_far_the_target_is():
    result, _ = found(around([3] * 5, n=200), targets=targets(4.0))
    assert result.sections["overview"].title.endswith("1.0 short of target")
    result, _ = found(around([4] * 5, n=200), targets=targets(3.0))
    assert result.sections["overview"].title.endswith("1.0 above target")


def test_most_answers_make_the_headline_of_a_capability():
    result, _ = found(around([1.5, 3, 3, 3, 4.5], n=60, spread=0.2))
    assert result.capability("people.c1").headline.startswith(
        "Nearly all answer on the two lowest levels of each question"
    )
    assert "two highest levels" in result.capability("data.c3").headline


def test_priorities_say_whether_the_first_place_is_sure():
    steady, _ = found(around([3.9, 3.9, 3.9, 3.9, 1.2]), targets=targets(4.0, [1, 1, 1, 1, 5]))
    assert steady.sections["priorities"].rule == "first-priority"
    assert steady.sections["priorities"].title.startswith("Data 3 comes first: importance 5,")
    unsteady, _ = found(around([3, 3, 3, 3, 3]), targets=targets(4.0))
    assert unsteady.sections["priorities"].rule == "unsteady-priority"


@given(st.integers(0, 5_000), st.booleans(), st.booleans())
@settings(max_examples=12, deadline=None)
def test_every_sentence_is_whole_and_prints_real_minus_signs(seed, with_targets, with_peers):
    rng = np.random.default_rng(seed)
    codes = random_answers(ASKED, 45, seed, dont_know=float(rng.choice([0.03, 0.3])))
    made = edition(ASKED, rng.normal(3, 0.6, (50, 5)).clip(1, 5)) if with_peers else None
    result = assess(
        ASKED,
        codes,
        people(45, seed=seed),
        targets=targets(float(rng.uniform(1, 5))) if with_targets else None,
        edition=made,
        profile={},
        previous=assess(ASKED, random_answers(ASKED, 40, seed + 1), people(40), settings=PLAIN),
        settings=PLAIN,
    )
    texts = [one.text for one in result.findings] + [one.title for one in result.findings]
    texts += [text for one in result.sections.values() for text in (one.title, one.lead)]
    texts += [one.headline for one in result.capabilities if one.withheld is None]
    texts += [one.text for one in result.notes]
    for text in texts:
        assert text
        assert not re.search(r"\bnan\b|None|Decimal|  |-\d|\s[.,;]|\.\.", text), text
        assert text[0].isupper() or text[0].isdigit()
    assert set(result.sections) == set(SECTIONS)


def test_other_answers_give_other_words():
    said = {found(around(levels), targets=targets())[0].sections["overview"].title for levels in np.eye(5) * 2 + 2}
    assert len(said) >= 2
    texts = {found(around(levels), targets=targets())[1]["largest-gaps"].text for levels in np.eye(5) * 2 + 2}
    assert len(texts) == 5


def test_a_rule_says_nothing_when_its_numbers_are_missing():
    result, _ = found(random_answers(ASKED, 4))
    assert result.findings == ()
    assert len(RULES) >= 8


def test_differences_are_taken_from_the_numbers_as_printed():
    assert apart(3.5, 2.14) == printed(3.5) - printed(2.14)
    assert (signed(-0.06), level(2.25), level(-0.04)) == ("−0.1", "2.3", "0.0")
