"""A stored plan with what its pages and exports read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.models import Roadmap, RoadmapItem
from app.roadmaps.limits import Limits, period_name
from questionnaires.schema import Initiative, InitiativeLibrary, Questionnaire
from scoring.results import AssessmentResult

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}


@dataclass(frozen=True)
class Bar:
    """A place on the time axis, both in percent of its width."""

    x: float
    width: float


def money(thousands: float, currency: str) -> str:
    """36 → €36k."""
    return f"{SYMBOLS.get(currency, currency + ' ')}{thousands:,.0f}k"


def unit_of(currency: str) -> str:
    """€ for EUR; the code itself where there is no sign."""
    return SYMBOLS.get(currency, currency)


def cost_words(thousands: float, currency: str) -> str:
    """What an initiative costs beside people's days."""
    return money(thousands, currency) if round(thousands) else "time only"


def lifts_words(initiative: Initiative, questionnaire: Questionnaire, *, enabler: bool) -> str:
    scale = questionnaire.scale
    step = f"{scale.level(initiative.from_level).value:g} → {scale.level(initiative.to_level).value:g}"
    return f"enables ({step})" if enabler else step


@dataclass(frozen=True)
class View:
    """A stored plan with everything that its pages read."""

    roadmap: Roadmap
    limits: Limits
    library: InitiativeLibrary
    questionnaire: Questionnaire
    result: AssessmentResult
    currency: str
    items: Mapping[str, RoadmapItem]

    def without_items(self) -> "View":
        """The plan as it was solved, whatever people have agreed since."""
        return replace(self, items={})

    @property
    def starts(self) -> dict[str, int]:
        starts: dict[str, int] = self.roadmap.solution["starts"]
        return starts

    @property
    def durations(self) -> dict[str, int]:
        return {x["id"]: x["duration"] for x in self.roadmap.problem["initiatives"]}

    def step(self, initiative_id: str) -> Initiative:
        return next(x for x in self.library if x.id == initiative_id)

    def when(self, initiative_id: str) -> str:
        start = self.starts[initiative_id]
        end = start + self.durations[initiative_id] - 1
        first, last = period_name(self.limits, start), period_name(self.limits, end)
        return first if first == last else f"{first} to {last}"

    def bar(self, initiative_id: str) -> Bar | None:
        if initiative_id not in self.starts:
            return None
        width = 100 / self.limits.periods
        return Bar(self.starts[initiative_id] * width, self.durations[initiative_id] * width)


def certainty(view: View) -> str:
    """How far the plan can be from the best one, by its certified bound."""
    gap = f"{100 * view.roadmap.solution['gap']:.1f}"
    if gap == "0.0":
        return "no plan under these limits is worth more"
    return f"at most {gap}% below the best that is possible under these limits"


def period_names(limits: Limits) -> list[str]:
    return [period_name(limits, period) for period in range(limits.periods)]


def short_name(view: View, capability_id: str) -> str:
    return view.questionnaire.capability(capability_id).short


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
