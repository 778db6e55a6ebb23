"""The milestones of a plan as a calendar (RFC 5545)."""

from datetime import timedelta

from icalendar import Calendar, Event
from icalendar.enums import STATUS, TRANSP

from app.roadmaps.exports.rows import PlanFile, PlannedInitiative


def ics_file(plan: PlanFile) -> bytes:
    """One whole-day event per dated milestone, free for other appointments. The same milestone keeps its UID in every
    plan of the assessment, so a later import moves it instead of adding another."""
    calendar = Calendar.new(
        name=f"{plan.organization}: roadmap", description=f"Milestones of “{plan.view.roadmap.name}”, {plan.assessment}"
    )
    for row in plan.rows:
        for event in _events(plan, row):
            calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _events(plan: PlanFile, row: PlannedInitiative) -> list[Event]:
    here = f"{plan.base_url}/roadmaps/{plan.view.roadmap.id}/initiatives/{row.id}"
    return [
        Event.new(
            uid=f"{plan.view.roadmap.assessment_id}.{row.id}.{place}@trigpoint",
            stamp=plan.made_at,
            start=milestone.on,
            end=milestone.on + timedelta(days=1),
            summary=f"{'Done: ' if milestone.done else ''}{milestone.text}",
            description=f"Milestone of “{row.title}” ({row.capability}, {row.lifts})."
            + (f" Owner: {row.owner}." if row.owner else ""),
            categories=[f"{row.horizon} horizon"],
            status=STATUS.CONFIRMED,
            transparency=TRANSP.TRANSPARENT,
            url=here,
        )
        for place, milestone in enumerate(row.milestones)
        if milestone.on is not None
    ]
