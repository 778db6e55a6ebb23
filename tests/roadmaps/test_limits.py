"""Quarters, horizons, and budgets by period."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from app.roadmaps.forms import PlanForm
from app.roadmaps.items.forms import ItemForm
from app.roadmaps.limits import Limits, horizon, next_quarter, period_name, period_start
from tests.roadmaps.limits import limits


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 1, 1), date(2026, 4, 1)),
        (date(2026, 3, 31), date(2026, 4, 1)),
        (date(2026, 4, 1), date(2026, 7, 1)),
        (date(2026, 9, 30), date(2026, 10, 1)),
        (date(2026, 10, 1), date(2027, 1, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
        (date(2024, 2, 29), date(2024, 4, 1)),
    ],
)
def test_plans_start_with_the_next_quarter(day: date, first: date) -> None:
    assert next_quarter(day) == first


def test_the_next_quarter_is_after_every_day_and_at_most_92_days_away() -> None:
    for number in range(4 * 366):
        day = date(2027, 1, 1) + timedelta(days=number)
        first = next_quarter(day)
        assert 1 <= (first - day).days <= 92
        assert (first.day, first.month % 3) == (1, 1)


def test_periods_are_quarters_in_a_row() -> None:
    for start in (date(2027, 1, 1), date(2026, 4, 1), date(2026, 10, 1)):
        here = limits(starts_on=start)
        day = start
        for period in range(20):
            assert period_start(here, period) == day
            assert period_name(here, period) == f"Q{(day.month + 2) // 3} {day.year}"
            day = next_quarter(day)


@pytest.mark.parametrize(
    ("periods", "words"),
    [
        (8, ["Short"] * 2 + ["Medium"] * 3 + ["Long"] * 3),
        (4, ["Short", "Medium", "Long", "Long"]),
        (12, ["Short"] * 3 + ["Medium"] * 5 + ["Long"] * 4),
        (1, ["Short"]),
        (2, ["Short", "Long"]),
    ],
)
def test_horizons_split_the_time(periods: int, words: list[str]) -> None:
    assert [horizon(limits(periods=periods), period) for period in range(periods)] == words


def test_horizons_never_go_back() -> None:
    order = ["Short", "Medium", "Long"]
    for periods in range(1, 21):
        places = [order.index(horizon(limits(periods=periods), period)) for period in range(periods)]
        assert places == sorted(places)
        assert places[0] == 0


def test_capital_of_a_year_is_there_at_once_or_in_parts() -> None:
    at_once = limits(capital_per_year=120.0, periods=6, carry_over=True)
    assert at_once.capital() == [120, 0, 0, 0, 120, 0]
    in_parts = limits(capital_per_year=120.0, periods=6, carry_over=False)
    assert in_parts.capital() == [30] * 6


def test_limits_survive_storage() -> None:
    here = limits(
        operating=12.5, skills={"mops": 3.0}, weights={"data.quality": 2.0}, pins={"a": 1}, excludes=("b", "c")
    )
    assert Limits.of(here.document()) == here


def test_what_is_left_out_of_a_form_keeps_its_value() -> None:
    base = limits(
        periods=6, operating=9.0, capital_per_year=7.0, skills={"mops": 3.0, "it": 4.0}, pins={"a": 1}, excludes=("b",)
    )
    assert PlanForm().limits(base) == base
    changed = PlanForm(operating=0, capital_per_year=0, periods=4, skills={"it": 0}, carry_over=False).limits(base)
    assert (changed.operating, changed.capital_per_year, changed.periods, changed.carry_over) == (0, 0, 4, False)
    assert changed.skills == {"mops": 3.0, "it": 0.0}
    assert changed.pins == {"a": 1}
    assert PlanForm(pins={"c": 2}).limits(base).pins == {"c": 2}
    assert PlanForm(excludes=["c"]).limits(base).pins == {"a": 1}
    cleared = PlanForm(excludes=[], pins={}).limits(base)
    assert (cleared.pins, cleared.excludes) == ({}, ())


@pytest.mark.parametrize(
    "wrong",
    [
        {"periods": 0},
        {"periods": 21},
        {"operating": -1},
        {"operating": 1e10},
        {"operating": "nan"},
        {"capital_per_year": "inf"},
        {"skills": {"mops": -1}},
        {"weights": {"data.quality": 6}},
        {"pins": {"a": 20}},
        {"pins": {"a": -1}},
        {"name": "x" * 201},
        {"discount": 0.5},
    ],
    ids=str,
)
def test_limits_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PlanForm.model_validate(wrong)


@pytest.mark.parametrize(
    "wrong", [{"status": "perhaps"}, {"owner": "x" * 201}, {"note": "x" * 2001}, {"roadmap_id": "mine"}], ids=str
)
def test_what_no_initiative_has_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ItemForm.model_validate(wrong)
