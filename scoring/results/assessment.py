"""A whole result, and what it was computed from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scoring.results.estimates import EditionKind, Interval, Share
from scoring.results.groups import Group, Perception, WithheldGroup
from scoring.results.whole import (
    CapabilityResult,
    DimensionResult,
    Distribution,
    Overall,
    WithheldDistribution,
    WithheldLevel,
)
from scoring.results.words import Finding, Headline, Note

SCORING_VERSION = "1.2.0"
"""Changes whenever any number of any result can change for the same input."""


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
