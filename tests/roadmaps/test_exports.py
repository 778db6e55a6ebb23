"""A plan as files: what the importers of other tools expect, nothing that runs, nobody who may not."""

import csv
import io
import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from openpyxl import load_workbook
from sqlmodel import Session

from app.models import Roadmap
from app.roadmaps.exports.api import plan_file
from app.roadmaps.exports.calendar import ics_file
from app.roadmaps.exports.rows import PlanFile
from app.roadmaps.exports.text import asana_file, csv_file, jira_file
from app.roadmaps.exports.workbook import json_file, xlsx_file
from app.roadmaps.items.actions import save_item
from app.roadmaps.items.forms import ItemForm
from app.roadmaps.limits import period_start
from tests.conftest import CountQueries, PersonaClient
from tests.roadmaps.conftest import MakePlan
from tests.roadmaps.measured import MEASURED_AT

KINDS = ("csv", "jira.csv", "asana.csv", "ics", "xlsx", "json")
HOSTILE = '=HYPERLINK("http://example.org","x")'


@pytest.fixture
def plan(session: Session, make_plan: MakePlan) -> PlanFile:
    roadmap = make_plan(name=f"{HOSTILE}\x0b")
    first, second, *_ = roadmap.solution["starts"]
    agreed = [{"text": "@Signed; off, twice", "on": "2027-02-03", "done": True}, {"text": "No day yet"}]
    form = ItemForm.model_validate({"owner": HOSTILE, "note": "-1+1", "milestones": agreed})
    save_item(session, roadmap, first, form, at=MEASURED_AT)
    save_item(session, roadmap, second, ItemForm(owner="ada@example.org"), at=MEASURED_AT)
    return plan_file(session, roadmap)


def read_csv(content: bytes) -> tuple[list[str], list[list[str]]]:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    return rows[0], rows[1:]


def test_the_list_has_every_initiative_with_its_days_and_numbers(plan: PlanFile) -> None:
    head, rows = read_csv(csv_file(plan))
    listed = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["initiative"] for row in listed] == [row.id for row in plan.rows]
    assert {row["initiative"] for row in listed} == set(plan.view.starts)
    for row in listed:
        start = plan.view.starts[row["initiative"]]
        end = period_start(plan.view.limits, start + plan.view.durations[row["initiative"]]) - timedelta(days=1)
        assert row["start"] == period_start(plan.view.limits, start).isoformat()
        assert row["end"] == end.isoformat()
        assert float(row["cost"]) == float(row["operating"]) + float(row["capital"])
        assert row["why"] == plan.view.roadmap.explanation["why"][row["initiative"]]


def test_jira_gets_epics_first_then_their_milestones(plan: PlanFile) -> None:
    head, rows = read_csv(jira_file(plan))
    assert head[:4] == ["Issue Type", "Issue ID", "Parent", "Summary"]
    assert not any(mark in heading for heading in head for mark in '()/".:;')
    kinds = [row[0] for row in rows]
    assert kinds == ["Epic"] * len(plan.rows) + ["Task"] * sum(len(row.milestones) for row in plan.rows)
    ids = [row[1] for row in rows]
    assert ids == [str(number) for number in range(1, len(rows) + 1)]
    assert all(row[2] == "" for row in rows[: len(plan.rows)])
    parents = [plan.rows[int(row[2]) - 1] for row in rows[len(plan.rows) :]]
    assert [one.id for one in parents] == [row.id for row in plan.rows for _ in row.milestones]
    due, estimate = head.index("Due date"), head.index("Original Estimate")
    for row, planned in zip(rows, plan.rows, strict=False):
        assert datetime.strptime(row[due], "%d/%b/%y %I:%M %p").date() == planned.end  # noqa: DTZ007 - a day
        assert int(row[estimate]) == round(planned.days * 8 * 3600)


def test_jira_links_what_blocks_to_what_waits(plan: PlanFile) -> None:
    head, rows = read_csv(jira_file(plan))
    links = [place for place, name in enumerate(head) if name == "Link Blocks"]
    found = {
        (plan.rows[int(row[place]) - 1].id, plan.rows[int(row[1]) - 1].id)
        for row in rows
        for place in links
        if row[place]
    }
    assert found == {(row.id, other) for row in plan.rows for other in row.after}


def test_asana_points_only_at_rows_above_by_names_without_comma(plan: PlanFile) -> None:
    head, rows = read_csv(asana_file(plan))
    assert head[:6] == ["Name", "Description", "Section", "Assignee", "Start Date", "Due Date"]
    parent, after, kind = head.index("Subtask of"), head.index("Dependencies"), head.index("Type")
    above: set[str] = set()
    for row in rows:
        pointed = [name for name in row[after].split(", ") if name] + [name for name in [row[parent]] if name]
        assert set(pointed) <= above
        assert (row[kind] == "Milestone") == bool(row[parent])
        if row[kind] == "Task":
            assert "," not in row[0]
            assert row[0] not in above
            above.add(row[0])
            assert datetime.strptime(row[4], "%m/%d/%Y") <= datetime.strptime(row[5], "%m/%d/%Y")  # noqa: DTZ007 - days
    assert len(above) == len(plan.rows)
    depend = sum(bool(row[after]) for row in rows)
    assert depend == sum(bool(row.after) for row in plan.rows)


