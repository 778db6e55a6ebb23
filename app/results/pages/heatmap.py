"""Page 2, the gap heatmap: rows units or roles, columns capabilities grouped by dimension, every state in the URL."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from app.formats import interval, level, signed
from app.results.frame import Frame, answered_by, frame_of, heading, window
from app.results.measures import (
    MEASURE_NAMES,
    By,
    Hidden,
    MeasureId,
    Value,
    available,
    group_values,
    groups_of,
    shown,
    value_of,
)
from app.results.queries import Report
from questionnaires.schema import Questionnaire
from scoring.results import CapabilityResult, Group, Headline, WithheldCell, WithheldGroup, WithheldLevel

SORTS: Mapping[str, str] = {
    "gap": "Largest gap first",
    "value": "Value shown",
    "order": "Questionnaire order",
    "importance": "Importance",
}
SUBTITLES: Mapping[MeasureId, str] = {
    "level": "Level, by {rows} and capability. 1 is the lowest, {high:g} the highest level.",
    "target_gap": "Levels still to go to the target, by {rows} and capability. Positive is short of target.",
    "peer_gap": "Peer median minus ours, by {rows} and capability. Positive is behind the peers.",
    "change": "Change since the wave before, by {rows} and capability. Positive has risen.",
    "agreement": "How far people agree, rwg(j) from 0 to 1, by {rows} and capability. Low is a conversation to have.",
}
NOTES: Mapping[MeasureId, str] = {
    "level": "Colour changes every half level. Beside each dimension, its level.",
    "target_gap": "Semibold: the 95% interval of the gap excludes zero. Regular: the gap may be zero. "
    "Colour changes every half level. Beside each dimension, its gap.",
    "peer_gap": "Semibold: clearly different from the peer median. Regular: like peers. "
    "Colour changes every half level. Beside each dimension, its gap.",
    "change": "Semibold: the interval of the change excludes zero after correction. Regular: no clear change. "
    "Blue has risen, brown has fallen. The whole: people who can be linked are held against their own earlier answers. "
    "Groups: the two waves as two groups.",
    "agreement": "Darker means closer agreement. Under 0.7, read the level as an average of different views.",
}
GAP_FILLS = tuple(f"fill-gap-{name}" for name in ("m3", "m2", "m1", "0", "1", "2", "3", "4", "5"))
LEVEL_FILLS = tuple(f"fill-lv-{place}" for place in range(1, 9))
ENDS: Mapping[MeasureId, tuple[str, str]] = {
    "level": ("lowest", "highest"),
    "target_gap": ("above target", "levels still to go"),
    "peer_gap": ("ahead of peers", "behind peers"),
    "change": ("risen", "fallen"),
    "agreement": ("as by chance", "all agree"),
}


@dataclass(frozen=True)
class State:
    """What the URL says of the heatmap."""

    measure: MeasureId = "target_gap"
    by: By = "unit"
    sort: str = "gap"
    view: str = "map"
    cell: str = ""

    def href(self, base: str, **changes: str) -> str:
        """The address of the same page with something changed."""
        default = State()
        values = {**self.__dict__, **changes}
        query = {name: value for name, value in values.items() if value and value != getattr(default, name)}
        return f"{base}/heatmap{'?' + urlencode(query) if query else ''}"


@dataclass(frozen=True)
class Choice:
    label: str
    href: str
    current: bool = False
    icon: str = ""


@dataclass(frozen=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True)
class Column:
    id: str
    short: str
    name: str
    href: str
    importance: float | None
    starts: bool


@dataclass(frozen=True)
class ColumnGroup:
    name: str
    value: Value | Hidden
    size: int


@dataclass(frozen=True)
class CellView:
    """One place of the table. ``value`` is absent where it is withheld or does not exist."""

    label: str
    href: str
    starts: bool
    value: float | None = None
    clear: bool = True
    low: float | None = None
    high: float | None = None
    reason: str = ""
    secret: bool = False
    current: bool = False


@dataclass(frozen=True)
class RowView:
    """A unit or role; a withheld one has a ``sentence`` and no cells, and its n is hidden too."""

    id: str
    name: str
    n: int | None = None
    mean: float | None = None
    cells: tuple[CellView, ...] = ()
    sentence: str | None = None
    whole: bool = False


@dataclass(frozen=True)
class Detail:
    """The picked cell with its interval beside the whole."""

    title: str
    text: str
    strong: str
    name: str
    level: float | None
    interval: tuple[float, float] | None
    target: float | None
    whole: float | None
    whole_interval: tuple[float, float] | None
    href: str
    initiatives: int


@dataclass(frozen=True)
class HeatmapPage:
    frame: Frame
    title: str
    lead: str
    subtitle: str
    note: str
    state: State
    kind: str
    rows_word: str
    measures: tuple[Choice, ...]
    views: tuple[Choice, ...]
    row_options: tuple[Option, ...]
    sort_options: tuple[Option, ...]
    groups: tuple[ColumnGroup, ...]
    columns: tuple[Column, ...]
    rows: tuple[RowView, ...]
    mean_name: str
    low: float
    high: float
    ticks: tuple[float, ...]
    counted: int
    histogram: tuple[int, ...]
    fills: tuple[str, ...]
    labels: tuple[str, ...]
    ends: tuple[str, str]
    reasons: tuple[str, ...]
    detail: Detail | None
    csv: str


def heatmap_page(report: Report, state: State) -> HeatmapPage:
    result, base = report.result, report.base
    offered = available(result)
    if state.measure not in offered and offered:
        state = State("target_gap" if "target_gap" in offered else offered[0], state.by, state.sort, state.view, "")
    head, scale = measure_heading(report, state), report.questionnaire.scale
    columns = _columns(report, state)
    rows = _rows(report, state, columns, base)
    values = [cell.value for row in rows if not row.whole for cell in row.cells if cell.value is not None]
    rows_word = "unit" if state.by == "unit" else "role"
    return HeatmapPage(
        frame=frame_of(report, "/heatmap"),
        title=head.title,
        lead=head.lead,
        subtitle=SUBTITLES[state.measure].format(rows=rows_word, high=scale.high)
        + f" {answered_by(report)}, {window(report)}.",
        note=NOTES[state.measure],
        state=state,
        kind={"level": "level", "change": "change", "agreement": "agreement"}.get(state.measure, "gap"),
        rows_word=rows_word.capitalize(),
        measures=tuple(
            Choice(MEASURE_NAMES[one], state.href(base, measure=one), one == state.measure) for one in offered
        ),
        views=(
            Choice("Map", state.href(base, view="map"), state.view == "map", "grip"),
            Choice("Table", state.href(base, view="table"), state.view == "table", "table-2"),
        ),
        row_options=(Option("unit", "Units"), Option("role", "Roles")),
        sort_options=tuple(Option(key, text) for key, text in SORTS.items()),
        groups=_groups(report, state, columns),
        columns=columns,
        rows=rows,
        mean_name="Mean" if state.measure == "agreement" else "Overall",
        low=scale.low,
        high=scale.high,
        ticks=scale.values,
        counted=len(values),
        histogram=_histogram(values, state.measure, scale.low, scale.high),
        fills=LEVEL_FILLS if state.measure in {"level", "agreement"} else GAP_FILLS,
        labels=_bin_labels(state.measure, scale.low, scale.high),
        ends=ENDS[state.measure],
        reasons=tuple(dict.fromkeys(f"{row.name}: {row.sentence}" for row in rows if row.sentence)),
        detail=_detail(report, state),
        csv=f"/api/v1/snapshots/{report.snapshot.id}/export.csv",
    )


def measure_heading(report: Report, state: State) -> Headline:
    """The finding of the measure that is shown; the section's own speaks of gaps to target."""
    found = heading(report, "heatmap")
    if state.measure == "target_gap" or isinstance(report.result.overall, WithheldLevel):
        return found
    values = [
        (one.short, value)
        for one in report.result.capabilities
        if isinstance(value := value_of(one, state.measure, one), Value)
    ]
    values.sort(key=lambda pair: pair[1].value)
    if not values:
        return found
    return Headline(title=_measure_title(state.measure, values), lead=found.lead, rule=f"heatmap-{state.measure}")


