"""A change is paired where people can be told across waves, and never where they were promised that they cannot."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
from scipy import stats
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.db import transaction
from app.models import Assessment, Invitation, Organization, Participant, Response, User
from app.responses.queries import addresses_of
from app.results.actions import close_and_measure
from app.results.queries import load_report, result_of
from app.results.since import how_changed
from app.results.waves import linked_wave, wave_before
from scoring.patterns import capability_scores
from scoring.results import CapabilityResult, Change
from tests.conftest import PersonaClient, World
from tests.factories import START, make_assessment
from tests.results import sample
from tests.results.conftest import Measured
from tests.results.stored import store_answers

PEOPLE = {"Brand": 9, "Field": 9}
QUESTIONNAIRE = sample.mops_core()
CAPABILITY = QUESTIONNAIRE.capabilities[0].id


def wave(
    session: Session, organization: Organization, consultant: User, previous: Assessment | None, **options: Any
) -> tuple[Assessment, Any]:
    """Everybody answers; in all but anonymous waves the invitations lead to the answers."""
    at = START + timedelta(days=100) if previous else START
    assessment = make_assessment(
        session, organization, consultant, status="open", people=PEOPLE, at=at, previous=previous, **options
    )
    respondents = sample.people(QUESTIONNAIRE, PEOPLE)
    matrix = sample.answers(QUESTIONNAIRE, respondents, 3, 0.4 if previous else 0.0)
    before = set(session.exec(select(Response.id)).all())
    store_answers(session, assessment, matrix, respondents, at)
    mine = session.exec(select(Response).where(Response.assessment_id == assessment.id)).all()
    order = {row.tobytes(): place for place, row in enumerate(matrix)}
    responses = sorted((one for one in mine if one.id not in before), key=lambda one: order[one.vector or b""])
    statement = (
        select(Participant, Invitation)
        .join(Invitation, Invitation.participant_id == Participant.id)  # type: ignore[arg-type]
        .where(Participant.assessment_id == assessment.id)
    )
    for place, (participant, invitation) in enumerate(session.exec(statement).all()):
        participant.email = f"same.{place}@example.org"
        if assessment.anonymity != "anonymous":
            invitation.response_id = responses[place].id
    session.flush()
    return assessment, matrix


def two_waves(session: Session, world: World) -> tuple[tuple[Assessment, Any], tuple[Assessment, Any]]:
    """A measured wave, and one that is answered."""
    args = (session, world.organization, world.users["consultant"])
    first = wave(*args, None)
    close_and_measure(session, first[0], at=START + timedelta(days=20))
    return first, wave(*args, first[0])


def test_people_asked_at_the_same_address_are_held_against_themselves(
    client: PersonaClient, engine: Engine, world: World
) -> None:
    with transaction(engine) as session:
        (_, then), (second, now) = two_waves(session, world)
        snapshot = close_and_measure(session, second, at=START + timedelta(days=120))
    found = result_of(snapshot).capability(CAPABILITY)
    assert isinstance(found, CapabilityResult)
    change = found.change
    assert change is not None
    assert change.low is not None
    assert change.high is not None
    scores = [capability_scores(QUESTIONNAIRE, codes)[:, 0] for codes in (then, now)]
    assert change.n_linked == np.isfinite(scores).all(axis=0).sum()
    welch = stats.ttest_ind(scores[1], scores[0], equal_var=False, nan_policy="omit").confidence_interval()
    assert change.high - change.low < 0.8 * (welch.high - welch.low)
    leader = client("leader")
    for path in ("", f"/capabilities/{CAPABILITY}"):
        assert "held against their own earlier answers" in leader.get(f"/snapshots/{snapshot.id}{path}").text
    assert "same." not in leader.get(f"/api/v1/snapshots/{snapshot.id}").text


def test_nobody_is_linked_where_it_was_promised_or_answers_are_gone(engine: Engine, world: World) -> None:
    with transaction(engine) as session:
        (first, _), (second, _) = two_waves(session, world)
        before = wave_before(session, second)
        assert linked_wave(session, second, QUESTIONNAIRE, before) is not None
        for assessment in (first, second):
            assessment.anonymity = "anonymous"
            assert linked_wave(session, second, QUESTIONNAIRE, wave_before(session, second)) is None
            assessment.anonymity = "identified"
        gone = session.exec(select(Response).where(Response.assessment_id == first.id)).first()
        for invitation in session.exec(select(Invitation).where(Invitation.response_id == gone.id)).all():
            invitation.response_id = None
        session.flush()
        session.delete(gone)
        session.flush()
        assert linked_wave(session, second, QUESTIONNAIRE, before) is None


def test_no_column_leads_from_an_address_to_an_anonymous_answer(engine: Engine, world: World) -> None:
    with transaction(engine) as session:
        assessment, _ = wave(session, world.organization, world.users["consultant"], None, anonymity="anonymous")
        assert addresses_of(session, assessment) == {}


def test_the_reason_is_said_where_waves_are_not_linked(measured: Measured) -> None:
    with transaction(measured.engine) as session:
        report = load_report(session, measured.snapshot)
        session.expunge_all()
    change = Change(before=2.0, change=0.4, low=0.1, high=0.7, n_before=60, method="Welch")
    assert "too few people are known to have answered both times" in how_changed(report, change, 70)
    report.assessment.anonymity = "anonymous"
    assert "anonymous answers cannot be joined to people" in how_changed(report, change, 70)
    paired = replace(change, n_linked=60)
    assert how_changed(report, paired, 60).startswith("The same 60 people answered both times")
