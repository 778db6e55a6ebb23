"""Up to three what-ifs side by side with the plan they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.roadmaps.limits import period_name
from app.roadmaps.pages.levels import expected_levels
from app.roadmaps.pages.view import SYMBOLS, View
from scoring.results import CapabilityResult
from scoring.roadmap import Comparison

MOST_BESIDE = 3
SMALLEST = 0.0005
"""Share of the plan's value below which two plans are called equally good."""


@dataclass(frozen=True)
class Column:
    """A plan: its page, and where it can be adopted."""

    id: str
    name: str
    href: str
    base: bool
    adoptable: bool
    summary: str


@dataclass(frozen=True)
class CompareRow:
    """One thing of every plan; ``differs`` marks cells that are not as in the first."""

    name: str
    href: str
    cells: tuple[str, ...]
    differs: tuple[bool, ...]


@dataclass(frozen=True)
class Selectable:
    id: str
    name: str
    chosen: bool


@dataclass(frozen=True)
class ComparePage:
    title: str
    action: str
    selectable: tuple[Selectable, ...]
    columns: tuple[Column, ...]
    figures: tuple[CompareRow, ...]
    limits: tuple[CompareRow, ...]
    initiatives: tuple[CompareRow, ...]
    same: int
    back_href: str
    may_plan: bool


def compare_page(
    base: View, others: Sequence[tuple[View, Comparison]], scenarios: Sequence[tuple[str, str]], *, may_plan: bool
) -> ComparePage:
    """``others``: at most three what-ifs with what they do otherwise; ``scenarios``: id and name of all there are."""
    views = [base, *(view for view, _ in others)]
    chosen = {view.roadmap.id for view in views}
    rows = _initiative_rows(views)
    return ComparePage(
        title=_title(others),
        action=f"/roadmaps/{base.roadmap.id}/compare",
        selectable=tuple(Selectable(name, label, name in chosen) for name, label in scenarios),
        columns=(
            Column(
                base.roadmap.id,
                base.roadmap.name,
                f"/roadmaps/{base.roadmap.id}",
                base=True,
                adoptable=False,
                summary="",
            ),
            *(
                Column(
                    view.roadmap.id,
                    view.roadmap.name,
                    f"/roadmaps/{view.roadmap.id}",
                    base=False,
                    adoptable=view.roadmap.solution["status"] != "infeasible",
                    summary=_summary(found),
                )
                for view, found in others
            ),
        ),
        figures=_figure_rows(base, others),
        limits=tuple(row for row in _limit_rows(views) if any(row.differs)),
        initiatives=tuple(row for row in rows if any(row.differs)),
        same=sum(not any(row.differs) for row in rows),
        back_href=f"/roadmaps/{base.roadmap.id}",
        may_plan=may_plan,
    )


def _title(others: Sequence[tuple[View, Comparison]]) -> str:
    if not others:
        return "There is no what-if to set beside the plan"
    best, found = max(others, key=lambda pair: _value_change(*pair))
    change = _value_change(best, found)
    if change < -SMALLEST:
        return f"Every what-if is worth less than the plan; “{best.roadmap.name}” loses least, {_percent(-change)}"
    if change <= SMALLEST:
        return f"No what-if is worth more than the plan; “{best.roadmap.name}” keeps its whole value"
    return f"“{best.roadmap.name}” is worth {_percent(change)} more than the plan"


def _value_change(view: View, found: Comparison) -> float:
    """What a what-if is worth more than the plan, as a share of the plan's value; both by the what-if's importance."""
    value = float(view.roadmap.solution["objective"])
    before = value - found.value_change
    return found.value_change / before if before else 0.0


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%" if share >= 0.01 else f"{100 * share:.1f}%"


def _summary(found: Comparison) -> str:
    parts = [
        f"{len(group)} {word}"
        for group, word in ((found.dropped, "left out"), (found.added, "added"), (found.moved, "moved"))
        if group
    ]
    return ", ".join(parts) or "no initiative differs"


def _figure_rows(base: View, others: Sequence[tuple[View, Comparison]]) -> tuple[CompareRow, ...]:
    views = [base, *(view for view, _ in others)]
    unit = SYMBOLS.get(views[0].currency, views[0].currency)
    levels = [expected_levels(view) for view in views]
    rows = []
    if all(levels):
        last = period_name(views[0].limits, views[0].limits.periods - 1)
        rows.append(_row(f"Expected overall level, end {last}", [f"{found[-1]:.2f}" for found in levels if found]))
    worth = ["100%", *(f"{100 * (1 + _value_change(*pair)):.1f}%".replace(".0%", "%") for pair in others)]
    rows.append(_row("Value against the plan", worth))
    rows.append(_row("Initiatives", [str(len(view.starts)) for view in views]))
    for kind, name in (("operating", "Operating cost"), ("capital", "Capital")):
        spent = [sum(view.roadmap.solution["use"][kind]) for view in views]
        rows.append(_row(f"{name}, {unit}k", [f"{value:,.0f}" for value in spent]))
    return tuple(rows)


def _limit_rows(views: Sequence[View]) -> tuple[CompareRow, ...]:
    unit = SYMBOLS.get(views[0].currency, views[0].currency)
    rows = [
        _row(f"Operating budget per quarter, {unit}k", [f"{view.limits.operating:,.0f}" for view in views]),
        _row(f"Capital per year, {unit}k", [f"{view.limits.capital_per_year:,.0f}" for view in views]),
        _row("At most under way at once", [str(view.limits.wip or "no limit") for view in views]),
        *(
            _row(f"{skill.name}, days per quarter", [f"{view.limits.skills.get(skill.id, 0):,.0f}" for view in views])
            for skill in views[0].library.skills
        ),
        _row("Pinned", [str(len(view.limits.pins)) for view in views]),
        _row("Excluded", [str(len(view.limits.excludes)) for view in views]),
    ]
    for capability in views[0].questionnaire.capabilities:
        aims = [_aim(view, capability.id) for view in views]
        for place, name in enumerate(("Importance", "Target")):
            rows.append(_row(f"{name} of “{capability.short}”", [aim[place] for aim in aims]))
    return tuple(rows)


def _aim(view: View, capability: str) -> tuple[str, str]:
    """Importance and target that a plan goes by, whether they were entered for it or are those of the strategy."""
    measured = view.result.capability(capability)
    if not isinstance(measured, CapabilityResult):
        return "–", "–"
    weight = view.limits.weights.get(capability, measured.importance)
    return _plain(weight), _plain(measured.target)


def _plain(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _initiative_rows(views: Sequence[View]) -> list[CompareRow]:
    names = sorted({name for view in views for name in view.starts}, key=lambda name: _order(views, name))
    return [
        _row(
            views[0].step(name).title,
            [period_name(view.limits, view.starts[name]) if name in view.starts else "left out" for view in views],
            f"/roadmaps/{views[0].roadmap.id}/initiatives/{name}",
        )
        for name in names
    ]


def _order(views: Sequence[View], name: str) -> tuple[int, str]:
    return min(view.starts[name] for view in views if name in view.starts), name


def _row(name: str, cells: Sequence[str], href: str = "") -> CompareRow:
    return CompareRow(name, href, tuple(cells), tuple(cell != cells[0] for cell in cells))
