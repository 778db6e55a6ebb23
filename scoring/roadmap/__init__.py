"""The roadmap optimiser: place initiatives in periods under limits so that the most valuable gaps close first."""

from scoring.roadmap.document import gantt, solution_document
from scoring.roadmap.evaluate import objective, plan_cost, plan_use, verify
from scoring.roadmap.parse import parse_problem
from scoring.roadmap.problem import Capability, Initiative, Problem, ProblemError
from scoring.roadmap.solution import Conflict, Progress, Solution, Use
from scoring.roadmap.solve import solve

__all__ = [
    "Capability",
    "Conflict",
    "Initiative",
    "Problem",
    "ProblemError",
    "Progress",
    "Solution",
    "Use",
    "gantt",
    "objective",
    "parse_problem",
    "plan_cost",
    "plan_use",
    "solution_document",
    "solve",
    "verify",
]
