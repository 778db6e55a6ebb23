"""The report over HTTP: who may read it, that every page says what it must, and that nothing withheld gets out."""

import re

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.db import transaction
from app.models import Assessment, Snapshot
from app.results.queries import result_of
from scoring.results import ILLUSTRATIVE_LABEL, Group
from tests.conftest import CountQueries, PersonaClient, World
from tests.results.conftest import Measured, Reader
from tests.results.stored import COMMENTED, empty_wave

PAGES = (
    "",
    "/heatmap",
    "/heatmap?measure=level&by=role",
    "/heatmap?view=table&measure=change",
    "/heatmap?measure=peer_gap",
    "/heatmap?measure=agreement",
    "/peers",
    "/perception",
    "/priorities",
    "/method",
    f"/capabilities/{COMMENTED}",
    "/exports",
)


def test_every_page_opens_with_outline_facts_and_label(reader: Reader, read_snapshot: Snapshot) -> None:
    leader = reader("leader")
    for path in PAGES:
        response = leader.get(f"/snapshots/{read_snapshot.id}{path}")
        assert response.status_code == 200, path
        assert ILLUSTRATIVE_LABEL in response.text, path
        assert "73 of 97 invited (75%)" in response.text, path
        assert " style=" not in response.text, f"{path}: the content policy refuses inline styles"


@pytest.mark.parametrize("persona", ["outsider", "administrator"])
def test_outsiders_get_404(reader: Reader, read_snapshot: Snapshot, persona: str) -> None:
    person = reader(persona)
    for path in (*PAGES, "/charts/overall.svg"):
        assert person.get(f"/snapshots/{read_snapshot.id}{path}").status_code == 404, path
    for path in ("", "/heatmap", f"/capabilities/{COMMENTED}", "/export.csv", "/export.xlsx", "/export.json"):
        assert person.get(f"/api/v1/snapshots/{read_snapshot.id}{path}").status_code == 404, path
    assert person.get(f"/api/v1/assessments/{read_snapshot.assessment_id}/snapshots").status_code == 404


def test_a_leader_cannot_close(client: PersonaClient, engine: Engine, world: World) -> None:
    with transaction(engine) as session:
        assessment = empty_wave(session, world.organization, world.users["consultant"])
    assert client("leader").submit(f"/assessments/{assessment.id}/close").status_code == 403
    with transaction(engine) as session:
        assert session.exec(select(Assessment.status)).one() == "open"


def test_the_overview_prints_the_level_of_the_stored_result(reader: Reader, read_snapshot: Snapshot) -> None:
    result = result_of(read_snapshot)
    page = reader("leader").get(f"/snapshots/{read_snapshot.id}").text
    assert f'<p class="figure-xl">{result.overall.estimate:.1f}</p>' in page  # type: ignore[union-attr]
    assert result.sections["overview"].title in page
    for dimension in result.dimensions:
        assert dimension.name in page
    for finding in result.findings[:3]:
        assert finding.title in page


def test_withheld_rows_are_hatched_and_say_why(reader: Reader, read_snapshot: Snapshot) -> None:
    page = reader("leader").get(f"/snapshots/{read_snapshot.id}/heatmap").text
    rows = re.findall(r"<tr[^>]*>(?:(?!</tr>).)*</tr>", page, re.DOTALL)
    hidden = [row for row in rows if 'class="withheld"' in row]
    assert len(hidden) == 2
    apac = next(row for row in hidden if "Field APAC</th>" in row)
    assert "fewer than 5 people" in apac
    assert '<td class="heatmap-n">–</td>' in apac


