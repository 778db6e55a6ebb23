"""Read YAML and remember the line of every node, so that each error can name file and line."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing to mend in a file: where (``file``, ``line`` from 1), and what to do about it."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class InvalidFileError(ValueError):
    """A file was refused; ``problems`` names every place and its fix."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Located:
    """Plain content of a YAML file and the line on which each path of it starts."""

    file: str
    content: Any
    lines: dict[Place, int]

    def problem(self, path: Place, message: str) -> Problem:
        """A problem at ``path``, or at the nearest enclosing place that the file has."""
        while path not in self.lines and path:
            path = path[:-1]
        return Problem(self.file, self.lines.get(path, 1), message)

    @property
    def sha256(self) -> str:
        """Digest of the content, the same however the file is laid out."""
        canonical = json.dumps(self.content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def read_yaml(path: Path) -> Located:
    """Read one YAML document. Raises `InvalidFileError` for malformed YAML, duplicate keys and aliases."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidFileError([Problem(str(path), 1, f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise InvalidFileError([Problem(str(path), 1, "is not UTF-8 text; save it as UTF-8")]) from None
    return parse_yaml(text, str(path))


def parse_yaml(text: str, file: str) -> Located:
    """The same for text at hand; ``file`` is the name that errors carry."""
    try:
        # Aliases expand exponentially ("billion laughs"), so they are refused before anything is built.
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise InvalidFileError(
                    [Problem(file, _line(event.start_mark), "YAML aliases (*name) are not allowed; write it out")]
                )
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        raise InvalidFileError(
            [Problem(file, _line(error.problem_mark), f"is not valid YAML: {error.problem}")]
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidFileError([Problem(file, 1, f"is not valid YAML: {error}")]) from None
    if root is None:
        raise InvalidFileError([Problem(file, 1, "is empty")])
    lines: dict[Place, int] = {}
    problems: list[Problem] = []
    content = _plain(root, (), file, lines, problems)
    if problems:
        raise InvalidFileError(problems)
    return Located(file, content, lines)


def _line(mark: object) -> int:
    return int(getattr(mark, "line", 0)) + 1


def _plain(node: yaml.Node, path: Place, file: str, lines: dict[Place, int], problems: list[Problem]) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*path, place), file, lines, problems) for place, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, file, lines, problems)
    return _scalar(node, file, problems)


def _mapping(
    node: yaml.MappingNode, path: Place, file: str, lines: dict[Place, int], problems: list[Problem]
) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in content:
            problems.append(Problem(file, key_node.start_mark.line + 1, f"'{key}' stands twice; keep one of them"))
        content[key] = _plain(value_node, (*path, key), file, lines, problems)
        lines[(*path, key)] = key_node.start_mark.line + 1
    return content


def _scalar(node: yaml.Node, file: str, problems: list[Problem]) -> Any:
    loader = yaml.SafeLoader("")
    try:
        value = loader.construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        problems.append(Problem(file, node.start_mark.line + 1, f"'{node.value}' cannot be read: {error}"))
        return None
    # "version: 1.0" and dates would lose their spelling as numbers; texts keep it.
    return value if isinstance(value, str | int | float | bool) or value is None else str(node.value)
