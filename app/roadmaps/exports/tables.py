"""The tables of a plan that the workbook and the JSON file share."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.formats import Field
from app.roadmaps.exports.rows import PlanFile
from app.roadmaps.exports.text import LIST_COLUMNS, list_rows
from app.roadmaps.pages.levels import capability_levels
from app.roadmaps.pages.view import View, period_names
from scoring.results import CapabilityResult


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Field, ...], ...]


def tables(plan: PlanFile) -> tuple[Table, ...]:
    """List, timeline, limits and targets."""
    periods = tuple(period_names(plan.view.limits))
    return (
        Table("List", LIST_COLUMNS, tuple(list_rows(plan))),
        Table("Timeline", ("initiative", "title", "lifts", "horizon", "owner", *periods), tuple(_timeline(plan))),
        Table("Limits", ("limit", "unit", "row", *periods), tuple(_limits(plan.view))),
        Table("Targets", TARGET_COLUMNS, tuple(_targets(plan))),
    )


def _timeline(plan: PlanFile) -> Iterator[tuple[Field, ...]]:
    """Effort per period: what an initiative takes of people's days while it runs."""
    view = plan.view
    for row in plan.rows:
        start, length = view.starts[row.id], view.durations[row.id]
        running = [
            round(row.days / length, 2) if start <= period < start + length else None
            for period in range(view.limits.periods)
        ]
        yield (row.id, row.title, row.lifts, row.horizon, row.owner, *running)


def _limits(view: View) -> Iterator[tuple[Field, ...]]:
    """Two rows per limit: what the plan uses and what there is."""
    limits, use = view.limits, view.roadmap.solution["use"]
    money = f"thousand {view.currency}"
    given = [
        ("Operating budget", money, use["operating"], [limits.operating] * limits.periods),
        ("Capital", money, use["capital"], limits.capital()),
        *(
            (skill.name, "person-days", use["skills"][skill.id], [limits.skills[skill.id]] * limits.periods)
            for skill in view.library.skills
            if skill.id in use["skills"]
        ),
    ]
    if limits.wip is not None:
        given.append(("Under way at once", "initiatives", use["in_progress"], [limits.wip] * limits.periods))
    for name, unit, used, there in given:
        yield (name, unit, "used", *(round(value, 4) for value in used))
        yield (name, unit, "limit", *there)


TARGET_COLUMNS = (
    *("capability", "name", "dimension", "level", "target", "importance", "expected_at_end", "still_missing"),
    *("peer_median", "goal", "reason"),
)


def _targets(plan: PlanFile) -> Iterator[tuple[Field, ...]]:
    expected = capability_levels(plan.view)
    for x in plan.view.result.capabilities:
        if not isinstance(x, CapabilityResult):
            continue
        end = expected[x.id][-1]
        goal, reason = plan.goals.get(x.id, ("", ""))
        yield (
            *(x.id, x.name, x.dimension, round(x.estimate, 4), x.target, x.importance, round(end, 4)),
            None if x.target is None else round(max(0.0, x.target - end), 4),
            round(x.peer.median, 4) if x.peer else None,
            *(goal, reason),
        )
