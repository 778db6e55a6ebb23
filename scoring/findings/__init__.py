"""Sentences that the report can defend, each written by a rule from the numbers (docs/methods.md, "Findings").

A rule says something or nothing. What it says carries what, how large, how sure and against whom; the numbers it used
come with it.
"""

from collections.abc import Callable

from questionnaires.schema import Questionnaire
from scoring.findings.gaps import above_target, largest_gaps
from scoring.findings.movement import what_moved
from scoring.findings.people import disagreement, not_known, perception, standing_out, units_apart
from scoring.findings.shown import Shown
from scoring.findings.standing import against_peers, holding_back
from scoring.results import AssessmentResult, Finding

__all__ = ["RULES", "findings"]

RULES: tuple[Callable[[Shown], Finding | None], ...] = (
    largest_gaps,
    what_moved,
    perception,
    against_peers,
    holding_back,
    above_target,
    units_apart,
    standing_out,
    disagreement,
    not_known,
)


def findings(result: AssessmentResult, questionnaire: Questionnaire) -> tuple[Finding, ...]:
    """Every finding whose rule applies: those with something clear to say first, in the order of the rules."""
    shown = Shown(result, questionnaire)
    said = [finding for rule in RULES if (finding := rule(shown)) is not None]
    return tuple(sorted(said, key=lambda one: one.rule.startswith("no-")))
