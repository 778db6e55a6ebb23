"""Units held against the whole that they are a part of."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from scoring.assess import assess
from scoring.results import Cell, Estimate, Group, Settings
from scoring.standing_out import apart_from_whole
from tests.scoring.builders import DK, answers_of, people, questionnaire, random_answers

ASKED = questionnaire(model={"people": 1, "data": 2})
PLAIN = Settings(bootstrap=0)


def two_units(shift=0.0, n=30):
    rng = np.random.default_rng(4)
    codes = random_answers(ASKED, 2 * n, 4, dont_know=0, not_applicable=0, empty=0)
    codes[:n] = np.clip(codes[:n] + (rng.random((n, 1)) < shift), 1, 5)
    return codes, pd.DataFrame({"unit": ["Brand"] * n + ["Field"] * n})


def aparts(result):
    return {
        (unit.id, name): cell.apart
        for unit in result.units
        if isinstance(unit, Group)
        for name, cell in unit.capabilities.items()
        if isinstance(cell, Cell)
    }


@pytest.mark.parametrize("headcount", [None, {"Brand": 300, "Field": 100}])
def test_with_two_units_it_is_welchs_test_of_one_against_the_other(headcount):
    codes, who = two_units()
    found = aparts(assess(ASKED, codes, who, headcount=headcount, settings=PLAIN))
    share = 0.5 if headcount is None else 0.75
    for place, capability in enumerate(ASKED.capabilities):
        values = codes[:, 2 * place : 2 * place + 2].mean(axis=1)
        welch = stats.ttest_ind(values[:30], values[30:], equal_var=False)
        apart = found["Brand", capability.id]
        assert apart.p_value == pytest.approx(welch.pvalue)
        assert apart.difference == pytest.approx((1 - share) * (values[:30].mean() - values[30:].mean()))
        assert apart.low == pytest.approx((1 - share) * welch.confidence_interval().low)
        assert apart.family == 6


def test_a_unit_that_is_higher_stands_out_and_is_said_to():
    codes, who = two_units(shift=0.95)
    result = assess(ASKED, codes, who, settings=PLAIN)
    finding = {one.rule: one for one in result.findings}["unit-stands-out"]
    assert all(apart.clear for apart in aparts(result).values())
    assert finding.title == "Brand is clearly above the whole in three capabilities"
    assert "Of 6 comparisons of units with the whole, 6 are clear." in finding.text


def test_units_that_are_alike_do_not_stand_out():
    codes = np.tile(random_answers(ASKED, 20, 1), (2, 1))
    result = assess(ASKED, codes, pd.DataFrame({"unit": ["Brand"] * 20 + ["Field"] * 20}), settings=PLAIN)
    assert not any(apart.clear for apart in aparts(result).values())
    assert {one.rule: one for one in result.findings}[
        "no-unit-apart"
    ].title == "No unit stands clearly apart from the whole"


def test_one_unit_is_not_held_against_itself():
    result = assess(ASKED, random_answers(ASKED, 20), people(20, ("Only",)), settings=PLAIN)
    assert set(aparts(result).values()) == {None}


def test_withheld_cells_are_not_compared():
    codes, who = two_units()
    who.loc[:2, "unit"] = "Tiny"
    result = assess(ASKED, codes, who, settings=PLAIN)
    assert not {unit for unit, _ in aparts(result)} & {"Tiny"}


def test_a_unit_of_which_something_is_withheld_weighs_as_its_people():
    """Its stratum is shared with the other withheld units; cells of it that are shown are compared all the same."""
    codes = random_answers(ASKED, 90, 2, dont_know=0, not_applicable=0, empty=0)
    who = pd.DataFrame({"unit": np.repeat(["Brand", "Field", "Ops"], 30)})
    codes[2:30, :2] = DK
    headcount = {"Brand": 500, "Field": 40, "Ops": 60}
    result = assess(ASKED, codes, who, headcount=headcount, settings=PLAIN)
    found = aparts(result)
    assert ("Brand", "people.c1") not in found
    assert found["Brand", "data.c1"].low < found["Brand", "data.c1"].difference < found["Brand", "data.c1"].high
    whole = result.capability("data.c1").estimate
    cell = next(unit for unit in result.units if unit.id == "Brand").capabilities["data.c1"]
    assert found["Brand", "data.c1"].difference == pytest.approx(cell.estimate - whole)


def test_without_spread_there_is_no_doubt():
    level = Estimate(estimate=3, n=9, method="t", se=0.0, df=8)
    whole = Estimate(estimate=2, n=30, method="t", se=0.0, df=27)
    apart = apart_from_whole(level, whole, 0.3)
    assert (apart.low, apart.high, apart.p_value) == (1, 1, 0)
    assert apart_from_whole(Estimate(estimate=3, n=4, method="t"), whole, 0.3) is None


def test_everyone_alike_in_a_unit_is_withheld_and_not_compared():
    rows = [[3] * 6] * 10 + [[level] * 6 for level in (1, 2, 3, 4, 5) * 4]
    result = assess(
        ASKED, answers_of(rows, ASKED), pd.DataFrame({"unit": ["Same"] * 10 + ["Other"] * 20}), settings=PLAIN
    )
    assert not {unit for unit, _ in aparts(result)} & {"Same"}
