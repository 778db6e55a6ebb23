"""The whole organisation: overall, dimensions, capabilities, and the answers behind them."""

from dataclasses import dataclass

from scoring.results.estimates import Agreement, Change, Estimate, Interval, Peer, Share, WithheldReason


@dataclass(frozen=True, kw_only=True)
class Overall(Estimate):
    """The whole organisation. ``stage`` is the value of the highest level that *every* capability reaches;
    ``binding`` the capabilities that hold the next level back, furthest first; ``provisional``: the interval of a
    capability that decides the stage lies on both sides of the level. ``with_fpc`` is the same interval with
    finite-population correction. ``weight_range``: the overall level when every dimension's weight moves by up to
    20%."""

    stage: float
    stage_name: str
    next_stage_name: str | None = None
    provisional: bool
    binding: tuple[str, ...]
    with_fpc: Estimate | None = None
    weight_range: tuple[float, float] | None = None
    target: float | None = None
    target_gap: float | None = None
    target_gap_interval: Interval | None = None
    peer_gap: float | None = None
    percentile: float | None = None
    peer: Peer | None = None
    change: Change | None = None


@dataclass(frozen=True, kw_only=True)
class DimensionResult(Estimate):
    """One dimension: the equally weighted mean of its capabilities."""

    id: str
    name: str
    coverage: float
    dont_know: float
    not_applicable: float
    bounds: tuple[float, float]
    target: float | None = None
    target_gap: float | None = None
    target_gap_interval: Interval | None = None
    peer_gap: float | None = None
    percentile: float | None = None
    peer: Peer | None = None
    change: Change | None = None


@dataclass(frozen=True, kw_only=True)
class AnswerCount:
    """How many people chose the levels (or options) ``levels``; small counts are merged with a neighbour."""

    levels: tuple[str, ...]
    count: int
    share: float


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """The answers to one question: ``counts`` lowest level first; counts of 1 to k−1 are merged with a neighbour.
    ``n`` people chose a level, of ``asked``. ``top_two`` is the share on the two highest levels (absent where merging
    hides it)."""

    question: str
    n: int
    asked: int
    dont_know: float
    not_applicable: float
    counts: tuple[AnswerCount, ...]
    top_two: Share | None = None

    @property
    def withheld(self) -> None:
        return None


@dataclass(frozen=True, kw_only=True)
class WithheldDistribution:
    question: str
    withheld: str
    reason: WithheldReason
    sentence: str


@dataclass(frozen=True, kw_only=True)
class PerceptionGap:
    """Leaders minus staff on one capability, Welch interval, Cliff's delta; ``clear`` after Benjamini–Hochberg."""

    leaders: Estimate
    staff: Estimate
    gap: float
    low: float
    high: float
    p_value: float
    clear: bool
    delta: float
    delta_word: str


@dataclass(frozen=True, kw_only=True)
class CapabilityResult(Estimate):
    """One capability of the whole organisation. ``coverage`` is answered ÷ applicable answers, ``dont_know``
    don't-knows ÷ applicable, ``not_applicable`` ÷ asked; ``bounds`` the level if every don't-know were the lowest and
    the highest level. ``priority_rank`` orders importance × gap to target (1 = first), ``priority_ranks`` its best
    and worst place when every importance moves by up to 20%."""

    id: str
    name: str
    short: str
    dimension: str
    coverage: float
    dont_know: float
    not_applicable: float
    bounds: tuple[float, float]
    agreement: Agreement | None = None
    target: float | None = None
    importance: float | None = None
    target_gap: float | None = None
    target_gap_interval: Interval | None = None
    peer_gap: float | None = None
    peer: Peer | None = None
    change: Change | None = None
    perception: PerceptionGap | None = None
    priority: float | None = None
    priority_rank: int | None = None
    priority_ranks: tuple[int, int] | None = None
    distributions: tuple[Distribution | WithheldDistribution, ...] = ()
    headline: str = ""


@dataclass(frozen=True, kw_only=True)
class WithheldLevel:
    """The place of an overall level, a dimension or a capability that may not be shown or could not be scored."""

    id: str
    name: str
    short: str = ""
    dimension: str = ""
    withheld: str
    reason: WithheldReason
    sentence: str