def _measure_title(measure: MeasureId, values: list[tuple[str, Value]]) -> str:
    (least, low), (most, high) = values[0], values[-1]
    up = sum(value.clear and value.value > 0 for _, value in values)
    down = sum(value.clear and value.value < 0 for _, value in values)
    if measure == "level":
        return f"Levels run from {level(low.value)} in {least} to {level(high.value)} in {most}"
    if measure == "change":
        largest = f"; {most} most, {signed(high.value)}" if up else ""
        return f"Of {len(values)} capabilities, {up or 'none'} clearly rose and {down or 'none'} fell{largest}"
    if measure == "peer_gap":
        return f"Of {len(values)} capabilities, {up or 'none'} are clearly behind the peers and {down or 'none'} ahead"
    return f"People agree least on {least} ({low.value:.2f}), most on {most} ({high.value:.2f})"


def role_name(questionnaire: Questionnaire, role_id: str) -> str:
    """The name of a role: what its option says before the colon."""
    for question in questionnaire.profile:
        for option in question.options:
            if option.id == role_id:
                return option.text.split(":")[0]
    return role_id


def row_name(report: Report, by: By, group_id: str) -> str:
    return role_name(report.questionnaire, group_id) if by == "role" else group_id


def _columns(report: Report, state: State) -> tuple[Column, ...]:
    columns: list[Column] = []
    for dimension in report.questionnaire.dimensions:
        members = [one for one in report.result.capabilities if one.dimension == dimension.id]
        for place, one in enumerate(_sorted(members, state)):
            columns.append(
                Column(
                    id=one.id,
                    short=one.short or one.name,
                    name=one.name,
                    href=f"{report.base}/capabilities/{one.id}",
                    importance=one.importance if isinstance(one, CapabilityResult) else None,
                    starts=place == 0 and bool(columns),
                )
            )
    return tuple(columns)


