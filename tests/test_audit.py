"""What the audit concludes from what its tools say."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / "tools" / "audit.py")
    if spec is None or spec.loader is None:
        raise RuntimeError("tools/audit.py cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CLEAN: dict[str, Any] = {"name": "jinja2", "version": "3.1.6", "vulns": []}
UNKNOWN: dict[str, Any] = {"name": "altair", "skip_reason": "not found"}
FLAWED: dict[str, Any] = {"name": "pwdlib", "version": "0.1", "vulns": [{"id": "PYSEC-2026-1"}]}


@pytest.mark.parametrize(
    ("packages", "state", "says"),
    [
        ([CLEAN, CLEAN], "ok", "2 Python packages"),
        ([CLEAN, UNKNOWN], "ok", "not known there: altair"),
        ([UNKNOWN, UNKNOWN], "skipped", "2 packages not checked"),
        ([CLEAN, UNKNOWN, FLAWED], "failed", "pwdlib PYSEC-2026-1"),
    ],
)
def test_python_packages(audit: ModuleType, packages: list[dict[str, Any]], state: str, says: str) -> None:
    verdict = audit.judge_python(packages)
    assert verdict.state == state
    assert says in verdict.text


@pytest.mark.parametrize(
    ("report", "state", "says"),
    [
        ({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 55}}}, "ok", "55 front-end packages"),
        ({"vulnerabilities": {"vite": {}}, "metadata": {"dependencies": {"total": 55}}}, "failed", "vite"),
        ({"message": "405 Method Not Allowed"}, "skipped", "cannot be reached"),
    ],
)
def test_front_end_packages(audit: ModuleType, report: dict[str, Any], state: str, says: str) -> None:
    verdict = audit.judge_front_end(report)
    assert verdict.state == state
    assert says in verdict.text


def test_a_failed_check_fails_the_audit(audit: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        audit, "CHECKS", {"one": lambda: audit.Verdict("ok", ""), "two": lambda: audit.Verdict("skipped", "")}
    )
    assert audit.main() == 0
    monkeypatch.setitem(audit.CHECKS, "three", lambda: audit.Verdict("failed", "found"))
    assert audit.main() == 1
