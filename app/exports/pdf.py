"""PDF: `*.typ` laid out by Typst, with the page's fonts embedded."""

import json
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from app.assets import fonts
from app.exports.board import board_of
from app.results.queries import Report

LAYOUTS = Path(__file__).parent


def pdf_file(report: Report) -> bytes:
    """A tagged PDF, the same bytes for the same snapshot. Names and sentences go in as data, never as markup."""
    return laid_out("report", asdict(board_of(report)), at=report.snapshot.computed_at)


def laid_out(layout: str, content: dict[str, Any], *, at: datetime) -> bytes:
    """``content`` in the layout of that name; the file says it was made ``at``."""
    given = json.dumps(content, ensure_ascii=False)
    made = _compiler(layout).compile(format="pdf", sys_inputs={layout: given}, timestamp=int(at.timestamp()))
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no single document")
    return made


@cache
def _compiler(layout: str) -> typst.Compiler:
    return typst.Compiler(
        str(LAYOUTS / f"{layout}.typ"), root=str(LAYOUTS), font_paths=[str(fonts().resolve())], ignore_system_fonts=True
    )
