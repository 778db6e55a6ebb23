"""``trigpoint score`` and ``trigpoint baseline build``: the contract's document, strict reading, clean standard output."""

import json
import os

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from app.commands.baseline import build
from app.commands.editions import find_edition
from app.commands.output import standard_output_kept_clean
from app.commands.score import score, score_document
from questionnaires.load import load_questionnaire
from scoring.assess import assess
from scoring.disclosure import small_groups_revealed
from scoring.document import from_document, to_document
from scoring.illustrative import edition_files
from scoring.reading import RefusedInputError, parse_answers, parse_targets
from scoring.results import ILLUSTRATIVE_LABEL, SCORING_VERSION, Settings
from tests.scoring.builders import DK, NA, people, questionnaire, random_answers

CORE = load_questionnaire("mops-core")
QUESTIONS = [question.id for question in CORE.questions]
WORDS = {0: "", DK: "dk", NA: "na"}

app = typer.Typer()
app.command()(score)
app.command()(build)


def run(*arguments):
    return CliRunner().invoke(app, ["score", *map(str, arguments)])


def table(n=63, seed=0, units=("Brand", "Field", "Ops", "Product")):
    codes = random_answers(CORE, n, seed)[:, : len(QUESTIONS)]
    frame = pd.DataFrame(codes, columns=QUESTIONS).astype(object)
    frame = frame.map(lambda code: WORDS.get(code, str(code)))
    who = people(n, units, seed=seed)
    return pd.concat([pd.DataFrame({"respondent": [f"r{row}" for row in range(n)]}), who, frame], axis=1)


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "answers.csv"
    table().to_csv(path, index=False)
    return path


@pytest.fixture
def targets(tmp_path):
    path = tmp_path / "targets.csv"
    rows = [f"{capability.id},3.5,4" for capability in CORE.capabilities]
    path.write_text("\n".join(["capability,target,importance", *rows]), encoding="utf-8")
    return path


def test_json_has_the_shape_of_the_contract(answers, targets):
    result = run(
        answers,
        "--json",
        "--by",
        "unit",
        "--invited",
        90,
        "--target",
        targets,
        "--baseline",
        "illustrative",
        "--peer-group",
        "industry=industrial,size=1000-4999",
        "--agreement",
    )
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["questionnaire"]["id"] == "mops-core"
    assert document["questionnaire"]["sha256"] == CORE.sha256
    assert document["scoring_version"] == SCORING_VERSION
    assert document["respondents"] == 63
    overall = document["overall"]
    assert {"estimate", "low", "high", "n", "method", "stage", "provisional", "binding"} <= overall.keys()
    assert overall["low"] < overall["estimate"] < overall["high"]
    dimension = document["dimensions"][0]
    assert {
        "id",
        "estimate",
        "low",
        "high",
        "n",
        "coverage",
        "target_gap",
        "peer_gap",
        "percentile",
    } <= dimension.keys()
    capability = next(one for one in document["capabilities"] if one["id"] == "data.quality")
    assert {"dimension", "coverage", "dont_know", "bounds", "target", "importance", "target_gap"} <= capability.keys()
    assert {"rwg_j", "ad"} <= capability["agreement"].keys()
    peer = capability["peer"]
    assert (peer["n"], peer["group"], peer["fallback"]) == (41, "industry", "industry×size has 7")
    assert (peer["kind"], peer["edition"], peer["label"]) == ("illustrative", "2026.1", ILLUSTRATIVE_LABEL)
    assert 0 <= peer["percentile"] <= 100
    shown = [unit for unit in document["units"] if "withheld" not in unit]
    assert shown
    assert {"estimate", "low", "high", "n"} <= shown[0]["capabilities"]["data.quality"].keys()
    assert "roles" not in document


def test_json_is_the_result_of_the_engine(answers):
    document = json.loads(run(answers, "--json", "--seed", 3, "--bootstrap", 100).stdout)
    read = parse_answers(answers.read_text(), CORE)
    result = assess(CORE, read.answers, read.respondents, settings=Settings(seed=3, bootstrap=100))
    assert document == score_document(result)
    again = run(answers, "--json", "--seed", 3, "--bootstrap", 100)
    assert json.loads(again.stdout) == document


def test_what_was_not_asked_for_is_left_out(answers):
    document = json.loads(run(answers, "--json", "--bootstrap", 0).stdout)
    assert not {"units", "roles", "peers"} & document.keys()
    assert all("agreement" not in capability for capability in document["capabilities"])
    assert all("peer" not in capability and "target" not in capability for capability in document["capabilities"])


def test_standard_output_holds_the_document_and_nothing_else(answers):
    result = run(answers, "--json", "--bootstrap", 0, "--baseline", "illustrative")
    json.loads(result.stdout)
    assert ILLUSTRATIVE_LABEL in result.stderr


