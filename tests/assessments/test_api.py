"""The same through /api/v1: shapes of the contract, every refusal as problem details."""

import json
import zlib
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.clock import now
from app.db import transaction
from app.models import Assessment, Participant, Snapshot, Target
from questionnaires.load import load_questionnaire
from tests.conftest import PersonaClient, World
from tests.factories import START, make_assessment
from tests.people import Client

CAPABILITIES = [capability.id for capability in load_questionnaire("mops-core").capabilities]
PROFILE = [{"capability": name, "target": 3.5, "importance": 4, "reason": "Needed"} for name in CAPABILITIES]
PEOPLE = [
    {"name": "Ada", "email": "ada@example.org", "unit": "Brand", "role": "leader"},
    {"name": "Bo", "email": "bo@example.org", "unit": "Field", "role": "specialist", "seniority": "years-3-9"},
]


def create(client: Client, world: World, **values: Any) -> dict[str, Any]:
    answer = client.post(
        f"/api/v1/organizations/{world.organization.id}/assessments", json={"name": "Wave 1", **values}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def patch(client: Client, assessment: str, etag: str | None, **values: Any) -> Any:
    headers = {"If-Match": etag} if etag else {}
    return client.patch(f"/api/v1/assessments/{assessment}", json=values, headers=headers)


def test_a_program_sets_up_and_launches(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    created = create(consultant, world)
    path = f"/api/v1/assessments/{created['id']}"
    assert created["status"] == "draft"
    assert consultant.put(f"{path}/targets", json={"targets": PROFILE}).status_code == 200
    imported = consultant.post(f"{path}/participants", json=PEOPLE).json()
    assert imported["rows"] == [
        {"row": 1, "email": "ada@example.org", "result": "added"},
        {"row": 2, "email": "bo@example.org", "result": "added"},
    ]
    etag = consultant.get(path).headers["etag"]
    closes = (now() + timedelta(days=10)).isoformat()
    assert patch(consultant, created["id"], etag, closes_at=closes).status_code == 200
    assert consultant.get(f"{path}/missing").json() == []
    launched = consultant.post(f"{path}/launch")
    assert (launched.status_code, launched.json()["status"]) == (200, "open")
    counts = consultant.get(f"{path}/progress").json()
    assert counts["total"]["invited"] == 2
    assert [(unit["name"], unit["submitted"]) for unit in counts["units"]] == [("Brand", 0), ("Field", 0)]
    links = consultant.get(f"{path}/invitations.csv")
    assert len(links.text.splitlines()) == 3
    assert consultant.get(f"{path}/invitations.csv").status_code == 409


def test_a_second_launch_is_a_conflict(client: PersonaClient, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        assessment = make_assessment(session, world.organization, world.users["consultant"], status="open", at=now())
    answer = client("consultant").post(f"/api/v1/assessments/{assessment.id}/launch")
    assert answer.status_code == 409


def test_a_launch_names_all_that_is_missing(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    created = create(consultant, world)
    answer = consultant.post(f"/api/v1/assessments/{created['id']}/launch")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [item["step"] for item in answer.json()["missing"]] == ["strategy", "participants", "terms"]
    assert "where to" in answer.json()["detail"]


def test_patch_asks_for_the_version_that_was_read(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    created = create(consultant, world)
    etag = consultant.get(f"/api/v1/assessments/{created['id']}").headers["etag"]
    assert patch(consultant, created["id"], None, name="A").status_code == 428
    first = patch(consultant, created["id"], etag, name="A")
    assert first.status_code == 200
    assert first.headers["etag"] != etag
    assert patch(consultant, created["id"], etag, name="B").status_code == 412
    assert consultant.get(f"/api/v1/assessments/{created['id']}").json()["name"] == "A"


@pytest.mark.parametrize(
    "values", [{"organization_id": "x"}, {"status": "open"}, {"launched_at": "2026-01-01T00:00:00Z"}, {"wave": 3}]
)
def test_what_is_not_offered_cannot_be_set(client: PersonaClient, world: World, values: dict[str, Any]) -> None:
    consultant = client("consultant")
    created = create(consultant, world)
    assert patch(consultant, created["id"], '"1"', **values).status_code == 422
    path = f"/api/v1/organizations/{world.organization.id}/assessments"
    assert consultant.post(path, json={"name": "W", **values}).status_code == 422


def test_an_open_window_is_extended_by_patch_and_nothing_else_changes(
    client: PersonaClient, world: World, engine: Engine
) -> None:
    with transaction(engine) as session:
        assessment = make_assessment(session, world.organization, world.users["consultant"], status="open", at=now())
    consultant = client("consultant")
    etag = consultant.get(f"/api/v1/assessments/{assessment.id}").headers["etag"]
    later = (now() + timedelta(days=99)).isoformat()
    assert patch(consultant, assessment.id, etag, anonymity="identified").status_code == 409
    assert patch(consultant, assessment.id, etag, closes_at=later).status_code == 200


def test_the_target_profile_is_replaced_and_read_back(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant = client("consultant")
    path = f"/api/v1/assessments/{create(consultant, world)['id']}/targets"
    consultant.put(path, json=PROFILE)
    answer = consultant.put(path, json={"targets": PROFILE[:2]})
    assert [target["capability"] for target in answer.json()["targets"]] == sorted(CAPABILITIES[:2])
    assert consultant.get(path).json() == answer.json()
    with Session(engine) as session:
        assert len(session.exec(select(Target)).all()) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"target": 5.5}, "not on the scale"),
        ({"target": 0.5}, "not on the scale"),
        ({"target": 3.25}, "in steps of a half"),
        ({"capability": "data.magic"}, "is no capability of mops-core"),
        ({"goal_id": "elsewhere"}, "the goal is none of this assessment's"),
    ],
)
def test_a_wrong_target_is_named_and_nothing_is_kept(
    client: PersonaClient, world: World, engine: Engine, change: dict[str, Any], words: str
) -> None:
    consultant = client("consultant")
    path = f"/api/v1/assessments/{create(consultant, world)['id']}/targets"
    answer = consultant.put(path, json={"targets": [PROFILE[0], {**PROFILE[1], **change}]})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert answer.json()["errors"]
    with Session(engine) as session:
        assert session.exec(select(Target)).all() == []


def test_a_target_below_the_level_before_is_a_warning(client: PersonaClient, world: World, engine: Engine) -> None:
    document = {"capabilities": [{"id": "data.quality", "estimate": 4.2}, {"id": "data.literacy", "withheld": "few"}]}
    with transaction(engine) as session:
        before = make_assessment(session, world.organization, world.users["consultant"], status="closed")
        session.add(
            Snapshot(
                organization_id=before.organization_id,
                assessment_id=before.id,
                questionnaire_sha256=before.questionnaire_sha256,
                scoring_version="1.0.0",
                inputs_sha256="",
                document=zlib.compress(json.dumps(document).encode()),
                comments=b"",
            )
        )
    consultant = client("consultant")
    created = create(consultant, world, previous_id=before.id)
    assert created["wave"] == 2
    path = f"/api/v1/assessments/{created['id']}/targets"
    answer = consultant.put(path, json={"targets": PROFILE})
    assert answer.status_code == 200
    [warning] = answer.json()["warnings"]
    assert "3.5 is below the level 4.2" in warning
    page = consultant.get(f"/assessments/{created['id']}/setup/strategy").text
    assert "was 4.2" in page
    assert "this plans to do less" in page


def test_the_next_wave_starts_from_the_strategy_before(client: PersonaClient, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        before = make_assessment(session, world.organization, world.users["consultant"], status="closed")
    consultant = client("consultant")
    created = create(consultant, world, previous_id=before.id)
    path = f"/api/v1/assessments/{created['id']}"
    assert consultant.get(f"{path}/strategy").json()["mandate"] == "Marketing operations runs the engine room."
    assert len(consultant.get(f"{path}/targets").json()["targets"]) == 27


def test_the_wave_before_must_be_of_the_same_organisation(client: PersonaClient, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        foreign = make_assessment(session, world.elsewhere, world.users["outsider"])
    path = f"/api/v1/organizations/{world.organization.id}/assessments"
    answer = client("consultant").post(path, json={"name": "W", "previous_id": foreign.id})
    assert answer.status_code == 422
    assert "no assessment of this organisation" in answer.json()["detail"]


def test_participants_come_as_csv_too(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    path = f"/api/v1/assessments/{create(consultant, world)['id']}/participants"
    text = "name;email;unit;role\nAda;ada@example.org;Brand;Leader\n"
    answer = consultant.post(path, content=text, headers={"Content-Type": "text/csv; charset=utf-8"})
    assert answer.json()["added"] == 1
    assert consultant.get(path).json()["items"][0]["role"] == "leader"


def test_every_bad_row_is_reported_and_none_is_imported(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant = client("consultant")
    path = f"/api/v1/assessments/{create(consultant, world)['id']}/participants"
    answer = consultant.post(path, json=[PEOPLE[0], {**PEOPLE[1], "email": "bo", "role": "chief"}])
    assert answer.status_code == 422
    assert [(error["row"], error["column"], error["value"]) for error in answer.json()["errors"]] == [
        (2, "e-mail", "bo"),
        (2, "role", "chief"),
    ]
    with Session(engine) as session:
        assert session.exec(select(Participant)).all() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"name": "x"}', b'[{"name": "Ada"}]', b"\xff\xfe\x00"])
def test_a_body_that_is_no_list_of_people_is_explained(client: PersonaClient, world: World, body: bytes) -> None:
    consultant = client("consultant")
    path = f"/api/v1/assessments/{create(consultant, world)['id']}/participants"
    answer = consultant.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert "Send a JSON list" in answer.json()["detail"]


def test_text_that_no_database_can_hold_is_refused(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    created = create(consultant, world)
    answer = patch(consultant, created["id"], '"1"', purpose="a\x00b")
    assert answer.status_code == 422
    people = consultant.post(f"/api/v1/assessments/{created['id']}/participants", json=[{**PEOPLE[0], "name": "A\x00"}])
    assert people.status_code == 422


def test_lists_come_in_pages(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    ids = [create(consultant, world)["id"] for _ in range(3)]
    path = f"/api/v1/organizations/{world.organization.id}/assessments"
    first = consultant.get(path, params={"limit": 2}).json()
    second = consultant.get(path, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [row["id"] for row in first["items"] + second["items"]] == sorted(ids)
    people = f"/api/v1/assessments/{ids[0]}/participants"
    consultant.post(people, json=PEOPLE)
    first = consultant.get(people, params={"limit": 1}).json()
    second = consultant.get(people, params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [row["email"] for row in first["items"] + second["items"]] == ["ada@example.org", "bo@example.org"]
    assert second["next_cursor"] is None


ROUTES = [
    ("GET", ""),
    ("PATCH", ""),
    ("GET", "/strategy"),
    ("PUT", "/strategy"),
    ("GET", "/targets"),
    ("PUT", "/targets"),
    ("GET", "/participants"),
    ("POST", "/participants"),
    ("GET", "/missing"),
    ("POST", "/launch"),
    ("GET", "/progress"),
    ("GET", "/invitations.csv"),
    ("POST", "/invitations.csv"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_outsiders_get_404_and_change_nothing(
    client: PersonaClient, world: World, engine: Engine, method: str, path: str
) -> None:
    with transaction(engine) as session:
        assessment = make_assessment(session, world.organization, world.users["consultant"], at=START)
    body = {"PATCH": {"name": "Mine"}, "PUT": {"targets": []} if path == "/targets" else {}}.get(method, PEOPLE)
    answer = client("outsider").request(
        method,
        f"/api/v1/assessments/{assessment.id}{path}",
        json=body,
        headers={"If-Match": f'"{assessment.revision}"'},
    )
    assert answer.status_code == 404
    with Session(engine) as session:
        assert session.exec(select(Assessment)).one().revision == assessment.revision


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route[0] != "GET"])
def test_leaders_only_read(client: PersonaClient, world: World, engine: Engine, method: str, path: str) -> None:
    with transaction(engine) as session:
        assessment = make_assessment(session, world.organization, world.users["consultant"], at=START)
    body = {"PATCH": {"name": "Mine"}, "PUT": {"targets": []} if path == "/targets" else {}}.get(method, PEOPLE)
    answer = client("leader").request(
        method,
        f"/api/v1/assessments/{assessment.id}{path}",
        json=body,
        headers={"If-Match": f'"{assessment.revision}"'},
    )
    assert answer.status_code == 403


def test_the_strategy_is_put_and_read(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    path = f"/api/v1/assessments/{create(consultant, world)['id']}/strategy"
    goals = [
        {"key": "m", "kind": "marketing", "text": "Halve time to launch", "serves": "b"},
        {"key": "b", "kind": "business", "text": "Grow"},
    ]
    answer = consultant.put(path, json={"mandate": "Run it", "headcount": 12, "goals": goals})
    assert answer.status_code == 200
    found = {goal["kind"]: goal for goal in answer.json()["goals"]}
    assert found["marketing"]["serves_id"] == found["business"]["id"]
    assert consultant.get(path).json() == answer.json()


def test_openapi_tells_everything(client: PersonaClient) -> None:
    paths = client("consultant").get("/api/v1/openapi.json").json()["paths"]
    operations = [
        operation
        for path, methods in paths.items()
        if "/assessments" in path
        for operation in methods.values()
        if "assessments" in operation["tags"]
    ]
    assert len(operations) >= 17
    for operation in operations:
        assert operation["summary"]
        assert {"401", "403", "404", "422"} <= set(operation["responses"])
