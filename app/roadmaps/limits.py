"""The limits of a plan: time, budget, capacity, and what people pinned or excluded."""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

QUARTERS = 8
MONTHS = 3
SHARE = 0.6
"""Share of everything that could be done which the first proposal affords; a starting point for the conversation."""


@dataclass(frozen=True)
class Limits:
    """Money in thousands of the organisation's currency, effort in person-days, both per period unless said."""

    starts_on: date
    periods: int = QUARTERS
    operating: float = 0.0
    capital_per_year: float = 0.0
    skills: dict[str, float] = field(default_factory=dict)
    carry_over: bool = True
    weights: dict[str, float] = field(default_factory=dict)
    """Importance by capability where it differs from the strategy's."""
    pins: dict[str, int] = field(default_factory=dict)
    """Initiative → the period it must start in."""
    excludes: tuple[str, ...] = ()
    targets: dict[str, float] = field(default_factory=dict)
    """Target level by capability where it differs from the strategy's."""
    wip: int | None = None
    """Most initiatives under way in one period; None is no limit."""
    measured: bool = False
    """Whether gains count as far as they were realised elsewhere, where enough organisations have measured it."""
    standing: dict[str, Any] = field(default_factory=dict)
    """What the last review found (`app.roadmaps.reviews.standing`); empty before the first."""

    def document(self) -> dict[str, Any]:
        return asdict(self) | {"starts_on": self.starts_on.isoformat(), "excludes": list(self.excludes)}

    @staticmethod
    def of(document: dict[str, Any]) -> "Limits":
        given = document | {
            "starts_on": date.fromisoformat(document["starts_on"]),
            "excludes": tuple(document["excludes"]),
        }
        return Limits(**given)

    def capital(self) -> list[float]:
        """Capital by period: with carry-over the year's sum is there from the year's first period, else in equal parts."""
        per_year = 12 // MONTHS
        if self.carry_over:
            return [self.capital_per_year if period % per_year == 0 else 0.0 for period in range(self.periods)]
        return [self.capital_per_year / per_year] * self.periods


def next_quarter(day: date) -> date:
    """The first day of the quarter after ``day``."""
    month = (day.month - 1) // MONTHS * MONTHS + MONTHS + 1
    return date(day.year + (month > 12), (month - 1) % 12 + 1, 1)


def period_start(limits: Limits, period: int) -> date:
    """The first day of a period."""
    months = limits.starts_on.month - 1 + period * MONTHS
    return date(limits.starts_on.year + months // 12, months % 12 + 1, 1)


def period_of(limits: Limits, day: date) -> int:
    """The period that a day falls in; negative before the first one.

    >>> period_of(Limits(date(2027, 1, 1)), date(2027, 5, 31)), period_of(Limits(date(2027, 1, 1)), date(2026, 12, 31))
    (1, -1)
    """
    return ((day.year - limits.starts_on.year) * 12 + day.month - limits.starts_on.month) // MONTHS


def period_name(limits: Limits, period: int) -> str:
    """``Q1 2027``."""
    day = period_start(limits, period)
    return f"Q{(day.month - 1) // MONTHS + 1} {day.year}"


def horizon(limits: Limits, period: int) -> str:
    """Short: the first quarter of the time; medium: up to five eighths; long: the rest."""
    if period < max(1, round(limits.periods / 4)):
        return "Short"
    return "Medium" if period < round(limits.periods * 5 / 8) else "Long"
