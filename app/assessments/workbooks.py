"""The first sheet of an XLSX file → the text of a table, row for row. Whatever else the file holds is never opened."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from app.assessments.roster import MOST_ROWS, decode
from app.errors import InvalidInputError

SIGNATURE = b"PK\x03\x04"
MOST_ENTRIES = 500
MOST_UNPACKED = 60_000_000
MOST_RATIO = 200
"""A sheet of text packs about 10 to 1; a bomb packs a thousand to one."""
MOST_COLUMNS = 60
TOO_MUCH = "This workbook unpacks to far more than a list of people. Save its first sheet as CSV, and choose that file."
DAMAGED = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
    OSError,
    EOFError,
)
"""What a file that is no workbook can make the readers say."""
UNREADABLE = "This workbook cannot be read. Save it again as .xlsx, or as CSV, and choose that file."


def is_workbook(content: bytes) -> bool:
    """Whether a file is a zip archive, as every .xlsx is; no table of text begins so."""
    return content.startswith(SIGNATURE)


def table_text(content: bytes) -> str:
    """The text of an uploaded table, whether workbook, CSV or pasted lines. Raises `InvalidInputError`."""
    return workbook_text(content) if is_workbook(content) else decode(content)


def workbook_text(content: bytes) -> str:
    """Tab-separated text with one line per row of the first sheet. Raises `InvalidInputError`."""
    _refuse_bombs(content)
    text = io.StringIO()
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        with_rows = book.worksheets[0].iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True)
        csv.writer(text, delimiter="\t", lineterminator="\n").writerows(_lines(with_rows))
        book.close()
    except DAMAGED as error:
        raise InvalidInputError(UNREADABLE, field="text") from error
    return text.getvalue()


def _refuse_bombs(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            if len(entries) > MOST_ENTRIES or unpacked > min(MOST_UNPACKED, MOST_RATIO * len(content) + 1_000_000):
                raise InvalidInputError(
                    "This workbook unpacks to far more than a list of people. Save it as CSV.", field="text"
                )
            for entry in entries:
                _refuse_entities(archive, entry)
    except DAMAGED as error:
        raise InvalidInputError(UNREADABLE, field="text") from error


def _refuse_entities(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """No workbook declares a document type; where one does, its entities could unfold without end."""
    with archive.open(entry) as file:
        head = file.read(4096)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head or "<!DOCTYPE".encode("utf-16-le") in head:
        raise InvalidInputError(UNREADABLE, field="text")


def _lines(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[str]]:
    for row in rows:
        cells = [_cell(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        # A line of its own also where the row is empty.
        yield cells or [""]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    # One row is one line, so that row numbers are those of the sheet.
    return " ".join(str(value).split())
