"""Lists of people as workbooks: read row for row, previewed, columns said by hand; bombs and garbage refused."""

import io
import random
import zipfile

import pytest
from openpyxl import Workbook
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.assessments.roster import read_table
from app.assessments.workbooks import is_workbook, table_text, workbook_text
from app.db import transaction
from app.errors import InvalidInputError
from app.models import Assessment, Participant, Unit
from tests.conftest import PersonaClient, World
from tests.factories import make_assessment

PEOPLE = (
    ("Full name", "E-mail", "Team", "Job role", "Staff number"),
    ("Ada Okafor", "ada@example.org", "Brand", "Leader", 4711.0),
    (None, None, None, None, None),
    ("Bo\nLind", "bo@example.org", "Events", "specialist", 7.5),
)


def workbook(rows: object = PEOPLE) -> bytes:
    book = Workbook()
    for row in rows:  # type: ignore[attr-defined]
        book.active.append(row)
    book.create_sheet("Other").append(("secret",))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.fixture
def draft(engine: Engine, world: World) -> Assessment:
    with transaction(engine) as session:
        return make_assessment(session, world.organization, world.users["consultant"], people={})


def people(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return sorted(session.exec(select(Participant.email)).all())


def test_the_first_sheet_is_read_row_for_row() -> None:
    table = read_table(workbook_text(workbook()))
    assert [row.number for row in table.rows] == [2, 4]
    assert table.rows[1].cells["name"] == "Bo Lind"
    assert table.ignored == ("Staff number",)
    assert "4711\n" in workbook_text(workbook())
    assert "secret" not in workbook_text(workbook())


def test_the_page_takes_a_workbook_and_so_does_the_interface(
    client: PersonaClient, draft: Assessment, engine: Engine
) -> None:
    consultant = client("consultant")
    page = consultant.post(
        f"/assessments/{draft.id}/setup/participants",
        data={"csrf": consultant.csrf},
        files={"file": ("people.xlsx", workbook())},
    )
    assert page.status_code == 200
    assert "2 people added" in page.text
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = consultant.post(
        f"/api/v1/assessments/{draft.id}/participants", content=workbook(), headers={"Content-Type": kind}
    )
    assert answer.json()["unchanged"] == 2
    assert people(engine) == ["ada@example.org", "bo@example.org"]


def test_a_preview_imports_nothing_and_says_what_would_happen(
    client: PersonaClient, draft: Assessment, engine: Engine
) -> None:
    text = "name,email,unit,role\nAda,ada@example.org,A new unit,leader\n"
    page = client("consultant").submit(f"/assessments/{draft.id}/setup/participants", text=text, then="preview")
    assert "It would be: 1 person added. New unit: A new unit." in page.text
    assert people(engine) == []
    with Session(engine) as session:
        assert "A new unit" not in session.exec(select(Unit.name)).all()


def test_columns_are_said_by_hand_where_they_are_not_found(
    client: PersonaClient, draft: Assessment, engine: Engine
) -> None:
    consultant, page = client("consultant"), f"/assessments/{draft.id}/setup/participants"
    text = "Wer,Adresse,Wo,Was\nAda,ada@example.org,Brand,leader\n"
    refused = consultant.submit(page, text=text)
    assert refused.status_code == 422
    assert 'name="map:1"' in refused.text
    mapping = {"map:0": "name", "map:1": "email", "map:2": "unit", "map:3": "role"}
    twice = consultant.submit(page, text=text, **(mapping | {"map:3": "unit"}))
    assert "Two columns are both called &#39;unit&#39;" in twice.text
    assert consultant.submit(page, text=text, **(mapping | {"map:3": "shoe size"})).status_code == 422
    assert "1 person added" in consultant.submit(page, text=text, **mapping).text
    assert people(engine) == ["ada@example.org"]


def bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    return content.getvalue()


def entities() -> bytes:
    content = io.BytesIO(workbook())
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("xl/more.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>')
    return content.getvalue()


@pytest.mark.parametrize("content", [bomb(), entities(), b"PK\x03\x04 and no more"])
def test_what_is_no_honest_workbook_is_refused(content: bytes) -> None:
    assert is_workbook(content)
    with pytest.raises(InvalidInputError, match="workbook"):
        table_text(content)


def test_damaged_workbooks_are_refused_or_read_and_never_break() -> None:
    whole, draw = workbook(), random.Random(5)
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(draw.randrange(1, 12)):
            damaged[draw.randrange(4, len(damaged))] = draw.randrange(256)
        try:
            text = table_text(bytes(damaged[: draw.choice((len(damaged), draw.randrange(4, len(damaged))))]))
        except InvalidInputError:
            continue
        read_table(text)
