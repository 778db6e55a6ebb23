"""Plan: candidates → problem → optimiser → stored documents."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.errors import InvalidInputError
from app.roadmaps.candidates import Candidates, find_candidates, problem_document
from app.roadmaps.limits import Limits
from app.roadmaps.reasons import unblocks, why_left_out, worth
from app.roadmaps.reviews.standing import Standing, reviewed
from app.roadmaps.words import Words
from questionnaires.schema import InitiativeLibrary, Questionnaire
from scoring.results import AssessmentResult
from scoring.roadmap import (
    Problem,
    ProblemError,
    Solution,
    delay_ranks,
    parse_problem,
    solution_document,
    solve,
    with_gains,
)
from scoring.roadmap import explain as explain_by_planning
from scoring.roadmap import problem_document as written

SECONDS = 1.0
"""What a request may take; what is not proven best by then is improved outside of it."""
GAP = 0.01
FIXED = ("enablers", "at_target", "unknown", "overruns", "late")
"""What is said of the problem, whatever its plan."""


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
    warm: Mapping[str, int] | None = None,
    realised: Mapping[str, float] | None = None,
) -> Planned:
    """The best plan found within ``seconds``; the search starts from the plan ``warm``.

    ``realised``: initiative → levels measured elsewhere per level promised; what is named gains that much less or more.

    Raises `InvalidInputError` when there is nowhere to go to.
    """
    if not any(getattr(x, "target", None) is not None for x in result.capabilities):
        raise InvalidInputError('There is no target, so a roadmap has no "where to". Set targets in the strategy step.')
    candidates = find_candidates(result, library, questionnaire)
    document = problem_document(result, candidates, limits)
    found: dict[str, Any] = {}
    try:
        if realised:
            document = _as_realised(document, realised)
        if limits.standing:
            document, found = reviewed(document, Standing.of(limits.standing))
        problem = parse_problem(document)
        solution = solve(problem, time_limit=seconds, gap=GAP, warm=warm)
    except ProblemError as error:
        raise InvalidInputError("This plan cannot be made: " + " ".join(error.faults[:3])) from None
    reasons = explain(problem, solution, candidates, library, limits)
    return Planned(document, solution_document(problem, solution), reasons | found)


def _as_realised(document: dict[str, Any], realised: Mapping[str, float]) -> dict[str, Any]:
    problem = parse_problem(document)
    gains = {
        each.id: {capability: gain * realised[each.id] for capability, gain in each.gain.items()}
        for each in problem.initiatives
        if each.id in realised
    }
    return written(with_gains(problem, gains))


def explain(
    problem: Problem, solution: Solution, candidates: Candidates, library: InitiativeLibrary, limits: Limits
) -> dict[str, Any]:
    """What can be said without planning again: what was never a candidate, and `retold`."""
    fixed = {
        "enablers": [x.initiative.id for x in candidates.plannable if x.enabler],
        "at_target": list(candidates.at_target),
        "unknown": list(candidates.unknown),
    }
    return retold(fixed, problem, solution, library, limits)


def retold(
    explanation: Mapping[str, Any], problem: Problem, solution: Solution, library: InitiativeLibrary, limits: Limits
) -> dict[str, Any]:
    """``explanation`` for this plan: why here, what it unblocks, its share of the value, why left out; the reasons of
    another plan are dropped."""
    titles = {step.id: step.title for step in library}
    words = Words(titles, {skill.id: skill.name for skill in library.skills}, limits)
    fixed = {name: explanation[name] for name in FIXED if name in explanation}
    return fixed | {
        "worth": worth(problem, solution.starts),
        "why": {name: words.why(problem, solution, name) for name in solution.starts},
        "unblocks": {name: unblocks(problem, solution.starts, name) for name in solution.starts},
        "left_out": {name: words.left_out(why_left_out(problem, solution.starts, name)) for name in solution.left_out},
        "delay": [asdict(each) for each in delay_ranks(problem)],
    }


def reasons_document(problem: Problem, solution: Solution, seconds: float, going: Callable[[], bool]) -> dict[str, Any]:
    """The reasons by planning again, with their numbers: ``chosen``, ``rejected`` and ``limits`` by id.

    One question after the other while ``going``, each with an equal share of ``seconds``.
    """
    ids = [each.id for each in problem.initiatives]
    names = [*ids, *(f"skills.{skill}" for skill in problem.skills), "budget.operating", "budget.capital", "wip_limit"]
    found: dict[str, dict[str, Any]] = {"chosen": {}, "rejected": {}, "limits": {}}
    for name in names:
        if not going():
            break
        part = explain_by_planning(problem, solution, seconds / len(names), only=[name])
        found["chosen"] |= {each.id: asdict(each) for each in part.chosen}
        found["rejected"] |= {each.id: asdict(each) for each in part.rejected}
        found["limits"] |= {each.limit: asdict(each) for each in part.limits}
    return found
