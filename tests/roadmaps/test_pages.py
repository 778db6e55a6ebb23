"""The roadmap in the browser and as JSON: every initiative explained, what-ifs beside the plan, who may do what."""

import csv
import html
import io
import re

from sqlalchemy import Engine
from sqlmodel import Session, select

from app.db import transaction
from app.models import Roadmap, Snapshot
from app.roadmaps.actions import plan_scenario
from app.roadmaps.forms import PlanForm
from app.roadmaps.items.actions import save_item
from app.roadmaps.items.forms import ItemForm
from questionnaires.load import load_library
from tests.conftest import PersonaClient, World
from tests.roadmaps.conftest import SECONDS
from tests.roadmaps.measured import ARRIVED, MEASURED_AT, QUESTIONNAIRE, measured

LIBRARY = load_library("mops-core")
STEPS = {step.id: step for step in LIBRARY}


def test_the_first_plan_is_one_click(client: PersonaClient, measured_here: Snapshot) -> None:
    leader = client("leader")
    here = f"/snapshots/{measured_here.id}/roadmap"
    assert "Plan the first one" in leader.get(here).text
    planned = leader.submit(here)
    assert planned.status_code == 303
    assert leader.get(here).headers["location"] == planned.headers["location"]
    page = leader.get(planned.headers["location"])
    assert page.status_code == 200
    assert "initiatives lift the overall level from" in page.text
    assert "Proposed plan, not adopted" in page.text


