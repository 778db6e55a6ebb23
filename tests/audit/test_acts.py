"""What people do is in the log, in the transaction that does it, without anything about those who answer."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Response
from sqlalchemy import Engine
from sqlmodel import col, select

from app.audit.acts import ACTS
from app.db import transaction
from app.models import AuditRecord
from tests.conftest import PersonaClient, World
from tests.factories import PASSWORD, make_assessment
from tests.people import Client
from tests.roadmaps.measured import measured

APP = Path(__file__).parent.parent.parent / "app"
RECORDING = {"record", "_record", "record_reading", "_changed"}


def recorded(engine: Engine) -> list[AuditRecord]:
    with transaction(engine) as session:
        return list(session.exec(select(AuditRecord).order_by(col(AuditRecord.number))).all())


def literals() -> Iterator[str]:
    """Every act that the application names."""
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in ACTS:
                yield node.value
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RECORDING:
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        assert argument.value in ACTS, f"{path}: '{argument.value}' has no words"
                        yield argument.value


def test_every_act_has_words_and_every_word_an_act() -> None:
    named = list(literals())
    # Once where its words stand, and at least once more where it is recorded.
    assert {act for act in ACTS if named.count(act) < 2} == set()


def test_signing_in_is_recorded_only_when_it_succeeds(anonymous: Client, world: World, engine: Engine) -> None:
    email = world.users["leader"].email
    before = len(recorded(engine))
    assert anonymous.post("/sign-in", data={"email": email, "password": "not this one"}).status_code == 401
    assert len(recorded(engine)) == before
    assert anonymous.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 303
    assert anonymous.post("/api/v1/sessions", json={"email": email, "password": PASSWORD}).status_code == 201
    added = recorded(engine)[before:]
    assert [row.action for row in added] == ["account.signed_in"] * 2
    assert {row.actor for row in added} == {world.users["leader"].id}


def test_what_matters_is_recorded_in_order_with_who_did_it(client: PersonaClient, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        draft = make_assessment(session, world.organization, world.users["consultant"], people={"Brand": 5})
        snapshot = measured(session, world.organization, world.users["consultant"])
    consultant, base = client("consultant"), f"/api/v1/organizations/{world.organization.id}"
    assessment = f"/api/v1/assessments/{draft.id}"
    before = len(recorded(engine))
    targets = consultant.get(f"{assessment}/targets").json()["targets"]
    someone = {"name": "Unmistakable Canary", "email": "canary@example.org", "unit": "Brand", "role": "manager"}
    steps = [
        ("organization.member_set", consultant.post(f"{base}/members", json={"email": "x@y.org", "role": "analyst"})),
        ("organization.pooling_agreed", consultant.put(f"{base}/pooling", json={"agreed": True})),
        ("participants.imported", consultant.post(f"{assessment}/participants", json=[someone])),
        ("assessment.targets_saved", consultant.put(f"{assessment}/targets", json=targets)),
        ("assessment.terms_set", _patch(consultant, assessment, min_group=4, anonymity="anonymous")),
        ("assessment.launched", consultant.post(f"{assessment}/launch")),
        ("invitation.links_issued", consultant.get(f"{assessment}/invitations.csv")),
        ("assessment.closed", consultant.post(f"{assessment}/close")),
        ("report.exported", consultant.get(f"/api/v1/snapshots/{snapshot.id}/export.json")),
        (
            "report_link.created",
            consultant.submit(f"/snapshots/{snapshot.id}/links", made_for="Ms Unmistakable", days="3"),
        ),
        (
            "account.token_created",
            consultant.post("/api/v1/me/tokens", json={"name": "Nightly", "scopes": ["read"], "days": 3}),
        ),
    ]
    assert {act: answer.status_code for act, answer in steps if answer.status_code >= 400} == {}
    added = recorded(engine)[before:]
    acts = iter([row.action for row in added])
    assert [act for act, _ in steps if act not in acts] == [], [row.action for row in added]
    assert {row.actor for row in added} == {world.users["consultant"].id}
    changed = next(row for row in added if row.action == "assessment.terms_set")
    assert (changed.details["min_group_before"], changed.details["min_group"]) == (5, 4)
    assert (changed.details["anonymity_before"], changed.details["anonymity"]) == ("confidential", "anonymous")
    whole = " ".join(str(row.model_dump()) for row in added)
    for personal in ("Unmistakable", "canary@", "x@y.org", "Nightly", *(user.email for user in world.users.values())):
        assert personal not in whole


def _patch(browser: Client, path: str, **terms: object) -> Response:
    return browser.patch(path, json=terms, headers={"If-Match": browser.get(path).headers["ETag"]})


def test_what_is_refused_is_not_recorded(client: PersonaClient, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        open_one = make_assessment(session, world.organization, world.users["consultant"], status="open")
    consultant, before = client("consultant"), len(recorded(engine))
    assert consultant.post(f"/api/v1/assessments/{open_one.id}/launch").status_code == 409
    assert client("leader").post(f"/api/v1/assessments/{open_one.id}/close").status_code == 403
    assert len(recorded(engine)) == before


def test_a_token_acts_for_its_owner(
    client: PersonaClient, another_program: Client, world: World, engine: Engine
) -> None:
    made = client("consultant").post("/api/v1/me/tokens", json={"name": "Nightly", "scopes": ["write"]}).json()
    another_program.headers["Authorization"] = f"Bearer {made['token']}"
    answer = another_program.put(f"/api/v1/organizations/{world.organization.id}/pooling", json={"agreed": True})
    assert answer.status_code == 200
    last = recorded(engine)[-1]
    assert (last.action, last.actor) == ("organization.pooling_agreed", world.users["consultant"].id)


@pytest.fixture
def another_program(anonymous: Client) -> Client:
    return anonymous


def test_administrators_read_all_and_consultants_their_own(client: PersonaClient, world: World, engine: Engine) -> None:
    mine, theirs = f"/organizations/{world.organization.id}/audit", f"/organizations/{world.elsewhere.id}/audit"
    consultant, administrator = client("consultant"), client("administrator")
    own = consultant.get(f"/api/v1{mine}").json()["items"]
    assert {row["organization_id"] for row in own} == {world.organization.id}
    assert "Created the organisation" in consultant.get(mine).text
    for path in (theirs, f"/api/v1{theirs}"):
        assert consultant.get(path).status_code == 404
    for path in ("/audit", "/api/v1/audit", "/api/v1/audit/head"):
        assert consultant.get(path).status_code == 403
    everything = administrator.get("/api/v1/audit", params={"limit": 200}).json()["items"]
    assert {row["organization_id"] for row in everything} == {world.organization.id, world.elsewhere.id, None}
    assert [row["number"] for row in everything] == list(range(len(everything), 0, -1))
    head = administrator.get("/api/v1/audit/head").json()
    assert (head["number"], head["digest"]) == (everything[0]["number"], everything[0]["digest"])
    assert f"{head['number']}:{head['digest']}" in administrator.get("/audit").text
    first = administrator.get("/api/v1/audit", params={"limit": 3}).json()
    second = administrator.get("/api/v1/audit", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [row["number"] for row in first["items"] + second["items"]] == [row["number"] for row in everything[:6]]
