"""An organisation's own library: added, adapted and hidden initiatives, checked like the shipped ones and planned from."""

import copy
import html
import re
from typing import Any

import pytest
from sqlmodel import Session

from app.errors import InvalidInputError
from app.libraries import whole_library
from app.models import Organization, Roadmap, Snapshot
from app.roadmaps.actions import plan_roadmap
from app.roadmaps.forms import PlanForm
from app.roadmaps.library.actions import (
    hide_initiative,
    new_own_id,
    restore_initiative,
    save_initiative,
    shipped_contents,
)
from app.roadmaps.library.fields import content_of, fields_of
from app.roadmaps.opening import view_of
from questionnaires.forms import InitiativeForm
from questionnaires.load import adapted_library, load_library
from questionnaires.located import InvalidFileError
from tests.conftest import PersonaClient, World
from tests.roadmaps.conftest import SECONDS
from tests.roadmaps.measured import MEASURED_AT

SHIPPED = shipped_contents("mops-core")
STEP = "data.quality.2-3"


def changed(name: str = STEP, **fields: Any) -> dict[str, Any]:
    return copy.deepcopy(SHIPPED[name]) | fields


@pytest.mark.parametrize("name", SHIPPED)
def test_fields_and_content_are_the_same_thing(name: str) -> None:
    form = InitiativeForm.model_validate(content_of(fields_of(SHIPPED[name]), name))
    assert form == InitiativeForm.model_validate(SHIPPED[name])


def test_without_anything_of_ones_own_it_is_the_shipped_library() -> None:
    assert adapted_library("mops-core", {}) == load_library("mops-core")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"capability": "data.magic"}, "unknown capability 'data.magic'"),
        ({"to": "l2", "from": "l3"}, "must be above the level it starts from"),
        ({"effort": {"juggling": [1, 2]}}, "unknown skill 'juggling'"),
        ({"duration": [5, 3]}, "the low end comes first"),
        ({"requires": {"initiatives": ["data.quality.3-4"]}}, "waits for itself"),
        ({"milestones": [{"at": 0.5, "text": "Half"}, {"at": 0.9, "text": "Most"}]}, "the last is at 1.0"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_a_shipped_library_would_be_refused_for_is_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidFileError, match=says):
        adapted_library("mops-core", {STEP: changed(**wrong)})


def test_what_is_hidden_is_left_out_and_nothing_waits_for_it() -> None:
    waiting = {name for name, each in SHIPPED.items() if (each.get("requires") or {}).get("initiatives")}
    needed = next(iter(SHIPPED[next(iter(waiting))]["requires"]["initiatives"])) if waiting else STEP
    library = adapted_library("mops-core", {}, [needed])
    assert needed not in {step.id for step in library}
    assert all(needed not in step.requires_initiatives for step in library)


def save(session: Session, snapshot: Snapshot, content: dict[str, Any], revision: int = 0) -> None:
    organization = _organization(session, snapshot)
    form = InitiativeForm.model_validate(content)
    save_initiative(session, organization, "mops-core", form, revision=revision, at=MEASURED_AT)


def _organization(session: Session, snapshot: Snapshot) -> Organization:
    return session.get_one(Organization, snapshot.organization_id)


def plan(session: Session, snapshot: Snapshot) -> Roadmap:
    return plan_roadmap(session, snapshot, None, PlanForm(), at=MEASURED_AT, seconds=SECONDS)


def test_plans_are_made_from_it(session: Session, snapshot: Snapshot) -> None:
    before = plan(session, snapshot)
    assert STEP in {each["id"] for each in before.problem["initiatives"]}
    cheap = changed(
        title="Stewards, our way", effort={"mops": [1.0, 1.0]}, cost={"operating": [0, 0], "capital": [0, 0]}
    )
    save(session, snapshot, cheap)
    adapted = plan(session, snapshot)
    work = next(each for each in adapted.problem["initiatives"] if each["id"] == STEP)
    assert {skill: sum(days) for skill, days in work["effort"].items()} == {"mops": 1.0}
    assert view_of(session, adapted).step(STEP).title == "Stewards, our way"
    organization = _organization(session, snapshot)
    hide_initiative(session, organization, "mops-core", STEP, hidden=True, revision=1, at=MEASURED_AT)
    hidden = plan(session, snapshot)
    assert STEP not in {each["id"] for each in hidden.problem["initiatives"]}
    assert view_of(session, adapted).step(STEP).title == "Stewards, our way"
    restore_initiative(session, organization, "mops-core", STEP, revision=2, at=MEASURED_AT)
    assert whole_library(session, organization.id, "mops-core").sha256 == load_library("mops-core").sha256


def test_going_back_to_the_original_must_not_close_a_circle(session: Session, snapshot: Snapshot) -> None:
    """As shipped, the mandate waits for leadership at level 2."""
    mandate, leadership = "people.operating-model.2-3", "people.leadership.1-2"
    save(session, snapshot, changed(mandate, requires={}))
    save(session, snapshot, changed(leadership, requires={"initiatives": [mandate]}))
    with pytest.raises(InvalidInputError, match="Waits for itself"):
        restore_initiative(session, _organization(session, snapshot), "mops-core", mandate, revision=1, at=MEASURED_AT)


def test_added_ones_are_planned_too(session: Session, snapshot: Snapshot) -> None:
    name = new_own_id("Steward Circle!", set())
    assert name == "own.steward-circle"
    assert new_own_id("Steward circle", {name}) == "own.steward-circle-2"
    save(session, snapshot, changed(id=name, title="Steward circle"))
    assert name in {each["id"] for each in plan(session, snapshot).problem["initiatives"]}


