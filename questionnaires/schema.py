"""The frozen types of a questionnaire and its initiative library.

A questionnaire is a tree: dimensions → capabilities → questions. Its scale is its own: three to seven named levels,
lowest first, each with the number that is averaged. Everything else in Trigpoint takes the scale from here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

UNANSWERED = 0
"""Code of an unanswered question in a packed answer vector; codes 1…n are the options, lowest first."""
DONT_KNOW = 254
NOT_APPLICABLE = 255


@dataclass(frozen=True)
class Level:
    """One step of the questionnaire's scale: ``value`` is the number that is averaged."""

    id: str
    value: float
    name: str
    meaning: str


@dataclass(frozen=True)
class Scale:
    """The named levels, lowest first."""

    levels: tuple[Level, ...]

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(level.value for level in self.levels)

    @property
    def low(self) -> float:
        return self.levels[0].value

    @property
    def high(self) -> float:
        return self.levels[-1].value

    def level(self, level_id: str) -> Level:
        return next(level for level in self.levels if level.id == level_id)

    def at(self, value: float) -> Level:
        """The highest level that ``value`` reaches (the lowest level when it reaches none)."""
        reached = [level for level in self.levels if level.value <= value]
        return reached[-1] if reached else self.levels[0]


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen; ``code`` is its place in a packed answer vector, from 1."""

    id: str
    value: float
    text: str
    code: int


@dataclass(frozen=True)
class Question:
    """One measurable statement of a capability; ``options`` describe the levels of the scale, lowest first."""

    id: str
    text: str
    options: tuple[Option, ...]
    help: str = ""
    pulse: bool = False


@dataclass(frozen=True)
class Capability:
    id: str
    name: str
    short: str
    description: str
    dimension: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Dimension:
    id: str
    name: str
    description: str
    capabilities: tuple[Capability, ...]


@dataclass(frozen=True)
class OutcomeQuestion:
    """How well marketing meets one of its goals; never part of a level."""

    id: str
    name: str
    text: str
    options: tuple[Option, ...]
    help: str = ""


@dataclass(frozen=True)
class ProfileOption:
    id: str
    text: str
    leader: bool = False


@dataclass(frozen=True)
class ProfileQuestion:
    """Asked about the respondent only when the invitation does not know the answer."""

    id: str
    text: str
    options: tuple[ProfileOption, ...]


@dataclass(frozen=True)
class Questionnaire:
    """One published version. ``sha256`` is the digest of its canonical content, not of the file's layout."""

    id: str
    version: str
    title: str
    description: str
    language: str
    scale: Scale
    min_answered_share: float
    dimensions: tuple[Dimension, ...]
    outcomes: tuple[OutcomeQuestion, ...]
    profile: tuple[ProfileQuestion, ...]
    sha256: str

    @cached_property
    def capabilities(self) -> tuple[Capability, ...]:
        return tuple(capability for dimension in self.dimensions for capability in dimension.capabilities)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The scored questions, in the order of the packed answer vector."""
        return tuple(question for capability in self.capabilities for question in capability.questions)

    @cached_property
    def asked(self) -> tuple[Question | OutcomeQuestion, ...]:
        """Everything a respondent answers: the scored questions, then the outcome questions (the vector's order)."""
        return (*self.questions, *self.outcomes)

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Question id → its place in the packed answer vector."""
        return MappingProxyType({question.id: place for place, question in enumerate(self.asked)})

    @cached_property
    def columns(self) -> Mapping[str, tuple[int, ...]]:
        """Capability id → the places of its questions in the vector."""
        return MappingProxyType(
            {
                capability.id: tuple(self.position[question.id] for question in capability.questions)
                for capability in self.capabilities
            }
        )

    def capability(self, capability_id: str) -> Capability:
        return next(capability for capability in self.capabilities if capability.id == capability_id)

    def dimension(self, dimension_id: str) -> Dimension:
        return next(dimension for dimension in self.dimensions if dimension.id == dimension_id)

    def question(self, question_id: str) -> Question | OutcomeQuestion:
        return self.asked[self.position[question_id]]

    @cached_property
    def leader_roles(self) -> frozenset[str]:
        """Ids of the profile options that count as a leader in "leaders vs staff"."""
        return frozenset(option.id for question in self.profile for option in question.options if option.leader)


@dataclass(frozen=True)
class Range:
    low: float
    high: float

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class Milestone:
    at: float
    """Share of the initiative's duration, above 0 and at most 1."""
    text: str


@dataclass(frozen=True)
class Measure:
    what: str
    how: str
    baseline: str
    target: str


@dataclass(frozen=True)
class Skill:
    id: str
    name: str


@dataclass(frozen=True)
class Initiative:
    """A piece of work that lifts one capability from one level to the next. Costs are in the library's currency unit,
    effort in person-days by skill, duration in months."""

    id: str
    capability: str
    from_level: str
    to_level: str
    title: str
    summary: str
    monday: str
    deliverables: tuple[str, ...]
    milestones: tuple[Milestone, ...]
    measure: Measure
    effort: Mapping[str, Range]
    operating: Range
    capital: Range
    duration: Range
    requires_levels: Mapping[str, str]
    requires_initiatives: tuple[str, ...]
    suppliers: tuple[str, ...]
    risks: tuple[str, ...]
    quick_win: bool


@dataclass(frozen=True)
class InitiativeLibrary:
    """The initiatives of a questionnaire, and per capability what to stop where it stands above its target."""

    questionnaire: str
    version: str
    currency_unit: str
    skills: tuple[Skill, ...]
    initiatives: tuple[Initiative, ...]
    stop: Mapping[str, str]
    sha256: str

    def __iter__(self) -> Iterator[Initiative]:
        return iter(self.initiatives)

    def of(self, capability_id: str) -> tuple[Initiative, ...]:
        return tuple(initiative for initiative in self.initiatives if initiative.capability == capability_id)
