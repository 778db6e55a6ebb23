"""Saving an answer: revisions, replays, conflicts, and what is refused. A 2xx is only said of what is on disk."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.assessments.actions import close_assessment
from app.clock import now
from app.db import transaction
from app.models import Answer, Assessment
from app.settings import Settings
from tests.people import Client
from tests.responses.surveys import OTHER, QUESTION, SitDown, Sitting, Survey


@pytest.fixture
def sitting(sit: SitDown, survey: Survey) -> Sitting:
    return sit(survey.links[0])


def rows(engine: Engine) -> list[Answer]:
    with Session(engine) as session:
        return list(session.exec(select(Answer)).all())


def test_a_save_answers_revision_and_time(sitting: Sitting, engine: Engine) -> None:
    answer = sitting.put(value="l3", comment="Ask the stewards.", evidence_url="https://example.org/rules")
    assert answer.status_code == 200
    assert answer.json()["revision"] == 1
    assert abs((now() - datetime.fromisoformat(answer.json()["saved_at"])).total_seconds()) < 60
    (row,) = rows(engine)
    assert (row.option_id, row.status, row.comment) == ("l3", "answered", "Ask the stewards.")
    assert row.evidence_url == "https://example.org/rules"


def test_acknowledged_is_committed(sitting: Sitting, settings: Settings) -> None:
    """Another connection, which shares nothing with the application, sees the answer at once."""
    if not settings.sqlite:
        import psycopg

        assert sitting.put(value="l3").status_code == 200
        with psycopg.connect(settings.database_url.replace("+psycopg", "")) as outside:
            assert outside.execute("SELECT option_id FROM answer").fetchall() == [("l3",)]
        return
    assert sitting.put(value="l3").status_code == 200
    outside_file = sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))
    assert outside_file.execute("SELECT option_id FROM answer").fetchall() == [("l3",)]
    outside_file.close()


def test_replayed_mutation_returns_the_stored_result(sitting: Sitting, engine: Engine) -> None:
    first = sitting.put(value="l3", mutation="m1")
    again = sitting.put(value="l3", mutation="m1")
    assert again.status_code == 200
    assert again.json() == first.json()
    assert [row.revision for row in rows(engine)] == [1]


def test_the_same_content_from_elsewhere_is_no_conflict(sitting: Sitting) -> None:
    sitting.put(value="l3", mutation="m1")
    assert sitting.put(value="l3", mutation="from-the-phone", base=0).json()["revision"] == 1


def test_stale_and_different_gives_409_with_both_values(sitting: Sitting, engine: Engine) -> None:
    sitting.put(value="l2", mutation="m1", comment="first")
    answer = sitting.put(value="l4", mutation="m2", base=0, comment="second")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["question"] == QUESTION
    assert (body["current"]["value"], body["current"]["comment"], body["current"]["revision"]) == ("l2", "first", 1)
    assert (body["yours"]["value"], body["yours"]["comment"]) == ("l4", "second")
    assert rows(engine)[0].option_id == "l2"
    assert sitting.put(value="l4", mutation="m3", base=1, comment="second").json()["revision"] == 2


def test_two_tabs_on_different_questions_never_clash(sit: SitDown, survey: Survey) -> None:
    one, other = sit(survey.links[0]), sit(survey.links[0])
    for revision in range(4):
        level = f"l{revision + 1}"
        assert one.put(QUESTION, value=level, mutation=f"a{revision}", base=revision).status_code == 200
        assert other.put(OTHER, value=level, mutation=f"b{revision}", base=revision).status_code == 200
    assert {question: row["value"] for question, row in one.answers().items()} == {QUESTION: "l4", OTHER: "l4"}


def test_an_answer_can_be_taken_back(sitting: Sitting) -> None:
    sitting.put(value="l3")
    assert sitting.put(status="unanswered", mutation="m2", base=1).json()["revision"] == 2
    assert sitting.answers()[QUESTION]["status"] == "unanswered"
    assert sitting.answers()[QUESTION]["value"] is None


def test_dont_know_and_not_applicable_are_kept_apart(sitting: Sitting) -> None:
    assert sitting.put(QUESTION, status="dont_know").status_code == 200
    assert sitting.put(OTHER, status="not_applicable", reason="Sales owns this.").status_code == 200
    held = sitting.answers()
    assert (held[QUESTION]["status"], held[QUESTION]["value"]) == ("dont_know", None)
    assert (held[OTHER]["status"], held[OTHER]["reason"]) == ("not_applicable", "Sales owns this.")


def test_a_comment_alone_is_kept(sitting: Sitting) -> None:
    assert sitting.put(comment="Let me ask first.").status_code == 200
    assert sitting.answers()[QUESTION]["status"] == "unanswered"
    assert sitting.answers()[QUESTION]["comment"] == "Let me ask first."


@pytest.mark.parametrize("question", ["data.quality.9", "data.quality", "outcome.unheard-of", "profile.shoe-size"])
def test_unknown_question_is_404(sitting: Sitting, engine: Engine, question: str) -> None:
    answer = sitting.put(question, value="l3")
    assert answer.status_code == 404
    assert f"'{question}' is not a question of mops-core 1.0.0" in answer.json()["detail"]
    assert rows(engine) == []


def test_unknown_option_is_422_and_names_what_there_is(sitting: Sitting, engine: Engine) -> None:
    answer = sitting.put(value="l9")
    assert answer.status_code == 422
    assert "'l9' is not an option of 'data.quality.1'; there is: l1, l2, l3, l4, l5." in answer.json()["detail"]
    assert rows(engine) == []


def test_another_persons_response_is_404(sit: SitDown, survey: Survey, engine: Engine) -> None:
    mine, theirs = sit(survey.links[0]), sit(survey.links[1])
    theirs.put(value="l2")
    base = f"/api/v1/responses/{theirs.response}"
    for answer in (
        Sitting(mine.client, theirs.response).put(value="l5", mutation="evil", base=1),
        mine.client.get(base),
        mine.client.post(f"{base}/submit"),
        mine.client.get(f"{base}/receipt"),
    ):
        assert answer.status_code == 404
        assert "l2" not in answer.text
    assert [row.option_id for row in rows(engine)] == ["l2"]


def test_a_signed_in_consultant_is_no_respondent(client: Callable[[str], Client], sit: SitDown, survey: Survey) -> None:
    theirs = sit(survey.links[0])
    assert client("consultant").get(f"/api/v1/responses/{theirs.response}").status_code == 401


def test_submitted_is_410(sitting: Sitting) -> None:
    sitting.put(value="l3")
    assert sitting.submit().status_code == 303
    answer = sitting.put(value="l4", mutation="m2", base=1)
    assert answer.status_code == 410
    assert "You have submitted your answers" in answer.json()["detail"]


def test_closed_is_410_and_says_to_copy_the_text(sitting: Sitting, engine: Engine) -> None:
    with transaction(engine) as session:
        close_assessment(session, session.exec(select(Assessment)).one(), at=now())
    answer = sitting.put(value="l4", comment="typed for minutes")
    assert answer.status_code == 410
    assert "Copy your text if you need it" in answer.json()["detail"]
    assert rows(engine) == []


def test_past_window_and_grace_is_410(late: Sitting, engine: Engine) -> None:
    assert late.put(value="l4").status_code == 410
    assert late.submit().status_code == 410
    assert rows(engine) == []


@pytest.mark.parametrize(
    "body",
    [
        {"value": "l3", "status": "dont_know"},
        {"status": "skipped"},
        {"value": "l3", "base_revision": -1},
        {"value": "l3", "comment": "x" * 4001},
        {"value": "l3", "comment": "a NUL: \x00"},
        {"value": "l3", "evidence_url": "javascript:alert(1)"},
        {"value": "l3", "organization_id": "theirs"},
        {"value": "l3", "submitted_at": "2026-11-01T00:00:00Z"},
        {"value": ["l3"]},
    ],
)
def test_bad_bodies_are_422_and_store_nothing(sitting: Sitting, engine: Engine, body: dict[str, object]) -> None:
    answer = sitting.put(**body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]
    assert rows(engine) == []


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b"\xff\xfe", b'{"value": "\\ud800"}'])
def test_malformed_json_is_422(sitting: Sitting, engine: Engine, body: bytes) -> None:
    answer = sitting.client.put(
        f"/api/v1/responses/{sitting.response}/answers/{QUESTION}",
        content=body,
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 422
    assert rows(engine) == []


def test_a_huge_body_is_413(sitting: Sitting, engine: Engine) -> None:
    assert sitting.put(value="l3", comment="x" * 10_000_000).status_code == 413
    assert rows(engine) == []


def test_a_foreign_origin_is_403(sitting: Sitting, engine: Engine) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = sitting.client.put(
            f"/api/v1/responses/{sitting.response}/answers/{QUESTION}", json={"value": "l3"}, headers=headers
        )
        assert answer.status_code == 403
    assert rows(engine) == []


@pytest.mark.parametrize("comment", ["naïve 🙂", "مرحبا", "<b>{{7*7}}</b>", "=1+1", "tab\tand\nline", "  spaces  "])
def test_comments_come_back_as_they_were_typed(sitting: Sitting, comment: str) -> None:
    assert sitting.put(comment=comment).status_code == 200
    assert sitting.answers()[QUESTION]["comment"] == comment


def test_fifty_identical_saves_at_once_are_one_row(sitting: Sitting, engine: Engine) -> None:
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: sitting.put(value="l3", mutation="one"), range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["revision"] for answer in answers} == {1}
    assert [(row.option_id, row.revision) for row in rows(engine)] == [("l3", 1)]


def test_fifty_different_saves_at_once_have_one_winner(sitting: Sitting, engine: Engine) -> None:
    with ThreadPoolExecutor(50) as threads:
        answers = list(
            threads.map(lambda n: sitting.put(value=f"l{n % 5 + 1}", mutation=f"m{n}", comment=f"{n}"), range(50))
        )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] + [409] * 49
    (row,) = rows(engine)
    winner = next(answer for answer in answers if answer.status_code == 200)
    assert row.revision == winner.json()["revision"] == 1
    held = {answer.json()["current"]["comment"] for answer in answers if answer.status_code == 409}
    assert held == {row.comment}


def test_a_refused_save_does_not_disturb_those_it_shares_a_commit_with(
    sit: SitDown, survey: Survey, engine: Engine
) -> None:
    one, two = sit(survey.links[0]), sit(survey.links[1])

    def send(number: int) -> int:
        if number % 2:
            return one.put("no.such.question", value="l1").status_code
        return two.put(QUESTION if number % 4 else OTHER, value="l3", mutation=f"m{number % 4}").status_code

    with ThreadPoolExecutor(24) as threads:
        statuses = list(threads.map(send, range(24)))
    assert statuses == [200, 404] * 12
    assert {row.question_id: row.option_id for row in rows(engine)} == {QUESTION: "l3", OTHER: "l3"}
