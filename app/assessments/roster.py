"""Pasted tables and CSV files → checked rows of people, or what is wrong with each row. No database."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from questionnaires.schema import Questionnaire

MOST_ROWS = 20_000
COLUMNS = ("name", "email", "unit", "role", "seniority")
REQUIRED = ("name", "email", "unit", "role")
SYNONYMS: Mapping[str, frozenset[str]] = {
    "name": frozenset({"name", "full name", "participant", "person", "employee", "respondent"}),
    "first name": frozenset({"first name", "firstname", "given name", "forename"}),
    "last name": frozenset({"last name", "lastname", "surname", "family name"}),
    "email": frozenset({"email", "e mail", "mail", "email address", "e mail address", "mail address", "work email"}),
    "unit": frozenset({"unit", "team", "department", "dept", "region", "brand", "business unit", "group", "division"}),
    "role": frozenset({"role", "job role", "profile role", "function", "position"}),
    "seniority": frozenset({"seniority", "profile seniority", "experience", "years", "years of experience", "tenure"}),
}
LONGEST = {"name": 200, "email": 254, "unit": 100}
EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\.]+(\.[^\s@<>,;:\"()\[\]\\.]+)+")


@dataclass(frozen=True)
class RowProblem:
    """What is wrong in one place: the row as counted in the file (the heading is row 1), the value, and the fix."""

    row: int
    column: str
    value: str
    message: str


@dataclass(frozen=True)
class RawRow:
    """One row as given; ``cells`` by our names of the columns."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class RosterRow:
    """One checked row; ``role`` and ``seniority`` are ids of the questionnaire's profile options."""

    number: int
    name: str
    email: str
    unit: str
    role: str
    seniority: str


