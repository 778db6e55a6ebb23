"""The report as slides: native titles, tables and charts that a consultant can edit, and pictures where a chart is ours."""

import io
from collections.abc import Sequence

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide
from pptx.table import Table as Grid
from pptx.table import _Cell
from pptx.text.text import TextFrame, _Paragraph
from pptx.util import Emu, Inches, Pt

from app.exports.board import Board, Heat, Section, Table, Titled, board_of
from app.results.charts import ChartId, chart
from app.results.charts.base import dimensions
from app.results.drawing import ACCENT, CAUTION, INK, PEER, SECONDARY, png_file
from app.results.measures import shown
from app.results.queries import Report

FONT = "Arial"
"""On every machine that opens slides; fonts cannot travel in the file."""
TITLE_ONLY = 5
WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
LEFT, TOP, WIDE = Inches(0.55), Inches(1.75), Inches(12.23)
FINDINGS = 6
HATCHED = "e7ebee"
"""Withheld cells: slides know no hatching that survives every program, so the cell is grey and says so."""


def pptx_file(report: Report) -> bytes:
    """A deck of about ten slides. Each says snapshot, edition and label."""
    board, deck = board_of(report), _empty()
    _cover(deck, board)
    _overview(deck, board, report)
    if board.findings:
        _beside(_slide(deck, board, "What stands out", ""), board.findings[:FINDINGS], LEFT, WIDE, columns=2)
    _heatmap(_slide(deck, board, board.heat.title, board.heat.lead), board.heat)
    for section in board.sections:
        _section(deck, board, section, report)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _empty() -> Deck:
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    return deck


def _slide(deck: Deck, board: Board, title: str, lead: str) -> Slide:
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    head = slide.shapes.title
    if head is not None:
        head.left, head.top, head.width, head.height = LEFT, Inches(0.4), WIDE, Inches(0.7)
        _write(head.text_frame, title, 26 if len(title) < 70 else 22, bold=True)
    if lead:
        _text(slide, lead, LEFT, Inches(1.12), Inches(10.6), Inches(0.55), 14, SECONDARY)
    _text(slide, _origin(board), LEFT, Inches(7.02), WIDE, Inches(0.3), 9, CAUTION if board.label else SECONDARY)
    return slide


def _origin(board: Board) -> str:
    label = f" {board.label}." if board.label else ""
    return f"{board.organization}, {board.wave}. {board.origin}, {board.computed}.{label}"


def _text(
    slide: Slide, words: str, left: int, top: int, width: int, height: int, size: float, color: str = INK
) -> TextFrame:
    box = slide.shapes.add_textbox(Emu(left), Emu(top), Emu(width), Emu(height))
    _write(box.text_frame, words, size, color)
    return box.text_frame


def _write(frame: TextFrame, words: str, size: float, color: str = INK, *, bold: bool = False) -> None:
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = Emu(0)
    _run(frame.paragraphs[0], words, size, color, bold)


def _run(paragraph: _Paragraph, words: str, size: float, color: str, bold: bool) -> None:
    paragraph.alignment = PP_ALIGN.LEFT
    run = paragraph.add_run()
    run.text = _printable(words)
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, FONT
    run.font.color.rgb = RGBColor.from_string(color.removeprefix("#").upper())


def _printable(words: str) -> str:
    """XML holds no control characters."""
    return "".join(letter for letter in words if letter >= " " or letter in "\n\t")


def _cover(deck: Deck, board: Board) -> None:
    slide = _slide(deck, board, board.organization, board.wave)
    _text(slide, board.title, LEFT, Inches(2.3), Inches(10), Inches(1.2), 32, ACCENT)
    frame = _text(slide, board.lead, LEFT, Inches(4.0), Inches(9), Inches(1.2), 16, SECONDARY)
    for term, words in board.facts:
        _run(frame.add_paragraph(), f"{term}: {words}", 12, SECONDARY, False)


