"""Write a problem or a solution as the JSON of ``docs/roadmap-problem.md`` or as a text Gantt chart."""

from dataclasses import asdict
from typing import Any

from scoring.roadmap.problem import Initiative, Problem
from scoring.roadmap.solution import Conflict, Solution


def problem_document(problem: Problem) -> dict[str, Any]:
    """Return ``problem`` as plain data that `parse_problem` reads back to the same.

    >>> from scoring.roadmap.parse import parse_problem
    >>> plan = Problem(2, (), (), skills={"it": (3.0, 4.0)}, now=1)
    >>> parse_problem(problem_document(plan)) == plan
    True
    """
    return {
        "periods": problem.periods,
        "discount": problem.discount,
        "capabilities": [asdict(each) for each in problem.capabilities],
        "skills": {skill: list(series) for skill, series in problem.skills.items()},
        "budget": {
            "operating": None if problem.operating is None else list(problem.operating),
            "capital": None if problem.capital is None else list(problem.capital),
            "carry_over": problem.carry_over,
        },
        "wip_limit": None if problem.wip_limit is None else list(problem.wip_limit),
        "now": problem.now,
        "initiatives": [_initiative(each) for each in problem.initiatives],
    }


def _initiative(initiative: Initiative) -> dict[str, Any]:
    return {
        "id": initiative.id,
        "duration": initiative.duration,
        "effort": {skill: list(series) for skill, series in initiative.effort.items()},
        "operating": list(initiative.operating),
        "capital": list(initiative.capital),
        "gain": dict(initiative.gain),
        "requires": list(initiative.requires),
        "alternative": initiative.alternative,
        "mandatory": initiative.mandatory,
        "pin": initiative.pin,
        "exclude": initiative.exclude,
    }


def solution_document(problem: Problem, solution: Solution) -> dict[str, Any]:
    """Return ``solution`` as plain data in the shape of the contract, numbers unrounded."""
    use: dict[str, Any] = {
        "skills": {skill: list(series) for skill, series in solution.use.skills.items()},
        "operating": list(solution.use.operating),
        "capital": list(solution.use.capital),
    }
    if problem.wip_limit is not None:
        use["in_progress"] = list(solution.use.in_progress)
    return {
        "status": solution.status,
        "objective": solution.objective,
        "bound": solution.bound,
        "gap": solution.gap,
        "seconds": solution.seconds,
        "starts": dict(solution.starts),
        "left_out": list(solution.left_out),
        "use": use,
        "conflict": [_conflict(each) for each in solution.conflict],
        "unreachable": [{"id": name, "why": why} for name, why in (solution.unreachable or {}).items()],
    }


def _conflict(conflict: Conflict) -> dict[str, Any]:
    entry: dict[str, Any] = {"limit": conflict.limit, "text": conflict.text, "relax": conflict.relax}
    if conflict.needed is not None:
        entry |= {"period": conflict.period, "given": conflict.given, "needed": conflict.needed}
    return entry


def gantt(problem: Problem, solution: Solution) -> str:
    """Return ``solution`` as a chart in plain text: a line for each chosen initiative, a column for each period."""
    if solution.status == "infeasible":
        return "\n".join(["No plan is possible:", *(f"  {each.text}" for each in solution.conflict)])
    by_id = {initiative.id: initiative for initiative in problem.initiatives}
    width = max([len(name) for name in solution.starts] + [10])
    cell = max(3, len(str(problem.periods - 1)) + 1)
    head = " " * width + "".join(str(period).rjust(cell) for period in range(problem.periods))
    lines = [
        name.ljust(width) + " " * (cell * start) + " " + ("█" * (cell * by_id[name].duration - 1))
        for name, start in solution.starts.items()
    ]
    summary = (
        f"{solution.status}: value {solution.objective:.2f} of at most {solution.bound:.2f} "
        f"(gap {solution.gap:.1%}), {len(solution.starts)} chosen, {len(solution.left_out)} left out"
    )
    left_out = [f"left out: {', '.join(solution.left_out)}"] if solution.left_out else []
    return "\n".join([head, *lines, "", summary, *left_out])
