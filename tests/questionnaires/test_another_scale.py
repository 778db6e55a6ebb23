"""Nothing knows the number five: a questionnaire on four levels from 0 to 3 goes the whole way, from link to result."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.assessments.actions import default_targets
from app.clock import now
from app.db import transaction
from app.models import Response, Snapshot, Target
from app.responses.queries import answers_matrix
from app.results.actions import close_and_measure
from app.roadmaps.actions import plan_roadmap
from app.roadmaps.forms import PlanForm
from questionnaires import load
from questionnaires.schema import DONT_KNOW, Questionnaire
from scoring.assess import assess
from tests.conftest import PersonaClient, World
from tests.factories import START, answered_assessment, make_assessment, make_links
from tests.people import Client
from tests.questionnaires.files import SMALL, small
from tests.responses.surveys import sit_down

LEVELS = ("absent", "occasional", "agreed", "lived")


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Questionnaire]:
    """The small questionnaire beside the shipped ones."""
    content = tmp_path / "content"
    shutil.copytree(load.CONTENT, content)
    (content / "ux-small").mkdir()
    shutil.copyfile(SMALL, content / "ux-small" / "1.0.0.yaml")
    shutil.copyfile(SMALL.with_name("ux-small-initiatives.yaml"), content / "ux-small" / "initiatives.yaml")
    monkeypatch.setattr(load, "CONTENT", content)
    kept = (load.load_questionnaire, load.load_library, load.library_document)
    for cached in kept:
        cached.cache_clear()
    yield load.load_questionnaire("ux-small")
    for cached in kept:
        cached.cache_clear()


def test_codes_start_at_one_though_values_start_at_nought() -> None:
    questionnaire = small()
    assert questionnaire.scale.values == (0, 1, 2, 3)
    assert (questionnaire.scale.low, questionnaire.scale.high) == (0, 3)
    for question in questionnaire.questions:
        assert [(option.id, option.code, option.value) for option in question.options] == [
            (level, place + 1, float(place)) for place, level in enumerate(LEVELS)
        ]
    assert questionnaire.scale.at(1.99).id == "occasional"
    assert questionnaire.scale.at(-1).id == "absent"


def test_default_targets_lie_on_the_scale() -> None:
    questionnaire = small()
    targets = default_targets(questionnaire)
    assert [target.capability for target in targets] == [capability.id for capability in questionnaire.capabilities]
    assert all(questionnaire.scale.low < target.level <= questionnaire.scale.high for target in targets)


@pytest.mark.parametrize(("code", "level"), [(1, 0.0), (2, 1.0), (4, 3.0)])
def test_everybody_at_one_level_scores_that_level(code: int, level: float) -> None:
    questionnaire = small()
    matrix = np.full((8, len(questionnaire.asked)), code, dtype=np.uint8)
    matrix[:, -1] = 1
    result = assess(questionnaire, matrix, people(8))
    assert result.overall.estimate == pytest.approx(level)
    for capability in result.capabilities:
        assert capability.estimate == pytest.approx(level), capability.id
    assert (result.overall.stage, result.overall.stage_name) == (level, questionnaire.scale.at(level).name)


def test_dont_know_is_neither_nought_nor_the_lowest_level() -> None:
    questionnaire = small()
    matrix = np.full((8, len(questionnaire.asked)), 4, dtype=np.uint8)
    matrix[:, -1] = 1
    matrix[:4, questionnaire.position["design.system.1"]] = DONT_KNOW
    result = assess(questionnaire, matrix, people(8))
    system = next(capability for capability in result.capabilities if capability.id == "design.system")
    assert system.estimate == pytest.approx(3.0)
    assert system.dont_know == pytest.approx(4 / 16)
    assert system.bounds == pytest.approx((3 - 4 / 16 * 3, 3))


def people(n: int) -> pd.DataFrame:
    roles = ["leader"] + ["specialist"] * (n - 1)
    return pd.DataFrame({"unit": ["Studio"] * n, "role": roles, "seniority": [""] * n})


def test_the_small_survey_is_answered_over_http(
    published: Questionnaire, world: World, engine: Engine, another: Callable[[], Client]
) -> None:
    at = now()
    with transaction(engine) as session:
        assessment = make_assessment(
            session,
            world.organization,
            world.users["consultant"],
            status="open",
            people={"Brand": 1},
            questionnaire="ux-small",
            at=at,
        )
        ((_, link),) = make_links(session, assessment, at=at)
    sitting = sit_down(another(), link)
    page = sitting.client.get("/answering/design.system").text
    assert all(option.text in page for option in published.question("design.system.1").options)
    assert sitting.put("design.system.1", value="l3").status_code == 422
    for place, question in enumerate(published.questions):
        assert sitting.put(question.id, value=LEVELS[place % 4]).status_code == 200
    assert sitting.put("outcome.satisfaction", value="o3").status_code == 200
    assert sitting.submit().status_code == 303
    with Session(engine) as session:
        assert list(session.exec(select(Response.vector)).one() or b"") == [1, 2, 3, 4, 1, 2, 3, 4, 3]
        assert answers_matrix(session, assessment, published).matrix.shape == (1, 9)


def test_a_roadmap_is_planned_on_the_scale_from_nought_to_three(
    published: Questionnaire, world: World, engine: Engine, client: PersonaClient
) -> None:
    with transaction(engine) as session:
        snapshot = _measured(session, world)
        plan = plan_roadmap(session, snapshot, None, PlanForm(), at=START + timedelta(days=11), seconds=0.3)
        gaps = {x["id"]: x["gap"] for x in plan.problem["capabilities"]}
        gains = {x["id"]: x["gain"] for x in plan.problem["initiatives"]}
    assert 0 < gaps["research.interviews"] < 2
    assert 0 < gaps["research.testing"] < 3
    assert all(0 < gain <= 3 for each in gains.values() for gain in each.values())
    assert plan.solution["starts"]
    assert set(plan.solution["starts"]) <= set(gains) == {"research.interviews.0-2", "research.testing.1-3"}
    leader = client("leader")
    page = leader.get(f"/roadmaps/{plan.id}")
    assert page.status_code == 200
    assert "0 → 2" in page.text
    for path in ("/summary", "/compare", "/initiatives/research.testing.1-3"):
        assert leader.get(f"/roadmaps/{plan.id}{path}").status_code == 200
    base = f"/organizations/{world.organization.id}/libraries/ux-small"
    assert "Two interviews before each project" in leader.get(base).text
    assert "3 Lived" in client("consultant").get(f"{base}/research.testing.1-3").text


def _measured(session: Session, world: World) -> Snapshot:
    assessment = answered_assessment(
        session,
        world.organization,
        world.users["consultant"],
        people={"Brand": 6},
        close=False,
        questionnaire="ux-small",
    )
    wanted = {"research.interviews": 2.0, "research.testing": 3.0, "design.system": 0.5}
    for target in session.exec(select(Target).where(Target.assessment_id == assessment.id)):
        if target.capability_id in wanted:
            target.level, target.importance = wanted[target.capability_id], 4
            session.add(target)
        else:
            session.delete(target)
    return close_and_measure(session, assessment, at=START + timedelta(days=10))
