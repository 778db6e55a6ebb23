"""Leaders and consultants talk about capabilities, initiatives and the roadmap; nobody else hears it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.clock import now
from app.db import transaction
from app.models import AuditRecord, Remark, Snapshot, User
from app.results.sharing import share_report, token_of
from app.roadmaps.actions import plan_roadmap
from app.roadmaps.forms import PlanForm
from tests.conftest import PersonaClient, World
from tests.people import Client
from tests.roadmaps.measured import MEASURED_AT, measured

WORDS = "Our data says <b>otherwise</b> since March & May."
SHOWN = "Our data says &lt;b&gt;otherwise&lt;/b&gt; since March &amp; May."
ABOUT: dict[str, Any] = {"subject": "capability", "subject_id": "data.quality"}


@pytest.fixture
def snapshot(world: World, engine: Engine) -> Snapshot:
    with transaction(engine) as session:
        return measured(session, world.organization, world.users["consultant"])


def comments(snapshot: Snapshot) -> str:
    return f"/api/v1/assessments/{snapshot.assessment_id}/comments"


def said(browser: Client, snapshot: Snapshot, text: str = WORDS, **about: str) -> dict[str, Any]:
    answer = browser.post(comments(snapshot), json=(about or ABOUT) | {"text": text})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def stored(engine: Engine) -> list[Remark]:
    with transaction(engine) as session:
        return list(session.exec(select(Remark)).all())


def test_leader_and_consultant_talk_on_the_page_of_a_capability(
    client: PersonaClient, world: World, snapshot: Snapshot, engine: Engine
) -> None:
    page = f"/snapshots/{snapshot.id}/capabilities/data.quality"
    forms = f"/assessments/{snapshot.assessment_id}/comments"
    leader, consultant = client("leader"), client("consultant")
    answer = leader.submit(forms, **ABOUT, text=WORDS, back=page)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}#discussion")
    seen = consultant.get(page).text
    assert SHOWN in seen
    assert "<b>Leader</b>" in seen
    assert SHOWN not in consultant.get(f"/snapshots/{snapshot.id}/capabilities/data.coverage").text
    [remark] = stored(engine)
    assert consultant.submit(f"{forms}/{remark.id}/resolve", resolved="yes", back=page).status_code == 303
    assert "1 settled" in leader.get(page).text
    assert SHOWN in leader.get(forms).text
    changed = leader.submit(f"{forms}/{remark.id}", text="Since April.", revision="2", back=page)
    assert changed.status_code == 303
    assert "Since April." in consultant.get(page).text
    assert leader.submit(f"{forms}/{remark.id}", text="Late.", revision="2", back=page).status_code == 409
    assert leader.submit(f"{forms}/{remark.id}/delete", back=page).status_code == 303
    assert stored(engine) == []


def test_plan_and_initiative_have_threads_that_outlive_the_plan(
    client: PersonaClient, world: World, snapshot: Snapshot, engine: Engine
) -> None:
    with transaction(engine) as session:
        consultant = world.users["consultant"]
        plans = [plan_roadmap(session, snapshot, consultant, PlanForm(), at=MEASURED_AT, seconds=0.5) for _ in range(2)]
    leader = client("leader")
    initiative = min(set(plans[0].solution["starts"]) & set(plans[1].solution["starts"]))
    said(leader, snapshot, "Too early for us.", subject="initiative", subject_id=initiative)
    said(leader, snapshot, "Who pays for this?", subject="roadmap")
    for plan in plans:
        assert "Who pays for this?" in leader.get(f"/roadmaps/{plan.id}").text
        page = leader.get(f"/roadmaps/{plan.id}/initiatives/{initiative}").text
        assert "Too early for us." in page
        assert "Who pays for this?" not in page
    everything = leader.get(f"/assessments/{snapshot.assessment_id}/comments").text
    assert everything.index("Too early for us.") < everything.index("Who pays for this?")


@pytest.mark.parametrize(("persona", "status"), [("analyst", 403), ("outsider", 404), ("administrator", 404)])
def test_nobody_else_reads_or_writes(
    client: PersonaClient, snapshot: Snapshot, engine: Engine, persona: str, status: int
) -> None:
    remark = said(client("leader"), snapshot)
    browser, here = client(persona), comments(snapshot)
    one = f"{here}/{remark['id']}"
    for answer in (
        browser.get(here),
        browser.post(here, json=ABOUT | {"text": "x"}),
        browser.patch(one, json={"text": "x"}, headers={"If-Match": '"1"'}),
        browser.put(f"{one}/resolution", json={"resolved": True}),
        browser.delete(one),
        browser.get(here.removeprefix("/api/v1")),
        browser.submit(here.removeprefix("/api/v1"), **ABOUT, text="x"),
        browser.submit(f"{one.removeprefix('/api/v1')}/delete"),
    ):
        assert answer.status_code == status, answer.request.url
    [kept] = stored(engine)
    assert (kept.text, kept.resolved_at, kept.revision) == (WORDS, None, 1)


def test_analyst_and_reader_of_a_link_see_the_page_without_it(
    client: PersonaClient, another: Callable[[], Client], world: World, snapshot: Snapshot, engine: Engine
) -> None:
    said(client("leader"), snapshot)
    with transaction(engine) as session:
        link = share_report(session, snapshot, world.users["consultant"], made_for="The board", days=7, at=now())
        token = token_of(link)
    for browser, base in ((client("analyst"), f"/snapshots/{snapshot.id}"), (another(), f"/shared/{token}")):
        page = browser.get(f"{base}/capabilities/data.quality")
        assert page.status_code == 200
        assert SHOWN not in page.text
        assert 'id="discussion"' not in page.text
    exported = client("consultant").get(f"/api/v1/snapshots/{snapshot.id}/export.json").text
    assert "otherwise" not in exported


def test_own_words_are_changed_by_nobody_else_and_deleted_by_a_consultant(
    client: PersonaClient, snapshot: Snapshot, engine: Engine
) -> None:
    leader, consultant = client("leader"), client("consultant")
    hers, his = said(leader, snapshot), said(consultant, snapshot, "Agreed.")
    one, other = f"{comments(snapshot)}/{hers['id']}", f"{comments(snapshot)}/{his['id']}"
    assert consultant.patch(one, json={"text": "x"}, headers={"If-Match": '"1"'}).status_code == 403
    assert leader.delete(other).status_code == 403
    assert leader.put(f"{one}/resolution", json={"resolved": True}).status_code == 403
    assert leader.patch(one, json={"text": "x"}).status_code == 428
    assert leader.patch(one, json={"text": "x"}, headers={"If-Match": '"7"'}).status_code == 412
    changed = leader.patch(one, json={"text": "Mine."}, headers={"If-Match": '"1"'})
    assert (changed.json()["text"], changed.headers["ETag"]) == ("Mine.", '"2"')
    assert changed.json()["edited_at"] is not None
    assert consultant.put(f"{one}/resolution", json={"resolved": True}).status_code == 204
    assert consultant.delete(one).status_code == 204
    assert leader.delete(one).status_code == 404
    assert [remark.text for remark in stored(engine)] == ["Agreed."]


@pytest.mark.parametrize(
    "body",
    [
        ABOUT | {"text": " \n "},
        ABOUT | {"text": "x" * 2001},
        ABOUT | {"text": "a\x00b"},
        ABOUT | {"text": "x", "organization_id": "another"},
        {"subject": "capability", "subject_id": "no.such", "text": "x"},
        {"subject": "initiative", "subject_id": "no-such", "text": "x"},
        {"subject": "roadmap", "subject_id": "data.quality", "text": "x"},
        {"subject": "respondent", "subject_id": "p", "text": "x"},
    ],
)
def test_odd_remarks_are_refused(
    client: PersonaClient, snapshot: Snapshot, engine: Engine, body: dict[str, str]
) -> None:
    assert client("leader").post(comments(snapshot), json=body).status_code == 422
    assert stored(engine) == []


def test_remark_of_another_assessment_is_not_reached_through_ones_own(
    client: PersonaClient, world: World, snapshot: Snapshot, engine: Engine
) -> None:
    remark = said(client("leader"), snapshot)
    with transaction(engine) as session:
        theirs = measured(session, world.elsewhere, world.users["outsider"])
    for address in (f"{comments(theirs)}/{remark['id']}", f"{comments(snapshot)}/{remark['id']}"):
        assert client("outsider").delete(address).status_code == 404
    assert len(stored(engine)) == 1


def test_words_stay_without_a_name_when_their_author_is_gone_and_the_log_holds_none(
    client: PersonaClient, world: World, snapshot: Snapshot, engine: Engine
) -> None:
    said(client("leader"), snapshot, "Unmistakable canary.")
    with transaction(engine) as session:
        session.delete(session.get_one(User, world.users["leader"].id))
    [row] = client("consultant").get(comments(snapshot)).json()
    assert (row["author"], row["author_id"], row["text"]) == ("A former member", None, "Unmistakable canary.")
    with transaction(engine) as session:
        records = session.exec(select(AuditRecord).where(AuditRecord.action == "remark.written")).all()
    assert len(records) == 1
    assert not re.search("canary", repr(records), re.IGNORECASE)
