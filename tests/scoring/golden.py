"""One assessment with everything in it, and all its numbers, kept beside the version of the scoring that gave them.

``python -m tests.scoring.golden`` writes the numbers anew, after SCORING_VERSION was raised.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scoring.assess import assess
from scoring.document import to_document
from scoring.results import SCORING_VERSION, Settings
from tests.scoring.builders import edition, people, questionnaire, random_answers

FILE = Path(__file__).parent / "reference" / "golden.json"


def numbers() -> dict[str, float]:
    """Every number of the result by its path; texts are left out."""
    asked = questionnaire()
    names = [one.id for one in asked.capabilities]
    units = ("Brand", "Field", "Ops", "Tiny")
    before, now = (people(n, units, seed) for n, seed in ((70, 5), (64, 6)))
    now.loc[now["unit"] == "Tiny", "unit"] = np.where(np.arange((now["unit"] == "Tiny").sum()) < 3, "Tiny", "Ops")
    shared: dict[str, Any] = {
        "headcount": {"Brand": 120, "Field": 60, "Ops": 90, "Tiny": 6},
        "invited": {"Brand": 40, "Field": 40, "Ops": 40, "Tiny": 25},
        "targets": pd.DataFrame({"capability": names, "target": [4, 3.5, 4, 3, 4.5], "importance": [5, 3, 4, 2, 1]}),
        "edition": edition(asked, np.random.default_rng(9).uniform(1.5, 4.5, (90, 5))),
        "profile": {"industry": "retail", "size": "under-250"},
        "settings": Settings(bootstrap=200),
    }
    first = assess(asked, random_answers(asked, 70, 5), before, **shared)
    second = assess(asked, random_answers(asked, 64, 6), now, previous=first, **shared)
    return dict(_numbers(to_document(second), ""))


def _numbers(value: object, path: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _numbers(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _numbers(inner, f"{path}[{place}]")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)


if __name__ == "__main__":
    FILE.write_text(json.dumps({"scoring_version": SCORING_VERSION, "numbers": numbers()}, indent=0) + "\n")
