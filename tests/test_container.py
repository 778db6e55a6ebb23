"""The check of the container files finds what it is there to find."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def check() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_container", ROOT / "tools" / "check_container.py")
    if spec is None or spec.loader is None:
        raise RuntimeError("tools/check_container.py cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_nothing_is_wrong_with_the_files_as_they_are(check: ModuleType) -> None:
    assert check.main() == 0


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("USER 10001\n", "", "runs as root"),
        ("COPY migrations migrations", "COPY migration migration", "no such file"),
        ("COPY migrations migrations", "COPY tests tests", ".dockerignore keeps it out"),
        ("RUN make runtime", "RUN pip install .", "build by a target of the Makefile"),
        ("RUN make runtime", "RUN make everything", "no such target"),
        ("--from=packages", "--from=parcels", "no stage 'parcels'"),
        ('CMD ["serve", "--host", "0.0.0.0"]', 'CMD ["run"]', "no command of trigpoint"),
        ('CMD ["serve", "--host", "0.0.0.0"]', 'CMD ["serve", "--hots", "0.0.0.0"]', "no option --hots"),
    ],
)
def test_mistakes_in_the_dockerfile_are_found(check: ModuleType, before: str, after: str, said: str) -> None:
    changed = text("Dockerfile").replace(before, after)
    assert changed != text("Dockerfile")
    found = list(check.dockerfile_problems(changed, text(".dockerignore"), text("Makefile")))
    assert any(said in problem for problem in found), found


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("read_only: true", "read_only: false", "must be read_only"),
        ("cap_drop: [ALL]", "cap_drop: []", "must be read_only"),
        ("TRIGPOINT_DATABASE_POOL", "TRIGPOINT_DATABASE_PUDDLE", "does not read"),
        ("command: [worker]", "command: [walker]", "no command of trigpoint"),
        ("postgres: {condition", "postgresql: {condition", "is no service"),
        ("database:/var", "data:/var", "is not declared"),
    ],
)
def test_mistakes_in_compose_are_found(check: ModuleType, before: str, after: str, said: str) -> None:
    changed = text("compose.yaml").replace(before, after)
    assert changed != text("compose.yaml")
    found = list(check.compose_problems(yaml.safe_load(changed)))
    assert any(said in problem for problem in found), found