def _overview(deck: Deck, board: Board, report: Report) -> None:
    slide = _slide(deck, board, board.overview.title, board.overview.lead)
    if board.overview.missing:
        _text(slide, board.overview.missing, LEFT, TOP, WIDE, Inches(1), 16)
        return
    _levels_chart(slide, report)
    if board.overview.table:
        _table(slide, board.overview.table, Inches(6.6), TOP, Inches(6.2), 11)
    _text(slide, board.stage, Inches(6.6), Inches(5.0), Inches(6.2), Inches(1.4), 13, SECONDARY)


def _levels_chart(slide: Slide, report: Report) -> None:
    """Level, target and peer median of each dimension as a chart of PowerPoint's own."""
    found = dimensions(report)
    data = CategoryChartData(number_format="0.0")
    data.categories = [one.name for one in found]
    data.add_series("Level", [shown(one.estimate) for one in found])
    colors = [ACCENT]
    if any(one.target is not None for one in found):
        data.add_series("Target", [None if one.target is None else shown(one.target) for one in found])
        colors.append("#9dbfcc")
    if any(one.peer for one in found):
        data.add_series("Peer median", [shown(one.peer.median) if one.peer else None for one in found])
        colors.append(PEER)
    frame = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, LEFT, TOP, Inches(5.8), Inches(5.0), data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", "Level, target and peer median of each dimension")
    plain = frame.chart
    plain.has_legend, plain.has_title = True, False
    plain.legend.position, plain.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    plain.font.size, plain.font.name = Pt(11), FONT
    scale = report.questionnaire.scale
    axis = plain.value_axis
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = float(scale.low), float(scale.high), 1.0
    axis.major_gridlines.format.line.color.rgb = RGBColor.from_string("E7EBEE")
    plot = plain.plots[0]
    plot.gap_width, plot.overlap, plot.has_data_labels = 60, -5, True
    plot.data_labels.position, plot.data_labels.font.size = XL_LABEL_POSITION.OUTSIDE_END, Pt(10)
    for series, color in zip(plot.series, colors, strict=True):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = RGBColor.from_string(color.removeprefix("#").upper())


