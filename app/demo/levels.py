"""How mature the demo's clients are, and how one person answers."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from app.demo.people import Person, UnitPlan
from questionnaires.schema import OutcomeQuestion, Question, Questionnaire

NORBECK: Mapping[str, float] = {
    "people.operating-model": 3.1,
    "people.roles-skills": 2.6,
    "people.training": 2.4,
    "people.leadership": 3.3,
    "people.change": 2.2,
    "process.planning": 2.9,
    "process.definition": 2.7,
    "process.campaigns": 3.0,
    "process.projects": 2.9,
    "process.suppliers": 3.2,
    "process.governance": 3.5,
    "technology.stack": 2.8,
    "technology.integration": 2.1,
    "technology.administration": 3.6,
    "technology.selection": 2.7,
    "technology.adoption": 2.5,
    "technology.ai": 2.0,
    "data.coverage": 2.9,
    "data.quality": 2.1,
    "data.unification": 1.8,
    "data.privacy": 3.4,
    "data.literacy": 2.3,
    "analytics.reporting": 3.2,
    "analytics.measures": 2.9,
    "analytics.insight": 2.6,
    "analytics.attribution": 1.9,
    "analytics.predictive": 1.6,
}
"""The levels now. A year ago everything stood a little lower, and some of it much."""
SINCE_LAST_YEAR: Mapping[str, float] = {
    "process.campaigns": 0.6,
    "technology.administration": 0.5,
    "analytics.reporting": 0.5,
    "data.privacy": 0.4,
    "people.leadership": 0.3,
    "technology.ai": 0.3,
    "data.quality": 0.0,
    "people.change": -0.1,
}
USUAL_PROGRESS = 0.12
CALDER: Mapping[str, float] = {capability: 0.6 * level + 1.1 for capability, level in NORBECK.items()}

BY_ROLE = {"leader": 0.55, "manager": 0.1, "specialist": -0.15}
"""People who lead see more maturity than those who do the work."""
HARD_TO_TELL = {"analytics.predictive": 0.16, "technology.ai": 0.1, "process.suppliers": 0.12, "data.unification": 0.08}
"""How often people do not know, where it is often."""
NOT_OURS = {
    "process.suppliers": "Purchasing is done centrally for us.",
    "technology.selection": "Our team does not take part in choosing tools.",
    "data.privacy": "We hold no customer data ourselves.",
    "analytics.attribution": "Our work is not tied to sales figures.",
}


@dataclass(frozen=True)
class Given:
    """One answer before it is stored."""

    question: str
    status: str
    option: str | None
    reason: str = ""


def a_year_ago(levels: Mapping[str, float]) -> dict[str, float]:
    return {capability: level - SINCE_LAST_YEAR.get(capability, USUAL_PROGRESS) for capability, level in levels.items()}


def answers_of(
    person: Person, unit: UnitPlan, levels: Mapping[str, float], questionnaire: Questionnaire, draw: random.Random
) -> list[Given]:
    """What ``person`` answers to every question: the level of the capability, seen through unit, role and mood."""
    mood = draw.gauss(0, 0.35) + BY_ROLE[person.role]
    given = []
    for capability in questionnaire.capabilities:
        seen = levels[capability.id] + unit.offset.get(capability.dimension, 0.0) + mood + draw.gauss(0, 0.3)
        given += [_one(question, capability.id, seen, person, draw) for question in capability.questions]
    outcome = 2.9 + 0.5 * mood
    given += [_level(question, outcome + draw.gauss(0, 0.6)) for question in questionnaire.outcomes]
    return given


def _one(question: Question, capability: str, seen: float, person: Person, draw: random.Random) -> Given:
    chance = draw.random()
    unsure = HARD_TO_TELL.get(capability, 0.02) * (0.4 if person.role == "leader" else 1.0)
    if chance < unsure:
        return Given(question.id, "dont_know", None)
    if capability in NOT_OURS and chance > 0.97:
        return Given(question.id, "not_applicable", None, NOT_OURS[capability])
    return _level(question, seen + draw.gauss(0, 0.45))


def _level(question: Question | OutcomeQuestion, value: float) -> Given:
    place = min(max(round(value), 1), len(question.options))
    return Given(question.id, "answered", question.options[place - 1].id)
