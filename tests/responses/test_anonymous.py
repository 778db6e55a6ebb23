"""Anonymous assessments: nothing that is stored leads from an invitation to a response, and no time narrower than a day."""

from datetime import datetime, time
from itertools import product

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, select

from app.accounts.actions import digest
from app.assessments.invitations import mint_link
from app.clock import now
from app.db import transaction
from app.models import (
    Answer,
    AnsweringSession,
    Assessment,
    Invitation,
    InvitationToken,
    Participant,
    Response,
)
from tests.responses.conftest import MakeSurvey
from tests.responses.surveys import OTHER, QUESTION, SitDown, Survey

INVITED = (Participant, Invitation, InvitationToken)
ANSWERED = (Response, Answer, AnsweringSession)


@pytest.fixture
def survey(make_survey: MakeSurvey) -> Survey:
    return make_survey(anonymity="anonymous", people={"Brand": 4})


def rows(engine: Engine, tables: tuple[type[SQLModel], ...]) -> list[SQLModel]:
    with Session(engine) as session:
        return [row for table in tables for row in session.exec(select(table)).all()]


@pytest.fixture
def answered(sit: SitDown, survey: Survey) -> Survey:
    """Two people submitted, the third is under way, the fourth was only invited."""
    for link in survey.links[:3]:
        sitting = sit(link)
        sitting.put(QUESTION, value="l3", comment="So it is.")
        sitting.put(OTHER, status="dont_know")
        if link != survey.links[2]:
            assert sitting.submit().status_code == 303
    return survey


def test_no_value_joins_an_invitation_and_a_response(answered: Survey, engine: Engine) -> None:
    """Whatever both sides hold is the same for everybody of that group: tenant, assessment, unit, role, day."""
    shared = {
        str(value)
        for invited, given in product(rows(engine, INVITED), rows(engine, ANSWERED))
        for value in set(map(str, invited.model_dump().values())) & set(map(str, given.model_dump().values()))
    }
    assessment = rows(engine, (Assessment,))[0]
    participant = rows(engine, (Participant,))[0]
    today = str(now().replace(hour=0, minute=0, second=0, microsecond=0))
    public = {assessment.organization_id, assessment.id, participant.unit_id, "leader", "specialist", today, "None", ""}
    assert shared - public == set()


def test_a_confidential_assessment_has_the_join_that_this_test_looks_for(
    make_survey: MakeSurvey, sit: SitDown, engine: Engine
) -> None:
    sitting = sit(make_survey().links[0])
    (invitation,) = [row for row in rows(engine, (Invitation,)) if row.response_id]
    assert invitation.response_id == sitting.response


def test_only_the_day_is_stored(answered: Survey, engine: Engine) -> None:
    moments = [
        value
        for row in rows(engine, (Response, Answer, AnsweringSession))
        for value in row.model_dump().values()
        if isinstance(value, datetime)
    ]
    moments += [
        moment
        for row in rows(engine, (Invitation,))
        for moment in (row.started_at, row.submitted_at)
        if moment is not None
    ]
    assert len(moments) >= 10
    assert {moment.time() for moment in moments} == {time(0, 0)}


def test_no_time_is_shown_and_no_minutes_are_kept(sit: SitDown, survey: Survey, engine: Engine) -> None:
    sitting = sit(survey.links[0])
    sitting.put(value="l3")
    page = sitting.client.get("/answering/data.quality").text
    assert "Anonymous" in page
    sitting.submit()
    response = next(row for row in rows(engine, (Response,)) if row.id == sitting.response)
    assert response.minutes is None
    receipt = sitting.client.get("/answering/receipt").text
    assert f"{now():%H:%M}" not in receipt


def test_the_digest_of_a_link_does_not_find_the_response(survey: Survey, sit: SitDown, engine: Engine) -> None:
    sitting = sit(survey.links[0])
    response = next(row for row in rows(engine, (Response,)) if row.id == sitting.response)
    stored = {token.token_hash for token in rows(engine, (InvitationToken,))}
    assert digest(survey.links[0]) in stored
    assert {response.resume_hash, digest(f"resume:{digest(survey.links[0])}")} & stored == set()
    assert response.resume_hash != digest(f"resume:{digest(survey.links[0])}")


def test_the_same_link_resumes_elsewhere(sit: SitDown, survey: Survey) -> None:
    laptop = sit(survey.links[0])
    laptop.put(value="l3")
    phone = sit(survey.links[0])
    assert phone.response == laptop.response
    assert phone.answers()[QUESTION]["value"] == "l3"


def test_another_link_of_a_person_who_began_is_refused(sit: SitDown, survey: Survey, engine: Engine) -> None:
    """It could only be answered a second time, or by a key from the invitation to the response."""
    sit(survey.links[0])
    with transaction(engine) as session:
        invitation = session.exec(select(Invitation).where(Invitation.started_at != None)).one()  # noqa: E711
        assessment = session.exec(select(Assessment)).one()
        _, another_link = mint_link(session, assessment, invitation.participant_id, at=now())
    fresh = sit(survey.links[1]).client
    answer = fresh.post(f"/a/{another_link}")
    assert answer.status_code == 410
    assert "You began with another link" in answer.text


def test_submitting_ticks_off_the_right_invitation(sit: SitDown, survey: Survey, engine: Engine) -> None:
    sitting = sit(survey.links[0])
    sitting.put(value="l3")
    sitting.submit()
    with Session(engine) as session:
        token = session.exec(select(InvitationToken).where(InvitationToken.token_hash == digest(survey.links[0]))).one()
        ticked = session.exec(select(Invitation.id).where(Invitation.submitted_at != None)).all()  # noqa: E711
    assert ticked == [token.invitation_id]


def test_the_receipt_code_is_all_that_is_left(sit: SitDown, survey: Survey, engine: Engine) -> None:
    sitting = sit(survey.links[0])
    sitting.put(value="l3")
    sitting.submit()
    code = sitting.client.get(f"/api/v1/responses/{sitting.response}/receipt").json()["receipt_code"]
    found = [row.id for row in rows(engine, (Response,)) if row.receipt_hash == digest(code)]
    assert found == [sitting.response]


def test_other_modes_keep_the_time(sit: SitDown, make_survey: MakeSurvey, engine: Engine) -> None:
    sitting = sit(make_survey(anonymity="identified").links[0])
    sitting.put(value="l3")
    (answer,) = rows(engine, (Answer,))
    assert abs((now() - answer.saved_at).total_seconds()) < 60
