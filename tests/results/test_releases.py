"""A result may not be subtracted from an earlier one of the same answers."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.db import transaction
from app.models import Assessment, Release, Response, Snapshot
from app.results.membership import fingerprints, header, members_of, packed, scored, unpacked
from app.results.queries import newest_snapshot, result_of
from app.results.releases import releases_of
from questionnaires.schema import UNANSWERED
from scoring.results import Group, WithheldGroup
from tests.conftest import PersonaClient
from tests.factories import START
from tests.results import sample
from tests.results.stored import store_answers

LATE = START + timedelta(days=18, hours=2)


def late(engine: Engine, snapshot: Snapshot, units: dict[str, int]) -> None:
    """Answers that arrive after the result was shown."""
    questionnaire = sample.mops_core()
    respondents = pd.DataFrame(
        [(unit, "specialist") for unit, n in units.items() for _ in range(n)], columns=["unit", "role"]
    )
    matrix = sample.answers(questionnaire, respondents, 77)
    with transaction(engine) as session:
        store_answers(session, assessment_of(session, snapshot), matrix, respondents, LATE)


def assessment_of(session: Session, snapshot: Snapshot) -> Assessment:
    return session.exec(select(Assessment).where(col(Assessment.id) == snapshot.assessment_id)).one()


def again(client: PersonaClient, snapshot: Snapshot) -> tuple[int, dict[str, object]]:
    answer = client("consultant").post(f"/api/v1/assessments/{snapshot.assessment_id}/snapshots")
    return answer.status_code, answer.json()


def rows(engine: Engine, snapshot: Snapshot) -> dict[str, Group | WithheldGroup]:
    with transaction(engine) as session:
        newest = newest_snapshot(session, assessment_of(session, snapshot))
        assert newest is not None
        assert newest.id != snapshot.id
        return {unit.id: unit for unit in result_of(newest).units}


def test_every_snapshot_is_remembered(engine: Engine, snapshot: Snapshot) -> None:
    with transaction(engine) as session:
        (release,) = releases_of(session, assessment_of(session, snapshot))
        ids = session.exec(select(Response.id).where(Response.assessment_id == snapshot.assessment_id)).all()
    assert sorted(release.prints.tolist()) == sorted(fingerprints(list(ids)).tolist())
    assert set(release.shown["data.quality"].units) == {
        unit.id for unit in result_of(snapshot).units if not unit.withheld
    }


def test_the_same_answers_can_be_measured_again(client: PersonaClient, engine: Engine, snapshot: Snapshot) -> None:
    status, _ = again(client, snapshot)
    assert status == 201
    units = rows(engine, snapshot)
    assert [name for name, unit in units.items() if unit.withheld] == [
        unit.id for unit in result_of(snapshot).units if unit.withheld
    ]


@pytest.mark.parametrize("people", [1, 4])
def test_a_few_late_answers_make_no_new_result(
    client: PersonaClient, engine: Engine, snapshot: Snapshot, people: int
) -> None:
    late(engine, snapshot, {"Field EMEA": people})
    status, problem = again(client, snapshot)
    assert status == 409
    assert "fewer than 5 people" in str(problem["detail"])
    assert "Field EMEA" not in str(problem["detail"])
    with transaction(engine) as session:
        newest = newest_snapshot(session, assessment_of(session, snapshot))
        assert newest is not None
        assert newest.id == snapshot.id


def test_an_erased_response_makes_no_new_result(client: PersonaClient, engine: Engine, snapshot: Snapshot) -> None:
    with transaction(engine) as session:
        one = session.exec(select(Response).where(Response.assessment_id == snapshot.assessment_id)).first()
        session.delete(one)
    assert again(client, snapshot)[0] == 409


def test_a_unit_with_a_few_late_answers_is_withheld_from_the_new_result(
    client: PersonaClient, engine: Engine, snapshot: Snapshot
) -> None:
    late(engine, snapshot, {"Field EMEA": 1, "Demand generation": 8})
    assert again(client, snapshot)[0] == 201
    units = rows(engine, snapshot)
    emea = units["Field EMEA"]
    assert isinstance(emea, WithheldGroup)
    assert emea.reason == "released"
    # The whole grew by nine: with the eight of Demand generation shown, the one of Field EMEA would follow.
    assert sum(unit.withheld is not None for unit in units.values()) > 2


def test_enough_late_answers_everywhere_are_shown(client: PersonaClient, engine: Engine, snapshot: Snapshot) -> None:
    late(engine, snapshot, {"Field EMEA": 7, "Demand generation": 8})
    assert again(client, snapshot)[0] == 201
    units = rows(engine, snapshot)
    assert isinstance(units["Demand generation"], Group)
    assert isinstance(units["Field EMEA"], Group)


def test_membership_survives_its_storage_and_follows_the_half_scale_rule() -> None:
    questionnaire = sample.mops_core()
    respondents = sample.people(questionnaire)
    matrix = sample.answers(questionnaire, respondents, 5)
    columns = list(questionnaire.columns["data.quality"])
    matrix[:4, columns] = UNANSWERED
    ids = [f"00000000-0000-4000-8000-{n:012x}" for n in range(len(matrix))]
    members = members_of(questionnaire, ids, matrix, respondents)
    read = unpacked(header(members, sample.sample_result()), packed(members))
    assert np.array_equal(read.answered, members.answered)
    assert np.array_equal(read.inapplicable, members.inapplicable)
    assert np.array_equal(read.units, members.units)
    assert not scored(read, questionnaire, "data.quality")[:4].any()
    chosen = ((matrix[:, columns] >= 1) & (matrix[:, columns] <= 5)).sum(axis=1)
    assert np.array_equal(scored(read, questionnaire, "data.quality"), chosen >= 1)


def test_releases_are_in_no_answer_of_the_api(client: PersonaClient, engine: Engine, snapshot: Snapshot) -> None:
    with transaction(engine) as session:
        (release,) = session.exec(select(Release).where(Release.snapshot_id == snapshot.id)).all()
        (one,) = releases_of(session, assessment_of(session, snapshot))
    assert release.members
    leader = client("leader")
    for path in ("", "/heatmap", "/capabilities/data.quality", "/export.json", "/export.csv"):
        text = leader.get(f"/api/v1/snapshots/{snapshot.id}{path}").text
        assert not any(str(number) in text for number in one.prints.tolist())
