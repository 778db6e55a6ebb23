"""The plan that the measured client adopted after its first wave, and what became of it before the second."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from app.models import Roadmap, Snapshot, User
from app.roadmaps.actions import adopt, plan_roadmap
from app.roadmaps.forms import PlanForm
from app.roadmaps.items.actions import save_item
from app.roadmaps.items.dates import planned_days
from app.roadmaps.items.forms import ItemForm
from app.roadmaps.opening import view_of

LIMITS = PlanForm(
    name="Plan of the year",
    periods=4,
    operating=18,
    capital_per_year=60,
    skills={"mops": 40, "marketing": 25, "data": 25, "it": 15, "external": 8},
    pins={"analytics.reporting.2-3": 0, "process.campaigns.2-3": 0, "data.quality.2-3": 1},
)
NOT_BEGUN = "Not begun: the team was on the launch of a product line. Planned again with the next results."


@dataclass(frozen=True)
class Done:
    """What finishing an initiative took and left behind; ``late`` in days after its planned end, effort by skill."""

    owner: str
    late: int
    effort: Mapping[str, float]
    operating: float
    evidence: str


DONE: Mapping[str, Done] = {
    "analytics.reporting.2-3": Done(
        "Head of Analytics",
        9,
        {"data": 24, "mops": 11},
        3,
        "The monthly report goes out on working day four; eleven spreadsheets were switched off.",
    ),
    "process.campaigns.2-3": Done(
        "Head of Campaigns",
        -6,
        {"mops": 31, "marketing": 14},
        4,
        "All four regions book their launches in one calendar; 37 of 41 campaigns came with a complete brief.",
    ),
    "data.quality.2-3": Done(
        "Data steward",
        15,
        {"data": 30, "mops": 12},
        2,
        "Error limits are written and stewards are named. Nobody has yet held back a list because of them.",
    ),
}


def live_through_a_year(session: Session, snapshot: Snapshot, user: User, *, at: datetime, until: date) -> Roadmap:
    """Plan and adopt at ``at``, and by ``until`` finish what `DONE` names; the rest is dropped with its reason."""
    roadmap = adopt(session, plan_roadmap(session, snapshot, user, LIMITS, at=at, seconds=1), at=at)
    view = view_of(session, roadmap)
    for name in view.starts:
        form = _done(DONE[name], *planned_days(view, name), until) if name in DONE else _not_begun()
        save_item(session, roadmap, name, form, at=datetime.combine(until, at.timetz()))
    return roadmap


def _done(done: Done, starts: date, ends: date, until: date) -> ItemForm:
    return ItemForm(
        owner=done.owner,
        status="done",
        started_on=starts,
        finished_on=min(ends + timedelta(days=done.late), until),
        evidence=done.evidence,
        effort=dict(done.effort),
        operating=done.operating,
    )


def _not_begun() -> ItemForm:
    return ItemForm(status="stopped", note=NOT_BEGUN)
