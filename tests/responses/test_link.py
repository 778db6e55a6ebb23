"""The link in the inbox: opening changes nothing, starting gives a cookie, the token is never kept."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, SQLModel, select

from app.assessments.actions import close_assessment
from app.assessments.invitations import mint_link, revoke_invitation
from app.clock import now
from app.db import transaction
from app.models import Assessment, Invitation, Participant, Response
from app.responses.respondent import ANSWERING_COOKIE
from tests.people import Client
from tests.responses.conftest import MakeSurvey
from tests.responses.surveys import SitDown, Survey, contents


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_a_link_changes_nothing(anonymous: Client, survey: Survey, engine: Engine, method: str) -> None:
    before = contents(engine)
    for _ in range(3):
        answer = anonymous.request(method, f"/a/{survey.links[0]}")
        assert answer.status_code == 200
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers
    assert contents(engine) == before


def test_landing_says_who_asks_why_and_who_sees_what(anonymous: Client, survey: Survey) -> None:
    page = anonymous.get(f"/a/{survey.links[0]}").text
    assert "Northwind" in page
    assert "To plan next year together." in page
    assert "Confidential" in page
    assert "the consultant sees that you answered, never what" in page.lower()


def test_starting_gives_a_cookie_and_an_address_without_the_token(anonymous: Client, survey: Survey) -> None:
    link = survey.links[0]
    answer = anonymous.post(f"/a/{link}")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/answering"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert link not in cookie


def test_the_same_link_resumes_on_a_second_device(sit: SitDown, survey: Survey, engine: Engine) -> None:
    laptop = sit(survey.links[0])
    assert laptop.put(value="l3").status_code == 200
    phone = sit(survey.links[0])
    assert phone.response == laptop.response
    assert phone.answers()["data.quality.1"]["value"] == "l3"
    assert phone.put(value="l4", mutation="m2", base=1).json()["revision"] == 2
    assert laptop.answers()["data.quality.1"]["value"] == "l4"
    with Session(engine) as session:
        assert len(session.exec(select(Response)).all()) == 1


def test_every_link_of_an_invitation_leads_to_the_same_response(sit: SitDown, survey: Survey, engine: Engine) -> None:
    first = sit(survey.links[0])
    with transaction(engine) as session:
        invitation = session.exec(select(Invitation).where(Invitation.response_id == first.response)).one()
        assessment = session.exec(select(Assessment)).one()
        _, another_link = mint_link(session, assessment, invitation.participant_id, at=now())
    assert another_link != survey.links[0]
    assert sit(another_link).response == first.response
    assert sit(survey.links[0]).response == first.response


def test_two_people_have_two_responses(sit: SitDown, survey: Survey) -> None:
    assert sit(survey.links[0]).response != sit(survey.links[1]).response


def test_unknown_link_is_404_with_what_to_do(anonymous: Client, survey: Survey) -> None:
    for answer in (anonymous.get("/a/" + "x" * 43), anonymous.post("/a/" + "x" * 43)):
        assert answer.status_code == 404
        assert "Check that it was copied whole" in answer.text
    api = anonymous.post("/api/v1/invitations/redeem", json={"token": "x" * 43})
    assert api.status_code == 404
    assert api.headers["content-type"] == "application/problem+json"


def test_program_redeems_a_link(anonymous: Client, survey: Survey) -> None:
    answer = anonymous.post("/api/v1/invitations/redeem", json={"token": survey.links[0]})
    assert answer.status_code == 200
    held = anonymous.get(f"/api/v1/responses/{answer.json()['response_id']}")
    assert held.json()["answers"] == []
    assert held.json()["assessment_id"] == survey.assessment.id


@pytest.mark.parametrize("field", ["organization_id", "unit_id", "submitted_at"])
def test_redeeming_takes_nothing_but_the_token(anonymous: Client, survey: Survey, field: str) -> None:
    answer = anonymous.post("/api/v1/invitations/redeem", json={"token": survey.links[0], field: "mine"})
    assert answer.status_code == 422


def test_revoking_kills_the_link_and_the_device(sit: SitDown, survey: Survey, engine: Engine) -> None:
    sitting = sit(survey.links[0])
    with transaction(engine) as session:
        invitation = session.exec(select(Invitation).where(Invitation.response_id == sitting.response)).one()
        assessment = session.exec(select(Assessment)).one()
        revoke_invitation(session, assessment, invitation.participant_id, at=now())
    for answer in (
        sitting.client.get(f"/a/{survey.links[0]}"),
        sitting.client.post(f"/a/{survey.links[0]}"),
        sitting.client.post("/api/v1/invitations/redeem", json={"token": survey.links[0]}),
    ):
        assert answer.status_code == 410
        assert "withdrawn" in answer.text
    assert sitting.put(value="l3").status_code == 401
    assert sit(survey.links[1]).put(value="l3").status_code == 200


def test_closed_survey_answers_410_and_keeps_what_was_given(sit: SitDown, survey: Survey, engine: Engine) -> None:
    sitting = sit(survey.links[0])
    assert sitting.put(value="l3").status_code == 200
    with transaction(engine) as session:
        close_assessment(session, session.exec(select(Assessment)).one(), at=now())
    page = sitting.client.get(f"/a/{survey.links[0]}")
    assert page.status_code == 410
    assert "closed" in page.text
    assert sitting.client.post(f"/a/{survey.links[0]}").status_code == 410
    assert sitting.answers()["data.quality.1"]["value"] == "l3"


def test_survey_that_opens_later_says_so(make_survey: MakeSurvey, another: Callable[[], Client]) -> None:
    survey = make_survey(at=now() + timedelta(days=2))
    page = another().get(f"/a/{survey.links[0]}")
    assert page.status_code == 403
    assert "has not opened yet" in page.text
    assert another().post(f"/a/{survey.links[0]}").status_code == 410


def test_no_token_is_stored(sit: SitDown, survey: Survey, engine: Engine) -> None:
    sitting = sit(survey.links[0])
    secrets = (*survey.links, sitting.client.cookies[ANSWERING_COOKIE])
    with engine.connect() as connection:
        everything = repr(
            [connection.execute(text(f'SELECT * FROM "{table}"')).all() for table in SQLModel.metadata.tables]
        )
    assert sitting.response in everything
    assert [secret for secret in secrets if secret in everything] == []


def test_unit_and_role_are_copied_when_a_response_starts(sit: SitDown, survey: Survey, engine: Engine) -> None:
    sitting = sit(survey.links[0])
    with transaction(engine) as session:
        invitation = session.exec(select(Invitation).where(Invitation.response_id == sitting.response)).one()
        participant = session.exec(select(Participant).where(Participant.id == invitation.participant_id)).one()
        role = participant.role
        participant.role = "changed-later"
        session.add(participant)
    with Session(engine) as session:
        response = session.exec(select(Response)).one()
        assert (response.unit_id, response.role) == (participant.unit_id, role)


def test_without_a_cookie_answering_says_how_to_come_back(anonymous: Client, survey: Survey) -> None:
    page = anonymous.get("/answering")
    assert page.status_code == 401
    assert "Open the link from your invitation again" in page.text
    assert anonymous.put("/api/v1/responses/x/answers/data.quality.1", json={"value": "l1"}).status_code == 401
