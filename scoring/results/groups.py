"""Units and roles: the rows of the heatmap."""

from collections.abc import Mapping
from dataclasses import dataclass

from scoring.results.estimates import Apart, Change, Estimate, Interval, WithheldReason


@dataclass(frozen=True, kw_only=True)
class Cell(Estimate):
    """One unit (or role) on one capability, dimension or overall, with what the heatmap can switch to."""

    target_gap: float | None = None
    target_gap_interval: Interval | None = None
    peer_gap: float | None = None
    peer_gap_interval: Interval | None = None
    change: Change | None = None
    agreement: float | None = None
    """rwg(j), 0–1; capabilities only."""
    apart: Apart | None = None
    """Against the whole; capabilities of units only."""
    basis: tuple[int, int] | None = None
    """Dimensions and overall: from how many capabilities, of how many (withheld ones are left out)."""


@dataclass(frozen=True, kw_only=True)
class WithheldCell:
    withheld: str
    reason: WithheldReason
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """A row of the heatmap: one unit or one role that may be shown. Single cells of it may still be withheld.
    ``mean_gap`` is the mean of the row's shown gaps to target."""

    id: str
    n: int
    overall: Cell | WithheldCell
    dimensions: Mapping[str, Cell | WithheldCell]
    capabilities: Mapping[str, Cell | WithheldCell]
    invited: int | None = None
    mean_gap: float | None = None

    @property
    def withheld(self) -> None:
        return None


@dataclass(frozen=True, kw_only=True)
class WithheldGroup:
    """A unit or role of which nothing may be shown, not even its size."""

    id: str
    withheld: str
    reason: WithheldReason
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Perception:
    """Leaders vs staff: who counts as which, the family of comparisons, or why there is none."""

    leaders: int | None = None
    staff: int | None = None
    family: int = 0
    clear: tuple[str, ...] = ()
    withheld: str | None = None
    sentence: str | None = None
