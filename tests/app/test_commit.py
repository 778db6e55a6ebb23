"""Nothing commits but `app.db`: what is acknowledged was committed at the edge, in one place."""

import ast
from pathlib import Path

APP = Path(__file__).parents[2] / "app"


def commits(source: str) -> list[int]:
    """Lines that use an attribute called ``commit``."""
    tree = ast.parse(source)
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "commit"]


def test_only_db_commits() -> None:
    found = {
        f"{path.relative_to(APP.parent)}:{line}"
        for path in sorted(APP.rglob("*.py"))
        for line in commits(path.read_text(encoding="utf-8"))
        # The savepoint of a batch, and Alembic's own connection: neither ends a unit of work.
        if path.relative_to(APP).as_posix() not in {"db.py", "responses/saving.py", "commands/server.py"}
    }
    assert found == set()


def test_the_check_sees_a_commit() -> None:
    assert commits("def f(session):\n    session.commit()\n") == [2]
