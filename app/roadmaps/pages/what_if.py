"""The panel in which limits are changed."""

from dataclasses import dataclass

from app.roadmaps.limits import period_name
from app.roadmaps.pages.view import Choice, View, period_names
from scoring.results import CapabilityResult


@dataclass(frozen=True)
class SkillField:
    id: str
    name: str
    value: float
    before: float


@dataclass(frozen=True)
class WhatIf:
    """The panel: what was entered, and the plan it is set beside."""

    action: str
    operating: float
    capital_per_year: float
    skills: tuple[SkillField, ...]
    pins: tuple[tuple[str, str], ...]
    excludes: tuple[Choice, ...]
    candidates: tuple[Choice, ...]
    periods: tuple[Choice, ...]
    weights: tuple[tuple[str, str, float], ...]
    measured: bool
    solved: str


def what_if(view: View, before: View | None) -> WhatIf:
    limits, base = view.limits, before.limits if before else view.limits
    parent = before.roadmap if before else view.roadmap
    titles = {x["id"]: view.step(x["id"]).title for x in view.roadmap.problem["initiatives"]}
    return WhatIf(
        action=f"/roadmaps/{parent.id}/scenarios",
        operating=limits.operating,
        capital_per_year=limits.capital_per_year,
        skills=tuple(
            SkillField(skill.id, skill.name, limits.skills[skill.id], base.skills.get(skill.id, 0.0))
            for skill in view.library.skills
            if skill.id in limits.skills
        ),
        pins=tuple((titles.get(name, name), period_name(limits, period)) for name, period in limits.pins.items()),
        excludes=tuple(Choice(name, titles.get(name, name)) for name in limits.excludes),
        candidates=tuple(Choice(name, title) for name, title in sorted(titles.items(), key=lambda pair: pair[1])),
        periods=tuple(Choice(str(place), name) for place, name in enumerate(period_names(limits))),
        weights=tuple(
            (x.id, x.short, limits.weights.get(x.id, x.importance or 0.0))
            for x in view.result.capabilities
            if isinstance(x, CapabilityResult) and x.importance is not None
        ),
        measured=limits.measured,
        solved=f"Planned in {view.roadmap.solution['seconds']:.1f} s.",
    )
