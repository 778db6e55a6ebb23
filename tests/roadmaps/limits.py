"""Limits for tests that plan nothing."""

from datetime import date
from typing import Any

from app.roadmaps.limits import Limits


def limits(**changes: Any) -> Limits:
    """Eight quarters from January 2027."""
    return Limits(**({"starts_on": date(2027, 1, 1)} | changes))
