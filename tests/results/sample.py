"""A synthetic assessment for the tests of the report: two waves of mops-core, eight units of which one is too small."""

from datetime import date
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from questionnaires.load import load_questionnaire
from questionnaires.schema import DONT_KNOW, Questionnaire
from scoring.assess import assess
from scoring.editions import INDUSTRIES, SIZES, Edition
from scoring.results import AssessmentResult

UNITS = {
    "Field EMEA": 11,
    "Field Americas": 9,
    "Product marketing": 8,
    "Demand generation": 14,
    "Brand and content": 9,
    "Marketing operations": 12,
    "Field APAC": 3,
    "Partner marketing": 7,
}
PROFILE = {"industry": "industrial", "size": "1000-4999"}


def mops_core() -> Questionnaire:
    return load_questionnaire("mops-core", "1.0.0")


def people(questionnaire: Questionnaire, units: dict[str, int] | None = None) -> pd.DataFrame:
    """One row per respondent: unit and role, one leader in six."""
    leaders = sorted(questionnaire.leader_roles)
    others = [option.id for option in questionnaire.profile[0].options if not option.leader]
    rows = []
    for unit, n in (units or UNITS).items():
        for place in range(n):
            rows.append((unit, leaders[0] if place % 6 == 0 else others[place % len(others)]))
    return pd.DataFrame(rows, columns=["unit", "role"])


def answers(
    questionnaire: Questionnaire, respondents: pd.DataFrame, seed: int, shift: float = 0.0
) -> NDArray[np.uint8]:
    """Levels around a mean per capability and unit; leaders rate higher; one answer in thirty is don't know."""
    generator = np.random.default_rng(seed)
    means = np.random.default_rng(7).normal(2.7, 0.45, len(questionnaire.capabilities))
    unit_codes, names = pd.factorize(respondents["unit"])
    by_unit = np.random.default_rng(8).normal(0, 0.25, len(names))
    leader = respondents["role"].isin(questionnaire.leader_roles).to_numpy()
    matrix = np.zeros((len(respondents), len(questionnaire.asked)), dtype=np.uint8)
    for place, capability in enumerate(questionnaire.capabilities):
        person = means[place] + shift + by_unit[unit_codes] + 0.5 * leader + generator.normal(0, 0.5, len(respondents))
        for column in questionnaire.columns[capability.id]:
            drawn = np.clip(np.rint(person + generator.normal(0, 0.45, len(respondents))), 1, 5)
            matrix[:, column] = np.where(generator.random(len(respondents)) < 1 / 30, DONT_KNOW, drawn)
    for column in range(len(questionnaire.questions), len(questionnaire.asked)):
        matrix[:, column] = generator.integers(1, 4, len(respondents))
    return matrix


def targets(questionnaire: Questionnaire) -> pd.DataFrame:
    generator = np.random.default_rng(9)
    rows = [
        (capability.id, float(generator.choice([2.5, 3.0, 3.5, 4.0])), int(generator.integers(2, 6)))
        for capability in questionnaire.capabilities
    ]
    return pd.DataFrame(rows, columns=["capability", "target", "importance"])


def edition(questionnaire: Questionnaire, peers: int = 240) -> Edition:
    generator = np.random.default_rng(10)
    common = generator.normal(2.8, 0.4, (peers, 1))
    levels = np.clip(common + generator.normal(0, 0.5, (peers, len(questionnaire.capabilities))), 1, 5)
    segments = pd.DataFrame(
        {
            "industry": generator.choice(INDUSTRIES, peers),
            "size": generator.choice(SIZES, peers),
            "region": ["europe"] * peers,
        }
    )
    return Edition(
        id="trigpoint-illustrative",
        edition="2026.1",
        kind="illustrative",
        source="Simulated from documented assumptions",
        method="One record per organisation, drawn with a seed",
        year=2026,
        published_on=date(2026, 9, 1),
        questionnaire=questionnaire.id,
        capabilities=tuple(capability.id for capability in questionnaire.capabilities),
        organizations=tuple(str(number) for number in range(peers)),
        levels=levels,
        segments=segments,
    )


@cache
def sample_result() -> AssessmentResult:
    """Two waves against the edition; Field APAC has three people."""
    questionnaire = mops_core()
    respondents = people(questionnaire)
    first = assess(questionnaire, answers(questionnaire, respondents, 1), respondents, targets=targets(questionnaire))
    return assess(
        questionnaire,
        answers(questionnaire, respondents, 2, 0.15),
        respondents,
        invited={unit: n + 3 for unit, n in UNITS.items()},
        targets=targets(questionnaire),
        edition=edition(questionnaire),
        profile=PROFILE,
        previous=first,
    )
