"""Budget and capacity used per period, against their limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from app.roadmaps.pages.view import SYMBOLS, View


@dataclass(frozen=True)
class UsePeriod:
    used: float
    before: float | None
    limit: float
    """What there is in the period; where money carries over, with what was not spent before."""
    height: float
    """Share of the largest number of the chart, 0 to 1, for drawing; the same scale for all three."""
    before_height: float
    limit_height: float
    differs: bool
    """Whether the other plan uses another amount, as printed."""


@dataclass(frozen=True)
class UseRow:
    name: str
    note: str
    periods: tuple[UsePeriod, ...]


def use_rows(view: View, before: View | None) -> tuple[UseRow, ...]:
    limits, use = view.limits, view.roadmap.solution["use"]
    old = before.roadmap.solution["use"] if before else None
    carry = ", and what was left before" if limits.carry_over else ""
    unit = SYMBOLS.get(view.currency, view.currency)
    budget = [limits.operating] * limits.periods
    rows = [
        _use_row(
            "Operating budget",
            f"{unit}k per quarter, limit {limits.operating:,.0f}{carry}",
            use["operating"],
            _available(budget, use["operating"]) if limits.carry_over else budget,
            old["operating"] if old else None,
        ),
        _use_row(
            "Capital",
            f"{unit}k, limit {limits.capital_per_year:,.0f} per year{carry}",
            use["capital"],
            _available(limits.capital(), use["capital"]) if limits.carry_over else limits.capital(),
            old["capital"] if old else None,
        ),
    ]
    for skill in view.library.skills:
        if skill.id in use["skills"]:
            days = limits.skills.get(skill.id, 0.0)
            rows.append(
                _use_row(
                    skill.name,
                    f"days per quarter, limit {days:,.0f}",
                    use["skills"][skill.id],
                    [days] * limits.periods,
                    old["skills"].get(skill.id) if old else None,
                )
            )
    return tuple(rows)


def _available(given: Sequence[float], used: Sequence[float]) -> list[float]:
    """What each period can spend: its own share and what the periods before have left."""
    left = accumulate(new - spent for new, spent in zip(given, used, strict=True))
    return [new + before for new, before in zip(given, [0.0, *left][: len(given)], strict=True)]


def _use_row(
    name: str, note: str, used: Sequence[float], limit: Sequence[float], before: Sequence[float] | None
) -> UseRow:
    most = max((*used, *limit, *(before or ()), 1e-9))
    return UseRow(
        name,
        note,
        tuple(
            UsePeriod(
                used=value,
                before=before[place] if before and place < len(before) else None,
                limit=limit[place],
                height=value / most,
                before_height=before[place] / most if before and place < len(before) else 0.0,
                limit_height=limit[place] / most,
                differs=before is not None and (place >= len(before) or round(before[place]) != round(value)),
            )
            for place, value in enumerate(used)
        ),
    )
