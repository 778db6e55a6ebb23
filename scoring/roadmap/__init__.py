"""The roadmap optimiser: place initiatives in periods under limits so that the most valuable gaps close first."""

from scoring.roadmap.compare import Comparison, Moved, compare
from scoring.roadmap.credit import DelayRank, credited, delay_ranks
from scoring.roadmap.document import gantt, problem_document, solution_document
from scoring.roadmap.evaluate import objective, plan_cost, plan_use, verify
from scoring.roadmap.explain import (
    ChosenReason,
    Explanation,
    LimitReason,
    RejectedReason,
    explain,
)
from scoring.roadmap.outcome import Finished, Outcome, outcomes, pooled_realised
from scoring.roadmap.parse import parse_problem
from scoring.roadmap.problem import Capability, Initiative, Problem, ProblemError
from scoring.roadmap.prover import bounding_is_under_way
from scoring.roadmap.review import Kept, Overrun, Review, at_review, with_gains
from scoring.roadmap.sentences import sentences
from scoring.roadmap.solution import Conflict, Progress, Solution, Use
from scoring.roadmap.solve import solve

__all__ = [
    "Capability",
    "ChosenReason",
    "Comparison",
    "Conflict",
    "DelayRank",
    "Explanation",
    "Finished",
    "Initiative",
    "Kept",
    "LimitReason",
    "Moved",
    "Outcome",
    "Overrun",
    "Problem",
    "ProblemError",
    "Progress",
    "RejectedReason",
    "Review",
    "Solution",
    "Use",
    "at_review",
    "bounding_is_under_way",
    "compare",
    "credited",
    "delay_ranks",
    "explain",
    "gantt",
    "objective",
    "outcomes",
    "parse_problem",
    "plan_cost",
    "plan_use",
    "pooled_realised",
    "problem_document",
    "sentences",
    "solution_document",
    "solve",
    "verify",
    "with_gains",
]
