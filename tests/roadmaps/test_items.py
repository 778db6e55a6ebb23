"""Following an initiative: what is recorded, who may, and that nobody's change is overwritten."""

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlmodel import Session

from app.errors import InvalidInputError
from app.models import Roadmap
from app.roadmaps.actions import adopt
from app.roadmaps.items.actions import save_item
from app.roadmaps.items.forms import ItemForm
from app.roadmaps.queries import items_of
from questionnaires.load import load_library
from tests.conftest import PersonaClient
from tests.roadmaps.conftest import MakePlan
from tests.roadmaps.measured import MEASURED_AT

STEPS = {step.id: step for step in load_library("mops-core")}
TODAY = MEASURED_AT.date()


def first_of(plan: Roadmap) -> str:
    return next(iter(plan.solution["starts"]))


def test_what_starts_or_is_done_without_a_day_is_so_today(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan()
    name = first_of(plan)
    started = save_item(session, plan, name, ItemForm(status="started"), at=MEASURED_AT)
    assert (started.started_on, started.finished_on, started.revision) == (TODAY, None, 1)
    long_ago = TODAY - timedelta(days=90)
    done = save_item(session, plan, name, ItemForm(status="done", started_on=long_ago), at=MEASURED_AT)
    assert (done.started_on, done.finished_on, done.revision) == (long_ago, TODAY, 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "planned", "started_on": "2026-11-01"},
        {"status": "started", "finished_on": "2026-11-01"},
        {"status": "done", "started_on": "2026-11-02", "finished_on": "2026-11-01"},
        {"planned_from": "2027-02-01", "planned_to": "2027-01-01"},
        {"milestones": [{"text": ""}]},
        {"effort": {"mops": -1}},
        {"operating": float("nan")},
    ],
    ids=str,
)
def test_what_contradicts_itself_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ItemForm.model_validate(wrong)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"effort": {"juggling": 3}}, "effort.juggling"),
        ({"status": "started", "started_on": TODAY + timedelta(days=2)}, "started_on"),
    ],
)
def test_what_cannot_be_is_named(session: Session, make_plan: MakePlan, wrong: dict[str, Any], field: str) -> None:
    plan = make_plan()
    with pytest.raises(InvalidInputError) as refused:
        save_item(session, plan, first_of(plan), ItemForm(**wrong), at=MEASURED_AT)
    assert [each["field"] for each in refused.value.extra["errors"]] == [field]


def test_all_that_is_recorded_survives_adoption(session: Session, make_plan: MakePlan) -> None:
    before, after = make_plan(), make_plan(name="Another")
    adopt(session, before, at=MEASURED_AT)
    name = first_of(before)
    assert name in after.solution["starts"]
    form = ItemForm(
        owner="Ada Brandt",
        status="started",
        planned_to=date(2027, 5, 31),
        milestones=[{"text": "Kick-off", "on": date(2027, 1, 12), "done": True}],
        evidence="https://example.org/minutes",
        effort={"mops": 4.5},
        operating=2.0,
    )
    save_item(session, before, name, form, at=MEASURED_AT)
    adopt(session, after, at=MEASURED_AT)
    kept, carried = items_of(session, before)[name], items_of(session, after)[name]
    assert carried.model_dump(exclude={"roadmap_id"}) == kept.model_dump(exclude={"roadmap_id"})
    assert carried.milestones == [{"text": "Kick-off", "on": "2027-01-12", "done": True}]


def filled(page: str) -> dict[str, str]:
    """The fields of the panel as a browser would send them back."""
    form = page.split('id="follow"')[1].split("</form>")[0]
    inputs = re.findall(r'<input class="input[^>]*?name="([^"]+)" (?:type="[^"]*" )?value="([^"]*)"', form)
    hidden = re.findall(r'<input type="hidden" name="(revision)" value="([^"]*)"', form)
    texts = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', form)
    chosen = re.findall(r'<option value="([^"]+)" selected>', form)
    found = {name: html.unescape(value) for name, value in (*inputs, *hidden, *texts)}
    return found | {"status": chosen[0] if chosen else "planned"}


