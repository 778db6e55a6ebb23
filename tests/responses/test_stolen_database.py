"""Whoever steals the database of an anonymous assessment learns no more about a response than its unit and role."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine

from app.accounts.actions import digest
from tests.responses.attacker import ASKED, GAVE, Traces, solved, stolen, traces
from tests.responses.conftest import MakeSurvey
from tests.responses.surveys import OTHER, QUESTION, SitDown, Survey

PEOPLE = 12


@dataclass(frozen=True)
class Answered:
    """What the people of one unit looked like before, and who gave which response."""

    before: Traces
    truth: dict[str, str]


Answer = Callable[[str], Answered]


@pytest.fixture
def answered(make_survey: MakeSurvey, sit: SitDown, engine: Engine) -> Answer:
    """``answered("anonymous")``: they begin in one order and submit in another; some come back on a second device."""

    def answer(anonymity: str) -> Answered:
        survey = make_survey(anonymity=anonymity, people={"Brand": PEOPLE + 1})
        return Answered(traces(engine, ASKED), _answer(survey, sit, engine, random.Random(4)))

    return answer


def _answer(survey: Survey, sit: SitDown, engine: Engine, chance: random.Random) -> dict[str, str]:
    # Without the one leader, whom the role gives away.
    staff = {row["id"] for row in stolen(engine, "participant") if row["role"] != "leader"}
    links = chance.sample([link for link in survey.links if _person(engine, link) in staff], PEOPLE)
    sittings = {link: sit(link) for link in links}
    for link in chance.sample(links, PEOPLE):
        sittings[link].put(QUESTION, value="l3", comment="So it is.")
    for link in chance.sample(links, PEOPLE // 2):
        assert sit(link).response == sittings[link].response
    for link in chance.sample(links, PEOPLE):
        sittings[link].put(OTHER, mutation="m2", status="dont_know")
        assert sittings[link].submit().status_code == 303
    return {_person(engine, link): sitting.response for link, sitting in sittings.items()}


def _person(engine: Engine, link: str) -> str:
    tokens = {row["token_hash"]: row["invitation_id"] for row in stolen(engine, "invitation_token")}
    people = {row["id"]: row["participant_id"] for row in stolen(engine, "invitation")}
    return str(people[tokens[digest(link)]])


def test_no_trace_leads_from_a_person_to_a_response(answered: Answer, engine: Engine) -> None:
    """And what is known of people is what was known before, with marks that are the same for all."""
    anonymous = answered("anonymous")
    asked = traces(engine, ASKED)
    assert solved(asked, traces(engine, GAVE), anonymous.truth) == set()
    changed = {
        (name.partition(" ")[0], str(value))
        for who in anonymous.truth
        for name, value in asked[who].items()
        if not name.startswith("invitation.place") and value != anonymous.before[who].get(name)
    }
    names = [name for name, _ in changed]
    assert len(names) == len(set(names))
    assert set(names) - {"invitation.xmin", "invitation.xmax"} == {"invitation.started_at", "invitation.submitted_at"}


def test_the_attacker_is_not_blind(answered: Answer, engine: Engine) -> None:
    """In a confidential assessment, which keeps a key on purpose, the same attacker finds it, and what it leaves behind."""
    truth = answered("confidential").truth
    found = solved(traces(engine, ASKED), traces(engine, GAVE), truth)
    assert "invitation.response_id (least) ~ response.id (least)" in found
    assert "invitation.submitted_at (least) ~ response.submitted_at (least)" in found
    if engine.dialect.name == "sqlite":
        assert {row.get("place") for row in stolen(engine, "response")} == {None}
    else:
        assert "invitation.xmin (least) ~ response.xmin (least)" in found


def test_nothing_else_is_written_when_somebody_answers(make_survey: MakeSurvey, sit: SitDown, engine: Engine) -> None:
    """No audit record, no stored request, no mail: each would say when."""
    survey = make_survey(anonymity="anonymous", people={"Brand": 2})
    written = ("audit_record", "accepted_request", "outbox_mail", "login_session", "invitation_token", "participant")
    before = {table: stolen(engine, table) for table in written}
    sitting = sit(survey.links[0])
    sitting.put(QUESTION, value="l3")
    sitting.submit()
    assert {table: stolen(engine, table) for table in written} == before
