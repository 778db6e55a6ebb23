"""Limits that contradict each other, in a person's words: what is in the way, and the smallest change that helps."""

import re
from collections.abc import Mapping
from typing import Any

from app.roadmaps.limits import period_name
from app.roadmaps.pages.view import View, money

RULE = re.compile(r"initiatives\.(.+)\.(pin|mandatory|exclude)")


def conflict_words(view: View) -> tuple[str, ...]:
    """A sentence for each limit in conflict; empty where a plan is possible."""
    return tuple(_words(view, each) for each in view.roadmap.solution["conflict"])


def _words(view: View, found: Mapping[str, Any]) -> str:
    rule = RULE.fullmatch(found["limit"])
    if rule is not None:
        return _rule_words(view, rule[1], rule[2], relax=found["relax"])
    name, days = _limit(view, found["limit"])
    if found.get("needed") is None:
        return f"{name} is too low for all that must be in the plan."
    given, needed, when = found["given"], found["needed"], period_name(view.limits, found["period"])
    amounts = (
        (f"{given:,.4g}", f"{needed:,.4g} days") if days else tuple(_amount(view, x, found) for x in (given, needed))
    )
    return f"{name} is {amounts[0]} in {when}. With {amounts[1]} there is a plan."


def _rule_words(view: View, name: str, rule: str, *, relax: bool) -> str:
    title = f"“{view.step(name).title}”"
    period = view.limits.pins.get(name)
    if rule == "pin" and period is None:
        return f"{title} has started, so it stays where it is."
    fact, fix = {
        "pin": (f"{title} is pinned to {period_name(view.limits, period or 0)}", "take the pin away"),
        "mandatory": (f"{title} must be in the plan", "let it be left out"),
        "exclude": (f"{title} is excluded, and something pinned needs it", "allow it"),
    }[rule]
    return f"{fact}; {fix}, and there is a plan." if relax else f"{fact}."


def _limit(view: View, limit: str) -> tuple[str, bool]:
    """Its name, and whether it counts person-days."""
    skills = {f"skills.{skill.id}": skill.name for skill in view.library.skills}
    if limit in skills:
        return f"Capacity in {skills[limit]}", True
    named = {"budget.operating": "The operating budget", "budget.capital": "Capital"}
    return named.get(limit, "The number under way at once"), False


def _amount(view: View, value: float, found: Mapping[str, Any]) -> str:
    return money(value, view.currency) if found["limit"].startswith("budget") else f"{value:.0f}"