def test_tables_say_what_the_document_says(answers, targets):
    result = run(
        answers, "--by", "unit", "--target", targets, "--bootstrap", 0, "--baseline", "illustrative", "--agreement"
    )
    assert result.exit_code == 0
    for words in ("Overall level", "Quality and stewardship", "By unit", ILLUSTRATIVE_LABEL):
        assert words in result.stdout


def test_small_units_are_withheld_with_their_protector(tmp_path):
    frame = table(40, units=("Brand", "Field"))
    frame.loc[:3, "unit"] = "Tiny"
    path = tmp_path / "answers.csv"
    frame.to_csv(path, index=False)
    document = json.loads(run(path, "--json", "--by", "unit", "--bootstrap", 0).stdout)
    tiny = next(unit for unit in document["units"] if unit["id"] == "Tiny")
    assert tiny == {
        "id": "Tiny",
        "withheld": "fewer than 5",
        "reason": "small",
        "sentence": "Withheld: fewer than 5 people answered.",
    }
    assert sum("withheld" in unit for unit in document["units"]) == 2


def test_the_document_gives_no_small_group_away(tmp_path):
    """The attack: from the printed n and means of every capability, solve for each unit that is withheld."""
    for seed in range(4):
        frame = table(30, seed=seed, units=("A", "B", "C", "D", "E"))
        path = tmp_path / f"answers{seed}.csv"
        frame.to_csv(path, index=False)
        document = json.loads(run(path, "--json", "--by", "unit", "--bootstrap", 0).stdout)
        read = parse_answers(path.read_text(), CORE)
        for place, capability in enumerate(document["capabilities"]):
            if "withheld" in capability:
                continue
            columns = list(CORE.columns[CORE.capabilities[place].id])
            scored = ((read.answers[:, columns] >= 1) & (read.answers[:, columns] <= 5)).any(axis=1)
            assert scored.sum() == capability["n"]
            names = read.respondents["unit"].to_numpy()[scored]
            shown = [
                unit["id"]
                for unit in document["units"]
                if "withheld" not in unit and "withheld" not in unit["capabilities"][capability["id"]]
            ]
            published = np.array([np.ones(scored.sum()), *(names == name for name in shown)], dtype=float)
            assert not small_groups_revealed(published, 5)


def test_min_group_raises_the_threshold(answers):
    document = json.loads(run(answers, "--json", "--by", "unit", "--min-group", 40, "--bootstrap", 0).stdout)
    assert all(unit["withheld"] == "fewer than 40" for unit in document["units"])
    assert run(answers, "--min-group", 2).exit_code == 2


def test_roles_can_be_the_breakdown(answers):
    document = json.loads(run(answers, "--json", "--by", "role", "--bootstrap", 0).stdout)
    assert {role["id"] for role in document["roles"]} == {"leader", "staff"}
    assert "units" not in document


def refused(path, text, *arguments):
    path.write_text(text, encoding="utf-8")
    result = run(path, *arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    return result.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty: give a header and rows"),
        ("unit,data.quality.1\n", "no rows under the header"),
        ("unit,data.quallity.1\nA,3\n", "column 'data.quallity.1' is unknown: did you mean data.quality.1?"),
        ("data.quality.1,data.quality.1\n3,3\n", "column 'data.quality.1' is given twice"),
        ("unit,role\nA,leader\n", "no column is a question of mops-core"),
        (
            "unit,data.quality.1\nA,3\nB,9\n",
            ":3: column data.quality.1: '9' is no answer; use 1, 2, 3, 4, 5, empty, dk or na",
        ),
        ("unit,data.quality.1\nA,3\nB,2.5\n", ":3: column data.quality.1: '2.5' is no answer"),
        ("unit,data.quality.1\nA,3\nB\n", ":3: 1 cells, the header has 2: fix the row"),
        ("unit,data.quality.1\nA,3\n\nB,2,1\n", ":4: 3 cells, the header has 2: fix the row"),
        ("respondent,data.quality.1\nx,3\nx,4\n", ":3: column respondent: 'x' is given twice"),
        ('unit,data.quality.1\n"A,3\n', "not valid CSV"),
        ("unit,data.quality.1\nA,\0\n", "zero bytes"),
    ],
)
def test_a_wrong_file_is_refused_with_place_and_fix(tmp_path, text, said):
    assert said in refused(tmp_path / "answers.csv", text)


