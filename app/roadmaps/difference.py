"""What one plan does otherwise than another, read off their stored documents."""

from dataclasses import replace
from typing import Any

from app.models import Roadmap
from scoring.roadmap import Comparison, Moved, Solution, Use, compare, parse_problem


def solution_of(document: dict[str, Any]) -> Solution:
    """The solution that was stored as ``document``; of its conflict only that there was one."""
    use = document["use"]
    return Solution(
        status=document["status"],
        objective=document["objective"],
        bound=document["bound"],
        gap=document["gap"],
        seconds=document["seconds"],
        starts=document["starts"],
        left_out=tuple(document["left_out"]),
        use=Use(
            {skill: tuple(days) for skill, days in use["skills"].items()},
            tuple(use["operating"]),
            tuple(use["capital"]),
            tuple(use.get("in_progress", ())),
        ),
        unreachable={each["id"]: each["why"] for each in document.get("unreachable", ())},
    )


def comparison_of(document: dict[str, Any]) -> Comparison:
    """The comparison that was stored as ``document``."""
    return Comparison(
        moved=tuple(Moved(**each) for each in document["moved"]),
        added=tuple(document["added"]),
        dropped=tuple(document["dropped"]),
        value_change=document["value_change"],
        cost_change=document["cost_change"],
    )


def difference(before: Roadmap, after: Roadmap) -> Comparison:
    """``after`` beside ``before``, both valued by the importance and the targets of ``after``."""
    problem = parse_problem(after.problem)
    earlier = replace(parse_problem(before.problem), capabilities=problem.capabilities)
    return compare(solution_of(before.solution), solution_of(after.solution), problem, earlier=earlier)
