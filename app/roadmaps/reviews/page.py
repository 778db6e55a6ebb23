"""The page on which a plan is reviewed: what is recorded, the limits known now, and the reviews so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.formats import day, plural, signed
from app.models import Roadmap
from app.roadmaps.difference import comparison_of
from app.roadmaps.items.dates import planned_days
from app.roadmaps.items.forms import STATUSES
from app.roadmaps.limits import period_name
from app.roadmaps.pages.view import SYMBOLS, View
from app.roadmaps.words import Words
from app.web import FormErrors
from scoring.roadmap import Comparison


@dataclass(frozen=True)
class StandingRow:
    """An initiative of the plan: what its record says, and what a review will do with it."""

    href: str
    title: str
    status: str
    planned: str
    days: str
    then: str


@dataclass(frozen=True)
class ReviewRow:
    """A review: what it changed against the plan before, in words."""

    href: str
    name: str
    on: date
    state: str
    reason: str
    difference: tuple[str, ...]


@dataclass(frozen=True)
class LimitField:
    name: str
    label: str
    value: str


@dataclass(frozen=True)
class ReviewsPage:
    id: str
    name: str
    due: bool
    may_review: bool
    open_href: str
    rows: tuple[StandingRow, ...]
    limits: tuple[LimitField, ...]
    reason: str
    reviews: tuple[ReviewRow, ...]
    errors: FormErrors = field(default_factory=FormErrors)


def reviews_page(
    view: View,
    reviews: Sequence[Roadmap],
    *,
    due: bool,
    may_review: bool,
    typed: Mapping[str, str] | None = None,
    errors: FormErrors | None = None,
) -> ReviewsPage:
    plan = view.roadmap
    under_way = next((row for row in reviews if row.status == "scenario" and row.parent_id == plan.id), None)
    typed = typed or {}
    return ReviewsPage(
        id=plan.id,
        name=plan.name,
        due=due,
        may_review=may_review and plan.status == "adopted" and under_way is None,
        open_href=f"/roadmaps/{under_way.id}" if under_way else "",
        rows=tuple(_standing_row(view, name) for name in sorted(view.starts, key=lambda name: view.starts[name])),
        limits=tuple(LimitField(x.name, x.label, typed.get(x.name, x.value)) for x in _limit_fields(view)),
        reason=typed.get("reason", ""),
        reviews=tuple(_review_row(view, row) for row in reviews),
        errors=errors or FormErrors(),
    )


def _standing_row(view: View, initiative_id: str) -> StandingRow:
    item = view.items.get(initiative_id)
    status = item.status if item else "planned"
    first, last = planned_days(view, initiative_id)
    return StandingRow(
        href=f"/roadmaps/{view.roadmap.id}/initiatives/{initiative_id}#follow",
        title=view.step(initiative_id).title,
        status=STATUSES[status],
        planned=f"{day(first)} to {day(last)}",
        days=f"{day(item.started_on)} to {day(item.finished_on) if item.finished_on else '…'}"
        if item and item.started_on
        else "",
        then={"planned": "planned again", "stopped": "left out"}.get(status, "kept"),
    )


def _limit_fields(view: View) -> list[LimitField]:
    limits, unit = view.limits, SYMBOLS.get(view.currency, view.currency)
    return [
        LimitField("operating", f"Operating budget per quarter, {unit}k", f"{limits.operating:g}"),
        LimitField("capital_per_year", f"Capital per year, {unit}k", f"{limits.capital_per_year:g}"),
        LimitField("periods", "Quarters in all", f"{limits.periods}"),
        *(
            LimitField(f"skill.{skill.id}", f"{skill.name}, days per quarter", f"{limits.skills[skill.id]:g}")
            for skill in view.library.skills
            if skill.id in limits.skills
        ),
    ]


def _review_row(view: View, row: Roadmap) -> ReviewRow:
    review = row.review or {}
    states = {"scenario": "open", "adopted": "accepted", "replaced": "accepted, replaced since"}
    return ReviewRow(
        href=f"/roadmaps/{row.id}",
        name=row.name,
        on=date.fromisoformat(review["on"]),
        state=states[row.status],
        reason=review["reason"],
        difference=tuple(difference_words(view, comparison_of(review["difference"]))),
    )


def difference_words(view: View, found: Comparison) -> list[str]:
    """A sentence for each kind of change; one where nothing changes."""
    titles = {step.id: step.title for step in view.library}
    moved = [
        f"{titles[each.id]} from {period_name(view.limits, each.before)} to {period_name(view.limits, each.after)}"
        for each in found.moved
    ]
    kinds = (
        ("Moved", moved),
        ("Added", [titles[x] for x in found.added]),
        ("Dropped", [titles[x] for x in found.dropped]),
    )
    words = [f"{kind}: {'; '.join(names)}." for kind, names in kinds if names]
    if not words:
        return ["Nothing moves, nothing is added or dropped."]
    unit = SYMBOLS.get(view.currency, view.currency)
    return [*words, f"Value {signed(found.value_change)}, cost {signed(found.cost_change, 0)} {unit}k."]


@dataclass(frozen=True)
class ReviewBanner:
    """What the page of a plan says of reviews: that one is due or open, or, of a plan that a review made, which."""

    href: str
    due: bool
    open_href: str
    outcomes_href: str
    library_href: str
    review: ReviewRow | None
    change: str
    kept: tuple[str, ...]
    raised: tuple[str, ...]


def review_banner(view: View, under_way: Roadmap | None, *, due: bool) -> ReviewBanner:
    plan = view.roadmap
    review = plan.review
    return ReviewBanner(
        href=f"/roadmaps/{plan.parent_id if plan.status == 'scenario' else plan.id}/reviews",
        due=due,
        open_href=f"/roadmaps/{under_way.id}" if under_way else "",
        outcomes_href=f"/roadmaps/{plan.id}/outcomes",
        library_href=f"/organizations/{plan.organization_id}/libraries/{view.questionnaire.id}",
        review=_review_row(view, plan) if review else None,
        change=_change_in_short(view, comparison_of(review["difference"])) if review else "",
        kept=tuple(view.step(name).title for name in review["kept"]) if review else (),
        raised=tuple(_raised(view, each) for each in plan.explanation.get("overruns", ())) if review else (),
    )


def _change_in_short(view: View, found: Comparison) -> str:
    counts = ((len(found.moved), "moved"), (len(found.added), "added"), (len(found.dropped), "dropped"))
    said = ", ".join(f"{plural(count, 'initiative')} {what}" for count, what in counts if count)
    unit = SYMBOLS.get(view.currency, view.currency)
    return (
        f"{said or 'Nothing moved'}; value {signed(found.value_change)}, cost {signed(found.cost_change, 0)} {unit}k."
    )


def _raised(view: View, overrun: Mapping[str, Any]) -> str:
    words = Words({}, {skill.id: skill.name for skill in view.library.skills}, view.limits)
    return words.raised(overrun["limit"], overrun["period"], overrun["given"], overrun["needed"])
