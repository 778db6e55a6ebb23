"""SCORING_VERSION changes whenever a number of a result does."""

import json

import pytest

from scoring.results import SCORING_VERSION
from tests.scoring.golden import FILE, numbers


def test_no_number_changes_without_the_scoring_version():
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    assert kept["scoring_version"] == SCORING_VERSION, "write the numbers anew: python -m tests.scoring.golden"
    found = numbers()
    differing = [
        path for path, value in kept["numbers"].items() if found.get(path) != pytest.approx(value, rel=1e-8, abs=1e-8)
    ]
    assert not differing, "numbers have changed: raise SCORING_VERSION, tell it in CHANGELOG, and write them anew"
    assert found.keys() == kept["numbers"].keys()
