"""Documents stay in step with what there is: settings, commands, make targets, links, pictures."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from app.cli import command_line
from app.commands.server import serve
from app.settings import Settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
SETTINGS = {f"TRIGPOINT_{name.upper()}" for name in Settings.model_fields}
NOT_SERVED = {"TRIGPOINT_STATIC_DIR"}
"""Settings that ``serve --help`` need not list: where the build is, and what no version reads yet."""


def commands(group: object, before: str = "") -> Iterator[str]:
    """Every command line that can be typed, such as ``user add``."""
    for name, command in getattr(group, "commands", {}).items():
        yield f"{before}{name}"
        yield from commands(command, f"{before}{name} ")


def named_commands(text: str) -> set[str]:
    """Command lines of ``trigpoint`` in code of a document, without options and arguments."""
    code = " \n".join([*re.findall(r"```\w*\n(.*?)```", text, re.DOTALL), *re.findall(r"`([^`\n]+)`", text)])
    return {
        " ".join(re.findall(r"[a-z]+", words)[:2]) if words else ""
        for words in re.findall(r"(?:^|[\s/])trigpoint((?: [a-z]+\b(?![./=]))+)", code)
    }


def test_readme_has_a_row_for_every_setting_and_no_other() -> None:
    rows = re.findall(r"^\| `(TRIGPOINT_\w+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(SETTINGS)


def test_readme_says_the_defaults() -> None:
    rows = dict(
        re.findall(
            r"^\| `TRIGPOINT_(\w+)` \| `([^`]+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE
        )
    )
    for name, shown in rows.items():
        default = Settings.model_fields[name.lower()].default
        assert str(default).endswith(shown), name


def test_serve_lists_its_settings() -> None:
    assert set(re.findall(r"TRIGPOINT_\w+", serve.__doc__ or "")) >= SETTINGS - NOT_SERVED


@each_document
def test_settings_that_are_named_exist(document: Path) -> None:
    named = set(re.findall(r"TRIGPOINT_[A-Z_]*[A-Z]", document.read_text(encoding="utf-8")))
    assert named - SETTINGS - {"TRIGPOINT_TEST_DATABASE"} == set()


@each_document
def test_make_targets_that_are_named_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    code = "\n".join(re.findall(r"`([^`]+)`", document.read_text(encoding="utf-8")))
    assert set(re.findall(r"^make ([a-z-]+)", code, re.MULTILINE)) - targets == set()


def test_readme_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {"make demo", "make test"} <= set(re.findall(r"make [a-z-]+", readme))


@each_document
def test_commands_that_are_named_exist(document: Path) -> None:
    there = set(commands(typer.main.get_command(command_line())))
    groups = {command.split()[0] for command in there if " " in command}
    for words in named_commands(document.read_text(encoding="utf-8")):
        first, _, second = words.partition(" ")
        assert first in there, f"trigpoint {words}"
        if first in groups and second:
            assert f"{first} {second}" in there, f"trigpoint {words}"


def test_the_check_finds_commands() -> None:
    found = named_commands("`trigpoint user add A --b` and\n```sh\n.venv/bin/trigpoint serve --port 1\n```\n")
    assert found == {"user add", "serve"}


@each_document
def test_links_and_pictures_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = [*re.findall(r"\]\(([^)]+)\)", text), *re.findall(r'src="([^"]+)"', text)]
    broken = [
        link
        for link in links
        if not link.startswith(("https://", "#")) and not (document.parent / link.partition("#")[0]).exists()
    ]
    assert broken == []


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_the_pictures_are_those_that_the_guides_show() -> None:
    text = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    shown = {Path(name).name for name in re.findall(r"images/[\w-]+\.png", text)}
    assert shown == {file.name for file in (ROOT / "docs" / "guides" / "images").iterdir()}
    made = (ROOT / "tests" / "browser" / "test_whole_flow.py").read_text(encoding="utf-8")
    assert {name for name in shown if f'"{Path(name).stem}"' not in made} == set()
