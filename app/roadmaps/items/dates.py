"""When an initiative is planned, and its milestones: as agreed, else as the plan and the library have them."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.roadmaps.limits import period_start
from app.roadmaps.pages.view import View


@dataclass(frozen=True)
class DatedMilestone:
    on: date | None
    text: str
    done: bool = False


def planned_days(view: View, initiative_id: str) -> tuple[date, date]:
    """First and last day: those agreed, else those of the plan; what is not in the plan counts from its beginning."""
    start = view.starts.get(initiative_id, 0)
    item = view.items.get(initiative_id)
    first = period_start(view.limits, start)
    last = period_start(view.limits, start + view.durations[initiative_id]) - timedelta(days=1)
    if item is None:
        return first, last
    return item.planned_from or first, item.planned_to or last


def milestones_of(view: View, initiative_id: str) -> tuple[DatedMilestone, ...]:
    """Those agreed for the initiative; before anything is agreed, the library's, spread over its planned days."""
    item = view.items.get(initiative_id)
    if item is not None and item.milestones:
        return tuple(
            DatedMilestone(date.fromisoformat(each["on"]) if each["on"] else None, each["text"], each["done"])
            for each in item.milestones
        )
    first, last = planned_days(view, initiative_id)
    days = (last - first).days
    return tuple(
        DatedMilestone(first + timedelta(days=round(days * milestone.at)), milestone.text)
        for milestone in view.step(initiative_id).milestones
    )
