"""The rules of a plan in a person's words."""

from dataclasses import dataclass

from app.roadmaps.limits import Limits, period_name
from app.roadmaps.reasons import over, why_not_earlier
from scoring.roadmap import Problem, Solution


def _apart(used: float, most: float) -> tuple[str, str]:
    """Both numbers with as few digits as tell them apart: 55.4 of 55.0, never 55 of 55."""
    for digits in range(4):
        shown = f"{used:,.{digits}f}", f"{most:,.{digits}f}"
        if shown[0] != shown[1]:
            return shown
    return f"{used:g}", f"{most:g}"


@dataclass(frozen=True)
class Words:
    titles: dict[str, str]
    skills: dict[str, str]
    limits: Limits

    def why(self, problem: Problem, solution: Solution, name: str) -> str:
        start = solution.starts[name]
        when = period_name(self.limits, start)
        if name in self.limits.pins:
            return f"Pinned to {when}."
        if any(each.id == name and each.pin is not None for each in problem.initiatives):
            return f"Started in {when}; a review keeps what has started."
        if start <= problem.now:
            return "It can start at once: nothing has to finish first, and there is room."
        rule = why_not_earlier(problem, solution.starts, name)
        if rule is None:
            return "It could start earlier; later costs no value in this plan."
        return f"Not earlier: {self.reason(rule)}"

    def left_out(self, rule: str) -> str:
        fixed = {
            "excluded": "Excluded by you.",
            "too long": f"It takes longer than the {self.limits.periods} periods of this plan.",
            "no value": "It would fit, but adds no value: the gap is closed without it, or it ends too late to count.",
        }
        return fixed.get(rule) or f"Does not fit: {self.reason(rule)}"

    def reason(self, rule: str) -> str:
        """A rule of the plan in a person's words."""
        broken = over(rule)
        if broken is not None:
            limit, period, used, most = broken
            name, unit = self._limit(limit)
            when = period_name(self.limits, period)
            until = "up to " if self.limits.carry_over and limit.startswith("budget") else "in "
            needed, there = _apart(used, most)
            return f"{name} would need {needed} of {there} {unit} {until}{when}."
        for other in sorted(self.titles, key=len, reverse=True):
            if f"before '{other}'" in rule:
                return f"“{self.titles[other]}” has to finish first."
            if rule == f"needs '{other}'":
                return f"it needs “{self.titles[other]}”, which is not in the plan either."
        return rule

    def raised(self, limit: str, period: int, given: float, needed: float) -> str:
        """A limit that the work under way exceeds by itself."""
        name, unit = self._limit(limit)
        needs, there = _apart(needed, given)
        when = period_name(self.limits, period)
        return f"What is under way alone needs {needs} of {there} {unit} in {when}: {name} counts as raised there."

    def _limit(self, limit: str) -> tuple[str, str]:
        if limit == "wip_limit":
            return "the number under way at once", "initiatives"
        if limit == "budget.operating":
            return "the operating budget", "thousand"
        if limit == "budget.capital":
            return "the capital budget", "thousand"
        return self.skills.get(limit.removeprefix("skills."), limit), "days"
