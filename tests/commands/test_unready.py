"""A command that needs the database says in one line why it cannot be used."""

import os
import subprocess
import sys
from pathlib import Path


def test_a_database_that_is_not_migrated_is_no_traceback(tmp_path: Path) -> None:
    environment = os.environ | {"TRIGPOINT_DATABASE_URL": f"sqlite:///{tmp_path}/fresh.db"}
    command = [sys.executable, "-c", "from app.cli import main; main()", "baseline", "list", "--json"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    reason = "The database is not migrated. Run `trigpoint migrate`."
    assert ran.stderr == f"{reason} TRIGPOINT_DATABASE_URL says which database it is.\n"
