"""Every page and file of a report as lines of plain text, in the order in which a person reads them."""

import html
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import openpyxl
from pptx import Presentation
from pypdf import PdfReader

from app.results.measures import MEASURE_NAMES
from questionnaires.schema import Questionnaire
from tests.people import Client

SECTIONS = ("", "/peers", "/perception", "/priorities", "/method")
CHARTS = ("overall", "peers", "perception", "priorities")
_BREAK = re.compile(r"</(?:tr|li|p|h[1-6]|dt|dd|text|title|caption|figcaption|summary|blockquote|option|th)>")


@dataclass(frozen=True)
class Row:
    """One line of text and where it stands."""

    where: str
    text: str


def pages_of(client: Client, base: str, questionnaire: Questionnaire, cells: tuple[str, ...] = ()) -> dict[str, str]:
    """The pages that begin with ``base``, every filter of the heatmap and every capability; address → HTML.

    ``cells`` : of the heatmap, picked by the address whether or not a page offers them
    """
    paths = list(SECTIONS)
    paths += [
        f"/heatmap?measure={measure}&by={by}&view={view}"
        for measure in MEASURE_NAMES
        for by in ("unit", "role")
        for view in ("map", "table")
    ]
    paths += [f"/heatmap?measure={measure}&cell={cell}" for cell in cells for measure in ("level", "change")]
    paths += [f"/capabilities/{one.id}?comments=all" for one in questionnaire.capabilities]
    return {path: _text(client, base + path) for path in paths}


def _text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.text


def rows_of_pages(pages: Mapping[str, str]) -> Iterator[Row]:
    """Table rows as one line each; what only programs read out stands in lines of its own."""
    for where, page in pages.items():
        main = page.partition("<main")[2]
        for label in re.findall(r'(?:aria-label|title|alt)="([^"]*)"', main):
            yield Row(where, html.unescape(label))
        for row in re.findall(r"<tr\b.*?</tr>", main, re.DOTALL):
            yield Row(where, _plain(row))
        for line in _BREAK.split(re.sub(r"<tr\b.*?</tr>", "", main, flags=re.DOTALL)):
            yield Row(where, _plain(line))


def _plain(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def rows_of_pdf(content: bytes) -> Iterator[Row]:
    for number, page in enumerate(PdfReader(io.BytesIO(content)).pages, start=1):
        for line in page.extract_text().splitlines():
            yield Row(f"pdf {number}", line)


def rows_of_pptx(content: bytes) -> Iterator[Row]:
    """Text, notes, text alternatives, tables row by row, and the workbooks inside the charts."""
    for number, slide in enumerate(Presentation(io.BytesIO(content)).slides, start=1):
        where = f"pptx {number}"
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            yield Row(where, slide.notes_slide.notes_text_frame.text)
        for shape in slide.shapes:
            yield Row(where, str(shape._element.xpath("string(.//p:cNvPr/@descr)")))
            if shape.has_text_frame:
                yield from (Row(where, one.text) for one in shape.text_frame.paragraphs)
            if shape.has_table:
                yield from (Row(where, " | ".join(cell.text for cell in row.cells)) for row in shape.table.rows)
            if shape.has_chart:
                yield from rows_of_xlsx(shape.chart.part.chart_workbook.xlsx_part.blob, where)


def rows_of_xlsx(content: bytes, where: str = "xlsx") -> Iterator[Row]:
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        for row in sheet.iter_rows(values_only=True):
            yield Row(f"{where} {sheet.title}", " | ".join("" if value is None else str(value) for value in row))


def rows_of_files(client: Client, snapshot_id: str) -> Iterator[Row]:
    """Every export and every chart's files."""
    api = f"/api/v1/snapshots/{snapshot_id}/export"
    yield from rows_of_pdf(client.get(f"{api}.pdf").content)
    yield from rows_of_pptx(client.get(f"{api}.pptx").content)
    yield from rows_of_xlsx(client.get(f"{api}.xlsx").content)
    yield from (Row("csv", line) for line in client.get(f"{api}.csv").text.splitlines())
    for chart in CHARTS:
        for kind in ("csv", "svg"):
            text = client.get(f"/snapshots/{snapshot_id}/charts/{chart}.{kind}").text
            lines = text.splitlines() if kind == "csv" else _BREAK.split(text)
            yield from (Row(f"{chart}.{kind}", _plain(line)) for line in lines)
