"""The page of one capability: a ladder of levels with what people chose, by unit, by role, comments, what lifts it."""

from dataclasses import dataclass, replace

from app.formats import interval, level, ordinal, plural, share, signed
from app.results.frame import Frame, OutlineItem, frame_of
from app.results.measures import groups_of, shown
from app.results.pages.heatmap import row_name
from app.results.pages.ladder import LevelRow, QuestionView, ladder_title, level_rows, question_views
from app.results.pages.overview import span
from app.results.queries import Report, comments_from, comments_of_capability
from app.results.since import how_changed
from app.web import Link
from questionnaires.schema import Initiative
from scoring.results import (
    CapabilityResult,
    Cell,
    Group,
    WithheldCell,
    WithheldGroup,
    WithheldLevel,
)
from scoring.wording import apart

SHOWN_COMMENTS = 4


@dataclass(frozen=True)
class Figure:
    label: str
    value: str
    note: str


@dataclass(frozen=True)
class GroupRow:
    name: str
    n: int | None = None
    value: float | None = None
    interval: tuple[float, float] | None = None
    reason: str | None = None


@dataclass(frozen=True)
class InitiativeRow:
    title: str
    summary: str
    lifts: str
    effort: str
    cost: str
    duration: str
    measure: str
    next: bool


@dataclass(frozen=True)
class CapabilityPage:
    frame: Frame
    outline_title: str
    siblings: tuple[OutlineItem, ...]
    neighbours: tuple[tuple[str, str, str], ...]
    dimension: str
    name: str
    title: str
    withheld: str | None
    figures: tuple[Figure, ...]
    ladder_title: str
    questions: tuple[QuestionView, ...]
    levels: tuple[LevelRow, ...]
    ours: str
    ours_interval: str
    target: str | None
    median: str | None
    most: float
    low: float
    high: float
    ticks: tuple[float, ...]
    whole: float | None
    units_title: str
    units: tuple[GroupRow, ...]
    roles_title: str
    roles: tuple[GroupRow, ...]
    solid: str
    comments: tuple[str, ...]
    all_comments: bool
    comment_count: int
    comments_from: int
    initiatives: tuple[InitiativeRow, ...]
    initiatives_title: str


def capability_page(report: Report, capability_id: str, *, all_comments: bool = False) -> CapabilityPage:
    """Raises ``KeyError`` when the questionnaire has no such capability."""
    one = report.result.capability(capability_id)
    asked = report.questionnaire.capability(capability_id)
    dimension = report.questionnaire.dimension(asked.dimension)
    scale = report.questionnaire.scale
    comments = comments_of_capability(report.snapshot, capability_id)
    measured = one if isinstance(one, CapabilityResult) else None
    distributions = measured.distributions if measured else ()
    levels = level_rows(report, measured, asked.questions)
    units = _groups(report, capability_id, "unit")
    roles = _groups(report, capability_id, "role")
    initiatives = _initiatives(report, capability_id)
    return CapabilityPage(
        frame=_frame(report, dimension.name, asked.short),
        outline_title=dimension.name,
        siblings=_siblings(report, capability_id),
        neighbours=_neighbours(report, dimension.id),
        dimension=dimension.name,
        name=asked.name,
        title=_title(measured, asked.name),
        withheld=one.sentence if isinstance(one, WithheldLevel) else None,
        figures=_figures(report, measured) if measured else (),
        ladder_title=ladder_title(measured, report),
        questions=question_views(asked.questions, {found.question: found for found in distributions}),
        levels=levels,
        ours=level(shown(measured.estimate)) if measured else "",
        ours_interval=interval(measured.low, measured.high) if measured else "",
        target=level(shown(measured.target)) if measured and measured.target is not None else None,
        median=level(shown(measured.peer.median)) if measured and measured.peer else None,
        most=max((rung.share for row in levels for rung in row.rungs), default=1.0) or 1.0,
        low=scale.low,
        high=scale.high,
        ticks=scale.values,
        whole=measured.estimate if measured else None,
        units_title=_groups_title(units, "unit", report),
        units=units,
        roles_title=_groups_title(roles, "role", report),
        roles=roles,
        solid=_solid(report, measured) if measured else "",
        comments=tuple(comments if all_comments else comments[:SHOWN_COMMENTS]),
        all_comments=all_comments,
        comment_count=len(comments),
        comments_from=comments_from(report.result.settings.k),
        initiatives=initiatives,
        initiatives_title=_initiatives_title(initiatives),
    )