@dataclass(frozen=True)
class Table:
    """What a file or paste holds. ``ignored`` names columns that we do not know."""

    rows: tuple[RawRow, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    ignored: tuple[str, ...] = ()
    columns: tuple["Column", ...] = ()


@dataclass(frozen=True)
class Column:
    """One column as it came: its heading (empty without one), what we take it for, and its first cells."""

    place: int
    heading: str
    name: str
    sample: str


@dataclass(frozen=True)
class Choices:
    """The options of one profile question: what may be written → option id. Empty: anything goes."""

    ids: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()

    def find(self, text: str) -> str | None:
        """The option id for an id, a label or the whole text of the option."""
        return self.ids.get(_plain(text)) if self.ids else text


def choices_of(questionnaire: Questionnaire, question_id: str) -> Choices:
    """The options of ``profile.role`` or ``profile.seniority``; empty when the questionnaire does not ask it."""
    question = next((question for question in questionnaire.profile if question.id == question_id), None)
    if question is None:
        return Choices()
    ids: dict[str, str] = {}
    for option in question.options:
        for text in (option.id, option.text, short_label(option.text)):
            ids.setdefault(_plain(text), option.id)
    return Choices(ids, tuple(short_label(option.text) for option in question.options))


def short_label(text: str) -> str:
    """``Manager: I lead a team`` → ``Manager``."""
    return text.partition(":")[0].strip()


def decode(content: bytes) -> str:
    """The text of an uploaded file: UTF-8, UTF-16 with its mark, else the encoding that older spreadsheets write."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read_table(text: str, mapping: Mapping[int, str] | None = None) -> Table:
    """The rows of a CSV file or a paste from a spreadsheet: comma, semicolon or tab; columns by name or, without a
    heading, in the order name, e-mail, unit, role, seniority. ``mapping``: place → our name of the column, where somebody
    said what is what; empty names are left out."""
    text = text.lstrip("\ufeff")
    records, problems = _records(text)
    if problems:
        return Table(problems=problems)
    if not records:
        return Table(problems=(RowProblem(1, "", "", "There is nothing in it. Paste one row per person."),))
    if len(records) > MOST_ROWS:
        return Table(problems=(RowProblem(MOST_ROWS, "", "", f"Import at most {MOST_ROWS:,} people at once."),))
    return _by_column(records, mapping)


def _records(text: str) -> tuple[list[tuple[int, list[str]]], tuple[RowProblem, ...]]:
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
    records: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((line, [cell.strip() for cell in cells]))
            line = reader.line_num + 1
    except csv.Error:
        message = "The row cannot be read: a quotation mark is opened and not closed, or stands inside a cell. Fix it."
        return [], (RowProblem(line, "", "", message),)
    return records, ()


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", first)
    return max("\t;,", key=outside.count)


def _by_column(records: Sequence[tuple[int, list[str]]], mapping: Mapping[int, str] | None) -> Table:
    line, heading = records[0]
    headed = not any(EMAIL.fullmatch(cell) for cell in heading)
    if mapping is not None:
        names = [mapping.get(place) or None for place in range(len(heading))]
    elif headed:
        names = _first_of_each([_column(cell) for cell in heading])
    else:
        names = [COLUMNS[place] if place < len(COLUMNS) else None for place in range(len(heading))]
    columns = _columns(records, names, headed)
    problems = _column_problems(line, heading, names, mapped=mapping is not None)
    if problems:
        return Table(problems=problems, columns=columns)
    ignored = tuple(cell for cell, name in zip(heading, names, strict=True) if name is None and cell and headed)
    body = records[1:] if headed else records
    return Table(tuple(_raw(n, names, cells) for n, cells in body), (), ignored, columns)


def _first_of_each(names: Sequence[str | None]) -> list[str | None]:
    """Two columns may be called alike; the first is taken."""
    return [name if name not in names[:place] else None for place, name in enumerate(names)]


def _columns(records: Sequence[tuple[int, list[str]]], names: Sequence[str | None], headed: bool) -> tuple[Column, ...]:
    body = [cells for _, cells in records[1 if headed else 0 :][:3]]
    return tuple(
        Column(
            place,
            records[0][1][place] if headed else "",
            name or "",
            ", ".join(cells[place] for cells in body if place < len(cells) and cells[place])[:80],
        )
        for place, name in enumerate(names)
    )


def _column_problems(
    line: int, heading: Sequence[str], names: Sequence[str | None], *, mapped: bool
) -> tuple[RowProblem, ...]:
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        message = f"Two columns are both called '{_shown(twice[0])}'. Choose one."
        return (RowProblem(line, _shown(twice[0]), ", ".join(heading)[:200], message),)
    if "email" not in names and not mapped:
        message = (
            "No column is called e-mail. Name the columns in the first row: name, e-mail, unit, role; or say below."
        )
        return (RowProblem(line, "e-mail", ", ".join(heading)[:200], message),)
    missing = [name for name in REQUIRED if name not in names and not _named_in_parts(name, names)]
    return tuple(_missing_column(line, name, heading) for name in missing)


def _missing_column(line: int, name: str, heading: Sequence[str]) -> RowProblem:
    known = ", ".join(sorted(SYNONYMS[name])[:4])
    message = f"There is no column '{_shown(name)}'. Add it, call one of yours so (also known: {known}), or say below."
    return RowProblem(line, _shown(name), ", ".join(heading)[:200], message)


def _named_in_parts(name: str, names: Sequence[str | None]) -> bool:
    return name == "name" and "last name" in names


def _column(heading: str) -> str | None:
    plain = re.sub(r"[^a-z]+", " ", heading.casefold()).strip()
    return next((name for name, synonyms in SYNONYMS.items() if plain in synonyms), None)


def _raw(number: int, names: Sequence[str | None], cells: Sequence[str]) -> RawRow:
    found: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        if name is not None:
            found.setdefault(name, cell)
    if "name" not in found:
        found["name"] = f"{found.pop('first name', '')} {found.pop('last name', '')}".strip()
    return RawRow(number, found)


def check_rows(
    rows: Iterable[RawRow], roles: Choices, seniorities: Choices
) -> tuple[tuple[RosterRow, ...], tuple[RowProblem, ...]]:
    """The rows with every value checked, and every problem of every row."""
    checked: list[RosterRow] = []
    problems: list[RowProblem] = []
    seen: dict[str, int] = {}
    for row in rows:
        found = list(_problems(row, roles, seniorities))
        email = row.cells.get("email", "").strip().lower()
        if email and email in seen:
            message = f"The same address stands in row {seen[email]}. Keep one of the two rows."
            found.append(RowProblem(row.number, "e-mail", email, message))
        seen.setdefault(email, row.number)
        problems += found
        if not found:
            checked.append(_checked(row, email, roles, seniorities))
    return tuple(checked), tuple(problems)


def _checked(row: RawRow, email: str, roles: Choices, seniorities: Choices) -> RosterRow:
    seniority = row.cells.get("seniority", "").strip()
    return RosterRow(
        row.number,
        " ".join(row.cells["name"].split()),
        email,
        " ".join(row.cells["unit"].split()),
        roles.find(row.cells["role"]) or "",
        (seniorities.find(seniority) or "") if seniority else "",
    )


def _problems(row: RawRow, roles: Choices, seniorities: Choices) -> Iterable[RowProblem]:
    for column in REQUIRED:
        value = row.cells.get(column, "").strip()
        if not value:
            yield RowProblem(row.number, _shown(column), "", f"The {_shown(column)} is empty. Fill it in.")
        elif len(value) > LONGEST.get(column, 200):
            longest = LONGEST.get(column, 200)
            message = f"The {_shown(column)} is longer than {longest} characters. Shorten it."
            yield RowProblem(row.number, _shown(column), f"{value[:40]}…", message)
        elif any(ord(character) < 32 for character in value):
            message = f"The {_shown(column)} holds a line break or a control character. Remove it."
            yield RowProblem(row.number, _shown(column), ascii(value[:40]), message)
        elif column == "email" and not EMAIL.fullmatch(value):
            message = "This is no e-mail address. Write it like name@company.com."
            yield RowProblem(row.number, "e-mail", value, message)
        elif column == "role":
            yield from _no_choice(row.number, "role", value, roles)
    seniority = row.cells.get("seniority", "").strip()
    if seniority:
        yield from _no_choice(row.number, "seniority", seniority, seniorities)


def _no_choice(number: int, column: str, value: str, choices: Choices) -> Iterable[RowProblem]:
    if choices.find(value) is None:
        message = f"This {column} is not one of the questionnaire's. Use one of: {'; '.join(choices.labels)}."
        yield RowProblem(number, column, value[:100], message)
    elif not choices.ids and len(value) > 40:
        yield RowProblem(number, column, f"{value[:40]}…", f"The {column} is longer than 40 characters. Shorten it.")


def _shown(column: str) -> str:
    return "e-mail" if column == "email" else column


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
