"""Targets are checked against the questionnaire's own scale, whatever its levels."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.assessments.actions import TargetInput, default_targets, target_errors
from app.models import Goal
from questionnaires.load import load_questionnaire
from questionnaires.schema import Level, Questionnaire, Scale
from tests.assessments.test_setup_pages import create
from tests.conftest import PersonaClient, World


def on_scale(*values: float) -> Questionnaire:
    levels = tuple(Level(f"l{place}", value, f"Level {value:g}", "") for place, value in enumerate(values))
    return replace(load_questionnaire("mops-core"), scale=Scale(levels))


@pytest.mark.parametrize(
    ("values", "level"), [((1, 2, 3, 4, 5), 3.5), ((0, 1, 2, 3), 2.0), ((1, 2, 3), 2.0), ((0, 1, 2, 3, 4, 5, 6), 3.5)]
)
def test_the_proposal_is_a_little_above_the_middle_of_any_scale(values: tuple[float, ...], level: float) -> None:
    questionnaire = on_scale(*values)
    proposal = default_targets(questionnaire)
    assert {target.level for target in proposal} == {level}
    assert target_errors(questionnaire, proposal, set()) == []


@pytest.mark.parametrize(
    ("level", "fits"), [(0, True), (0.5, True), (3, True), (3.5, False), (-0.5, False), (1.2, False)]
)
def test_a_scale_from_0_to_3_takes_its_own_levels_and_halves(level: float, fits: bool) -> None:
    errors = target_errors(on_scale(0, 1, 2, 3), [TargetInput("data.quality", level, 3)], set())
    assert (errors == []) is fits
    if not fits:
        assert "Choose a level from 0 to 3 in steps of a half." in errors[0]["message"]


def test_more_goals_than_the_page_offers_survive_a_save(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant = client("consultant")
    base = create(consultant, world)
    goals = [{"key": f"k{n}", "kind": "business", "text": f"Goal {n}"} for n in range(6)]
    consultant.put(f"/api/v1{base}/strategy", json={"goals": goals})
    page = consultant.get(f"{base}/setup/strategy").text
    assert all(f'value="Goal {n}"' in page for n in range(6))
    fields = {f"business-{n}-text": f"Goal {n}" for n in range(6)}
    for target in default_targets(load_questionnaire("mops-core")):
        fields |= {f"level:{target.capability}": "3", f"importance:{target.capability}": "3"}
        fields[f"reason:{target.capability}"] = "Because"
    assert consultant.submit(f"{base}/setup/strategy", **fields).status_code == 303
    with Session(engine) as session:
        assert len(session.exec(select(Goal)).all()) == 6