def test_no_page_and_no_file_shows_a_number_of_a_withheld_unit(reader: Reader, read_snapshot: Snapshot) -> None:
    result = result_of(read_snapshot)
    shown = {group.id for group in result.units if isinstance(group, Group)}
    assert "Field APAC" not in shown
    leader = reader("leader")
    heatmap = leader.get(f"/api/v1/snapshots/{read_snapshot.id}/heatmap").json()
    apac = next(row for row in heatmap["rows"] if row["id"] == "Field APAC")
    assert set(apac) == {"id", "whole", "cells", "withheld", "sentence"}
    assert apac["cells"] == {}
    csv_rows = leader.get(f"/api/v1/snapshots/{read_snapshot.id}/export.csv").text.splitlines()
    apac_rows = [row for row in csv_rows if row.startswith("unit,Field APAC")]
    assert len(apac_rows) == 1
    assert not re.search(r"\d\.\d", apac_rows[0])


def test_a_picked_cell_opens_below_by_its_address(reader: Reader, read_snapshot: Snapshot) -> None:
    page = (
        reader("leader").get(f"/snapshots/{read_snapshot.id}/heatmap", params={"cell": f"Field EMEA|{COMMENTED}"}).text
    )
    assert "Field EMEA, Quality and stewardship" in page
    assert 'aria-current="true"' in page
    assert f"/snapshots/{read_snapshot.id}/capabilities/{COMMENTED}#initiatives" in page


@pytest.mark.parametrize("cell", ["nonsense", "Field APAC|data.quality", "|no.such", "Nobody|data.quality"])
def test_a_cell_that_cannot_be_shown_opens_nothing(reader: Reader, read_snapshot: Snapshot, cell: str) -> None:
    response = reader("leader").get(f"/snapshots/{read_snapshot.id}/heatmap", params={"cell": cell})
    assert response.status_code == 200
    assert "Pick a cell" in response.text


def test_an_unknown_measure_is_refused(reader: Reader, read_snapshot: Snapshot) -> None:
    assert reader("leader").get(f"/snapshots/{read_snapshot.id}/heatmap?measure=colour").status_code == 422


def test_a_capability_shows_ladder_comments_and_initiatives(reader: Reader, read_snapshot: Snapshot) -> None:
    leader = reader("leader")
    page = leader.get(f"/snapshots/{read_snapshot.id}/capabilities/{COMMENTED}").text
    assert page.count('class="ladder-rung"') == 10
    assert page.count("the next level") == 1
    assert page.count('class="comment"') == 4
    everything = leader.get(f"/snapshots/{read_snapshot.id}/capabilities/{COMMENTED}?comments=all").text
    assert everything.count('class="comment"') == 12
    assert 'id="initiatives"' in page


def test_fewer_than_ten_comments_are_not_stored(reader: Reader, read_snapshot: Snapshot) -> None:
    page = reader("leader").get(f"/snapshots/{read_snapshot.id}/capabilities/data.coverage").text
    assert "Coverage comment" not in page
    assert "Comments are shown from 10 people on" in page
    answer = reader("leader").get(f"/api/v1/snapshots/{read_snapshot.id}/capabilities/data.coverage").json()
    assert answer["comments"] == []


def test_an_unknown_capability_is_404(reader: Reader, read_snapshot: Snapshot) -> None:
    response = reader("leader").get(f"/snapshots/{read_snapshot.id}/capabilities/data.nothing")
    assert response.status_code == 404
    assert "Pick one in the heatmap" in response.text


def test_charts_come_as_svg_png_and_csv(reader: Reader, read_snapshot: Snapshot) -> None:
    leader = reader("leader")
    for chart in ("overall", "peers", "perception", "priorities"):
        address = f"/snapshots/{read_snapshot.id}/charts/{chart}"
        picture = leader.get(f"{address}.svg").text
        assert picture.startswith("<svg")
        assert ILLUSTRATIVE_LABEL in picture
        assert f"Snapshot {read_snapshot.id}, baseline edition" in picture
        assert leader.get(f"{address}.png").content.startswith(b"\x89PNG")
        table = leader.get(f"{address}.csv").text
        assert read_snapshot.id in table.splitlines()[0]
        assert ILLUSTRATIVE_LABEL in table.splitlines()[0]
    assert leader.get(f"/snapshots/{read_snapshot.id}/charts/pie.svg").status_code == 422


