"""``roadmap solve``: the result on standard output and nothing else there."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.commands.roadmap import app
from tests.scoring.roadmap.test_parse import GOOD

runner = CliRunner()


def written(folder: Path, document: Any) -> str:
    path = folder / "problem.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return str(path)


def test_json_has_the_shape_of_the_contract(tmp_path: Path) -> None:
    result = runner.invoke(app, ["solve", written(tmp_path, GOOD), "--gap", "0"])
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    keys = ["status", "objective", "bound", "gap", "seconds", "starts", "left_out", "use", "conflict"]
    assert list(answer)[:9] == keys
    assert answer["status"] == "optimal"
    assert answer["starts"] == {"a": 0, "b": 2}
    assert answer["use"]["skills"]["mops"] == [10, 5, 0, 0]
    assert answer["conflict"] == []


def test_gantt_draws_a_line_for_each_initiative(tmp_path: Path) -> None:
    result = runner.invoke(app, ["solve", written(tmp_path, GOOD), "--gantt"])
    lines = result.stdout.splitlines()
    assert lines[1].startswith("a ")
    assert lines[1].count("█") == 5
    assert lines[2].startswith("b ")
    assert "2 chosen, 0 left out" in result.stdout


def test_refused_input_says_why_on_standard_error_and_exits_1(tmp_path: Path) -> None:
    result = runner.invoke(app, ["solve", written(tmp_path, {**GOOD, "periods": -1})])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "periods: -1" in result.stderr


@pytest.mark.parametrize("text", ["{", "[1,2", "", '{"a": 1, "a": 2}', "[" * 100_000, '{"periods": NaN}'])
def test_broken_json_is_refused(tmp_path: Path, text: str) -> None:
    result = runner.invoke(app, ["solve", written(tmp_path, text)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.strip()


def test_missing_file_is_refused(tmp_path: Path) -> None:
    result = runner.invoke(app, ["solve", str(tmp_path / "none.json")])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "cannot be read" in result.stderr


def test_wrong_usage_exits_2(tmp_path: Path) -> None:
    assert runner.invoke(app, ["solve"]).exit_code == 2
    assert runner.invoke(app, ["solve", written(tmp_path, GOOD), "--json", "--gantt"]).exit_code == 2


def test_infeasible_is_an_answer(tmp_path: Path) -> None:
    impossible = {"periods": 1, "capabilities": [], "initiatives": [{"id": "a", "duration": 2, "mandatory": True}]}
    result = runner.invoke(app, ["solve", written(tmp_path, impossible)])
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["status"] == "infeasible"
    assert answer["conflict"][0]["limit"] == "initiatives.a.mandatory"


def test_a_whole_process_prints_one_document(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from app.commands.roadmap import app; app()", "solve", written(tmp_path, GOOD)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout)["status"] == "optimal"
    assert done.stderr == ""
