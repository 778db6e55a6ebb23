"""Nothing knows the number five: a questionnaire on four levels from 0 to 3 goes the whole way, from link to result."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.assessments.actions import default_targets
from app.clock import now
from app.db import transaction
from app.models import Response
from app.responses.queries import answers_matrix
from questionnaires import load
from questionnaires.schema import DONT_KNOW, Questionnaire
from scoring.assess import assess
from tests.conftest import World
from tests.factories import make_assessment, make_links
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
    monkeypatch.setattr(load, "CONTENT", content)
    load.load_questionnaire.cache_clear()
    yield load.load_questionnaire("ux-small")
    load.load_questionnaire.cache_clear()


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