def _beside(
    slide: Slide, items: Sequence[Titled], left: int, width: int, *, columns: int = 1, size: float = 13
) -> None:
    share = -(-len(items) // columns)
    each = width // columns
    for column in range(columns):
        box = slide.shapes.add_textbox(Emu(left + column * each), TOP, Emu(each - Inches(0.3)), Inches(5))
        frame = box.text_frame
        frame.word_wrap = True
        for place, one in enumerate(items[column * share : (column + 1) * share]):
            head = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            _run(head, one.title, size, INK, True)
            body = frame.add_paragraph()
            body.space_after = Pt(size * 0.8)
            _run(body, one.text, size - 1, SECONDARY, False)


def _grid(slide: Slide, rows: int, columns: int, left: int, top: int, width: int, height: int) -> Grid:
    frame = slide.shapes.add_table(rows, columns, Emu(left), Emu(top), Emu(width), Emu(height))
    table = frame.table
    table.horz_banding = False
    style = frame._element.graphic.graphicData.tbl.tblPr.find(qn("a:tableStyleId"))
    if style is not None:
        style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # "No style, no grid"
    return table


def _cell(cell: _Cell, words: str, size: float, color: str = INK, *, bold: bool = False, middle: bool = False) -> None:
    cell.margin_left = cell.margin_right = Inches(0.04)
    cell.margin_top = cell.margin_bottom = Inches(0.015)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = cell.text_frame.paragraphs[0]
    _run(paragraph, words, size, color, bold)
    if middle:
        paragraph.alignment = PP_ALIGN.CENTER


def _fill(cell: _Cell, color: str) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = RGBColor.from_string(color.removeprefix("#").upper())


def _table(slide: Slide, found: Table, left: int, top: int, width: int, size: float) -> None:
    columns = len(found.columns)
    height = Inches(size / 72 * 1.75)
    grid = _grid(slide, len(found.rows) + 1, columns, left, top, width, height * (len(found.rows) + 1))
    longest = [max(len(row[place]) for row in (found.columns, *_full(found))) for place in range(columns)]
    weights = [min(max(one, 5), 60) for one in longest]
    for place, name in enumerate(found.columns):
        grid.columns[place].width = Emu(width * weights[place] // sum(weights))
        _cell(grid.cell(0, place), name, size, SECONDARY, bold=True)
        _fill(grid.cell(0, place), "#f3f5f7")
    for line, row in enumerate(found.rows, start=1):
        grid.rows[line].height = height
        for place, words in enumerate(row):
            _cell(grid.cell(line, place), words, size, INK if place == 0 or len(row) == columns else SECONDARY)
        if len(row) < columns:
            grid.cell(line, len(row) - 1).merge(grid.cell(line, columns - 1))


def _full(found: Table) -> list[tuple[str, ...]]:
    return [row for row in found.rows if len(row) == len(found.columns)]


def _heatmap(slide: Slide, heat: Heat) -> None:
    """Rows of units as a table that can be edited; the colours are those of the page."""
    width, size = len(heat.columns), 8.0
    grid = _grid(slide, len(heat.rows) + 1, width + 2, LEFT, TOP, WIDE, Inches(1.4 + 0.26 * len(heat.rows)))
    name, mean = Inches(1.75), Inches(0.55)
    for place in range(width + 2):
        column = grid.columns[place]
        column.width = Emu(name if place == 0 else mean if place == 1 else (WIDE - name - mean) // width)
    grid.rows[0].height = Inches(1.4)
    _cell(grid.cell(0, 0), "", size)
    _cell(grid.cell(0, 1), "Overall", size, SECONDARY)
    for place, text in enumerate(heat.columns, start=2):
        _cell(grid.cell(0, place), text, size, SECONDARY)
        grid.cell(0, place)._tc.get_or_add_tcPr().set("vert", "vert270")
    for line, row in enumerate(heat.rows, start=1):
        grid.rows[line].height = Inches(0.26)
        _cell(grid.cell(line, 0), row.name, size, bold=row.whole)
        _cell(grid.cell(line, 1), row.mean, size, bold=True, middle=True)
        if row.sentence:
            grid.cell(line, 2).merge(grid.cell(line, width + 1))
            _cell(grid.cell(line, 2), row.sentence, size, SECONDARY)
            _fill(grid.cell(line, 2), HATCHED)
            continue
        for place, one in enumerate(row.cells, start=2):
            cell = grid.cell(line, place)
            _cell(
                cell, one.text or ("" if one.hatched else "–"), size, one.ink or SECONDARY, bold=one.bold, middle=True
            )
            if one.fill or one.hatched:
                _fill(cell, one.fill or HATCHED)
    _text(slide, f"{heat.subtitle} {heat.note} Grey: withheld.", LEFT, Inches(6.5), WIDE, Inches(0.5), 9, SECONDARY)


PICTURES: dict[str, ChartId] = {"peers": "peers", "perception": "perception", "priorities": "priorities"}


def _section(deck: Deck, board: Board, section: Section, report: Report) -> None:
    slide = _slide(deck, board, section.title, section.lead)
    if section.missing:
        _text(slide, section.missing, LEFT, TOP, WIDE, Inches(1), 16)
    if section.picture is not None:
        _picture(slide, section, report)
        if section.beside:
            _beside(slide, section.beside, Inches(9.2), Inches(3.6), size=11)
    elif section.id == "method":
        _beside(slide, section.beside, LEFT, WIDE, columns=2, size=9)
        slide = _slide(deck, board, "What the numbers were computed from", "")
    if section.table is not None:
        if section.picture is not None:
            names = {"perception": "How far people agree", "priorities": "What to raise first"}
            slide = _slide(deck, board, names.get(section.id, section.title), "")
        _table(slide, section.table, LEFT, TOP, WIDE, 9 if len(section.table.rows) > 20 else 12)


def _picture(slide: Slide, section: Section, report: Report) -> None:
    content = io.BytesIO(png_file(chart(report, PICTURES[section.id], "wide")))
    placed = slide.shapes.add_picture(content, LEFT, TOP)
    scale = min(Inches(8.3) / placed.width, Inches(5.15) / placed.height)
    placed.width, placed.height = Emu(int(placed.width * scale)), Emu(int(placed.height * scale))
    if section.picture is not None:
        placed._element.nvPicPr.cNvPr.set("descr", section.picture.words)