def test_inline_charts_follow_the_theme(reader: Reader, read_snapshot: Snapshot) -> None:
    page = reader("leader").get(f"/snapshots/{read_snapshot.id}/peers").text
    drawing = page[page.index('class="chart-body chart-wide"') : page.index('class="chart-body chart-narrow"')]
    assert 'fill="var(--accent)"' in drawing
    assert not re.search(r'(?:fill|stroke)="#', drawing)


def test_the_report_of_an_assessment_leads_to_its_newest_snapshot(reader: Reader, read_snapshot: Snapshot) -> None:
    response = reader("leader").get(f"/assessments/{read_snapshot.assessment_id}/report")
    assert response.status_code == 303
    assert response.headers["location"] == f"/snapshots/{read_snapshot.id}"


def test_an_open_assessment_has_no_report_yet(client: PersonaClient, engine: Engine, world: World) -> None:
    with transaction(engine) as session:
        assessment = empty_wave(session, world.organization, world.users["consultant"])
    response = client("leader").get(f"/assessments/{assessment.id}/report")
    assert response.status_code == 200
    assert "There is no result yet" in response.text


def test_closing_without_responses_says_what_is_missing(client: PersonaClient, engine: Engine, world: World) -> None:
    with transaction(engine) as session:
        assessment = empty_wave(session, world.organization, world.users["consultant"])
    consultant = client("consultant")
    closed = consultant.submit(f"/assessments/{assessment.id}/close")
    assert closed.status_code == 303
    address = closed.headers["location"]
    assert "What is missing" in consultant.get(address).text
    for path in PAGES:
        if "capabilities" not in path:
            response = consultant.get(f"{address}{path}")
            assert response.status_code == 200, path
            assert "None" not in response.text, path
    assert consultant.get(f"{address}/capabilities/{COMMENTED}").status_code == 200
    assert consultant.submit(f"/assessments/{assessment.id}/close").status_code == 409


def test_computing_again_keeps_the_result_before(client: PersonaClient, snapshot: Snapshot) -> None:
    consultant = client("consultant")
    assert consultant.submit(f"/assessments/{snapshot.assessment_id}/measure").status_code == 303
    items = consultant.get(f"/api/v1/assessments/{snapshot.assessment_id}/snapshots").json()["items"]
    assert len(items) == 2
    assert items[1]["id"] == snapshot.id
    assert items[0]["inputs_sha256"] == items[1]["inputs_sha256"]
    assert consultant.get(f"/snapshots/{snapshot.id}").status_code == 200


def test_a_report_page_costs_the_same_few_queries(
    reader: Reader, measured: Measured, count_queries: CountQueries
) -> None:
    leader = reader("leader")
    for path in PAGES:
        with count_queries(measured.engine) as queries:
            assert leader.get(f"/snapshots/{measured.snapshot.id}{path}").status_code == 200
        assert len(queries) <= 7, f"{path}: {queries}"


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ("level", "Levels run from"),
        ("change", "clearly rose"),
        ("peer_gap", "clearly behind the peers"),
        ("agreement", "People agree least on"),
    ],
)
def test_the_title_speaks_of_the_measure_shown(
    reader: Reader, read_snapshot: Snapshot, measure: str, words: str
) -> None:
    page = reader("leader").get(f"/snapshots/{read_snapshot.id}/heatmap?measure={measure}").text
    assert words in page[page.index("<h1") : page.index("</h1>")]


def test_the_last_column_is_the_overall_of_page_one(reader: Reader, read_snapshot: Snapshot) -> None:
    overall = result_of(read_snapshot).overall
    page = reader("leader").get(f"/snapshots/{read_snapshot.id}/heatmap?measure=level").text
    whole = page[page.index('class="heatmap-whole"') :]
    assert f'<td class="heatmap-mean">{overall.estimate:.1f}</td>' in whole[: whole.index("</tr>")]  # type: ignore[union-attr]
