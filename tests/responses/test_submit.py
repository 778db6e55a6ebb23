"""Submitting: checked on the server, packed into a vector, acknowledged with a receipt, once."""

import re

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.access import answers_of
from app.models import Invitation, Response
from app.responses.actions import pack
from app.responses.queries import answers_matrix
from questionnaires.load import load_questionnaire
from questionnaires.schema import DONT_KNOW, NOT_APPLICABLE, UNANSWERED
from tests.responses.surveys import OTHER, QUESTION, SitDown, Sitting, Survey

MOPS = load_questionnaire("mops-core")


@pytest.fixture
def sitting(sit: SitDown, survey: Survey) -> Sitting:
    return sit(survey.links[0])


def only_response(engine: Engine) -> Response:
    with Session(engine) as session:
        return session.exec(select(Response)).one()


def test_check_page_lists_every_question_and_what_is_open(sitting: Sitting) -> None:
    sitting.put(QUESTION, value="l3")
    page = sitting.client.get("/answering/check").text
    assert page.count("Not answered") >= len(MOPS.asked) - 1
    assert MOPS.question(QUESTION).options[2].text in page


def test_submitting_gives_a_receipt_with_a_code(sitting: Sitting, engine: Engine) -> None:
    sitting.put(value="l3")
    answer = sitting.submit()
    assert (answer.status_code, answer.headers["location"]) == (303, "/answering/receipt")
    page = sitting.client.get("/answering/receipt").text
    receipt = sitting.client.get(f"/api/v1/responses/{sitting.response}/receipt").json()
    assert re.fullmatch(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){3}", receipt["receipt_code"])
    assert receipt["receipt_code"] in page
    assert only_response(engine).receipt_hash not in (None, receipt["receipt_code"])


def test_no_receipt_before_submitting(sitting: Sitting) -> None:
    assert sitting.client.get("/answering/receipt").headers["location"] == "/answering"
    assert sitting.client.get(f"/api/v1/responses/{sitting.response}/receipt").status_code == 404


def test_submitting_again_changes_nothing_and_gives_the_same_receipt(sitting: Sitting, engine: Engine) -> None:
    sitting.put(value="l3")
    url = f"/api/v1/responses/{sitting.response}/submit"
    first = sitting.client.post(url, headers={"Idempotency-Key": "k1"})
    before = only_response(engine)
    again = sitting.client.post(url, headers={"Idempotency-Key": "k1"})
    other = sitting.client.post(url, headers={"Idempotency-Key": "k2"})
    assert first.status_code == again.status_code == other.status_code == 200
    assert first.json() == again.json() == other.json()
    assert only_response(engine).model_dump() == before.model_dump()


def test_not_applicable_without_a_reason_blocks_submitting(sitting: Sitting, engine: Engine) -> None:
    sitting.put(status="not_applicable")
    page = sitting.submit()
    assert page.status_code == 422
    assert "Say why it does not apply" in page.text
    api = sitting.client.post(f"/api/v1/responses/{sitting.response}/submit")
    assert api.status_code == 422
    assert api.json()["errors"] == [{"field": QUESTION, "message": "Say why it does not apply."}]
    assert only_response(engine).submitted_at is None
    assert only_response(engine).vector is None

    sitting.put(status="not_applicable", reason="Sales owns this.", mutation="m2", base=1)
    assert sitting.submit().status_code == 303


def test_vector_equals_the_rows(sitting: Sitting, engine: Engine) -> None:
    given = [f"l{place % 5 + 1}" for place in range(len(MOPS.questions))]
    for place, question in enumerate(MOPS.questions[2:], start=2):
        assert sitting.put(question.id, value=given[place]).status_code == 200
    sitting.put(QUESTION, status="dont_know", mutation="m2", base=1)
    sitting.put(OTHER, status="not_applicable", reason="Sales owns this.", mutation="m2", base=1)
    for outcome in MOPS.outcomes:
        assert sitting.put(outcome.id, value=outcome.options[-1].id).status_code == 200
    assert sitting.submit().status_code == 303

    expected = [place % 5 + 1 for place in range(len(MOPS.questions))]
    expected[0] = expected[1] = UNANSWERED
    expected[MOPS.position[QUESTION]] = DONT_KNOW
    expected[MOPS.position[OTHER]] = NOT_APPLICABLE
    expected += [len(outcome.options) for outcome in MOPS.outcomes]
    response = only_response(engine)
    assert list(response.vector or b"") == expected
    with Session(engine) as session:
        assert pack(MOPS, answers_of(session, response)) == response.vector


def test_only_submitted_responses_are_scored(sit: SitDown, survey: Survey, engine: Engine) -> None:
    done, started = sit(survey.links[0]), sit(survey.links[1])
    done.put(value="l3")
    started.put(value="l5")
    done.submit()
    with Session(engine) as session:
        found = answers_matrix(session, survey.assessment, MOPS)
    assert found.matrix[:, MOPS.position[QUESTION]].tolist() == [3]
    assert found.respondents["unit"].tolist() == ["Brand"]


def test_invitation_is_ticked_off(sitting: Sitting, engine: Engine) -> None:
    sitting.put(value="l3")
    sitting.submit()
    with Session(engine) as session:
        ticked = [invitation.submitted_at is not None for invitation in session.exec(select(Invitation)).all()]
    assert sorted(ticked) == [False, True]


def test_the_link_opens_the_receipt_after_submission(sit: SitDown, survey: Survey) -> None:
    sitting = sit(survey.links[0])
    sitting.put(value="l3")
    sitting.submit()
    answer = sitting.client.post(f"/a/{survey.links[0]}")
    assert answer.headers["location"] == "/answering/receipt"
    for page in ("/answering", "/answering/check", "/answering/data.quality"):
        assert sitting.client.get(page).headers["location"] == "/answering/receipt"


def test_submitting_needs_the_form_token(sitting: Sitting, engine: Engine) -> None:
    sitting.put(value="l3")
    assert sitting.client.post("/answering/submit", data={"csrf": "guessed"}).status_code == 403
    assert sitting.client.post("/answering/submit", data={}).status_code == 403
    assert only_response(engine).submitted_at is None
