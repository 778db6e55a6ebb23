"""A result as a JSON document and back: what a snapshot stores and what ``trigpoint score --json`` prints.

Fields keep their names. What is ``None`` is absent, and so is every number that may not be shown: its place is an
object with ``withheld``, ``reason`` and ``sentence`` and nothing else but what names it.
"""

import math
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from scoring.results import AssessmentResult


def to_document(result: AssessmentResult) -> dict[str, Any]:
    """JSON-ready: objects, lists, text, numbers and booleans only; ``None`` and NaN are left out."""
    return cast("dict[str, Any]", _plain(result))


def from_document(document: Mapping[str, Any]) -> AssessmentResult:
    """The result that ``to_document`` was given; raises ``ValueError`` naming the path of what is missing or of the
    wrong kind."""
    return cast("AssessmentResult", _typed(document, AssessmentResult, "result"))


def _plain(value: object) -> object:
    if is_dataclass(value):
        return _present({field.name: getattr(value, field.name) for field in fields(value)})
    if isinstance(value, Mapping):
        return _present(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _present(values: Mapping[str, object]) -> dict[str, object]:
    plain = {str(name): _plain(value) for name, value in values.items()}
    return {name: value for name, value in plain.items() if value is not None}


def _typed(value: object, wanted: Any, path: str) -> object:
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        return None if value is None else _typed(value, _branch(value, wanted), path)
    if origin is tuple:
        return _tuple(value, get_args(wanted), path)
    if origin is not None and origin is not Literal:
        _expect(isinstance(value, Mapping), value, "an object", path)
        inner = get_args(wanted)[1]
        given = cast("Mapping[str, object]", value)
        return {name: _typed(item, inner, f"{path}.{name}") for name, item in given.items()}
    if is_dataclass(wanted):
        return _instance(value, cast("type", wanted), path)
    if wanted is float:
        _expect(isinstance(value, int | float) and not isinstance(value, bool), value, "a number", path)
        return float(cast("float", value))
    if origin is Literal:
        _expect(value in get_args(wanted), value, f"one of {', '.join(map(str, get_args(wanted)))}", path)
        return value
    _expect(isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool)), value, wanted.__name__, path)
    return value


def _instance(value: object, kind: type, path: str) -> object:
    _expect(isinstance(value, Mapping), value, "an object", path)
    given = cast("Mapping[str, object]", value)
    hints = _hints(kind)
    unknown = next((name for name in given if name not in hints), None)
    if unknown is not None:
        raise ValueError(f"{path}.{unknown} is unknown to this version of the scoring: compute the result again")
    try:
        return kind(**{name: _typed(item, hints[name], f"{path}.{name}") for name, item in given.items()})
    except TypeError as error:
        raise ValueError(f"{path} is incomplete: {error}") from error


def _tuple(value: object, inner: tuple[Any, ...], path: str) -> tuple[object, ...]:
    _expect(isinstance(value, list | tuple), value, "a list", path)
    items = cast("list[object]", value)
    kinds = [inner[0]] * len(items) if inner[-1] is Ellipsis else list(inner)
    _expect(len(kinds) == len(items), value, f"{len(kinds)} values", path)
    return tuple(
        _typed(item, kind, f"{path}[{place}]") for place, (item, kind) in enumerate(zip(items, kinds, strict=True))
    )


def _branch(value: object, wanted: Any) -> Any:
    """Of the types that may stand in a place, the one that says whether it is withheld as the value does."""
    branches = [branch for branch in get_args(wanted) if branch is not type(None)]
    if len(branches) == 1:
        return branches[0]
    withheld = isinstance(value, Mapping) and "withheld" in value
    return next(branch for branch in branches if ("withheld" in _hints(branch)) == withheld)


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _expect(holds: bool, value: object, wanted: str, path: str) -> None:
    if not holds:
        raise ValueError(f"{path} is {value!r:.60}: expected {wanted}")
