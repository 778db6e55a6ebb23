"""PDF and slides hold what the report shows, and nothing of what it withholds."""

import io

import pytest
from pptx import Presentation

from app.db import transaction
from app.exports.board import board_of
from app.exports.colors import fill_of
from app.models import Snapshot
from app.results.queries import load_report, result_of
from scoring.editions import ILLUSTRATIVE_LABEL
from tests.results.conftest import Measured, Reader


def slide_texts(content: bytes) -> list[str]:
    """All text of each slide, tables included."""
    found = []
    for slide in Presentation(io.BytesIO(content)).slides:
        words = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        for shape in slide.shapes:
            if shape.has_table:
                words += [cell.text for row in shape.table.rows for cell in row.cells]
        found.append("\n".join(words))
    return found


def test_the_pdf_is_the_same_bytes_for_the_same_snapshot(reader: Reader, read_snapshot: Snapshot) -> None:
    leader, address = reader("leader"), f"/api/v1/snapshots/{read_snapshot.id}/export.pdf"
    response = leader.get(address)
    assert response.headers["content-type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    assert b"Inter" in response.content
    assert leader.get(address).content == response.content


def test_every_slide_says_snapshot_and_label(reader: Reader, read_snapshot: Snapshot) -> None:
    texts = slide_texts(reader("leader").get(f"/api/v1/snapshots/{read_snapshot.id}/export.pptx").content)
    assert len(texts) >= 9
    assert all(read_snapshot.id in text and ILLUSTRATIVE_LABEL in text for text in texts)


def test_a_withheld_unit_has_a_reason_and_no_number(measured: Measured, read_snapshot: Snapshot) -> None:
    withheld = {unit.id for unit in result_of(read_snapshot).units if unit.withheld}
    assert withheld
    with transaction(measured.engine) as session:
        board = board_of(load_report(session, read_snapshot))
    rows = {row.name: row for row in board.heat.rows}
    for unit in withheld:
        assert rows[unit].sentence
        assert rows[unit].cells == ()
        assert rows[unit].n == rows[unit].mean == ""


@pytest.mark.parametrize("kind", ["pdf", "pptx"])
def test_an_outsider_gets_no_file(reader: Reader, read_snapshot: Snapshot, kind: str) -> None:
    assert reader("outsider").get(f"/api/v1/snapshots/{read_snapshot.id}/export.{kind}").status_code == 404


def test_colours_cover_a_scale_from_nought_to_three() -> None:
    fills = {fill_of(value, "level", 0, 3)[0] for value in (0, 1, 2, 3)}
    assert len(fills) == 4
