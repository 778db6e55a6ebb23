"""Plan: candidates → problem → optimiser → stored documents."""

from dataclasses import dataclass
from typing import Any

from app.errors import InvalidInputError
from app.roadmaps.candidates import Candidates, find_candidates, problem_document
from app.roadmaps.limits import Limits, period_name
from app.roadmaps.reasons import over, unblocks, why_left_out, why_not_earlier, worth
from questionnaires.schema import InitiativeLibrary, Questionnaire
from scoring.results import AssessmentResult
from scoring.roadmap.parse import parse_problem
from scoring.roadmap.problem import Problem, ProblemError
from scoring.roadmap.solution import Solution
from scoring.roadmap.solve import solve

SECONDS = 2.0
GAP = 0.01


@dataclass(frozen=True)
class Planned:
    """What is stored of a plan; all JSON-ready."""

    problem: dict[str, Any]
    solution: dict[str, Any]
    explanation: dict[str, Any]


def plan(
    result: AssessmentResult,
    questionnaire: Questionnaire,
    library: InitiativeLibrary,
    limits: Limits,
    seconds: float = SECONDS,
) -> Planned:
    """The best plan found within ``seconds``. Raises `InvalidInputError` when there is nowhere to go to."""
    if not any(getattr(x, "target", None) is not None for x in result.capabilities):
        raise InvalidInputError('There is no target, so a roadmap has no "where to". Set targets in the strategy step.')
    candidates = find_candidates(result, library, questionnaire)
    document = problem_document(result, candidates, limits)
    try:
        problem = parse_problem(document)
        solution = solve(problem, time_limit=seconds, gap=GAP)
    except ProblemError as error:
        raise InvalidInputError("This plan cannot be made: " + " ".join(error.faults[:3])) from None
    return Planned(document, solution_document(solution), explain(problem, solution, candidates, library, limits))


def solution_document(solution: Solution) -> dict[str, Any]:
    """The solution in the shape that ``trigpoint roadmap solve --json`` prints."""
    return {
        "status": solution.status,
        "objective": solution.objective,
        "bound": solution.bound,
        "gap": solution.gap,
        "seconds": solution.seconds,
        "starts": dict(solution.starts),
        "left_out": list(solution.left_out),
        "use": {
            "skills": {skill: list(use) for skill, use in solution.use.skills.items()},
            "operating": list(solution.use.operating),
            "capital": list(solution.use.capital),
        },
        "conflict": [conflict.text for conflict in solution.conflict],
    }


def explain(
    problem: Problem, solution: Solution, candidates: Candidates, library: InitiativeLibrary, limits: Limits
) -> dict[str, Any]:
    """Sentences with numbers: why here, what it unblocks, what is lost without it, why left out."""
    titles = {step.id: step.title for step in library}
    words = _Words(titles, {skill.id: skill.name for skill in library.skills}, limits)
    shares = worth(problem, solution.starts)
    return {
        "worth": shares,
        "why": {name: words.why(problem, solution, name) for name in solution.starts},
        "unblocks": {name: unblocks(problem, solution.starts, name) for name in solution.starts},
        "left_out": {name: words.left_out(why_left_out(problem, solution.starts, name)) for name in solution.left_out},
        "enablers": [x.initiative.id for x in candidates.plannable if x.enabler],
        "at_target": list(candidates.at_target),
        "unknown": list(candidates.unknown),
    }


def _apart(used: float, most: float) -> tuple[str, str]:
    """Both numbers with as few digits as tell them apart: 55.4 of 55.0, never 55 of 55."""
    for digits in range(4):
        shown = f"{used:,.{digits}f}", f"{most:,.{digits}f}"
        if shown[0] != shown[1]:
            return shown
    return f"{used:g}", f"{most:g}"


@dataclass(frozen=True)
class _Words:
    titles: dict[str, str]
    skills: dict[str, str]
    limits: Limits

    def why(self, problem: Problem, solution: Solution, name: str) -> str:
        start = solution.starts[name]
        if name in self.limits.pins:
            return f"Pinned to {period_name(self.limits, start)}."
        if start == 0:
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

    def _limit(self, limit: str) -> tuple[str, str]:
        if limit == "budget.operating":
            return "the operating budget", "thousand"
        if limit == "budget.capital":
            return "the capital budget", "thousand"
        return self.skills.get(limit.removeprefix("skills."), limit), "days"