def test_people_are_only_named_where_the_tools_can_find_them(plan: PlanFile) -> None:
    for content in (jira_file(plan), asana_file(plan)):
        head, rows = read_csv(content)
        assert {row[head.index("Assignee")] for row in rows} == {"", "ada@example.org"}
        assert any(f"Owner: {HOSTILE}" in row[head.index("Description")] for row in rows)


def test_the_calendar_reads_back_with_a_day_per_milestone(plan: PlanFile) -> None:
    calendar = Calendar.from_ical(ics_file(plan))
    assert (calendar["version"], bool(calendar["prodid"])) == ("2.0", True)
    events = calendar.walk("VEVENT")
    dated = [one for row in plan.rows for one in row.milestones if one.on]
    assert sorted((event.start, str(event["summary"]).removeprefix("Done: ")) for event in events) == sorted(
        (one.on, one.text) for one in dated
    )
    assert len({str(event["uid"]) for event in events}) == len(events)
    for event in events:
        assert isinstance(event.start, date)
        assert not isinstance(event.start, datetime)
        assert event.end - event.start == timedelta(days=1)
        assert not event.errors
    lines = ics_file(plan).split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"No day yet" not in ics_file(plan)


def test_the_workbook_has_its_sheets_and_nothing_that_runs(plan: PlanFile) -> None:
    book = load_workbook(io.BytesIO(xlsx_file(plan)))
    assert book.sheetnames == ["About", "List", "Timeline", "Limits", "Targets"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}
    assert HOSTILE in {cell.value for cell in cells}
    assert not any(cell.hyperlink for cell in cells)
    assert book["List"].max_row == len(plan.rows) + 1
    used = {(row[0], row[2]): row[3:] for row in book["Limits"].iter_rows(min_row=2, values_only=True)}
    solution = plan.view.roadmap.solution["use"]
    assert used["Operating budget", "used"] == pytest.approx(solution["operating"], abs=1e-4)
    for (name, kind), values in used.items():
        if kind == "used" and name not in {"Operating budget", "Capital"}:
            assert all(value <= most + 1e-3 for value, most in zip(values, used[name, "limit"], strict=True))


def test_the_targets_say_what_is_still_missing_at_the_end(plan: PlanFile) -> None:
    document: dict[str, Any] = json.loads(json_file(plan))
    for row in document["targets"]:
        assert row["expected_at_end"] >= row["level"] - 1e-9
        if row["target"] is not None:
            assert row["still_missing"] == pytest.approx(max(0.0, row["target"] - row["expected_at_end"]), abs=1e-3)
    lifted = {row["capability"] for row in document["targets"] if row["expected_at_end"] > row["level"] + 1e-3}
    assert lifted == {row.capability_id for row in plan.rows}
    assert document["label"] == plan.view.result.peers.label if plan.view.result.peers else True
    assert document["plan"]["solution"]["starts"] == plan.view.starts


def test_no_csv_cell_is_a_formula(plan: PlanFile) -> None:
    for content in (csv_file(plan), jira_file(plan), asana_file(plan)):
        _, rows = read_csv(content)
        cells = [cell for row in rows for cell in row]
        assert not [cell for cell in cells if cell.lstrip()[:1] in {"=", "@", "+"} or cell[:1] in {"\t", "\r"}]
        assert not [cell for cell in cells if cell.startswith("-") and not cell[1:2].isdigit()]


def test_every_kind_is_served_to_members_and_to_nobody_else(
    client: PersonaClient, planned_here: Roadmap, count_queries: CountQueries, engine: Any
) -> None:
    analyst, outsider = client("analyst"), client("outsider")
    page = analyst.get(f"/roadmaps/{planned_here.id}").text
    for kind in KINDS:
        here = f"/api/v1/roadmaps/{planned_here.id}/export.{kind}"
        with count_queries(engine) as queries:
            answer = analyst.get(here)
        assert answer.status_code == 200
        assert len(queries) <= 16
        assert len(answer.content) < 1_000_000
        ending = kind.rsplit(".", 1)[-1]
        assert answer.headers["content-disposition"].startswith('attachment; filename="roadmap-')
        assert answer.headers["content-disposition"].endswith(f'.{ending}"')
        assert outsider.get(here).status_code == 404
        assert here in page
    assert analyst.get(f"/api/v1/roadmaps/{planned_here.id}/export.exe").status_code == 422
