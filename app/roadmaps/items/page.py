"""The form in which an initiative is followed: what is recorded, or what was typed and could not be saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.models import RoadmapItem
from app.roadmaps.items.dates import milestones_of, planned_days
from app.roadmaps.items.forms import MOST_MILESTONES, STATUSES
from app.roadmaps.pages.view import SYMBOLS, Choice, View
from app.web import FormErrors

SPARE = 2
"""Empty rows for milestones of one's own."""
LABELS = {
    "owner": "Owner",
    "status": "Status",
    "planned_from": "Planned start",
    "planned_to": "Planned end",
    "started_on": "Started on",
    "finished_on": "Finished on",
    "evidence": "Evidence",
    "note": "Note",
    "operating": "Operating cost so far",
    "capital": "Capital so far",
}


@dataclass(frozen=True)
class MilestoneRow:
    text: str
    on: str
    done: bool


@dataclass(frozen=True)
class SkillSpent:
    id: str
    name: str
    planned: float
    value: str


@dataclass(frozen=True)
class ItemPanel:
    """``values``: what stands in the plain fields. ``theirs``: (label, text) of what somebody else has saved meanwhile."""

    action: str
    may_edit: bool
    unit: str
    revision: int
    values: Mapping[str, str]
    statuses: tuple[Choice, ...]
    milestones: tuple[MilestoneRow, ...]
    effort: tuple[SkillSpent, ...]
    errors: FormErrors = field(default_factory=FormErrors)
    theirs: tuple[tuple[str, str], ...] = ()


def item_panel(
    view: View,
    initiative_id: str,
    *,
    may_edit: bool,
    typed: Mapping[str, str] | None = None,
    errors: FormErrors | None = None,
    collided: bool = False,
) -> ItemPanel:
    """The panel of an initiative; with ``typed``, what was typed instead of what is stored."""
    item = view.items.get(initiative_id)
    stored = item_values(item, planned_days(view, initiative_id))
    values = stored if typed is None else {name: typed.get(name, "") for name in stored}
    step = view.step(initiative_id)
    spent = {skill: _plain(days) for skill, days in item.effort.items()} if item else {}
    if typed is not None:
        spent = {skill.id: typed.get(f"effort.{skill.id}", "") for skill in view.library.skills}
    return ItemPanel(
        action=f"/roadmaps/{view.roadmap.id}/initiatives/{initiative_id}",
        may_edit=may_edit,
        unit=SYMBOLS.get(view.currency, view.currency),
        revision=item.revision if item else 0,
        values=values,
        statuses=tuple(Choice(value, label) for value, label in STATUSES.items()),
        milestones=_stored_rows(view, initiative_id) if typed is None else typed_rows(typed),
        effort=tuple(
            SkillSpent(skill.id, skill.name, step.effort[skill.id].middle, spent.get(skill.id, ""))
            for skill in view.library.skills
            if skill.id in step.effort
        ),
        errors=errors or FormErrors(),
        theirs=tuple((LABELS[name], stored[name] or "nothing") for name in stored if stored[name] != values[name])
        if collided
        else (),
    )


def item_values(item: RoadmapItem | None, planned: tuple[date, date]) -> dict[str, str]:
    """What the plain fields show of what is recorded."""
    first, last = planned
    recorded = {"status": "planned"} if item is None else item.model_dump(include=set(LABELS))
    values = {name: _plain(recorded.get(name)) for name in LABELS}
    return values | {"planned_from": _plain(first), "planned_to": _plain(last)}


def item_document(typed: Mapping[str, str], view: View, initiative_id: str) -> dict[str, object]:
    """The fields of the panel as an item form reads them; what is as the plan has it is not stored as agreed."""
    plain: dict[str, object] = {name: typed.get(name, "") for name in ("owner", "status", "note", "evidence")}
    plain |= {name: typed.get(name) or None for name in LABELS if name not in plain}
    by_plan = planned_days(view.without_items(), initiative_id)
    for name, day in zip(("planned_from", "planned_to"), by_plan, strict=True):
        plain[name] = None if plain[name] == day.isoformat() else plain[name]
    item = view.items.get(initiative_id)
    rows = [row for row in typed_rows(typed) if row.text.strip()]
    if not (item and item.milestones) and rows == [x for x in _stored_rows(view, initiative_id) if x.text]:
        rows = []
    return plain | {
        "milestones": [{"text": row.text, "on": row.on or None, "done": row.done} for row in rows],
        "effort": {
            name.removeprefix("effort."): value
            for name, value in typed.items()
            if name.startswith("effort.") and value.strip()
        },
    }


def typed_rows(typed: Mapping[str, str]) -> tuple[MilestoneRow, ...]:
    """The rows of milestones that the form had, empty ones too."""
    places = [place for place in range(MOST_MILESTONES + SPARE) if f"milestone.{place}.text" in typed]
    return tuple(
        MilestoneRow(
            typed[f"milestone.{place}.text"],
            typed.get(f"milestone.{place}.on", ""),
            f"milestone.{place}.done" in typed,
        )
        for place in places
    )


def _stored_rows(view: View, initiative_id: str) -> tuple[MilestoneRow, ...]:
    found = milestones_of(view, initiative_id)
    rows: Sequence[MilestoneRow] = [MilestoneRow(each.text, _plain(each.on), each.done) for each in found]
    return (*rows, *[MilestoneRow("", "", done=False)] * SPARE)


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)