def _frame(report: Report, dimension: str, short: str) -> Frame:
    frame = frame_of(report, "capability")
    crumbs = (
        frame.crumbs[0],
        Link(report.assessment.name, frame.base),
        Link(dimension, f"{frame.base}/heatmap"),
        Link(short),
    )
    return replace(frame, crumbs=crumbs)


def _title(one: CapabilityResult | None, name: str) -> str:
    if one is None:
        return f"{name}: not enough answers for a level"
    if one.headline:
        return one.headline
    words = f"{name} stands at level {level(shown(one.estimate))}"
    if one.target is None:
        return words
    gap = float(apart(one.target, one.estimate))
    return f"{words}, {level(gap)} short of its target" if gap > 0 else f"{words}, at or above its target"


def _siblings(report: Report, capability_id: str) -> tuple[OutlineItem, ...]:
    dimension = report.result.capability(capability_id).dimension
    head = report.result.dimension(dimension)
    base = report.base
    rows = [OutlineItem(head.name, f"{base}/heatmap", False, None, _level_of(head))]
    for one in report.result.capabilities:
        if one.dimension == dimension:
            href = f"{base}/capabilities/{one.id}"
            rows.append(OutlineItem(one.short or one.name, href, one.id == capability_id, None, _level_of(one)))
    return tuple(rows)


def _level_of(one: object) -> float | None:
    estimate = getattr(one, "estimate", None)
    return None if estimate is None else shown(float(estimate))


def _neighbours(report: Report, dimension_id: str) -> tuple[tuple[str, str, str], ...]:
    """Previous and next dimension: label, text, address of its first capability."""
    ids = [one.id for one in report.questionnaire.dimensions]
    place, found = ids.index(dimension_id), []
    for label, other in (("Previous dimension", place - 1), ("Next dimension", place + 1)):
        if 0 <= other < len(ids):
            one = report.result.dimension(ids[other])
            first = report.questionnaire.dimensions[other].capabilities[0].id
            value = _level_of(one)
            text = one.name if value is None else f"{one.name}, {level(value)}"
            found.append((label, text, f"{report.base}/capabilities/{first}"))
    return tuple(found)


def _figures(report: Report, one: CapabilityResult) -> tuple[Figure, ...]:
    figures = [Figure("Level", level(shown(one.estimate)), f"{interval(one.low, one.high)}, n = {one.n}")]
    if one.target is not None:
        gap = float(apart(one.target, one.estimate))
        importance = f", importance {one.importance:g}" if one.importance is not None else ""
        words = f"{level(gap)} to go" if gap > 0 else f"{level(-gap)} above" if gap < 0 else "on target"
        figures.append(Figure(f"Target{importance}", level(shown(one.target)), words))
    if one.peer:
        ahead = float(apart(one.estimate, one.peer.median))
        words = f"{level(ahead)} ahead" if ahead > 0 else f"{level(-ahead)} behind" if ahead < 0 else "level with it"
        figures.append(Figure("Peer median", level(shown(one.peer.median)), words))
        if one.peer.percentile is not None and one.peer.percentile_low is not None:
            spread = f"{one.peer.percentile_low:.0f} to {one.peer.percentile_high:.0f}"
            figures.append(Figure(f"Percentile of {one.peer.n}", ordinal(one.peer.percentile), spread))
    if one.change:
        change = float(apart(one.estimate, one.change.before))
        spread = "" if one.change.low is None else f"{signed(one.change.low)} to {signed(one.change.high)}"
        before = level(shown(one.change.before))
        figures.append(Figure(f"Since the wave before, {before}", signed(change), spread))
    if one.agreement and one.agreement.rwg_j is not None:
        figures.append(Figure("Agreement", f"{one.agreement.rwg_j:.2f}", f"rwg(j), {one.agreement.band}"))
    return tuple(figures)


