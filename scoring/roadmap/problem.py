"""What a roadmap is planned from: initiatives, periods, limits and what a closed gap is worth."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_INITIATIVES = 1000
MAX_PERIODS = 60
MAX_STARTS = 12_000


class ProblemError(ValueError):
    """The problem was refused; ``faults`` lists every reason as "place: what is wrong; how to fix it"."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Capability:
    """A gap to close: ``gap`` in levels (target minus current, not below 0), ``weight`` the worth of one level closed."""

    id: str
    weight: float
    gap: float


@dataclass(frozen=True, slots=True)
class Initiative:
    """A piece of work of ``duration`` periods.

    ``effort`` (by skill), ``operating`` and ``capital`` run over the initiative's own periods from its start and have
    ``duration`` entries each. ``gain``: levels lifted by capability. ``requires``: ids that must have finished before
    it starts. At most one initiative of an ``alternative`` group is chosen. ``mandatory``: must be chosen. ``pin``:
    must be chosen and start in that period. ``exclude``: must not be chosen.
    """

    id: str
    duration: int
    effort: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    operating: tuple[float, ...] = ()
    capital: tuple[float, ...] = ()
    gain: Mapping[str, float] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    alternative: str | None = None
    mandatory: bool = False
    pin: int | None = None
    exclude: bool = False

    @property
    def cost(self) -> float:
        """Operating and capital spend over the whole initiative."""
        return sum(self.operating) + sum(self.capital)


@dataclass(frozen=True, slots=True)
class Problem:
    """Initiatives to place in ``periods`` under limits; each limit has one entry per period, ``None`` is no limit.

    ``discount``: worth of a level held one period later, relative to now (0 < discount ≤ 1). ``carry_over``: what a
    budget leaves unspent may be spent in later periods. ``now``: first period that is still to come; what is not
    pinned starts there or later, and the limits of periods before it bind no more, except that with ``carry_over``
    what was spent in them counts.
    """

    periods: int
    capabilities: tuple[Capability, ...]
    initiatives: tuple[Initiative, ...]
    skills: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    operating: tuple[float, ...] | None = None
    capital: tuple[float, ...] | None = None
    carry_over: bool = False
    discount: float = 1.0
    wip_limit: tuple[int, ...] | None = None
    now: int = 0