def test_the_page_records_everything_and_shows_it_again(client: PersonaClient, planned_here: Roadmap) -> None:
    leader = client("leader")
    name = first_of(planned_here)
    here = f"/roadmaps/{planned_here.id}/initiatives/{name}"
    fields = filled(leader.get(here).text)
    first = STEPS[name].milestones[0].text
    assert fields["milestone.0.text"] == first
    skill = next(iter(STEPS[name].effort))
    last = len(STEPS[name].milestones)
    fields |= {"owner": "Ada", "status": "started", "planned_to": "2027-08-31", f"effort.{skill}": "3.5"}
    fields |= {"operating": "2", "evidence": "https://example.org/minutes", "milestone.0.done": "yes"}
    fields |= {f"milestone.{last}.text": "Shown to the board", f"milestone.{last}.on": "2027-03-01"}
    assert leader.submit(here, **fields).status_code == 303
    stored = leader.get(f"/api/v1{here.replace('initiatives', 'items')}").json()
    assert (stored["owner"], stored["status"], stored["planned_from"]) == ("Ada", "started", None)
    assert (stored["planned_to"], stored["effort"], stored["operating"]) == ("2027-08-31", {skill: 3.5}, 2.0)
    assert [each["done"] for each in stored["milestones"]] == [True, *[False] * last]
    assert stored["milestones"][last] == {"text": "Shown to the board", "on": "2027-03-01", "done": False}
    again = filled(leader.get(here).text)
    assert again["started_on"]
    apart = {"milestone.0.done", "started_on", "revision"}
    assert {name: again[name] for name in fields if name not in apart} == {
        name: value for name, value in fields.items() if name not in apart
    }


def test_saving_what_the_plan_says_agrees_nothing(client: PersonaClient, planned_here: Roadmap) -> None:
    leader = client("leader")
    here = f"/roadmaps/{planned_here.id}/initiatives/{first_of(planned_here)}"
    assert leader.submit(here, **filled(leader.get(here).text) | {"owner": "Ada"}).status_code == 303
    stored = leader.get(f"/api/v1{here.replace('initiatives', 'items')}").json()
    assert (stored["planned_from"], stored["planned_to"], stored["milestones"]) == (None, None, [])


def test_a_second_writer_sees_what_the_first_saved(client: PersonaClient, planned_here: Roadmap) -> None:
    leader, consultant = client("leader"), client("consultant")
    here = f"/roadmaps/{planned_here.id}/initiatives/{first_of(planned_here)}"
    both_read = filled(leader.get(here).text)
    assert leader.submit(here, **both_read | {"owner": "Ada"}).status_code == 303
    refused = consultant.submit(here, **both_read | {"owner": "Bo", "note": "Mine"})
    assert refused.status_code == 409
    assert "Saved by somebody else meanwhile" in refused.text
    assert "<td>Ada</td>" in refused.text
    typed = filled(refused.text)
    assert (typed["owner"], typed["note"], typed["revision"]) == ("Bo", "Mine", "1")
    assert consultant.submit(here, **typed).status_code == 303
    assert filled(leader.get(here).text)["owner"] == "Bo"


def test_a_wrong_field_keeps_what_was_typed(client: PersonaClient, planned_here: Roadmap) -> None:
    leader = client("leader")
    here = f"/roadmaps/{planned_here.id}/initiatives/{first_of(planned_here)}"
    typed = filled(leader.get(here).text) | {"owner": "Ada", "operating": "-3", "started_on": "2026-01-01"}
    refused = leader.submit(here, **typed)
    assert refused.status_code == 422
    assert 'href="#operating"' in refused.text
    assert filled(refused.text) == typed
    unclear = leader.submit(here, **typed | {"operating": ""})
    assert unclear.status_code == 422
    assert "It has an actual day but is only planned" in unclear.text


def test_a_program_needs_the_version_it_read(client: PersonaClient, planned_here: Roadmap) -> None:
    consultant = client("consultant")
    here = f"/api/v1/roadmaps/{planned_here.id}/items/{first_of(planned_here)}"
    read = consultant.get(here)
    assert (read.headers["etag"], read.json()["revision"]) == ('"0"', 0)
    change = {"owner": "Ada", "status": "done", "started_on": "2026-01-05", "finished_on": "2026-02-06"}
    assert consultant.put(here, json=change).status_code == 428
    saved = consultant.put(here, json=change, headers={"If-Match": read.headers["etag"]})
    assert saved.headers["etag"] == '"1"'
    assert saved.json().items() >= change.items()
    assert consultant.put(here, json=change, headers={"If-Match": '"0"'}).status_code == 412
    listed = consultant.get(f"/api/v1/roadmaps/{planned_here.id}/items").json()
    assert [each["initiative_id"] for each in listed] == list(planned_here.solution["starts"])
    assert consultant.get(f"/api/v1/roadmaps/{planned_here.id}/items/no.such").status_code == 404


def test_an_analyst_reads_and_changes_nothing(client: PersonaClient, planned_here: Roadmap) -> None:
    analyst = client("analyst")
    here = f"/roadmaps/{planned_here.id}/initiatives/{first_of(planned_here)}"
    page = analyst.get(here).text
    assert '<fieldset class="item-form" disabled>' in page
    assert analyst.submit(here, owner="Ada", revision="0").status_code == 403
