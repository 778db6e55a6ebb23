"""What every file of a plan holds, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.roadmaps.items.dates import DatedMilestone, milestones_of, planned_days
from app.roadmaps.items.forms import STATUSES
from app.roadmaps.limits import horizon
from app.roadmaps.pages.view import View, lifts_words


@dataclass(frozen=True)
class PlannedInitiative:
    """One initiative of the plan; money in thousands, effort in person-days. ``after``: ids of what finishes first."""

    id: str
    title: str
    summary: str
    capability: str
    capability_id: str
    lifts: str
    horizon: str
    status: str
    owner: str
    start: date
    end: date
    effort: Mapping[str, float]
    operating: float
    capital: float
    worth: float
    why: str
    goal: str
    after: tuple[str, ...]
    measure: str
    target: str
    deliverables: tuple[str, ...]
    suppliers: tuple[str, ...]
    risks: tuple[str, ...]
    milestones: tuple[DatedMilestone, ...]
    note: str

    @property
    def days(self) -> float:
        return sum(self.effort.values())


@dataclass(frozen=True)
class PlanFile:
    """A plan to write: its rows in the order of the plan, and what the file says about itself."""

    view: View
    rows: tuple[PlannedInitiative, ...]
    goals: Mapping[str, tuple[str, str]]
    """Capability → the goal that its target serves, and the reason."""
    organization: str
    assessment: str
    base_url: str
    made_at: datetime

    @property
    def about(self) -> tuple[tuple[str, str], ...]:
        """What must travel with the plan."""
        roadmap, result = self.view.roadmap, self.view.result
        facts = [
            ("organization", self.organization),
            ("assessment", self.assessment),
            ("roadmap", roadmap.id),
            ("name", roadmap.name),
            ("status", roadmap.status),
            ("snapshot", roadmap.snapshot_id),
            ("planned_at", roadmap.created_at.isoformat()),
            ("adopted_at", roadmap.adopted_at.isoformat() if roadmap.adopted_at else ""),
            ("exported_at", self.made_at.isoformat()),
            ("currency", f"{self.view.currency}, thousands"),
            ("library", f"{self.view.library.questionnaire} {self.view.library.version}"),
            ("within_of_best", f"{roadmap.solution['gap']:.4f}"),
        ]
        if result.peers:
            facts += [
                ("baseline_edition", f"{result.peers.id} {result.peers.edition}"),
                ("baseline_kind", result.peers.kind),
            ]
            if result.peers.label:
                facts.append(("label", result.peers.label))
        return tuple(facts)


def planned_rows(view: View, goals: Mapping[str, tuple[str, str]]) -> tuple[PlannedInitiative, ...]:
    """The initiatives of the plan, by start. ``goals``: capability → goal and reason."""
    order = sorted(view.starts, key=lambda name: (view.starts[name], name))
    requires = {x["id"]: x["requires"] for x in view.roadmap.problem["initiatives"]}
    return tuple(_row(view, name, goals, [x for x in requires[name] if x in view.starts]) for name in order)


def _row(view: View, name: str, goals: Mapping[str, tuple[str, str]], after: list[str]) -> PlannedInitiative:
    step, item, explanation = view.step(name), view.items.get(name), view.roadmap.explanation
    start, end = planned_days(view, name)
    return PlannedInitiative(
        id=name,
        title=step.title,
        summary=step.summary,
        capability=view.questionnaire.capability(step.capability).name,
        capability_id=step.capability,
        lifts=lifts_words(step, view.questionnaire, enabler=name in explanation["enablers"]),
        horizon=horizon(view.limits, view.starts[name]),
        status=STATUSES[item.status if item else "planned"],
        owner=item.owner if item else "",
        start=start,
        end=end,
        effort={skill: days.middle for skill, days in step.effort.items()},
        operating=step.operating.middle,
        capital=step.capital.middle,
        worth=explanation["worth"].get(name, 0.0),
        why=explanation["why"].get(name, ""),
        goal=goals.get(step.capability, ("", ""))[0],
        after=tuple(after),
        measure=f"{step.measure.what} ({step.measure.how})",
        target=f"{step.measure.baseline} → {step.measure.target}",
        deliverables=step.deliverables,
        suppliers=step.suppliers,
        risks=step.risks,
        milestones=milestones_of(view, name),
        note=item.note if item else "",
    )
