"""How long it takes to import 10,000 people and to invite them by mail, beside only reading the same file.

``python -m bench.inviting``
"""

import csv
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from openpyxl import Workbook, load_workbook

from app.assessments.actions import launch_assessment
from app.assessments.importing import import_participants
from app.assessments.mailing import choose_way
from app.assessments.workbooks import table_text
from app.clock import now
from app.db import make_engine, transaction
from tests.databases import migrate, test_settings
from tests.factories import make_assessment, make_organization, make_user

PEOPLE = 10_000
GOAL = 10.0
"""Seconds."""


def main() -> None:
    rows = [
        ("name", "email", "unit", "role"),
        *((f"Person {n}", f"p{n}@example.org", f"Unit {n % 40}", "specialist") for n in range(PEOPLE)),
    ]
    for kind, content, read in (("CSV", _csv(rows), _read_csv), ("XLSX", _xlsx(rows), _read_xlsx)):
        reading = _seconds(lambda content=content, read=read: read(content))  # type: ignore[misc]
        importing, again, launching = _imported(content)
        print(
            f"{kind:5}{PEOPLE:,} people: imported in {importing:.1f} s ({importing / reading:.0f} × reading), again "
            f"{again:.1f} s, launched with a mail each in {launching:.1f} s; at most {GOAL:.0f} s each: "
            f"{'ok' if max(importing, again, launching) <= GOAL else 'MISSED'}",
            flush=True,
        )


def _imported(content: bytes) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(test_settings(f"sqlite:///{Path(folder) / 'bench.db'}"))
        migrate(engine)
        with transaction(engine) as session:
            consultant = make_user(session, "Consultant", consultant=True)
            draft = make_assessment(session, make_organization(session, consultant), consultant, people={}, at=now())
            choose_way(session, draft, by="mail", reply_to="", at=now())

        def run() -> None:
            with transaction(engine) as session:
                import_participants(session, session.merge(draft), table_text(content), at=now())

        def launch() -> None:
            with transaction(engine) as session:
                launch_assessment(session, session.merge(draft), at=now())

        times = _seconds(run), _seconds(run), _seconds(launch)
        engine.dispose()
    return times


def _seconds(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def _csv(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _read_csv(content: bytes) -> object:
    return list(csv.reader(io.StringIO(content.decode())))


def _xlsx(rows: list[tuple[str, ...]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _read_xlsx(content: bytes) -> object:
    return list(load_workbook(io.BytesIO(content), read_only=True).worksheets[0].iter_rows(values_only=True))


if __name__ == "__main__":
    main()
