"""``trigpoint questionnaire``: results on standard output, errors with file and line on standard error."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.commands.questionnaire import app
from questionnaires.load import CONTENT

SHIPPED = CONTENT / "mops-core" / "1.0.0.yaml"
LIBRARY = CONTENT / "mops-core" / "initiatives.yaml"
run = CliRunner()


def test_list_names_what_is_shipped() -> None:
    listed = json.loads(run.invoke(app, ["list", "--json"]).stdout)
    assert [(row["id"], row["capabilities"], row["questions"]) for row in listed["questionnaires"]] == [
        ("mops-core", 27, 54)
    ]
    assert "mops-core" in run.invoke(app, ["list"]).stdout


@pytest.mark.parametrize("wanted", ["mops-core", "mops-core@1.0.0"])
def test_show_gives_every_level_description(wanted: str) -> None:
    shown = json.loads(run.invoke(app, ["show", wanted, "--json"]).stdout)
    assert sum(len(q["options"]) for d in shown["dimensions"] for c in d["capabilities"] for q in c["questions"]) == 270
    assert "data.quality.1" in run.invoke(app, ["show", wanted]).stdout


@pytest.mark.parametrize(
    ("wanted", "said"), [("nothing", "there is: mops-core"), ("mops-core@9.9.9", "has no version 9.9.9")]
)
def test_show_of_an_unknown_one_says_what_there_is(wanted: str, said: str) -> None:
    result = run.invoke(app, ["show", wanted])
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr


@pytest.mark.parametrize("file", [SHIPPED, LIBRARY])
def test_shipped_files_are_valid(file: Path) -> None:
    result = run.invoke(app, ["validate", str(file)])
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(run.invoke(app, ["validate", str(file), "--json"]).stdout)["valid"] is True


def test_every_error_of_a_questionnaire_has_file_line_and_fix(tmp_path: Path) -> None:
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if "id: people.operating-model.2" in line)
    lines[place] = lines[place].replace("people.operating-model.2", "people.operating-model.1")
    broken = tmp_path / "broken.yaml"
    broken.write_text("\n".join(lines), encoding="utf-8")
    result = run.invoke(app, ["validate", str(broken)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{broken}:{place + 1}:" in result.stderr
    errors = json.loads(run.invoke(app, ["validate", str(broken), "--json"]).stdout)["errors"]
    assert [(error["file"], error["line"]) for error in errors] == [(str(broken), place + 1)]


def test_library_is_checked_against_the_questionnaire_beside_it(tmp_path: Path) -> None:
    shutil.copy(SHIPPED, tmp_path / "1.0.0.yaml")
    text = LIBRARY.read_text(encoding="utf-8").replace("capability: data.quality\n", "capability: data.qualities\n", 1)
    (tmp_path / "initiatives.yaml").write_text(text, encoding="utf-8")
    result = run.invoke(app, ["validate", str(tmp_path / "initiatives.yaml")])
    assert result.exit_code == 1
    assert "initiatives.yaml:" in result.stderr
    assert "data.qualities" in result.stderr


def test_library_of_an_unknown_questionnaire_is_refused(tmp_path: Path) -> None:
    text = LIBRARY.read_text(encoding="utf-8").replace("questionnaire: mops-core", "questionnaire: other", 1)
    (tmp_path / "initiatives.yaml").write_text(text, encoding="utf-8")
    result = run.invoke(app, ["validate", str(tmp_path / "initiatives.yaml")])
    assert result.exit_code == 1
    assert "no questionnaire 'other'" in result.stderr


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"a: &x [1]\nb: *x\n", b"[1, 2", b"just words", b"initiatives: 3\n"]
)
def test_whatever_is_given_is_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "given.yaml"
    file.write_bytes(content)
    result = run.invoke(app, ["validate", str(file)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert str(file) in result.stderr


def test_missing_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    result = run.invoke(app, ["validate", str(tmp_path / "nowhere.yaml")])
    assert result.exit_code == 1
    assert "nowhere.yaml" in result.stderr