def _sorted(members: list[CapabilityResult | WithheldLevel], state: State) -> list[CapabilityResult | WithheldLevel]:
    if state.sort == "order":
        return members

    def key(one: CapabilityResult | WithheldLevel) -> float:
        if isinstance(one, WithheldLevel):
            return float("inf")
        if state.sort == "importance":
            return -(one.importance or 0)
        value = value_of(one, state.measure if state.sort == "value" else "target_gap", one)
        return -value.value if isinstance(value, Value) else float("inf")

    return sorted(members, key=key)


def _groups(report: Report, state: State, columns: tuple[Column, ...]) -> tuple[ColumnGroup, ...]:
    sizes: dict[str, int] = {}
    for column in columns:
        dimension = report.result.capability(column.id).dimension
        sizes[dimension] = sizes.get(dimension, 0) + 1
    return tuple(
        ColumnGroup(one.name, value_of(one, state.measure, one), sizes[one.id])
        for one in report.result.dimensions
        if one.id in sizes
    )


def _rows(report: Report, state: State, columns: tuple[Column, ...], base: str) -> tuple[RowView, ...]:
    whole_values = {one.id: value_of(one, state.measure, one) for one in report.result.capabilities}
    whole = _row(report, state, columns, base, "", whole_values)
    groups = groups_of(report.result, state.by)
    rows = [
        _row(report, state, columns, base, group.id, dict(group_values(report.result, group, state.measure)))
        for group in groups
        if isinstance(group, Group)
    ]
    rows.sort(key=lambda row: -(row.mean if row.mean is not None else float("-inf")))
    withheld = [
        RowView(group.id, row_name(report, state.by, group.id), sentence=group.sentence)
        for group in groups
        if isinstance(group, WithheldGroup)
    ]
    return (whole, *rows, *withheld)


def _row(
    report: Report,
    state: State,
    columns: tuple[Column, ...],
    base: str,
    group_id: str,
    values: Mapping[str, Value | Hidden],
) -> RowView:
    group = next((one for one in groups_of(report.result, state.by) if one.id == group_id), None)
    name = row_name(report, state.by, group_id) if group_id else "Whole organisation"
    cells = tuple(_cell(state, column, base, group_id, name, values[column.id]) for column in columns)
    return RowView(
        id=group_id,
        name=name,
        n=group.n if isinstance(group, Group) else report.result.respondents,
        mean=_summary(report, state, group if isinstance(group, Group) else None, cells),
        cells=cells,
        whole=not group_id,
    )


