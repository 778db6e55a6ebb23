"""Everything about one initiative in its plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.models import RoadmapItem
from app.roadmaps.items.dates import DatedMilestone, milestones_of
from app.roadmaps.limits import horizon, period_name
from app.roadmaps.pages.reasons import with_it, without_it
from app.roadmaps.pages.view import View, lifts_words, money
from questionnaires.schema import Initiative
from scoring.results import CapabilityResult


@dataclass(frozen=True)
class EffortRow:
    skill: str
    low: float
    high: float
    planned: float


@dataclass(frozen=True)
class InitiativePage:
    initiative: Initiative
    capability: str
    capability_href: str
    lifts: str
    when: str
    horizon: str
    why: str
    again: str
    """What planning again without it, or with it, has shown; empty until that was asked."""
    worth: float
    value_note: str
    milestones: tuple[DatedMilestone, ...]
    effort: tuple[EffortRow, ...]
    operating: str
    capital: str
    capital_when: str
    gap: str
    goal: str
    reason: str
    waits_for: tuple[str, ...]
    unblocks: tuple[str, ...]
    item: RoadmapItem | None
    back_href: str
    planned: bool


def initiative_page(
    view: View, initiative_id: str, goals: Mapping[str, tuple[str, str]], back_href: str
) -> InitiativePage:
    """Everything about one initiative in its plan. ``goals``: capability → (goal, reason of the target)."""
    step = view.step(initiative_id)
    planned = initiative_id in view.starts
    capability = view.questionnaire.capability(step.capability)
    measured = view.result.capability(capability.id)
    explanation = view.roadmap.explanation
    goal, reason = goals.get(capability.id, ("", ""))
    requires = next(x["requires"] for x in view.roadmap.problem["initiatives"] if x["id"] == initiative_id)
    return InitiativePage(
        initiative=step,
        capability=capability.name,
        capability_href=f"/snapshots/{view.roadmap.snapshot_id}/capabilities/{capability.id}",
        lifts=lifts_words(step, view.questionnaire, enabler=initiative_id in explanation["enablers"]),
        when=view.when(initiative_id) if planned else "Not in this plan",
        horizon=horizon(view.limits, view.starts[initiative_id]) if planned else "",
        why=explanation["why" if planned else "left_out"].get(initiative_id, ""),
        again=without_it(view, initiative_id) if planned else with_it(view, initiative_id),
        worth=explanation["worth"].get(initiative_id, 0.0),
        value_note="Share of the plan's value that goes if it, and what waits for it, is taken out.",
        milestones=milestones_of(view, initiative_id),
        effort=tuple(
            EffortRow(skill.name, step.effort[skill.id].low, step.effort[skill.id].high, step.effort[skill.id].middle)
            for skill in view.library.skills
            if skill.id in step.effort
        ),
        operating=_money_range(step.operating.low, step.operating.high, view.currency),
        capital=_money_range(step.capital.low, step.capital.high, view.currency),
        capital_when=period_name(view.limits, view.starts[initiative_id]) if planned and step.capital.high else "",
        gap=_gap_words(measured),
        goal=goal,
        reason=reason,
        waits_for=tuple(view.step(name).title for name in requires),
        unblocks=tuple(view.step(name).title for name in explanation["unblocks"].get(initiative_id, [])),
        item=view.items.get(initiative_id),
        back_href=back_href,
        planned=planned,
    )


def _money_range(low: float, high: float, currency: str) -> str:
    if not high:
        return "none"
    return money(high, currency) if low == high else f"{money(low, currency)} to {money(high, currency)}"


def _gap_words(measured: Any) -> str:
    if not isinstance(measured, CapabilityResult) or measured.target is None or measured.target_gap is None:
        return "No level or no target: the gap is not known."
    where = f"Level {measured.estimate:.1f}, target {measured.target:.1f}"
    if measured.target_gap <= 0:
        return f"{where}: nothing to close here; it is there for what waits for it."
    weight = "" if measured.importance is None else f", importance {measured.importance:.0f} of 5"
    return f"{where}: {measured.target_gap:.1f} to go{weight}."
