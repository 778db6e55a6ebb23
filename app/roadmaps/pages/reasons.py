"""What planning again has shown, in sentences: without an initiative, with one that was left out, with more of a limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.roadmaps.pages.view import View

NOTHING = 0.0005
"""Share of the plan's value that is not worth a word."""


@dataclass(frozen=True)
class LimitGain:
    """What a tenth more of a limit would buy."""

    name: str
    text: str
    binds: bool


def without_it(view: View, name: str) -> str:
    """What the plan would lose if it were made anew without a chosen initiative; empty until that was asked."""
    reason = view.roadmap.explanation.get("chosen", {}).get(name)
    if reason is None:
        return ""
    if _share(view, reason["lost_without"]) < NOTHING:
        return "A plan without it would be worth as much."
    instead = f", with {_titles(view, reason['replaced_by'])} instead" if reason["replaced_by"] else ""
    return f"Planned anew without it: {_worth(view, reason['lost_without'], reason, 'at most ')} less{instead}."


def with_it(view: View, name: str) -> str:
    """What it would cost to take in an initiative that was left out; empty until that was asked."""
    reason = view.roadmap.explanation.get("rejected", {}).get(name)
    if reason is None or reason["costs"] is None:
        return ""
    displaced = f" and displace {_titles(view, reason['displaces'])}" if reason["displaces"] else ""
    if _share(view, reason["costs"]) < NOTHING:
        return f"Taking it in would cost no value{displaced}."
    return f"Taking it in would cost {_worth(view, reason['costs'], reason, 'at most ')} of the value{displaced}."


def limit_gains(view: View) -> tuple[LimitGain, ...]:
    """Each limit of the plan, what binds most first; empty until that was asked."""
    asked = view.roadmap.explanation.get("limits", {})
    order = sorted(asked.values(), key=lambda reason: -reason["gains"])
    return tuple(_gain(view, reason) for reason in order if reason["limit"] != "wip_limit" or view.limits.wip)


def what_binds(view: View) -> str:
    """One sentence about the limits; empty until that was asked."""
    gains = limit_gains(view)
    if not gains:
        return ""
    binding = [each for each in gains if each.binds]
    if not binding:
        return "No single limit binds: 10% more of any one of them buys nothing that was found."
    rest = "" if len(binding) == len(gains) else " 10% more of any other limit buys nothing that was found."
    return " ".join(f"10% more {each.name} {each.text}." for each in binding[:2]) + rest


def _gain(view: View, reason: Mapping[str, Any]) -> LimitGain:
    skills = {f"skills.{skill.id}": f"capacity in {skill.name}" for skill in view.library.skills}
    named = {
        "budget.operating": "operating budget",
        "budget.capital": "capital",
        "wip_limit": "room for initiatives at once",
        **skills,
    }
    name = named.get(reason["limit"], reason["limit"])
    if _share(view, reason["gains"]) < NOTHING / 5:
        return LimitGain(name, "buys nothing" if reason["exact"] else "buys nothing that was found", binds=False)
    adds = f" and brings in {_titles(view, reason['adds'])}" if reason["adds"] else ""
    gained = _worth(view, reason["gains"], reason, "at least ")
    return LimitGain(name, f"adds {gained} to the value{adds}", binds=True)


def _worth(view: View, value: float, reason: Mapping[str, Any], bound: str) -> str:
    share = 100 * _share(view, value)
    return f"{'' if reason['exact'] else bound}{share:.{1 if share >= 0.095 else 2}f}%"


def _share(view: View, value: float) -> float:
    whole = view.roadmap.solution["objective"]
    return float(value / whole) if whole else 0.0


def _titles(view: View, names: Sequence[str], most: int = 3) -> str:
    shown = [f"“{view.step(name).title}”" for name in names[:most]]
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
