"""From a result and a library to the initiatives that could be planned, and the problem that is solved."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.roadmaps.limits import MONTHS, SHARE, Limits
from questionnaires.schema import Initiative, InitiativeLibrary, Questionnaire
from scoring.results import AssessmentResult, CapabilityResult

REACHED = 0.3
"""A level counts as reached from this share of a level step below it: half of it lies within a usual interval."""


@dataclass(frozen=True)
class Candidate:
    """An initiative that can be planned: ``gain`` in levels, ``requires`` the candidates that must finish first."""

    initiative: Initiative
    gain: float
    periods: int
    requires: tuple[str, ...]
    enabler: bool
    """Not needed for its own capability's target, only because another initiative waits for it."""


@dataclass(frozen=True)
class Candidates:
    """What can be planned, and capabilities that need nothing: those at or above their target."""

    plannable: tuple[Candidate, ...]
    at_target: tuple[str, ...]
    unknown: tuple[str, ...]
    """Capabilities without a level (withheld) or without a target."""


def find_candidates(result: AssessmentResult, library: InitiativeLibrary, questionnaire: Questionnaire) -> Candidates:
    """The steps between current level and target, and the steps of other capabilities that they wait for."""
    levels = {level.id: level.value for level in questionnaire.scale.levels}
    near = nearly(levels.values())
    measured = {x.id: x for x in result.capabilities if isinstance(x, CapabilityResult)}
    short = [x for x in measured.values() if (x.target_gap or 0.0) > 0]
    wanted = {
        step.id
        for x in short
        for step in library.of(x.id)
        if levels[step.to_level] > x.estimate + near and levels[step.from_level] < (x.target or 0.0)
    }
    steps = {step.id: step for step in library}
    reaching = {(step.capability, step.to_level): step.id for step in library}
    needed = set(wanted)
    waiting = list(wanted)
    while waiting:
        step = steps[waiting.pop()]
        for other in _waits_for(step, measured, levels, reaching, near):
            if other not in needed:
                needed.add(other)
                waiting.append(other)
    plannable = tuple(
        _candidate(step, wanted, measured, levels, reaching, near) for step in library if step.id in needed
    )
    return Candidates(
        plannable=plannable,
        at_target=tuple(x.id for x in measured.values() if x.target_gap is not None and x.target_gap <= 0),
        unknown=tuple(x.id for x in result.capabilities if not isinstance(x, CapabilityResult) or x.target_gap is None),
    )


def nearly(levels: Iterable[float]) -> float:
    """How far below a level counts as there, on a scale of these levels.

    >>> nearly([0, 1, 2, 3]), nearly([0, 50, 100])
    (0.3, 15.0)
    """
    values = list(levels)
    return REACHED * (max(values) - min(values)) / (len(values) - 1)


def _waits_for(
    step: Initiative,
    measured: dict[str, CapabilityResult],
    levels: dict[str, float],
    reaching: dict[tuple[str, str], str],
    near: float,
) -> list[str]:
    """The initiatives that must finish first, because a level is not reached yet. Unknown levels are taken as reached."""
    needs = [(step.capability, step.from_level), *step.requires_levels.items()]
    missing = [
        reaching[need]
        for need in needs
        if need in reaching and need[0] in measured and levels[need[1]] > measured[need[0]].estimate + near
    ]
    return [*missing, *step.requires_initiatives]


def _candidate(
    step: Initiative,
    wanted: set[str],
    measured: dict[str, CapabilityResult],
    levels: dict[str, float],
    reaching: dict[tuple[str, str], str],
    near: float,
) -> Candidate:
    now = measured[step.capability].estimate if step.capability in measured else levels[step.from_level]
    start = now if levels[step.from_level] <= now + near else levels[step.from_level]
    return Candidate(
        initiative=step,
        gain=levels[step.to_level] - start,
        periods=max(1, math.ceil(step.duration.middle / MONTHS)),
        requires=tuple(dict.fromkeys(_waits_for(step, measured, levels, reaching, near))),
        enabler=step.id not in wanted,
    )


def default_limits(candidates: Candidates, base: Limits, skills: list[str]) -> Limits:
    """A first proposal: about 60% of what doing everything would take, rounded to plain numbers, and of each skill at
    least the days that any one initiative needs in a quarter: with few initiatives the share alone would fit none."""
    everything = [candidate.initiative for candidate in candidates.plannable]
    years = base.periods * MONTHS / 12
    per_period = SHARE / base.periods
    return Limits(
        starts_on=base.starts_on,
        periods=base.periods,
        operating=_plain(sum(step.operating.middle for step in everything) * per_period),
        capital_per_year=_plain(sum(step.capital.middle for step in everything) * SHARE / years),
        skills={
            skill: _plain(max(sum(_days(step, skill) for step in everything) * per_period, _most(candidates, skill)))
            for skill in skills
        },
    )


def _days(step: Initiative, skill: str) -> float:
    return step.effort[skill].middle if skill in step.effort else 0.0


def _most(candidates: Candidates, skill: str) -> float:
    """The most days of a skill that a single initiative needs in a quarter."""
    return max((_days(each.initiative, skill) / each.periods for each in candidates.plannable), default=0.0)


def _plain(value: float) -> float:
    """Rounded up to a number that people would say: 5, 10, 25 …"""
    step = 5 if value < 100 else 10
    return float(math.ceil(value / step) * step)


def problem_document(result: AssessmentResult, candidates: Candidates, limits: Limits) -> dict[str, Any]:
    """The optimiser's problem, in the format of ``trigpoint roadmap solve``."""
    capabilities = [
        {
            "id": x.id,
            "weight": limits.weights.get(x.id, x.importance or 1.0),
            "gap": max(0.0, x.target_gap or 0.0),
        }
        for x in result.capabilities
        if isinstance(x, CapabilityResult)
    ]
    return {
        "periods": limits.periods,
        "discount": 0.97,
        "capabilities": capabilities,
        "skills": dict(limits.skills),
        "budget": {
            "operating": limits.operating,
            "capital": limits.capital(),
            "carry_over": limits.carry_over,
        },
        "wip_limit": limits.wip,
        "initiatives": [_initiative_document(candidate, limits) for candidate in candidates.plannable],
    }


def _initiative_document(candidate: Candidate, limits: Limits) -> dict[str, Any]:
    step, periods = candidate.initiative, candidate.periods

    def spread(total: float) -> list[float]:
        return [total / periods] * periods

    return {
        "id": step.id,
        "duration": periods,
        "effort": {skill: spread(days.middle) for skill, days in step.effort.items() if skill in limits.skills},
        "operating": spread(step.operating.middle),
        "capital": [step.capital.middle, *([0.0] * (periods - 1))],
        "gain": {step.capability: candidate.gain},
        "requires": list(candidate.requires),
        "alternative": None,
        "mandatory": False,
        "pin": limits.pins.get(step.id),
        "exclude": step.id in limits.excludes,
    }
