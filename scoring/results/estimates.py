"""What stands beside a level: interval, share, peers, change, agreement."""

from dataclasses import dataclass
from typing import Literal

ILLUSTRATIVE_LABEL = "Illustrative baseline, not market data"

WithheldReason = Literal["small", "protects", "remainder", "unanimous", "coverage", "crossing", "released"]
"""``small``: fewer than k people. ``protects``: another withheld group would follow from it. ``remainder``: the
people not shown would be fewer than k. ``unanimous``: the mean is everyone's own answer. ``coverage``: too few
questions answered. ``crossing``: beside the units it would single people out. ``released``: beside an earlier result
of the same answers it would."""

EditionKind = Literal["illustrative", "imported", "pooled"]

Third = Literal["lower", "middle", "upper"]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A confidence interval of a difference; ``excludes_zero`` is what the report prints in semibold."""

    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A level with its uncertainty: ``n`` respondents, ``method`` in words, standard error and degrees of freedom
    where the method has them. ``low`` and ``high`` are absent where no interval can be computed."""

    estimate: float
    low: float | None = None
    high: float | None = None
    n: int
    method: str
    se: float | None = None
    df: float | None = None

    @property
    def withheld(self) -> None:
        return None


@dataclass(frozen=True, kw_only=True)
class Share:
    """``count`` of ``n`` with its Wilson interval, all from 0 to 1."""

    share: float
    low: float
    high: float
    count: int
    n: int


@dataclass(frozen=True, kw_only=True)
class Thirds:
    """Where we stand in a peer group of 5 to 9 organisations: a percentile would claim too much."""

    third: Third
    n: int
    group: str
    group_name: str


@dataclass(frozen=True, kw_only=True)
class Peer:
    """One level beside the peer group that was used.

    ``percentile`` is the mid-rank, 0–100, with its Wilson interval (absent under 10 peers, where ``third`` stands
    alone); ``mean`` is shrunken toward the parent group by ``1 - weight`` (``raw_mean`` is not); ``distance`` is ours
    minus ``mean`` in between-organisation standard deviations (``sd``); ``gap`` is the peer median minus ours, with
    our interval; ``clear``: our interval excludes the median, the percentile's excludes 50, and both survive
    Benjamini–Hochberg. ``levels`` are the peers' own levels, for drawing (absent for pooled editions, where they
    would show single organisations). ``group`` is the level of the chain (``industry×size``, ``industry``, ``size``,
    ``all``), ``group_name`` says it in words. ``label`` has to be printed wherever the numbers are. ``specific`` is
    our third in a more specific group that was too small for a percentile.
    """

    median: float
    lower_quartile: float
    upper_quartile: float
    mean: float
    raw_mean: float
    weight: float
    sd: float
    n: int
    group: str
    group_name: str
    fallback: str
    edition: str
    kind: EditionKind
    label: str
    gap: float
    gap_interval: Interval | None = None
    percentile: float | None = None
    percentile_low: float | None = None
    percentile_high: float | None = None
    third: Third | None = None
    specific: Thirds | None = None
    distance: float | None = None
    p_value: float | None = None
    clear: bool = False
    levels: tuple[float, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """Now minus the wave before; ``n_before`` respondents then, of whom ``n_linked`` are known to have answered both
    times (absent where people are not linked). ``clear``: the interval excludes zero after correction."""

    before: float
    change: float
    low: float | None = None
    high: float | None = None
    n_before: int
    n_linked: int | None = None
    method: str
    p_value: float | None = None
    clear: bool = False


@dataclass(frozen=True, kw_only=True)
class Apart:
    """A unit minus the whole it is a part of. ``clear``: the interval excludes zero after Benjamini–Hochberg over the
    ``family`` of all units and capabilities that are shown."""

    difference: float
    low: float
    high: float
    p_value: float
    family: int = 0
    clear: bool = False


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How far raters of one capability agree. ``rwg_j`` against the uniform null, ``rwg_j_skewed`` against slight
    skew, ``ad`` the average deviation from the mean with its ``ad_limit``; ``band`` and ``text`` say it in words."""

    rwg_j: float | None = None
    rwg_j_skewed: float | None = None
    ad: float | None = None
    ad_limit: float | None = None
    n: int
    band: str
    two_peaked: bool = False
    text: str
