"""What holds of a whole result whatever people answer: bounds, monotonicity, missing answers, one person, one unit,
constants, weights."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.assess import assess
from scoring.document import from_document, to_document
from scoring.peers import percentiles
from scoring.results import CapabilityResult, Cell, DimensionResult, Overall, Settings, WithheldGroup, WithheldLevel
from tests.scoring.builders import DK, NA, answers_of, edition, people, questionnaire

ASKED = questionnaire(model={"people": 1, "data": 2})
QUESTIONS = len(ASKED.questions)
PLAIN = Settings(bootstrap=0)
PEERS = edition(ASKED, np.random.default_rng(0).uniform(1, 5, (40, 3)))

few = settings(max_examples=15, deadline=None)
codes = st.lists(
    st.lists(st.sampled_from([1, 2, 3, 4, 5, 0, DK, NA]), min_size=QUESTIONS, max_size=QUESTIONS),
    min_size=1,
    max_size=24,
)
levels = st.lists(st.lists(st.integers(1, 5), min_size=QUESTIONS, max_size=QUESTIONS), min_size=6, max_size=20)


def measured(rows, units=("Brand", "Field"), **more):
    who = people(len(rows), units) if units else pd.DataFrame(index=range(len(rows)))
    return assess(ASKED, answers_of(rows, ASKED), who, settings=PLAIN, **more)


def shown(result):
    places = (result.overall, *result.dimensions, *result.capabilities)
    return [one for one in places if isinstance(one, Overall | DimensionResult | CapabilityResult)]


@few
@given(codes, st.sampled_from([None, {"Brand": 70, "Field": 30, "Ops": 5}]))
def test_every_number_keeps_its_bounds(rows, headcount):
    result = measured(rows, ("Brand", "Field", "Ops"), headcount=headcount, edition=PEERS, profile={})
    for one in shown(result):
        assert 1 <= one.low <= one.estimate <= one.high <= 5
        assert one.n >= 5
        if one.peer is not None and one.peer.percentile is not None:
            assert 0 <= one.peer.percentile_low <= one.peer.percentile <= one.peer.percentile_high <= 100
    for one in (*result.dimensions, *result.capabilities):
        if not isinstance(one, WithheldLevel):
            assert one.bounds[0] - 1e-9 <= one.estimate <= one.bounds[1] + 1e-9
            assert 0 <= one.dont_know <= 1 - one.coverage + 1e-9
            assert 0 <= one.not_applicable <= 1
    cells = [
        cell for unit in result.units if not isinstance(unit, WithheldGroup) for cell in unit.capabilities.values()
    ]
    assert all(1 <= cell.estimate <= 5 and cell.n >= 5 for cell in cells if isinstance(cell, Cell))


@few
@given(codes)
def test_a_result_survives_json(rows):
    result = measured(rows, edition=PEERS, profile={})
    text = json.dumps(to_document(result), allow_nan=False)
    assert to_document(from_document(json.loads(text))) == json.loads(text)


@few
@given(levels, st.data())
def test_a_higher_answer_never_lowers_a_level(rows, data):
    row, question = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, QUESTIONS - 1))
    raised = [list(one) for one in rows]
    raised[row][question] = min(5, raised[row][question] + 1)
    before, after = measured(rows, edition=PEERS, profile={}), measured(raised, edition=PEERS, profile={})
    for one, other in zip(shown(before), shown(after), strict=True):
        assert other.estimate >= one.estimate - 1e-9
        assert other.peer.percentile >= one.peer.percentile - 1e-9
    assert after.overall.stage >= before.overall.stage


@few
@given(st.lists(st.floats(1, 5), min_size=10, max_size=60), st.floats(1, 5), st.floats(0, 1))
def test_a_higher_level_never_has_a_lower_percentile(peers, ours, more):
    column = np.array(peers)[:, None]
    low, high = (percentiles(column, [level]).loc[0, "percentile"] for level in (ours, ours + more))
    assert high >= low


@pytest.mark.parametrize("code", [0, DK, NA])
@pytest.mark.parametrize("n", [1, 5, 30])
def test_all_missing_is_no_level_and_no_failure(code, n):
    result = measured([[code] * QUESTIONS] * n, edition=PEERS, profile={}, targets=None)
    assert isinstance(result.overall, WithheldLevel)
    assert all(isinstance(one, WithheldLevel) for one in (*result.dimensions, *result.capabilities))
    assert not shown(result)
    assert result.findings == ()


@few
@given(st.lists(st.sampled_from([1, 2, 3, 4, 5, 0, DK, NA]), min_size=QUESTIONS, max_size=QUESTIONS))
def test_nothing_is_said_of_one_respondent(row):
    result = measured([row], edition=PEERS, profile={})
    assert result.respondents is None
    assert not shown(result)
    assert all(isinstance(unit, WithheldGroup) for unit in (*result.units, *result.roles))


@few
@given(levels)
def test_one_unit_is_the_whole(rows):
    whole, one = measured(rows, units=()), measured(rows, units=("Only",))
    for here, there in zip(shown(whole), shown(one), strict=True):
        assert (here.estimate, here.low, here.high) == pytest.approx((there.estimate, there.low, there.high))
    person_means = np.array(rows, dtype=float).reshape(len(rows), 3, 2).mean(axis=2)
    for place, capability in enumerate(one.capabilities):
        assert capability.estimate == pytest.approx(person_means[:, place].mean())


@few
@given(st.integers(1, 5), st.integers(5, 30))
def test_constants_are_certain(level, n):
    result = measured([[level] * QUESTIONS] * n)
    for one in shown(result):
        assert one.estimate == pytest.approx(level)
        assert (one.low, one.high) == (pytest.approx(level), pytest.approx(level))
    assert result.overall.stage == level
    assert not result.overall.provisional


def of_two_units(rows, headcount):
    """The first half of the rows is Brand, the second Field."""
    half = len(rows) // 2
    who = pd.DataFrame({"unit": ["Brand"] * half + ["Field"] * (len(rows) - half)})
    return assess(ASKED, answers_of(rows, ASKED), who, headcount=headcount, settings=PLAIN)


@few
@given(levels, st.integers(2, 50))
def test_only_the_proportion_of_head_counts_matters(rows, factor):
    once, more = (of_two_units(rows * 2, {"Brand": 100 * scale, "Field": 300 * scale}) for scale in (1, factor))
    for one, other in zip(shown(once), shown(more), strict=True):
        assert (one.estimate, one.low, one.high) == pytest.approx((other.estimate, other.low, other.high))


@few
@given(levels)
def test_the_heavier_unit_pulls_a_level_to_its_own(rows):
    """With both units shown; units that may not be shown weigh as one."""
    mirrored = [[6 - level for level in row] for row in rows]
    light, heavy = (of_two_units(rows + mirrored, {"Brand": heads, "Field": 100}) for heads in (10, 1000))
    if any(isinstance(unit, WithheldGroup) for unit in light.units):
        return
    brand, field = (unit.capabilities for unit in light.units)
    for one, other in zip(light.capabilities, heavy.capabilities, strict=True):
        if isinstance(brand[one.id], Cell) and isinstance(field[one.id], Cell):
            assert (other.estimate - one.estimate) * (brand[one.id].estimate - field[one.id].estimate) >= -1e-9
