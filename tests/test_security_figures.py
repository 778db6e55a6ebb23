"""The figures of docs/security.md come from a run of the faults, between marks that the tool finds."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("security_figures", ROOT / "tools" / "security_figures.py")
    if spec is None or spec.loader is None:
        raise RuntimeError("tools/security_figures.py cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_figures_replace_those_of_before_and_nothing_else(tool: ModuleType, tmp_path: Path) -> None:
    document, figures = tmp_path / "security.md", tmp_path / "figures.json"
    document.write_text(f"before\n{tool.BEGIN}| old | 1 |\n{tool.END}after\n", encoding="utf-8")
    figures.write_text(json.dumps({"`kill -9`": "100 rounds"}), encoding="utf-8")
    for _ in range(2):
        tool.main(str(figures), str(document))
    table = "| fault | reached |\n|---|---|\n| `kill -9` | 100 rounds |\n"
    assert document.read_text(encoding="utf-8") == f"before\n{tool.BEGIN}{table}{tool.END}after\n"


def test_document_has_figures_of_every_fault(tool: ModuleType) -> None:
    text = tool.DOCUMENT.read_text(encoding="utf-8")
    table = text.partition(tool.BEGIN)[2].partition(tool.END)[0]
    assert tool.with_figures(text, {}) != text
    assert table.count("\n") >= 8
    assert "100 rounds" in table


def test_lost_marks_are_named(tool: ModuleType) -> None:
    with pytest.raises(ValueError, match="marks"):
        tool.with_figures("no marks", {})
