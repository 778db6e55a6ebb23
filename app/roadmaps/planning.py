"""Plan: candidates → problem → optimiser → stored documents."""

from dataclasses import dataclass
from typing import Any

from app.errors import InvalidInputError
from app.roadmaps.candidates import Candidates, find_candidates, problem_document
from app.roadmaps.limits import Limits
from app.roadmaps.reasons import unblocks, why_left_out, worth
from app.roadmaps.words import Words
from questionnaires.schema import InitiativeLibrary, Questionnaire
from scoring.results import AssessmentResult
from scoring.roadmap import Problem, ProblemError, Solution, parse_problem, solution_document, solve

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
    return Planned(
        document, solution_document(problem, solution), explain(problem, solution, candidates, library, limits)
    )


def explain(
    problem: Problem, solution: Solution, candidates: Candidates, library: InitiativeLibrary, limits: Limits
) -> dict[str, Any]:
    """Sentences with numbers: why here, what it unblocks, what is lost without it, why left out."""
    titles = {step.id: step.title for step in library}
    words = Words(titles, {skill.id: skill.name for skill in library.skills}, limits)
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
