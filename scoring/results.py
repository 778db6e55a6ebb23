"""What an assessment comes to: the frozen types that the report, the API, the exports and the command line read.

Nothing here is rounded. A value that does not exist is ``None`` (and absent from the document, see
``scoring.document``); a value that may not be shown is not here at all: its place holds a ``Withheld…`` type whose
``withheld`` says why in a few words. Levels are in the units of the questionnaire's own scale; shares and rates run
from 0 to 1; percentiles from 0 to 100.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

SCORING_VERSION = "1.1.0"
"""Changes whenever any number of any result can change for the same input."""

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
    """Now minus the wave before; ``n_before`` respondents then. ``clear``: the interval excludes zero after
    correction."""

    before: float
    change: float
    low: float | None = None
    high: float | None = None
    n_before: int
    method: str
    p_value: float | None = None
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


@dataclass(frozen=True, kw_only=True)
class OverInvestment:
    """A capability above its target, interval excluding zero; ``surplus`` levels above."""

    capability: str
    surplus: float
    interval: Interval
    importance: float | None = None


@dataclass(frozen=True, kw_only=True)
class PeerGroup:
    """The peer group used for the report as a whole, with the edition's provenance. ``asked`` is the group that was
    wanted, ``fallback`` why another is shown (empty when it is the same). ``family`` comparisons were corrected
    together; ``behind`` and ``ahead`` list the capabilities that are clearly so."""

    id: str
    edition: str
    kind: EditionKind
    label: str
    source: str
    method: str
    year: int
    published_on: str
    group: str
    group_name: str
    n: int
    asked: str
    fallback: str
    family: int
    behind: tuple[str, ...]
    ahead: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Comparability:
    """How far the wave before asked the same: share of questions in common (of all asked in either)."""

    share: float
    same_version: bool
    previous_version: str
    note: str


@dataclass(frozen=True, kw_only=True)
class TextPart:
    text: str
    strong: bool = False


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A sentence the report can defend. ``rule`` is the id under which docs/methods.md says when it is written;
    ``numbers`` are the values the sentence used, unrounded; ``parts`` joined give the text, ``strong`` ones are what
    to print in semibold."""

    kind: str
    rule: str
    title: str
    parts: tuple[TextPart, ...]
    capabilities: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The finding that stands above a section, and one sentence under it."""

    title: str
    lead: str
    rule: str


@dataclass(frozen=True, kw_only=True)
class Note:
    """One paragraph of "method and limits"; ``topic`` names what it explains."""

    topic: str
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class QuestionnaireRef:
    id: str
    version: str
    sha256: str
    questions: tuple[str, ...] = ()
    """Ids of the scored questions: what the next wave's comparability is computed from."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the numbers were computed with.

    ``bootstrap`` : resamples for the intervals of composites, 15 to 500 respondents (0: none); ``q`` the false-discovery
    rate; ``withhold_unanimous`` : no mean of a unit or role in which everyone answered alike
    """

    k: int = 5
    confidence: float = 0.95
    q: float = 0.10
    bootstrap: int = 1000
    seed: int = 20_261
    withhold_unanimous: bool = True


@dataclass(frozen=True, kw_only=True)
class AssessmentResult:
    """Everything the report shows of one assessment (or wave).

    ``sections`` holds the headline of each report section by its id: overview, heatmap, peers, perception,
    priorities, method. ``units`` and ``roles`` come in the order of their ids as first met; ``over_investment``
    largest surplus first.
    """

    questionnaire: QuestionnaireRef
    scoring_version: str
    settings: Settings
    respondents: int | None = None
    invited: int | None = None
    response_rate: Share | None = None
    overall: Overall | WithheldLevel
    dimensions: tuple[DimensionResult | WithheldLevel, ...]
    capabilities: tuple[CapabilityResult | WithheldLevel, ...]
    units: tuple[Group | WithheldGroup, ...] = ()
    roles: tuple[Group | WithheldGroup, ...] = ()
    perception: Perception = field(default_factory=Perception)
    peers: PeerGroup | None = None
    comparability: Comparability | None = None
    over_investment: tuple[OverInvestment, ...] = ()
    outcomes: tuple[Distribution | WithheldDistribution, ...] = ()
    sections: Mapping[str, Headline] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()

    def capability(self, capability_id: str) -> CapabilityResult | WithheldLevel:
        """Raises ``KeyError`` when the questionnaire has no such capability."""
        return {capability.id: capability for capability in self.capabilities}[capability_id]

    def dimension(self, dimension_id: str) -> DimensionResult | WithheldLevel:
        """Raises ``KeyError`` when the questionnaire has no such dimension."""
        return {dimension.id: dimension for dimension in self.dimensions}[dimension_id]
