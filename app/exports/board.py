"""What the board reads: the pages of the report as one document, ready to be laid out as PDF or slides.

Everything comes from the page models of the report, so that what is withheld there is withheld here.
"""

from dataclasses import dataclass

from app.exports.colors import fill_of
from app.formats import interval, level, moment, ordinal, share, signed
from app.results.charts import WORDS, ChartId, chart
from app.results.charts.base import measured
from app.results.charts.perception import perceived
from app.results.drawing import svg_file
from app.results.frame import facts_of, heading
from app.results.measures import shown
from app.results.pages.heatmap import RowView, State, heatmap_page
from app.results.pages.method import method_page
from app.results.pages.overview import DimensionColumn, overview_page
from app.results.pages.peers import peers_page
from app.results.pages.perception import perception_page
from app.results.pages.priorities import priorities_page
from app.results.queries import Report
from scoring.results import CapabilityResult, Peer, WithheldLevel
from scoring.wording import apart


@dataclass(frozen=True)
class Picture:
    """A chart as SVG with its text alternative."""

    svg: str
    words: str


@dataclass(frozen=True)
class Titled:
    title: str
    text: str


@dataclass(frozen=True)
class Table:
    """``rows`` of printed cells; a row that is shorter ends in one sentence over the rest."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """One page (or a few): the finding, what is measured, a picture, paragraphs beside it, a table under it."""

    id: str
    title: str
    lead: str
    picture: Picture | None = None
    beside: tuple[Titled, ...] = ()
    table: Table | None = None
    missing: str = ""


@dataclass(frozen=True)
class HeatCell:
    """``text`` is empty where it is withheld or not measured; ``fill`` and ``ink`` are hex colours."""

    text: str
    fill: str = ""
    ink: str = ""
    bold: bool = False
    hatched: bool = False


@dataclass(frozen=True)
class HeatRow:
    name: str
    n: str
    mean: str
    whole: bool
    cells: tuple[HeatCell, ...]
    sentence: str = ""


@dataclass(frozen=True)
class Heat:
    """The gap heatmap: ``groups`` are dimensions with the number of their columns."""

    title: str
    lead: str
    subtitle: str
    note: str
    groups: tuple[tuple[str, int], ...]
    columns: tuple[str, ...]
    rows: tuple[HeatRow, ...]


@dataclass(frozen=True)
class Board:
    """The whole document. ``origin`` stands on every page; ``label`` warns of an illustrative baseline."""

    organization: str
    wave: str
    title: str
    lead: str
    origin: str
    label: str
    computed: str
    facts: tuple[tuple[str, str], ...]
    stage: str
    findings: tuple[Titled, ...]
    overview: Section
    heat: Heat
    sections: tuple[Section, ...]


def board_of(report: Report) -> Board:
    """The document of a snapshot; a result without a level has only what may be said."""
    peers = report.result.peers
    head, overview = heading(report, "overview"), overview_page(report)
    edition = f", baseline {peers.id} {peers.edition}" if peers else ""
    stage = overview.stage
    return Board(
        organization=report.organization.name,
        wave=report.assessment.name,
        title=head.title,
        lead=head.lead,
        origin=f"Snapshot {report.snapshot.id}{edition}",
        label=report.label,
        computed=moment(report.snapshot.computed_at),
        facts=facts_of(report),
        stage=f"{stage.name} {stage.text} {', '.join(name for name, _, _ in stage.binding)}" if stage else "",
        findings=tuple(Titled(one.title, one.text) for one in report.result.findings),
        overview=_overview(report, overview.dimensions),
        heat=heat_of(report),
        sections=(_peers(report), _perception(report), _priorities(report), _capabilities(report), _method(report)),
    )


def picture(report: Report, chart_id: ChartId) -> Picture:
    return Picture(svg_file(chart(report, chart_id, "wide")), WORDS[chart_id](report))


DIMENSION_COLUMNS = ("Dimension", "Level", "95% interval", "Target", "To go", "Peer median", "Percentile", "Change")


def _overview(report: Report, columns: tuple[DimensionColumn, ...]) -> Section:
    head = heading(report, "overview")
    has = not isinstance(report.result.overall, WithheldLevel)
    rows = tuple(_dimension_row(one) for one in columns)
    return Section(
        "overview",
        head.title,
        head.lead,
        picture(report, "overall") if has else None,
        table=Table(DIMENSION_COLUMNS, rows),
        missing="" if has else getattr(report.result.overall, "sentence", ""),
    )


def _dimension_row(one: DimensionColumn) -> tuple[str, ...]:
    if one.withheld:
        return one.name, one.withheld
    percentile = ordinal(one.percentile) if one.percentile is not None else f"{one.third} third" if one.third else "–"
    return (
        one.name,
        level(one.value),
        interval(one.low, one.high),
        level(one.target),
        level(one.gap),
        level(one.peers[1]) if one.peers else "–",
        percentile,
        signed(one.change.value) if one.change else "–",
    )


def heat_of(report: Report) -> Heat:
    """The heatmap of gaps to target by unit; where no target was set, of levels."""
    page = heatmap_page(report, State("target_gap"))
    return Heat(
        title=page.title,
        lead=page.lead,
        subtitle=page.subtitle,
        note=page.note,
        groups=tuple((one.name, one.size) for one in page.groups),
        columns=tuple(one.short for one in page.columns),
        rows=tuple(_heat_row(row, page.kind, page.low, page.high) for row in page.rows),
    )


def _heat_row(row: RowView, kind: str, low: float, high: float) -> HeatRow:
    cells = []
    for cell in row.cells:
        if cell.value is None:
            cells.append(HeatCell("", hatched=cell.secret))
            continue
        fill, ink = fill_of(cell.value, kind, low, high)
        cells.append(HeatCell(level(cell.value), fill, ink, cell.clear))
    n = "" if row.n is None else str(row.n)
    return HeatRow(row.name, n, level(row.mean) if row.cells else "", row.whole, tuple(cells), row.sentence or "")


def _peers(report: Report) -> Section:
    page = peers_page(report)
    return Section(
        "peers",
        page.title,
        page.lead,
        picture(report, "peers") if page.chart else None,
        tuple(Titled(one.title, one.text) for one in page.paragraphs),
        missing=page.missing or "",
    )


AGREEMENT_COLUMNS = ("Capability", "rwg(j)", "rwg(j), skewed", "AD", "Agreement")


def _perception(report: Report) -> Section:
    page = perception_page(report)
    rows = tuple(
        (one.name, _two(one.rwg), _two(one.skewed), _two(one.ad), one.text or one.band) for one in page.agreement
    )
    return Section(
        "perception",
        page.title,
        page.lead,
        picture(report, "perception") if perceived(report) else None,
        table=Table(AGREEMENT_COLUMNS, rows) if rows else None,
        missing=page.missing or "",
    )


def _two(value: float | None) -> str:
    return "–" if value is None else level(value, 2)


PRIORITY_COLUMNS = ("Rank", "With weights ±20%", "Capability", "Weight", "To go")


def _priorities(report: Report) -> Section:
    page = priorities_page(report)
    rows = tuple(
        (str(one.rank), f"{one.best} to {one.worst}", one.name, f"{one.importance:g}", level(one.gap))
        for one in page.first
    )
    surplus = tuple(
        Titled(f"{one.name}: {level(one.surplus)} above target", f"{interval(one.low, one.high)}. {one.advice}")
        for one in page.surplus
    )
    return Section(
        "priorities",
        page.title,
        page.lead,
        picture(report, "priorities") if page.chart else None,
        surplus,
        Table(PRIORITY_COLUMNS, rows) if rows else None,
        page.missing or "",
    )


CAPABILITY_COLUMNS = (
    "Capability",
    "Level",
    "95% interval",
    "n",
    "Coverage",
    "Don't know",
    "Target",
    "To go",
    "Peer median",
    "Percentile, n",
    "Change",
    "rwg(j)",
)


def _capabilities(report: Report) -> Section:
    rows = tuple(_capability_row(one) for one in report.result.capabilities)
    return Section(
        "capabilities",
        "Every capability in numbers",
        "Levels are means over people with their interval; what rests on fewer people than may be shown is withheld.",
        beside=tuple(_fallbacks(report)),
        table=Table(CAPABILITY_COLUMNS, rows),
    )


def _fallbacks(report: Report) -> list[Titled]:
    reasons: dict[str, list[str]] = {}
    for one in measured(report):
        if one.peer and one.peer.fallback:
            reasons.setdefault(f"{one.peer.group_name}: {one.peer.fallback}", []).append(one.short)
    return [Titled(reason[:1].upper() + reason[1:], f"{len(names)} capabilities") for reason, names in reasons.items()]


def _capability_row(one: CapabilityResult | WithheldLevel) -> tuple[str, ...]:
    if isinstance(one, WithheldLevel):
        return one.short or one.name, one.sentence
    return (
        one.short,
        level(shown(one.estimate)),
        interval(one.low, one.high),
        str(one.n),
        share(one.coverage),
        share(one.dont_know),
        "–" if one.target is None else level(shown(one.target)),
        "–" if one.target is None else level(float(apart(one.target, one.estimate))),
        level(shown(one.peer.median)) if one.peer else "–",
        _percentile(one.peer),
        signed(float(apart(one.estimate, one.change.before))) if one.change else "–",
        _two(one.agreement.rwg_j if one.agreement else None),
    )


def _percentile(peer: Peer | None) -> str:
    if peer is None:
        return "–"
    if peer.percentile is None:
        return f"{peer.third} third, {peer.n}" if peer.third else f"–, {peer.n}"
    return f"{ordinal(peer.percentile)}, {peer.n}"


def _method(report: Report) -> Section:
    page = method_page(report)
    return Section(
        "method",
        page.title,
        page.lead,
        beside=tuple(Titled(note.title, note.text) for note in page.notes),
        table=Table(("What", "Value"), page.facts),
    )
