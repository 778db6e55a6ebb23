"""An initiative as the fields of a form, and back: lists one to a line, ranges as two numbers."""

import re
from collections.abc import Mapping
from typing import Any

MILESTONE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*%\s*:?\s*(.+)")
RANGES = ("operating", "capital", "duration")


def fields_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Content of a library → what stands in the fields."""
    requires, cost, measure = content.get("requires") or {}, content["cost"], content["measure"]
    found = {
        "capability": content["capability"],
        "from": content["from"],
        "to": content["to"],
        **{name: content[name] for name in ("title", "summary", "monday")},
        **{f"measure.{name}": measure[name] for name in ("what", "how", "baseline", "target")},
        "deliverables": "\n".join(content["deliverables"]),
        "milestones": "\n".join(f"{100 * each['at']:g}%: {each['text']}" for each in content["milestones"]),
        "suppliers": "\n".join(content.get("suppliers") or ()),
        "risks": "\n".join(content["risks"]),
        "requires.capabilities": "\n".join(
            f"{x}: {level}" for x, level in (requires.get("capabilities") or {}).items()
        ),
        "requires.initiatives": "\n".join(requires.get("initiatives") or ()),
        "quick_win": "yes" if content.get("quick_win") else "",
    }
    pairs = {"operating": cost["operating"], "capital": cost["capital"], "duration": content["duration"]}
    pairs |= {f"effort.{skill}": pair for skill, pair in content["effort"].items()}
    for name, (low, high) in pairs.items():
        found |= {f"{name}.low": f"{low:g}", f"{name}.high": f"{high:g}"}
    return found


def content_of(typed: Mapping[str, str], initiative_id: str) -> dict[str, Any]:
    """What stands in the fields → content of a library. What is no number or has no colon stays as it was typed, and the
    check of the library names it."""
    skills = {name.split(".")[1] for name in typed if name.startswith("effort.")}
    effort = {skill: _pair(typed, f"effort.{skill}") for skill in sorted(skills)}
    return {
        "id": initiative_id,
        **{name: typed.get(name, "").strip() for name in ("capability", "from", "to", "title", "summary", "monday")},
        "deliverables": _lines(typed, "deliverables"),
        "milestones": [_milestone(line) for line in _lines(typed, "milestones")],
        "measure": {name: typed.get(f"measure.{name}", "").strip() for name in ("what", "how", "baseline", "target")},
        "effort": {skill: pair for skill, pair in effort.items() if pair != [0.0, 0.0]},
        "cost": {name: _pair(typed, name) for name in ("operating", "capital")},
        "duration": _pair(typed, "duration"),
        "requires": {
            "capabilities": dict(_named(line) for line in _lines(typed, "requires.capabilities")),
            "initiatives": _lines(typed, "requires.initiatives"),
        },
        "suppliers": _lines(typed, "suppliers"),
        "risks": _lines(typed, "risks"),
        "quick_win": typed.get("quick_win") == "yes",
    }


def element_of(field: str) -> str:
    """The id of the form's element that an error of the content is about."""
    parts = field.split(".")
    if parts[0] in {"cost", *RANGES}:
        return f"{parts[1] if parts[0] == 'cost' else parts[0]}.low"
    if parts[0] == "effort":
        return f"effort.{parts[1]}.low" if len(parts) > 1 else "effort"
    if parts[0] in {"measure", "requires"}:
        return ".".join(parts[:2])
    return {"from_": "from", "form": "title"}.get(parts[0], parts[0])


def _lines(typed: Mapping[str, str], name: str) -> list[str]:
    return [line.strip() for line in typed.get(name, "").splitlines() if line.strip()]


def _milestone(line: str) -> dict[str, Any]:
    """``40%: Text`` → its place in the duration and the text."""
    found = MILESTONE.fullmatch(line)
    return {"at": float(found[1]) / 100, "text": found[2]} if found else {"at": None, "text": line}


def _named(line: str) -> tuple[str, str]:
    name, _, level = line.partition(":")
    return name.strip(), level.strip()


def _pair(typed: Mapping[str, str], name: str) -> list[Any]:
    return [_number(typed.get(f"{name}.{end}", "")) for end in ("low", "high")]


def _number(text: str) -> float | str:
    try:
        return float(text or 0)
    except ValueError:
        return text
