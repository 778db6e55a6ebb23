"""Exports as files: CSV, XLSX and JSON of one snapshot."""

import csv
import io
import json

import xlsxwriter

from app.exports.tables import Sheet, about, groups, levels
from app.formats import Field, safe_text
from app.results.queries import Report, document_of


def csv_file(report: Report) -> bytes:
    """One table after the other, headed by what the numbers were computed from. UTF-8 with a byte-order mark, which
    spreadsheets need to read names right."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([safe_text(term), safe_text(text)] for term, text in about(report))
    for sheet in (levels(report), groups(report)):
        writer.writerow([])
        writer.writerow([*sheet.columns, *(["label"] if report.label else [])])
        for row in sheet.rows:
            tail: list[Field] = [report.label] if report.label else []
            writer.writerow(["" if value is None else safe_text(value) for value in (*row, *tail)])
    return ("\ufeff" + out.getvalue()).encode()


def json_file(report: Report) -> bytes:
    """The stored result with what it was computed from."""
    document = {**dict(about(report)), "result": document_of(report.snapshot)}
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def xlsx_file(report: Report) -> bytes:
    """A workbook: about, levels, groups. Every text is a text, never a formula or a link."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold, number = book.add_format({"bold": True}), book.add_format({"num_format": "0.00"})
        first = book.add_worksheet("About")
        first.set_column(0, 0, 26)
        first.set_column(1, 1, 60)
        for place, (term, text) in enumerate(about(report)):
            first.write_string(place, 0, term, bold)
            first.write_string(place, 1, text)
        for sheet in (levels(report), groups(report)):
            _write(book, sheet, report.label, bold, number)
    return out.getvalue()


def _write(book: xlsxwriter.Workbook, sheet: Sheet, label: str, bold: object, number: object) -> None:
    page = book.add_worksheet(sheet.name)
    start = 0
    if label:
        page.write_string(0, 0, label, bold)
        start = 2
    for column, name in enumerate(sheet.columns):
        page.write_string(start, column, name, bold)
    page.freeze_panes(start + 1, 3)
    page.set_column(0, len(sheet.columns), 14)
    page.autofilter(start, 0, start + len(sheet.rows), len(sheet.columns) - 1)
    for line, row in enumerate(sheet.rows, start=start + 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(line, column, value)
            elif isinstance(value, float):
                page.write_number(line, column, value, number)
            elif value is not None:
                page.write_number(line, column, value)