def test_without_targets_the_page_says_where_to_set_them(client: PersonaClient, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        snapshot = measured(session, world.organization, world.users["consultant"], wanted={})
    consultant = client("consultant")
    here = f"/snapshots/{snapshot.id}/roadmap"
    page = html.unescape(consultant.get(here).text)
    assert 'It has no "where to"' in page
    assert "strategy step" in page
    refused = consultant.submit(here)
    assert refused.status_code == 422
    assert 'no "where to"' in html.unescape(refused.text)
    answer = consultant.post(f"/api/v1/snapshots/{snapshot.id}/roadmaps", json={})
    assert answer.status_code == 422
    assert "Set targets in the strategy step" in answer.json()["detail"]


def test_every_initiative_has_a_page_that_tells_all(client: PersonaClient, planned_here: Roadmap) -> None:
    leader = client("leader")
    for name, why in planned_here.explanation["why"].items():
        answer = leader.get(f"/roadmaps/{planned_here.id}/initiatives/{name}")
        assert answer.status_code == 200
        page, step = html.unescape(answer.text), STEPS[name]
        told = [
            step.title,
            step.summary,
            step.monday,
            *step.deliverables,
            *(milestone.text for milestone in step.milestones),
            step.measure.what,
            step.measure.how,
            step.measure.target,
            *step.risks,
            why,
            "Person-days",
            "Operating cost",
            "Capital",
            "Prerequisites",
        ]
        assert [words for words in told if words not in page] == []
        requires = next(x["requires"] for x in planned_here.problem["initiatives"] if x["id"] == name)
        assert all(STEPS[other].title in page for other in requires)
        if name not in planned_here.explanation["enablers"]:
            assert "to go, importance" in page
        else:
            assert "nothing to close here" in page or "to go" in page
            assert "−" not in page.split("Gap it closes")[1].split("</dd>")[0]


def test_what_is_left_out_has_its_reason_and_no_owner(
    client: PersonaClient, planned_here: Roadmap, engine: Engine
) -> None:
    consultant = client("consultant")
    answer = consultant.post(f"/api/v1/roadmaps/{planned_here.id}/scenarios", json={"operating": 5})
    assert answer.status_code == 201
    scenario = answer.json()
    page = html.unescape(consultant.get(f"/roadmaps/{scenario['id']}").text)
    assert scenario["solution"]["left_out"]
    for name in scenario["solution"]["left_out"]:
        assert STEPS[name].title in page
        assert scenario["explanation"]["left_out"][name] in page
    one = scenario["solution"]["left_out"][0]
    single = html.unescape(consultant.get(f"/roadmaps/{scenario['id']}/initiatives/{one}").text)
    assert "Not in this plan" in single
    assert scenario["explanation"]["left_out"][one] in single
    refused = consultant.submit(f"/roadmaps/{scenario['id']}/initiatives/{one}", owner="Ada", status="planned")
    assert refused.status_code == 404
    assert consultant.get(f"/roadmaps/{scenario['id']}/initiatives/no.such.1-2").status_code == 404


def test_the_page_names_what_needs_nothing(client: PersonaClient, planned_here: Roadmap) -> None:
    page = html.unescape(client("leader").get(f"/roadmaps/{planned_here.id}").text)
    assert "At or above target already:" in page
    for capability in ARRIVED:
        assert QUESTIONNAIRE.capability(capability).short in page
    assert "Without a level or a target:" in page
    assert "What to stop" in page
    assert any(LIBRARY.stop[capability] in page for capability in ARRIVED)


def test_a_what_if_without_anything_is_a_clear_page(client: PersonaClient, planned_here: Roadmap) -> None:
    consultant = client("consultant")
    nothing = {f"skill.{skill.id}": "0" for skill in LIBRARY.skills}
    made = consultant.submit(
        f"/roadmaps/{planned_here.id}/scenarios", operating="0", capital_per_year="0", name="Nothing", **nothing
    )
    assert made.status_code == 303
    page = consultant.get(made.headers["location"])
    assert page.status_code == 200
    assert "Nothing can be started under these limits" in page.text
    assert "no longer fits" in page.text
    assert not re.search(r"\bnan\b|\binf\b", page.text, re.IGNORECASE)


def test_limits_that_contradict_each_other_are_explained(client: PersonaClient, planned_here: Roadmap) -> None:
    consultant = client("consultant")
    name = next(iter(planned_here.solution["starts"]))
    nothing = {f"skill.{skill.id}": "0" for skill in LIBRARY.skills}
    made = consultant.submit(f"/roadmaps/{planned_here.id}/scenarios", pin=name, pin_period="0", **nothing)
    page = consultant.get(made.headers["location"])
    assert page.status_code == 200
    told = html.unescape(page.text).split("The limits contradict each other")[1].split("</ul>")[0]
    assert f"“{STEPS[name].title}” is pinned to Q" in told
    assert re.search(r"Capacity in [^.]+ is 0 in Q\d \d{4}\. With [\d.]+ days there is a plan\.", told)
    assert name not in told
    refused = consultant.submit(made.headers["location"] + "/adopt")
    assert refused.status_code == 409


def test_the_panel_pins_excludes_and_lets_go(client: PersonaClient, planned_here: Roadmap) -> None:
    consultant = client("consultant")
    first, other = list(planned_here.solution["starts"])[:2]
    made = consultant.submit(
        f"/roadmaps/{planned_here.id}/scenarios", pin=first, pin_period="2", exclude=[other, ""], name="Later"
    )
    scenario = consultant.get(f"/api/v1{made.headers['location']}").json()
    assert scenario["solution"]["starts"][first] == 2
    assert other in scenario["solution"]["left_out"]
    page = consultant.get(made.headers["location"]).text
    for words in ("“Later”, not adopted", "Take the pins away", "What changes", "Q3 2027"):
        assert words in page
    assert f'value="{other}" checked' in page


def test_a_field_that_makes_no_sense_is_named(client: PersonaClient, planned_here: Roadmap, engine: Engine) -> None:
    consultant = client("consultant")
    for field in ("operating", "capital_per_year", "skill.mops", "weight.data.quality"):
        for value in ("-1", "lots", "nan"):
            answer = consultant.submit(f"/roadmaps/{planned_here.id}/scenarios", **{field: value})
            assert answer.status_code == 422, (field, value)
            assert field.split(".")[-1] in answer.text
    with Session(engine) as session:
        assert len(session.exec(select(Roadmap)).all()) == 1


def test_adopt_and_discard(client: PersonaClient, planned_here: Roadmap, engine: Engine) -> None:
    with transaction(engine) as session:
        plan = session.exec(select(Roadmap)).one()
        name = next(iter(plan.solution["starts"]))
        save_item(session, plan, name, ItemForm(owner="Ada Brandt"), at=MEASURED_AT)
        scenarios = [
            plan_scenario(session, plan, None, PlanForm(name=words), at=MEASURED_AT, seconds=SECONDS).id
            for words in ("Kept", "Thrown away")
        ]
    leader = client("leader")
    page = leader.get(f"/roadmaps/{plan.id}").text
    assert "Saved what-ifs" in page
    assert leader.submit(f"/roadmaps/{scenarios[1]}/discard").headers["location"] == f"/roadmaps/{plan.id}"
    assert leader.get(f"/roadmaps/{scenarios[1]}").status_code == 404
    assert leader.submit(f"/roadmaps/{plan.id}/adopt").status_code == 303
    assert leader.submit(f"/roadmaps/{plan.id}/discard").status_code == 409
    assert leader.submit(f"/roadmaps/{scenarios[0]}/adopt").status_code == 303
    assert leader.submit(f"/roadmaps/{plan.id}/adopt").status_code == 409
    assert leader.get(f"/snapshots/{plan.snapshot_id}/roadmap").headers["location"] == f"/roadmaps/{scenarios[0]}"
    adopted = leader.get(f"/roadmaps/{scenarios[0]}").text
    assert "Ada Brandt" in adopted
    assert "Adopted plan" in adopted
    assert leader.get(f"/api/v1/roadmaps/{plan.id}").json()["status"] == "replaced"


def test_owner_status_and_note_are_saved(client: PersonaClient, planned_here: Roadmap) -> None:
    leader = client("leader")
    name = next(iter(planned_here.solution["starts"]))
    here = f"/roadmaps/{planned_here.id}/initiatives/{name}"
    saved = leader.submit(here, owner=" =Ada ", status="started", note="Kick-off done.", revision="0")
    assert saved.status_code == 303
    page = leader.get(here).text
    assert 'value="=Ada"' in page
    assert "Kick-off done." in page
    assert "selected>Started" in page
    assert leader.submit(here, owner="Ada", status="perhaps", revision="1").status_code == 422
    exported = leader.get(f"/api/v1/roadmaps/{planned_here.id}/export.csv")
    rows = {row["initiative"]: row for row in csv.DictReader(io.StringIO(exported.content.decode("utf-8-sig")))}
    assert rows.keys() == planned_here.solution["starts"].keys()
    assert rows[name]["owner"] == "'=Ada"
    assert rows[name]["why"] == planned_here.explanation["why"][name]
    assert float(rows[name]["effort_days"]) > 0


def test_a_program_plans_tries_and_adopts(client: PersonaClient, measured_here: Snapshot) -> None:
    consultant = client("consultant")
    made = consultant.post(f"/api/v1/snapshots/{measured_here.id}/roadmaps", json={"periods": 6, "name": "By program"})
    assert made.status_code == 201
    plan = made.json()
    assert (plan["status"], plan["limits"]["periods"], plan["problem"]["periods"]) == ("proposed", 6, 6)
    assert consultant.get(f"/api/v1/roadmaps/{plan['id']}").json() == plan
    tried = consultant.post(f"/api/v1/roadmaps/{plan['id']}/scenarios", json={"operating": 10}).json()
    assert (tried["status"], tried["parent_id"]) == ("scenario", plan["id"])
    adopted = consultant.post(f"/api/v1/scenarios/{tried['id']}/adopt").json()
    assert adopted["status"] == "adopted"
    assert adopted["adopted_at"]
    unknown = consultant.post(f"/api/v1/snapshots/{measured_here.id}/roadmaps", json={"pins": {"no-such": 1}})
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["field"] == "pins"


def test_outsiders_find_no_roadmap(client: PersonaClient, planned_here: Roadmap, engine: Engine) -> None:
    outsider = client("outsider")
    name = next(iter(planned_here.solution["starts"]))
    plan, snapshot = planned_here.id, planned_here.snapshot_id
    for method, path in (
        ("GET", f"/snapshots/{snapshot}/roadmap"),
        ("POST", f"/snapshots/{snapshot}/roadmap"),
        ("GET", f"/roadmaps/{plan}"),
        ("POST", f"/roadmaps/{plan}/scenarios"),
        ("POST", f"/roadmaps/{plan}/adopt"),
        ("POST", f"/roadmaps/{plan}/discard"),
        ("GET", f"/roadmaps/{plan}/initiatives/{name}"),
        ("POST", f"/roadmaps/{plan}/initiatives/{name}"),
    ):
        answer = outsider.request(method, path, data={"csrf": outsider.csrf})
        assert answer.status_code == 404, path
        assert STEPS[name].title not in answer.text
    for method, path in (
        ("POST", f"snapshots/{snapshot}/roadmaps"),
        ("GET", f"roadmaps/{plan}"),
        ("POST", f"roadmaps/{plan}/scenarios"),
        ("POST", f"scenarios/{plan}/adopt"),
        ("GET", f"roadmaps/{plan}/export.csv"),
    ):
        assert outsider.request(method, f"/api/v1/{path}", json={}).status_code == 404, path
    with Session(engine) as session:
        assert [row.status for row in session.exec(select(Roadmap))] == ["proposed"]
