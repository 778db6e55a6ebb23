"""Results as JSON and as files."""

import csv
import io
import json

import openpyxl
import pytest
from sqlalchemy import Engine

from app.db import transaction
from app.formats import safe_text
from app.models import Snapshot
from app.results.queries import document_of, result_of
from scoring.results import ILLUSTRATIVE_LABEL, CapabilityResult
from tests.conftest import PersonaClient, World
from tests.results.conftest import Reader
from tests.results.stored import COMMENTED, empty_wave


def test_a_snapshot_is_the_stored_document(reader: Reader, read_snapshot: Snapshot) -> None:
    answer = reader("leader").get(f"/api/v1/snapshots/{read_snapshot.id}").json()
    assert answer["result"] == document_of(read_snapshot)
    assert answer["label"] == ILLUSTRATIVE_LABEL
    assert answer["settings"]["k"] == 5
    assert answer["respondents"] == 73


def test_a_second_wave_knows_its_change(read_snapshot: Snapshot) -> None:
    result = result_of(read_snapshot)
    changes = [one.change for one in result.capabilities if isinstance(one, CapabilityResult)]
    assert all(change is not None for change in changes)


@pytest.mark.parametrize("measure", ["level", "target_gap", "peer_gap", "change", "agreement"])
@pytest.mark.parametrize("by", ["unit", "role"])
def test_the_heatmap_has_every_capability_in_every_shown_row(
    reader: Reader, read_snapshot: Snapshot, measure: str, by: str
) -> None:
    answer = reader("leader").get(f"/api/v1/snapshots/{read_snapshot.id}/heatmap?measure={measure}&by={by}").json()
    assert len(answer["columns"]) == 27
    shown = [row for row in answer["rows"] if "withheld" not in row]
    assert len(shown) == (7 if by == "unit" else 4)
    for row in shown:
        assert len(row["cells"]) == 27
    whole = next(row for row in shown if row["whole"])
    assert any("value" in cell for cell in whole["cells"].values())


def test_gaps_of_the_api_are_those_of_the_result(reader: Reader, read_snapshot: Snapshot) -> None:
    answer = reader("leader").get(f"/api/v1/snapshots/{read_snapshot.id}/heatmap?measure=target_gap").json()
    one = result_of(read_snapshot).capability(COMMENTED)
    assert isinstance(one, CapabilityResult)
    assert answer["rows"][0]["cells"][COMMENTED]["value"] == pytest.approx(one.target_gap)


def test_a_capability_comes_with_groups_and_comments(reader: Reader, read_snapshot: Snapshot) -> None:
    answer = reader("leader").get(f"/api/v1/snapshots/{read_snapshot.id}/capabilities/{COMMENTED}").json()
    assert answer["capability"]["id"] == COMMENTED
    assert "value" in answer["units"]["Field EMEA"]
    assert "withheld" in answer["units"]["Field APAC"]
    assert len(answer["comments"]) == 12


def test_unknown_names_are_problems(reader: Reader, read_snapshot: Snapshot) -> None:
    leader = reader("leader")
    missing = leader.get(f"/api/v1/snapshots/{read_snapshot.id}/capabilities/data.nothing")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"
    assert leader.get(f"/api/v1/snapshots/{read_snapshot.id}/heatmap?measure=colour").status_code == 422
    assert leader.get("/api/v1/snapshots/none").status_code == 404


def test_closing_by_api_computes_the_snapshot(client: PersonaClient, engine: Engine, world: World) -> None:
    with transaction(engine) as session:
        assessment = empty_wave(session, world.organization, world.users["consultant"])
    consultant = client("consultant")
    early = consultant.post(f"/api/v1/assessments/{assessment.id}/snapshots")
    assert early.status_code == 409
    closed = consultant.post(f"/api/v1/assessments/{assessment.id}/close")
    assert closed.status_code == 201
    assert "respondents" not in closed.json() or closed.json()["respondents"] is None
    assert consultant.post(f"/api/v1/assessments/{assessment.id}/close").status_code == 409
    assert client("leader").post(f"/api/v1/assessments/{assessment.id}/close").status_code == 403


ABOUT = ("snapshot", "questionnaire", "baseline_edition", "computed_at", "label")


def test_the_csv_says_what_it_was_made_from(reader: Reader, read_snapshot: Snapshot) -> None:
    response = reader("leader").get(f"/api/v1/snapshots/{read_snapshot.id}/export.csv")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    head = {row[0]: row[1] for row in rows[: rows.index([])]}
    assert head["snapshot"] == read_snapshot.id
    assert head["label"] == ILLUSTRATIVE_LABEL
    assert set(ABOUT) <= set(head)
    levels = [row for row in rows if row and row[0] == "capability"]
    assert len(levels) == 27
    assert all(row[-1] == ILLUSTRATIVE_LABEL for row in levels)
    assert 'filename="maturity-' in response.headers["content-disposition"]


def test_the_workbook_holds_numbers_as_numbers(reader: Reader, read_snapshot: Snapshot) -> None:
    content = reader("leader").get(f"/api/v1/snapshots/{read_snapshot.id}/export.xlsx").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["About", "Levels", "Groups"]
    about = dict(book["About"].iter_rows(values_only=True))
    assert about["snapshot"] == read_snapshot.id
    assert about["label"] == ILLUSTRATIVE_LABEL
    assert book["Levels"]["A1"].value == ILLUSTRATIVE_LABEL
    rows = list(book["Levels"].iter_rows(min_row=4, values_only=True))
    assert len(rows) == 1 + 5 + 27
    assert isinstance(rows[0][4], float)


def test_the_json_file_is_the_result_with_its_origin(reader: Reader, read_snapshot: Snapshot) -> None:
    document = json.loads(reader("leader").get(f"/api/v1/snapshots/{read_snapshot.id}/export.json").content)
    assert document["result"] == document_of(read_snapshot)
    assert set(ABOUT) <= set(document)


def test_an_unknown_format_is_refused(reader: Reader, read_snapshot: Snapshot) -> None:
    assert reader("leader").get(f"/api/v1/snapshots/{read_snapshot.id}/export.exe").status_code == 422


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@name", "\tx", "\rx"])
def test_text_never_becomes_a_formula(text: str) -> None:
    assert safe_text(text) == f"'{text}"
    assert safe_text(-0.4) == -0.4
