"""The report as PDF: `report.typ` laid out by Typst, with the page's fonts embedded."""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path

import typst

from app.assets import fonts
from app.exports.board import board_of
from app.results.queries import Report

LAYOUT = Path(__file__).with_name("report.typ")


def pdf_file(report: Report) -> bytes:
    """A tagged PDF, the same bytes for the same snapshot. Names and sentences go in as data, never as markup."""
    content = json.dumps(asdict(board_of(report)), ensure_ascii=False)
    made = _compiler().compile(
        format="pdf", sys_inputs={"report": content}, timestamp=int(report.snapshot.computed_at.timestamp())
    )
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no single document")
    return made


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(
        str(LAYOUT), root=str(LAYOUT.parent), font_paths=[str(fonts().resolve())], ignore_system_fonts=True
    )