def _summary(report: Report, state: State, group: Group | None, cells: tuple[CellView, ...]) -> float | None:
    """The row's overall level (or gap, or change), as on page 1; of agreement, the mean of what is shown."""
    if state.measure == "agreement":
        numbers = [cell.value for cell in cells if cell.value is not None]
        return sum(numbers) / len(numbers) if numbers else None
    overall = report.result.overall
    value = value_of(group.overall if group else overall, state.measure, overall)
    return value.value if isinstance(value, Value) else None


def _cell(state: State, column: Column, base: str, group_id: str, name: str, value: Value | Hidden) -> CellView:
    key = f"{group_id}|{column.id}"
    current = state.cell == key
    href = state.href(base, cell=key) + "#cell"
    if isinstance(value, Hidden):
        return CellView(
            f"{name}, {column.name}: {value.sentence}",
            href,
            column.starts,
            reason=value.reason,
            secret=value.secret,
            current=current,
        )
    words = _value_words(state.measure, value)
    return CellView(
        f"{name}, {column.name}: {words}",
        href,
        column.starts,
        value.value,
        value.clear,
        value.low,
        value.high,
        current=current,
    )


def _value_words(measure: MeasureId, value: Value) -> str:
    if measure == "change":
        return f"{signed(value.value)} since the wave before"
    if measure == "agreement":
        return f"agreement {value.value:.2f}"
    if measure == "level":
        return f"level {level(value.value)}"
    far = "to go" if measure == "target_gap" else "behind peers"
    return f"{level(value.value)} {far}" if value.value >= 0 else f"{level(-value.value)} above"


def _histogram(values: list[float], measure: MeasureId, low: float, high: float) -> tuple[int, ...]:
    """Cells per colour: nine bins of half a level for gaps, eight of the whole scale for levels and agreement."""
    if measure in {"level", "agreement"}:
        start, width = (low, (high - low) / 8) if measure == "level" else (0.0, 1 / 8)
        counts = [0] * 8
        for value in values:
            counts[min(max(int((value - start) / width + 1e-4), 0), 7)] += 1
        return tuple(counts)
    counts = [0] * 9
    for value in values:
        gap = -value if measure == "change" else value
        half = int(abs(gap) * 2 + 0.5001) * (1 if gap >= 0 else -1)
        counts[min(max(half, -3), 5) + 3] += 1
    return tuple(counts)


def _bin_labels(measure: MeasureId, low: float, high: float) -> tuple[str, ...]:
    """What stands under the colours: where a bin of levels starts, the middle of a bin of gaps."""
    if measure == "agreement":
        return tuple(f"{place / 8:.2f}" for place in range(8))
    if measure == "level":
        return tuple(level(low + place * (high - low) / 8) for place in range(8))
    if measure == "change":
        return tuple(signed(-place / 2) if place else "0" for place in range(-3, 6))
    return tuple(level(place / 2) if place else "0" for place in range(-3, 6))


def _detail(report: Report, state: State) -> Detail | None:
    group_id, _, capability_id = state.cell.partition("|")
    try:
        column = report.result.capability(capability_id)
    except KeyError:
        return None
    if isinstance(column, WithheldLevel):
        return None
    group = next((one for one in groups_of(report.result, state.by) if one.id == group_id), None)
    if group_id and not isinstance(group, Group):
        return None
    cell = group.capabilities.get(capability_id) if isinstance(group, Group) else column
    if cell is None:
        return None
    name = row_name(report, state.by, group_id) if group_id else "Whole organisation"
    href = f"{report.base}/capabilities/{capability_id}"
    count = len(report.library.of(capability_id))
    title = f"{name}, {column.name}"
    if isinstance(cell, WithheldCell):
        return Detail(title, cell.sentence, "", name, None, None, None, None, None, href, count)
    value = value_of(cell, state.measure, column)
    text = f"Level {level(shown(cell.estimate))} ({interval(cell.low, cell.high)}), n = {cell.n}."
    if column.target is not None:
        text += f" Target {level(shown(column.target))}."
    return Detail(
        title,
        text,
        value.sentence if isinstance(value, Hidden) else _value_words(state.measure, value) + ".",
        name,
        shown(cell.estimate),
        None if cell.low is None or cell.high is None else (cell.low, cell.high),
        column.target,
        shown(column.estimate) if group_id else None,
        None if column.low is None or column.high is None else (column.low, column.high),
        href,
        count,
    )
