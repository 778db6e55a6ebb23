"""A plan as a workbook and as JSON."""

import io
import json
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from app.formats import Field
from app.roadmaps.exports.rows import PlanFile
from app.roadmaps.exports.tables import Table, tables

BOLD = Font(bold=True)
RUNNING = PatternFill("solid", fgColor="BFD5DF")
WIDE = {"title": 40, "name": 34, "why": 48, "goal": 40, "reason": 40, "measure": 48, "target": 40, "capability": 28}


def xlsx_file(plan: PlanFile) -> bytes:
    """Sheets About, List, Timeline, Limits and Targets. Every text is a text, never a formula or a link."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _about(book.create_sheet("About"), plan)
    for table in tables(plan):
        _write(book.create_sheet(table.name), table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def json_file(plan: PlanFile) -> bytes:
    """The same tables as lists of objects, with the stored plan."""
    roadmap = plan.view.roadmap
    document: dict[str, Any] = dict(plan.about) | {
        table.name.lower(): [dict(zip(table.columns, row, strict=True)) for row in table.rows] for table in tables(plan)
    }
    document["milestones"] = [
        {"initiative": row.id, "text": one.text, "on": one.on.isoformat() if one.on else None, "done": one.done}
        for row in plan.rows
        for one in row.milestones
    ]
    document["plan"] = {"limits": roadmap.limits, "problem": roadmap.problem, "solution": roadmap.solution}
    document["left_out"] = roadmap.explanation["left_out"]
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _about(sheet: Worksheet, plan: PlanFile) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 60
    for line, (term, text) in enumerate(plan.about, start=1):
        _cell(sheet, line, 1, term)
        _cell(sheet, line, 2, text)
        sheet.cell(line, 1).font = BOLD


def _write(sheet: Worksheet, table: Table) -> None:
    for column, name in enumerate(table.columns, start=1):
        _cell(sheet, 1, column, name)
        sheet.cell(1, column).font = BOLD
        sheet.column_dimensions[get_column_letter(column)].width = WIDE.get(name, 13)
    for line, row in enumerate(table.rows, start=2):
        for column, value in enumerate(row, start=1):
            _cell(sheet, line, column, value)
            if table.name == "Timeline" and isinstance(value, float):
                sheet.cell(line, column).fill = RUNNING
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _cell(sheet: Worksheet, line: int, column: int, value: Field) -> None:
    cell = sheet.cell(line, column)
    if not isinstance(value, str):
        cell.value = value
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell.data_type = "s"
    cell.alignment = Alignment(vertical="top", wrap_text=True)