def test_every_problem_is_reported_up_to_a_limit(tmp_path):
    rows = "\n".join("7" for _ in range(60))
    stderr = refused(tmp_path / "answers.csv", f"data.quality.1\n{rows}\n")
    assert stderr.count("'7' is no answer") == 20
    assert "and 40 more problems" in stderr


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_bytes(b"unit,data.quality.1\n\xff\xfe,3\n")
    result = run(path)
    assert result.exit_code == 1
    assert "is not UTF-8: save the file as CSV, UTF-8" in result.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("capability,target\ndata.quality,9\n", "column target: '9' is no number from 1 to 5"),
        ("capability,target\ndata.quality,high\n", "column target: 'high' is no number"),
        ("capability,target,importance\ndata.quality,3,6\n", "column importance: '6' is no number from 1 to 5"),
        ("capability,target\ndata.nothing,3\n", "column capability: 'data.nothing' is unknown"),
        ("capability,target\ndata.quality,3\ndata.quality,4\n", ":3: column capability: 'data.quality' is given twice"),
        ("capability\ndata.quality\n", "column target is missing"),
        ("capability,goal\ndata.quality,3\n", "column 'goal' is unknown"),
    ],
)
def test_a_wrong_target_file_is_refused(answers, tmp_path, text, said):
    path = tmp_path / "targets.csv"
    path.write_text(text, encoding="utf-8")
    result = run(answers, "--target", path)
    assert result.exit_code == 1
    assert said in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--invited", "10"], 1, "--invited is 10"),
        (["--baseline", "nothing"], 1, "baseline 'nothing' is unknown: use one of illustrative-2026.1"),
        (["--questionnaire", "other"], 1, "no questionnaire 'other'"),
        (["--questionnaire", "mops-core@9.9.9"], 1, "has no version 9.9.9"),
        (["--peer-group", "industry=retail"], 2, "needs --baseline"),
        (["--baseline", "illustrative", "--peer-group", "mood=good"], 2, "use industry=… and size=…"),
        (["--baseline", "illustrative", "--peer-group", "size=huge"], 2, "is unknown: use one of under-250"),
        (["--by", "planet"], 2, "planet"),
    ],
)
def test_wrong_arguments_are_refused_with_the_right_code(answers, arguments, code, said, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    result = run(answers, *arguments)
    assert result.exit_code == code
    assert said in result.stderr


def test_a_missing_file_is_wrong_usage(tmp_path):
    assert run(tmp_path / "none.csv").exit_code == 2


def test_what_spreadsheets_write_is_read(tmp_path):
    asked = questionnaire()
    text = "\ufeffUnit;people.c1.1;people.c1.2\nA;3.0; DK \n\n;na;\n".replace("Unit", "unit")
    read = parse_answers(text, asked)
    assert read.answers[:, :2].tolist() == [[3, DK], [NA, 0]]
    assert read.respondents["unit"].tolist() == ["A", ""]
    assert len(read.missing) == 8


def test_roles_given_in_words_become_ids():
    asked = questionnaire()
    read = parse_answers("role,people.c1.1\nI lead,3\nLEADER,2\nintern,4\n", asked)
    assert read.respondents["role"].tolist() == ["leader", "leader", "intern"]


def test_answers_on_another_scale_are_read_by_their_values():
    asked = questionnaire((0, 1, 2, 3))
    read = parse_answers("people.c1.1\n0\n3\n\ndk\n", asked)
    assert read.answers[:, 0].tolist() == [1, 4, DK]
    with pytest.raises(RefusedInputError, match="use 0, 1, 2, 3, empty, dk or na"):
        parse_answers("people.c1.1\n4\n", asked)


def test_targets_may_be_partly_empty():
    asked = questionnaire()
    found = parse_targets("capability,target,importance\ndata.c1,3.5,\ndata.c2,,5\n", asked)
    assert found["target"].tolist()[0] == 3.5
    assert np.isnan(found["target"].tolist()[1])
    assert found["importance"].tolist()[1] == 5


def test_prints_of_c_libraries_do_not_reach_standard_output(capfd):
    with standard_output_kept_clean():
        os.write(1, b"solver chatter\n")
    os.write(1, b"result\n")
    out, err = capfd.readouterr()
    assert out == "result\n"
    assert err == "solver chatter\n"


def test_build_writes_the_edition_that_is_shipped(tmp_path):
    result = CliRunner().invoke(app, ["build", "--output", str(tmp_path)])
    assert result.exit_code == 0
    path = tmp_path / "illustrative-2026.1.csv"
    assert result.stdout == f"{path}\n"
    shipped = find_edition("illustrative-2026.1", CORE)
    assert path.read_text(encoding="utf-8") == edition_files(CORE)[0]
    np.testing.assert_array_equal(find_edition(str(path), CORE).levels, shipped.levels)


def test_build_refuses_an_unknown_questionnaire(tmp_path):
    result = CliRunner().invoke(app, ["build", "--questionnaire", "none", "--output", str(tmp_path)])
    assert result.exit_code == 1
    assert "no questionnaire 'none'" in result.stderr


def test_a_document_on_disk_is_read_back(answers):
    read = parse_answers(answers.read_text(), CORE)
    result = assess(CORE, read.answers, read.respondents, settings=Settings(bootstrap=0))
    assert from_document(json.loads(json.dumps(to_document(result)))) == result
