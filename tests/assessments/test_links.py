"""Links: handed out once, only digests kept, revoked and restored, safe in a spreadsheet."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.accounts.actions import digest
from app.assessments.importing import import_participants
from app.db import transaction
from app.formats import safe_text
from app.models import Assessment, Invitation, InvitationToken, Participant
from tests.conftest import PersonaClient, World
from tests.factories import START, make_assessment
from tests.people import BASE_URL, Client


@pytest.fixture
def launched(engine: Engine, world: World) -> Assessment:
    with transaction(engine) as session:
        return make_assessment(
            session, world.organization, world.users["consultant"], status="open", people={"Brand": 3}
        )


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def download(client: Client, assessment: Assessment) -> list[dict[str, str]]:
    answer = client.get(f"/api/v1/assessments/{assessment.id}/invitations.csv")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return table(answer.text)


def stored(engine: Engine) -> set[str]:
    with Session(engine) as session:
        return set(session.exec(select(InvitationToken.token_hash)).all())


def test_the_download_holds_a_working_link_per_participant_and_only_digests_are_stored(
    client: PersonaClient, launched: Assessment, engine: Engine
) -> None:
    rows = download(client("consultant"), launched)
    assert len(rows) == 3
    tokens = [row["link"].removeprefix(f"{BASE_URL}/a/") for row in rows]
    assert all(len(token) >= 43 for token in tokens)
    assert stored(engine) == {digest(token) for token in tokens}


def test_the_second_download_is_refused_and_says_what_to_do(client: PersonaClient, launched: Assessment) -> None:
    consultant = client("consultant")
    download(consultant, launched)
    answer = consultant.get(f"/api/v1/assessments/{launched.id}/invitations.csv")
    assert answer.status_code == 409
    assert "Issue new links" in answer.json()["detail"]
    page = consultant.submit(f"/assessments/{launched.id}/links")
    assert page.status_code == 409


def test_the_page_downloads_once_too(client: PersonaClient, launched: Assessment) -> None:
    consultant = client("consultant")
    answer = consultant.submit(f"/assessments/{launched.id}/links")
    assert len(table(answer.text)) == 3
    assert answer.headers["content-disposition"] == 'attachment; filename="invitations.csv"'
    assert consultant.submit(f"/assessments/{launched.id}/links").status_code == 409


def test_new_links_work_beside_the_old(client: PersonaClient, launched: Assessment, engine: Engine) -> None:
    consultant = client("consultant")
    old = {row["link"] for row in download(consultant, launched)}
    new = {row["link"] for row in table(consultant.submit(f"/assessments/{launched.id}/links", new="yes").text)}
    assert len(new) == 3
    assert not old & new
    assert len(stored(engine)) == 6


def test_people_added_later_can_be_downloaded_without_the_others(
    client: PersonaClient, launched: Assessment, engine: Engine
) -> None:
    consultant = client("consultant")
    download(consultant, launched)
    text = "name,email,unit,role\nLate,late@example.org,Brand,leader\n"
    consultant.submit(f"/assessments/{launched.id}/setup/participants", text=text)
    assert [row["email"] for row in download(consultant, launched)] == ["late@example.org"]


def test_one_link_can_be_copied_and_is_another_live_one(
    client: PersonaClient, launched: Assessment, engine: Engine
) -> None:
    consultant = client("consultant")
    rows = download(consultant, launched)
    with Session(engine) as session:
        ada = session.exec(select(Participant).where(Participant.email == rows[0]["email"])).one()
    page = consultant.submit(f"/assessments/{launched.id}/participants/{ada.id}/link")
    assert page.status_code == 200
    assert rows[0]["link"] not in page.text
    assert f"{BASE_URL}/a/" in page.text
    assert len(stored(engine)) == 4


def test_revoking_ends_all_links_and_restoring_leaves_the_old_ones_dead(
    client: PersonaClient, launched: Assessment, engine: Engine
) -> None:
    consultant = client("consultant")
    rows = download(consultant, launched)
    token = rows[0]["link"].rpartition("/")[2]
    with Session(engine) as session:
        ada = session.exec(select(Participant).where(Participant.email == rows[0]["email"])).one()
    base = f"/assessments/{launched.id}/participants/{ada.id}"
    assert consultant.submit(f"{base}/revoke").status_code == 303
    refused = consultant.submit(f"{base}/link")
    assert refused.status_code == 409
    assert "Restore it first" in refused.text
    assert "revoked" in consultant.get(f"/assessments/{launched.id}/setup/participants").text
    assert consultant.submit(f"{base}/restore").status_code == 303
    assert digest(token) not in stored(engine)
    assert consultant.submit(f"{base}/link").status_code == 200


def test_who_has_submitted_cannot_be_revoked(client: PersonaClient, launched: Assessment, engine: Engine) -> None:
    with transaction(engine) as session:
        invitation = session.exec(select(Invitation)).first()
        assert invitation is not None
        invitation.submitted_at = START + timedelta(days=1)
        session.add(invitation)
    answer = client("consultant").submit(f"/assessments/{launched.id}/participants/{invitation.participant_id}/revoke")
    assert answer.status_code == 409
    assert "already submitted" in answer.text


def test_who_has_submitted_gets_no_new_link(client: PersonaClient, launched: Assessment, engine: Engine) -> None:
    with transaction(engine) as session:
        invitation = session.exec(select(Invitation)).first()
        assert invitation is not None
        invitation.submitted_at = START + timedelta(days=1)
        session.add(invitation)
    assert len(download(client("consultant"), launched)) == 2


def test_there_are_no_links_before_launch(client: PersonaClient, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        draft = make_assessment(session, world.organization, world.users["consultant"])
    answer = client("consultant").get(f"/api/v1/assessments/{draft.id}/invitations.csv")
    assert answer.status_code == 409
    assert "Launch the assessment first" in answer.json()["detail"]


@pytest.mark.parametrize("persona", ["outsider", "leader"])
def test_links_are_for_the_consultants_of_the_organisation(
    client: PersonaClient, launched: Assessment, engine: Engine, persona: str
) -> None:
    answer = client(persona).get(f"/api/v1/assessments/{launched.id}/invitations.csv")
    assert answer.status_code == {"outsider": 404, "leader": 403}[persona]
    assert stored(engine) == set()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "=cmd|' /C calc'!A0"])
def test_cells_that_a_spreadsheet_would_run_are_quoted(cell: str) -> None:
    assert safe_text(cell) == f"'{cell}"


def test_ordinary_cells_stay_as_they_are() -> None:
    assert safe_text("Ada Okafor-Lind = 2") == "Ada Okafor-Lind = 2"


def test_a_formula_as_a_name_is_quoted_in_the_download(client: PersonaClient, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        draft = make_assessment(
            session, world.organization, world.users["consultant"], status="open", people={"Brand": 1}
        )
        rows = [{"name": '=HYPERLINK("x")', "email": "+a@example.org", "unit": "@Unit", "role": "leader"}]
        import_participants(session, draft, rows, at=START)
    found = next(row for row in download(client("consultant"), draft) if "HYPERLINK" in row["name"])
    assert found["name"].startswith("'=")
    assert found["email"].startswith("'+")
    assert found["unit"].startswith("'@")


def test_restoring_an_anonymous_invitation_brings_its_links_back(
    client: PersonaClient, world: World, engine: Engine
) -> None:
    with transaction(engine) as session:
        consultant = world.users["consultant"]
        launched = make_assessment(
            session, world.organization, consultant, status="open", people={"Brand": 1}, anonymity="anonymous"
        )
    browser = client("consultant")
    download(browser, launched)
    before = stored(engine)
    with Session(engine) as session:
        person = session.exec(select(Participant)).one()
    base = f"/assessments/{launched.id}/participants/{person.id}"
    browser.submit(f"{base}/revoke")
    browser.submit(f"{base}/restore")
    assert stored(engine) == before


def test_a_participant_of_another_assessment_is_not_found(
    client: PersonaClient, launched: Assessment, world: World, engine: Engine
) -> None:
    with transaction(engine) as session:
        foreign = make_assessment(session, world.elsewhere, world.users["outsider"], status="open", people={"Brand": 1})
        stranger = session.exec(select(Participant).where(Participant.assessment_id == foreign.id)).one()
    for act in ("link", "revoke", "restore", "remove"):
        answer = client("consultant").submit(f"/assessments/{launched.id}/participants/{stranger.id}/{act}")
        assert answer.status_code == 404
