"""``trigpoint audit …``."""

import json

from sqlalchemy import Engine, text
from typer.testing import CliRunner

from app.cli import command_line
from app.db import owner_connection
from tests.conftest import World

runner = CliRunner()


def run(*arguments: str) -> tuple[int, str, str]:
    result = runner.invoke(command_line("audit"), ["audit", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_a_whole_log_verifies_also_beside_a_kept_head(world: World) -> None:
    code, printed, _ = run("head")
    assert code == 0
    assert run("verify", "--head", printed.strip())[0] == 0
    code, told, _ = run("verify", "--json")
    assert (code, json.loads(told)) == (0, {"whole": True, "head": printed.strip(), "problem": None})


def test_a_log_that_was_changed_is_exit_code_1(world: World, engine: Engine) -> None:
    with owner_connection(engine) as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_record_delete"))
        else:
            connection.execute(text("ALTER TABLE audit_record DISABLE TRIGGER ALL"))
        connection.execute(text("DELETE FROM audit_record WHERE number = 2"))
        connection.commit()
    code, printed, said = run("verify")
    assert (code, printed) == (1, "")
    assert "Record 2 is missing" in said


def test_a_head_that_is_none_is_wrong_usage(world: World) -> None:
    assert run("verify", "--head", "yesterday")[0] == 2