def test_another_organisation_keeps_the_shipped_words(client: PersonaClient, world: World) -> None:
    consultant, outsider = client("consultant"), client("outsider")
    here = f"/api/v1/organizations/{world.organization.id}/libraries/mops-core"
    assert outsider.get(here).status_code == 404
    assert len(consultant.get(here).json()) == len(SHIPPED)


def filled(page: str) -> dict[str, str]:
    form = page.split('class="form"')[1].split("</form>")[0]
    found = dict(re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', form))
    found |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', form))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'value="([^"]+)" selected', options)
        found[name] = chosen[0] if chosen else ""
    if "quick_win" in found and 'value="yes" checked' not in form:
        found.pop("quick_win")
    found.pop("csrf", None)
    return {name: html.unescape(value) for name, value in found.items()}


def test_a_consultant_adapts_adds_hides_and_restores(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    base = f"/organizations/{world.organization.id}/libraries/mops-core"
    typed = filled(consultant.get(f"{base}/{STEP}").text)
    assert typed["title"] == SHIPPED[STEP]["title"]
    saved = consultant.submit(f"{base}/{STEP}", **typed | {"title": "Stewards, our way"})
    assert saved.status_code == 303, saved.text
    adapted = html.unescape(consultant.get(f"{base}/{STEP}").text)
    assert "Adapted from the shipped initiative" in adapted
    assert SHIPPED[STEP]["title"] in adapted
    stale = consultant.submit(f"{base}/{STEP}", **typed)
    assert stale.status_code == 412
    assert "has changed since you read it" in stale.text
    wrong = consultant.submit(f"{base}/new", **typed | {"revision": "0", "title": "Ours", "milestones": "Soon"})
    assert wrong.status_code == 422
    assert 'href="#milestones"' in wrong.text
    assert filled(wrong.text)["title"] == "Ours"
    unknown = {"revision": "0", "title": "Ours", "requires.capabilities": "data.magic: l3"}
    refused = html.unescape(consultant.submit(f"{base}/new", **typed | unknown).text)
    assert "'data.magic: l3' is not a capability and level" in refused
    added = consultant.submit(f"{base}/new", **typed | {"revision": "0", "title": "Ours"})
    assert added.headers["location"] == f"{base}#own.ours"
    assert consultant.submit(f"{base}/own.ours/hide", revision="1", hidden="yes").status_code == 303
    page = html.unescape(consultant.get(base).text)
    for words in ("Stewards, our way", "adapted", "added", "hidden"):
        assert words in page
    assert consultant.submit(f"{base}/{STEP}/restore", revision="1").status_code == 303
    assert consultant.submit(f"{base}/own.ours/restore", revision="2").status_code == 409
    assert client("leader").get(base).status_code == 200
    assert client("leader").submit(f"{base}/{STEP}", **typed).status_code == 403


def test_report_and_discussion_know_it(client: PersonaClient, world: World, planned_here: Roadmap) -> None:
    consultant, leader = client("consultant"), client("leader")
    here = f"/api/v1/organizations/{world.organization.id}/libraries/mops-core"
    for name, title in ((STEP, "Stewards, our way"), ("own.circle", "Steward circle")):
        content = changed(id=name, title=title)
        saved = consultant.put(f"{here}/{name}", json=content, headers={"If-Match": '"0"'})
        assert saved.status_code == 200, saved.text
    report = f"/snapshots/{planned_here.snapshot_id}/capabilities/data.quality"
    page = leader.get(report).text
    assert "Stewards, our way" in page
    assert "Steward circle" in page
    hidden = consultant.put(f"{here}/own.circle/hidden", json={"hidden": True}, headers={"If-Match": '"1"'})
    assert hidden.status_code == 200
    assert "Steward circle" not in leader.get(report).text
    remark = {"subject": "initiative", "subject_id": "own.circle", "text": "Who runs it?"}
    said = leader.post(f"/api/v1/assessments/{planned_here.assessment_id}/comments", json=remark)
    assert said.status_code == 201, said.text
    assert "Steward circle" in leader.get(f"/assessments/{planned_here.assessment_id}/comments").text


def test_a_program_keeps_the_library(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    here = f"/api/v1/organizations/{world.organization.id}/libraries/mops-core"
    assert consultant.put(f"{here}/{STEP}", json=changed()).status_code == 428
    first = {"If-Match": '"0"'}
    saved = consultant.put(f"{here}/{STEP}", json=changed(title="Ours"), headers=first)
    assert (saved.status_code, saved.headers["etag"], saved.json()["state"]) == (200, '"1"', "adapted")
    assert saved.json()["original"]["title"] == SHIPPED[STEP]["title"]
    assert consultant.put(f"{here}/{STEP}", json=changed(), headers=first).status_code == 412
    elsewhere = consultant.put(f"{here}/own.one", json=changed(), headers=first)
    assert elsewhere.status_code == 422
    unknown = consultant.put(f"{here}/mine", json=changed(id="mine"), headers=first)
    assert "begin the id" in unknown.json()["detail"]
    hidden = consultant.put(f"{here}/{STEP}/hidden", json={"hidden": True}, headers={"If-Match": '"1"'})
    assert hidden.json()["hidden"] is True
    restored = consultant.delete(f"{here}/{STEP}", headers={"If-Match": '"2"'})
    assert (restored.json()["state"], restored.json()["hidden"]) == ("shipped", True)
    assert consultant.get(f"{here}/nowhere").status_code == 404
    assert consultant.get(here.replace("mops-core", "no-such")).status_code == 404
