"""The commands of an administrator, from the outside: exit codes, standard output, standard error."""

import json
import shutil
import socket
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from app.cli import COMMANDS, command_line
from app.db import transaction
from app.settings import Settings
from questionnaires.load import CONTENT
from tests.factories import make_user

run = CliRunner()
EDITION = next((CONTENT / "mops-core" / "baselines").glob("*.csv"))


def invoke(*arguments: str) -> tuple[int, str, str]:
    result = run.invoke(command_line(arguments[0]), list(arguments))
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_explains_itself(command: str) -> None:
    code, said, _ = invoke(command, "--help")
    assert code == 0
    assert "Usage" in said


def test_unknown_command_is_wrong_usage() -> None:
    assert run.invoke(command_line(), ["nonsense"]).exit_code == 2


def test_doctor_finds_a_sound_installation_sound(engine: Engine) -> None:
    code, said, _ = invoke("doctor", "--json")
    assert code == 0
    assert json.loads(said)["healthy"] is True


def test_doctor_fails_on_an_empty_database(empty_settings: Settings) -> None:
    code, said, _ = invoke("doctor")
    assert code == 1
    assert "BROKEN   migrations" in said


def test_backup_and_restore(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    if not settings.sqlite:
        assert "pg_dump" in invoke("backup", str(copy))[2]
        assert "pg_restore" in invoke("restore", str(copy))[2]
        return
    assert invoke("backup", str(copy))[0] == 0
    with transaction(engine) as session:
        make_user(session)
    engine.dispose()
    code, _, said = invoke("restore", str(copy))
    assert code == 1
    assert "--replace" in said
    code, _, said = invoke("restore", str(copy), "--replace")
    assert code == 0
    assert "ready to serve" in said


def test_worker_looks_once(engine: Engine) -> None:
    assert invoke("worker", "--once") == (0, "", "")


def test_migrate_says_where_it_got(empty_settings: Settings) -> None:
    code, said, progress = invoke("migrate")
    assert (code, said) == (0, "")
    assert "Database at revision" in progress


def test_baseline_is_imported_listed_and_shown(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as session:
        consultant = make_user(session, consultant=True)
        leader = make_user(session)
    code, identity, said = invoke("baseline", "import", str(EDITION), "--consultant", consultant.email)
    assert (code, said) == (0, "")
    listed = json.loads(invoke("baseline", "list", "--json")[1])["baselines"]
    assert [row["id"] for row in listed] == [identity.strip()]
    assert json.loads(invoke("baseline", "show", identity.strip(), "--json")[1])["kind"] == "illustrative"
    assert invoke("baseline", "import", str(EDITION), "--consultant", leader.email)[0] == 1
    assert "no user" in invoke("baseline", "import", str(EDITION), "--consultant", "nobody@example.org")[2]
    alone = tmp_path / "alone.csv"
    shutil.copy(EDITION, alone)
    code, _, said = invoke("baseline", "import", str(alone), "--consultant", consultant.email)
    assert code == 1
    assert "alone.yaml" in said
    assert invoke("baseline", "show", "nothing")[0] == 1


def test_demo_refuses_a_port_in_use_with_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, said = invoke("demo", "--port", str(port), "--folder", str(tmp_path))
    assert code == 1
    assert said.count("\n") == 1
    assert f"Port {port} is in use" in said
    assert list(tmp_path.iterdir()) == []


def test_demo_refuses_a_folder_that_cannot_be_written_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, said = invoke("demo", "--port", "0", "--folder", str(tmp_path / "file" / "var"))
    assert code == 1
    assert said.count("\n") == 1
    assert "--folder" in said
