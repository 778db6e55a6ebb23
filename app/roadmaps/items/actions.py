"""Record what is decided and known about an initiative, and carry it over to the plan that follows."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from app.audit.actions import record
from app.errors import InvalidInputError, NotFoundError
from app.models import Roadmap, RoadmapItem
from app.roadmaps.items.forms import ItemForm

AHEAD = timedelta(days=1)
"""A day that has begun somewhere may be tomorrow here."""


def locked_item(session: Session, roadmap: Roadmap, initiative_id: str) -> RoadmapItem | None:
    """What is recorded, held against other writers until the transaction ends; None: nothing yet."""
    session.exec(
        select(Roadmap.id)
        .where(
            Roadmap.organization_id == roadmap.organization_id,
            Roadmap.assessment_id == roadmap.assessment_id,
            Roadmap.id == roadmap.id,
        )
        .with_for_update()
    ).one()
    key = (roadmap.organization_id, roadmap.assessment_id, roadmap.id, initiative_id)
    item = session.get(RoadmapItem, key, populate_existing=True)
    if item is None and initiative_id not in roadmap.solution["starts"]:
        raise NotFoundError("This initiative is not in the plan.")
    return item


def save_item(session: Session, roadmap: Roadmap, initiative_id: str, form: ItemForm, *, at: datetime) -> RoadmapItem:
    """Replace what is recorded about an initiative. What starts or is done without a day is so today."""
    item = locked_item(session, roadmap, initiative_id)
    _require_known(roadmap, form, at.date())
    values = form.model_dump(mode="python") | {
        "milestones": [milestone.model_dump(mode="json") for milestone in form.milestones]
    }
    if form.status in {"started", "done"}:
        values["started_on"] = form.started_on or min(form.finished_on or at.date(), at.date())
    if form.status == "done":
        values["finished_on"] = form.finished_on or max(values["started_on"], at.date())
    if item is None:
        item = RoadmapItem(
            organization_id=roadmap.organization_id,
            assessment_id=roadmap.assessment_id,
            roadmap_id=roadmap.id,
            initiative_id=initiative_id,
            **values,
        )
    else:
        item.sqlmodel_update(values | {"revision": item.revision + 1})
    session.add(item)
    session.flush()
    record(
        session,
        "roadmap.item_saved",
        organization_id=roadmap.organization_id,
        subject=f"roadmap:{roadmap.id}",
        initiative=initiative_id,
        status=item.status,
    )
    return item


def _require_known(roadmap: Roadmap, form: ItemForm, today: date) -> None:
    skills = roadmap.problem["skills"]
    errors = [
        {"field": f"effort.{skill}", "message": f"There is no skill '{skill}' in this plan. Take it out or correct it."}
        for skill in form.effort
        if skill not in skills
    ]
    errors += [
        {"field": field, "message": "This day is still to come. Give the day on which it happened."}
        for field, day in (("started_on", form.started_on), ("finished_on", form.finished_on))
        if day and day > today + AHEAD
    ]
    if errors:
        raise InvalidInputError(errors[0]["message"], errors=errors)


def carry_items(session: Session, from_ids: list[str], roadmap: Roadmap) -> None:
    """Copy what is recorded in the plans ``from_ids`` for what ``roadmap`` plans and what was dropped, unless there is
    something already."""
    own = set(session.exec(select(RoadmapItem.initiative_id).where(RoadmapItem.roadmap_id == roadmap.id)).all())
    items = session.exec(
        select(RoadmapItem).where(
            RoadmapItem.organization_id == roadmap.organization_id, col(RoadmapItem.roadmap_id).in_(from_ids)
        )
    ).all()
    for item in items:
        wanted = item.initiative_id in roadmap.solution["starts"] or item.status == "stopped"
        if wanted and item.initiative_id not in own:
            session.add(RoadmapItem(**item.model_dump(exclude={"roadmap_id"}), roadmap_id=roadmap.id))
