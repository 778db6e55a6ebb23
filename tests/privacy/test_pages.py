"""The record of processing, the privacy notice, and who sees them."""

import pytest
from sqlalchemy import Engine

from app.db import transaction
from tests.conftest import PersonaClient, World
from tests.factories import make_assessment, make_links
from tests.people import Client


@pytest.mark.parametrize("anonymity", ["identified", "confidential", "anonymous"])
def test_notice_is_read_by_the_link_alone_and_says_the_mode(
    engine: Engine, world: World, client: PersonaClient, anonymous: Client, anonymity: str
) -> None:
    client("consultant").submit(f"/organizations/{world.organization.id}/retention", months="18")
    with transaction(engine) as session:
        assessment = make_assessment(
            session, world.organization, world.users["consultant"], status="open", anonymity=anonymity
        )
        (_, link), *_ = make_links(session, assessment)
    landing = anonymous.get(f"/a/{link}")
    assert f'href="/a/{link}/privacy"' in landing.text
    notice = anonymous.get(f"/a/{link}/privacy")
    assert notice.status_code == 200
    assert f"Who sees what: {anonymity}" in notice.text
    assert "erased 18 months after the survey has closed" in notice.text
    assert notice.headers.get("set-cookie") is None
    assert anonymous.get("/a/nobody/privacy").status_code == 404


def test_record_says_how_long_and_leads_to_each_assessment(engine: Engine, world: World, client: PersonaClient) -> None:
    with transaction(engine) as session:
        assessment = make_assessment(session, world.organization, world.users["consultant"], people={"Brand": 4})
    consultant = client("consultant")
    here = f"/organizations/{world.organization.id}/privacy"
    consultant.submit(f"/organizations/{world.organization.id}/retention", months="6")
    page = consultant.get(here).text
    assert f"/assessments/{assessment.id}/privacy" in page
    assert "6 months after the close" in page
    record = consultant.get(f"/api/v1/organizations/{world.organization.id}/processing").json()
    assert record["assessments"][0]["people"] == 4
    assert client("analyst").get(here).status_code == 403
    assert client("outsider").get(here).status_code == 404


def test_person_is_found_by_address_and_by_no_other(engine: Engine, world: World, client: PersonaClient) -> None:
    with transaction(engine) as session:
        assessment = make_assessment(session, world.organization, world.users["consultant"], status="open")
        (person, _), *_ = make_links(session, assessment)
    consultant = client("consultant")
    found = consultant.submit(f"/assessments/{assessment.id}/privacy", email=f" {person.email.upper()} ")
    assert person.name in found.text
    missing = consultant.submit(f"/assessments/{assessment.id}/privacy", email="somebody.else@example.org")
    assert missing.status_code == 422
    assert "Nobody with this address" in missing.text


@pytest.mark.parametrize("code", ["", "ABCD-EFGH-IJKL-MNOP", "x" * 60, "☃"])
def test_code_that_belongs_to_nothing_says_what_to_do(anonymous: Client, code: str) -> None:
    answer = anonymous.post("/your-data", data={"receipt_code": code})
    assert answer.status_code == 422
    assert "code" in answer.text
