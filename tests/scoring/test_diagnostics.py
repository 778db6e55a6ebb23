"""Reliability of a whole questionnaire, and at the command line."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from app.cli import command_line
from questionnaires.load import load_questionnaire
from scoring.diagnostics import answer_levels, questionnaire_reliability, reliability_document
from scoring.reliability import cronbach_alpha
from tests.scoring.builders import DK, NA, answers_of, questionnaire, random_answers

ASKED = questionnaire()


def test_answers_become_levels_of_the_scale():
    other = questionnaire((0, 1, 2, 3), model={"data": 1})
    assert answer_levels(other, answers_of([[1, 4], [DK, NA], [0, 2]], other)).fillna(-1).to_numpy().tolist() == [
        [0, 3],
        [-1, -1],
        [-1, 1],
    ]


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_every_dimension_and_capability_has_its_page(missing):
    codes = random_answers(ASKED, 120, dont_know=0.01, not_applicable=0, empty=0.01)
    found = questionnaire_reliability(ASKED, codes, missing=missing)
    assert list(found) == ["people", "data", *(one.id for one in ASKED.capabilities)]
    levels = answer_levels(ASKED, codes)
    own = [question.id for capability in ASKED.dimensions[1].capabilities for question in capability.questions]
    assert found["data"].alpha.estimate == cronbach_alpha(levels[own], missing=missing).estimate
    document = reliability_document(found)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert set(document["data"]["questions"]) == set(own)
    assert "estimate" not in document["data.c1"]["omega"]


def test_under_fifty_people_nothing_is_shown():
    document = reliability_document(questionnaire_reliability(ASKED, random_answers(ASKED, 30)))
    assert all("estimate" not in page["alpha"] and not page["questions"] for page in document.values())
    assert document["data"]["notes"][0].startswith("Nothing is shown")


def test_the_command_prints_it(tmp_path):
    asked = load_questionnaire("mops-core")
    rng = np.random.default_rng(0)
    levels = np.clip(np.rint(rng.normal(3, 1, (60, 1)) + rng.normal(0, 0.7, (60, len(asked.questions)))), 1, 5)
    file = tmp_path / "answers.csv"
    pd.DataFrame(levels.astype(int), columns=[one.id for one in asked.questions]).to_csv(file, index=False)
    arguments = ["score", str(file), "--bootstrap", "0", "--reliability", "listwise"]
    printed = CliRunner().invoke(command_line("score"), arguments)
    assert printed.exit_code == 0, printed.stderr
    assert "Reliability, missing answers listwise" in printed.stdout
    document = json.loads(CliRunner().invoke(command_line("score"), [*arguments, "--json"]).stdout)
    assert document["reliability"]["data"]["missing"] == "listwise"
    assert 0.8 < document["reliability"]["data"]["alpha"]["estimate"] < 1
