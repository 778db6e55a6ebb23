"""What the optimiser answers: a plan with its value, a bound that no plan can beat, and what it uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Status = Literal["optimal", "feasible", "infeasible"]


@dataclass(frozen=True, slots=True)
class Use:
    """What a plan uses per period: effort by skill, operating spend, capital spend, initiatives under way."""

    skills: Mapping[str, tuple[float, ...]]
    operating: tuple[float, ...]
    capital: tuple[float, ...]
    in_progress: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One limit that takes part in a conflict.

    ``limit`` names it as in the problem (``skills.it``, ``budget.capital``, ``initiatives.x.pin``). Where the smallest
    relaxation changes it, ``period``, ``given`` and ``needed`` say from what to what (numbers) or ``needed`` is None
    and ``text`` says what to change.
    """

    limit: str
    text: str
    relax: bool = False
    period: int | None = None
    given: float | None = None
    needed: float | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan. ``gap`` is (bound − objective) ÷ bound: at most this share of the best conceivable value is missing.

    ``unreachable``: initiatives that cannot be part of any plan, with the reason.
    """

    status: Status
    objective: float
    bound: float
    gap: float
    seconds: float
    starts: Mapping[str, int]
    left_out: tuple[str, ...]
    use: Use
    conflict: tuple[Conflict, ...] = ()
    unreachable: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search has come: value of the best plan, certified bound, seconds since the start."""

    objective: float
    bound: float
    seconds: float


def relative_gap(objective: float, bound: float) -> float:
    """Share of the bound that the objective may be missing, from 0 to 1.

    >>> relative_gap(95.0, 100.0)
    0.05
    """
    return max(0.0, (bound - objective) / bound) if bound > 0 else 0.0