def _groups(report: Report, capability_id: str, by: str) -> tuple[GroupRow, ...]:
    kind = "role" if by == "role" else "unit"
    rows: list[GroupRow] = []
    for group in groups_of(report.result, "role" if kind == "role" else "unit"):
        name = row_name(report, "role" if kind == "role" else "unit", group.id)
        if isinstance(group, WithheldGroup):
            rows.append(GroupRow(name, reason=group.withheld))
            continue
        cell = group.capabilities.get(capability_id) if isinstance(group, Group) else None
        if isinstance(cell, Cell):
            rows.append(GroupRow(name, cell.n, shown(cell.estimate), span(cell.low, cell.high)))
        elif isinstance(cell, WithheldCell):
            rows.append(GroupRow(name, reason=cell.withheld))
    return tuple(sorted(rows, key=lambda row: (row.value is None, row.value or 0, row.name)))


def _groups_title(rows: tuple[GroupRow, ...], kind: str, report: Report) -> str:
    values = [row.value for row in rows if row.value is not None]
    if not values:
        return f"No {kind} can be shown"
    lowest, highest = rows[0], [row for row in rows if row.value is not None][-1]
    if highest.value is None or lowest.value is None or highest.value - lowest.value < 0.3 or len(values) == 1:
        return f"Every {kind} shown is about level {level(sum(values) / len(values))}"
    return f"{highest.name} is highest, {lowest.name} lowest"


def _solid(report: Report, one: CapabilityResult) -> str:
    low, high = (level(shown(end)) for end in one.bounds)
    lowest, highest = report.questionnaire.scale.low, report.questionnaire.scale.high
    text = f"{share(one.coverage)} of the applicable answers were given. "
    if low == high:
        text += f"Even if every “do not know” were a {lowest:g} or a {highest:g}, the level would stay at {low}."
    else:
        text += (
            f"If every “do not know” were a {lowest:g} or a {highest:g}, the level would lie between {low} and {high}."
        )
    if one.agreement:
        text += f" {one.agreement.text}"
    return f"{text} Change since the wave before: {how_changed(report, one.change, one.n)}" if one.change else text


def _initiatives(report: Report, capability_id: str) -> tuple[InitiativeRow, ...]:
    """The steps that start above where the capability stands, the first of them marked."""
    library, scale = report.library, report.questionnaire.scale
    now = getattr(report.result.capability(capability_id), "estimate", scale.low)
    ahead = [one for one in library.of(capability_id) if scale.level(one.to_level).value > now]
    return tuple(
        InitiativeRow(
            title=one.title,
            summary=one.summary,
            lifts=f"{scale.level(one.from_level).value:g} → {scale.level(one.to_level).value:g}",
            effort=f"{sum(effort.middle for effort in one.effort.values()):.0f} days",
            cost=_cost(one, report.organization.currency, library.currency_unit),
            duration=plural(round(one.duration.middle), "month"),
            measure=f"{one.measure.what}, {one.measure.baseline} → {one.measure.target}",
            next=place == 0,
        )
        for place, one in enumerate(ahead)
    )


def _cost(one: Initiative, currency: str, unit: str) -> str:
    total = one.operating.middle + one.capital.middle
    if not total:
        return "none"
    symbol = {"EUR": "€", "USD": "$", "GBP": "£"}.get(currency, f"{currency} ")
    return f"{symbol}{total:,.0f}{'k' if unit == 'thousand' else f' {unit}'}"


def _initiatives_title(rows: tuple[InitiativeRow, ...]) -> str:
    if not rows:
        return "It stands above every step that the library knows"
    words = {
        1: "One initiative lifts",
        2: "Two initiatives lift",
        3: "Three initiatives lift",
        4: "Four initiatives lift",
    }
    return f"{words.get(len(rows), f'{len(rows)} initiatives lift')} it further, step by step"
