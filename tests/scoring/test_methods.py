"""docs/methods.md keeps up with the code: every public function of the engine, every rule, every worked example."""

import ast
import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "methods.md"
PARTS = sorted((ROOT / "docs" / "methods").glob("*.md"))
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in (DOCUMENT, *PARTS))

PLUMBING = {
    "document",
    "illustrative",
    "levels",
    "notes",
    "results",
    "survey",
    "whole",
    "wording",
}
"""Modules that carry or word results and compute no statistic."""


def modules():
    """Modules with statistics; of a package what it exports counts."""
    for path in sorted((ROOT / "scoring").rglob("*.py")):
        parts = path.relative_to(ROOT / "scoring").with_suffix("").parts
        if parts[0] in PLUMBING or parts[0] == "roadmap":
            continue
        if len(parts) == 1 or parts[-1] == "__init__":
            yield path


def public_functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path.name == "__init__.py":
        exported = [node for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "__all__"]
        return [name.value for node in exported for name in node.value.elts if name.value[0].islower()]
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_public_function_is_described(path):
    missing = [name for name in public_functions(path) if not re.search(rf"`(?:[\w.]+\.)?{name}`", TEXT)]
    assert not missing, f"describe {missing} of {path.name} in docs/methods.md"


@pytest.mark.parametrize("package", ["findings", "headlines"])
def test_every_rule_is_described(package):
    source = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "scoring" / package).glob("*.py")))
    rules = set(re.findall(r'rule="([a-z-]+)"', source)) | set(
        re.findall(r'"([a-z]+-profile|[a-z]+-dimension|[a-z]+-priority)"', source)
    )
    assert len(rules) >= 12
    assert not [rule for rule in rules if f"`{rule}`" not in TEXT]


@pytest.mark.parametrize("path", [DOCUMENT, *PARTS], ids=lambda path: path.name)
def test_worked_examples_hold(path):
    tried = doctest.testfile(str(path), module_relative=False, encoding="utf-8")
    assert tried.failed == 0
    assert tried.attempted > 0


def test_every_link_leads_somewhere():
    for target in re.findall(r"\]\(([\w./-]+\.md)\)", DOCUMENT.read_text(encoding="utf-8")):
        assert (DOCUMENT.parent / target).is_file(), target
