"""The illustrative edition of the peer baseline: simulated, seeded, the same bytes every time.

No open data on marketing-operations maturity by capability exists (see docs/methods.md), so this edition shows what a
comparison looks like and claims nothing about a market. Its assumptions, all in this file:

- level of organisation o on capability c
  = mean_c + shift(industry, dimension) + shift(size) + general_o + dimension_od + own_oc, cut to the scale
- general_o ~ N(0, 0.50), dimension_od ~ N(0, 0.30), own_oc ~ N(0, 0.38): the SD between organisations is about 0.7,
  capabilities correlate about 0.5 across dimensions and 0.7 inside one
- the mean over capabilities is about 3.1; predictive methods, AI, unification and attribution are lowest
- industries and sizes are unevenly filled, so that some industry × size cells have under 5, some 5 to 9 and some 10
  or more organisations
"""

import csv
import io

import numpy as np
from numpy.typing import NDArray

from questionnaires.schema import Questionnaire
from scoring.editions import INDUSTRIES, REGIONS, SIZES

SEED = 20_260_901
EDITION = "2026.1"

MEAN = 3.17
GENERAL, DIMENSION, OWN = 0.50, 0.30, 0.38

SHIFT = {
    "analytics.predictive": -0.75,
    "technology.ai": -0.70,
    "data.unification": -0.50,
    "analytics.attribution": -0.50,
    "technology.integration": -0.25,
    "data.quality": -0.20,
    "people.change": -0.20,
    "data.literacy": -0.15,
    "technology.administration": 0.40,
    "data.privacy": 0.45,
    "process.governance": 0.20,
    "process.planning": 0.25,
    "analytics.reporting": 0.20,
    "people.leadership": 0.15,
    "process.campaigns": 0.10,
}

INDUSTRY_SHIFT = {
    "technology": {"technology": 0.20, "analytics": 0.10},
    "industrial": {"data": -0.15, "technology": -0.10},
    "financial-services": {"data": 0.20, "process": 0.10},
    "healthcare": {"process": 0.10, "technology": -0.10},
    "consumer-goods": {"people": 0.05, "data": -0.10},
    "retail": {"analytics": 0.15, "process": -0.05},
    "energy": {"people": -0.10, "analytics": -0.15},
    "professional-services": {"technology": -0.10, "process": -0.05},
}
SIZE_SHIFT = {"under-250": -0.15, "250-999": -0.05, "1000-4999": 0.05, "5000-plus": 0.15}

CELLS = {
    "technology": (22, 20, 14, 12),
    "industrial": (6, 14, 7, 14),
    "financial-services": (4, 11, 15, 18),
    "healthcare": (8, 12, 10, 7),
    "consumer-goods": (5, 9, 12, 11),
    "retail": (7, 10, 8, 6),
    "energy": (2, 4, 6, 8),
    "professional-services": (18, 13, 4, 3),
}
"""Organisations by industry, for the sizes in order."""

REGION_SHARES = (0.42, 0.36, 0.16, 0.06)


def edition_files(questionnaire: Questionnaire) -> tuple[str, str]:
    """The text of the CSV file and of its provenance, for any questionnaire; the assumptions are stretched to its scale."""
    rng = np.random.default_rng(SEED)
    segments = [
        (industry, size)
        for industry in INDUSTRIES
        for size, number in zip(SIZES, CELLS[industry], strict=True)
        for _ in range(number)
    ]
    segments = [segments[place] for place in rng.permutation(len(segments))]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["organization", "industry", "size", "region", *(one.id for one in questionnaire.capabilities)])
    for number, (industry, size) in enumerate(segments, start=1):
        region = REGIONS[rng.choice(len(REGIONS), p=REGION_SHARES)]
        levels = _levels(questionnaire, industry, size, rng)
        writer.writerow([f"{number:04d}", industry, size, region, *(f"{level:.2f}" for level in levels)])
    return text.getvalue(), _provenance(questionnaire, len(segments))


def _levels(questionnaire: Questionnaire, industry: str, size: str, rng: np.random.Generator) -> NDArray[np.float64]:
    general = rng.normal(0, GENERAL) + SIZE_SHIFT[size]
    own = rng.normal(0, OWN, len(questionnaire.capabilities))
    dimension = {
        one.id: rng.normal(0, DIMENSION) + INDUSTRY_SHIFT[industry].get(one.id, 0.0) for one in questionnaire.dimensions
    }
    means = np.array([MEAN + SHIFT.get(one.id, 0.0) + dimension[one.dimension] for one in questionnaire.capabilities])
    scale = questionnaire.scale
    share = (means + general + own - 1) / 4
    return np.clip(scale.low + share * (scale.high - scale.low), scale.low, scale.high)


def _provenance(questionnaire: Questionnaire, n: int) -> str:
    return f"""\
id: illustrative
edition: "{EDITION}"
kind: illustrative
questionnaire: {questionnaire.id}
source: Simulated from documented assumptions by the command baseline build; no organisation was measured.
method: >-
  One simulated level per organisation and capability: a capability mean, shifts by industry and size, and random
  effects of organisation (SD {GENERAL:.2f}), dimension ({DIMENSION:.2f}) and capability ({OWN:.2f}), cut to the scale;
  seed {SEED}.
year: 2026
n: {n}
published_on: 2026-09-01
"""
