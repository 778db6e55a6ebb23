"""Nobody can work out a group of fewer than five people, whatever they read and combine."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from app.access import ROLE_PERMISSIONS
from app.db import transaction
from app.models import Assessment, Snapshot
from app.results.queries import newest_snapshot, result_of, snapshots_of
from scoring.disclosure import small_groups_revealed
from tests.conftest import PersonaClient
from tests.results import sample
from tests.results.attack import (
    Loot,
    People,
    bounds_of,
    equations_of,
    loot_of,
    members,
    people_of,
    read_document,
    withheld_cells,
)
from tests.results.conftest import Measured, Reader
from tests.results.test_releases import assessment_of, late

K = 5
PERSONAS = ("leader", "analyst", "consultant")
QUESTIONNAIRE = sample.mops_core()
WEIGHTS = {unit: float(n + 3) for unit, n in sample.UNITS.items()}
"""The invited stand for the head-counts."""
NARROWEST = 1.0
"""A withheld mean must stay uncertain by a quarter of the scale, unless the whole alone says nearly as much."""


def test_the_personas_are_all_that_there_are() -> None:
    assert set(ROLE_PERMISSIONS) == {*PERSONAS}, "add the new role to the attacks of this file"


def first_wave(measured: Measured) -> Snapshot:
    with transaction(measured.engine) as session:
        second = assessment_of(session, measured.snapshot)
        first = session.exec(select(Assessment).where(col(Assessment.id) == second.previous_id)).one()
        found = newest_snapshot(session, first)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def looted(measured: Measured) -> Callable[[Reader, str], tuple[Loot, People]]:
    kept: dict[str, tuple[Loot, People]] = {}

    def read(reader: Reader, persona: str) -> tuple[Loot, People]:
        if persona not in kept:
            loot = loot_of(reader(persona), measured.snapshot.id, QUESTIONNAIRE)
            with transaction(measured.engine) as session:
                kept[persona] = loot, people_of(session, measured.snapshot, QUESTIONNAIRE)
        return kept[persona]

    return read


Looted = Callable[[Reader, str], tuple[Loot, People]]


@pytest.mark.parametrize("persona", PERSONAS)
def test_the_rank_of_what_is_published_reveals_no_small_group(reader: Reader, looted: Looted, persona: str) -> None:
    loot, people = looted(reader, persona)
    for capability in QUESTIONNAIRE.capabilities:
        published = [members(people, cell, QUESTIONNAIRE) for cell in sorted(loot.cells) if cell[2] == capability.id]
        assert len(published) > 8
        assert small_groups_revealed(np.array(published), K) == []


def test_everything_that_is_found_is_in_the_stored_document(reader: Reader, looted: Looted, measured: Measured) -> None:
    """No page, filter or file shows a cell that the gate withheld."""
    loot, _ = looted(reader, "leader")
    result = result_of(measured.snapshot)
    for kind, groups in (("unit", result.units), ("role", result.roles)):
        shown = {
            (kind, group.id, name)
            for group in groups
            for name, cell in getattr(group, "capabilities", {}).items()
            if cell.withheld is None
        }
        assert {cell for cell in loot.cells if cell[0] == kind} == shown


@pytest.mark.parametrize("persona", PERSONAS)
def test_withheld_means_stay_uncertain_given_all_that_is_published(
    reader: Reader, looted: Looted, persona: str
) -> None:
    loot, people = looted(reader, persona)
    scale = (QUESTIONNAIRE.scale.low, QUESTIONNAIRE.scale.high)
    attacked = 0
    for capability in QUESTIONNAIRE.capabilities:
        equations = equations_of(loot, people, capability.id, WEIGHTS, QUESTIONNAIRE)
        whole = [one for one in equations if (one[0] > 0).sum() == people.scores[capability.id].notna().sum()]
        for cell in withheld_cells(people, loot, capability.id):
            behind = int(members(people, cell, QUESTIONNAIRE).sum())
            if behind >= K:
                continue
            low, high = bounds_of(cell, people, equations, scale)
            alone = bounds_of(cell, people, whole, scale)
            assert high - low >= min(NARROWEST, (alone[1] - alone[0]) / 2) - 1e-6, (cell, low, high, alone)
            attacked += 1
    assert attacked >= len(QUESTIONNAIRE.capabilities)


def test_a_change_speaks_only_of_cells_that_the_wave_before_showed(
    reader: Reader, looted: Looted, measured: Measured
) -> None:
    loot, _ = looted(reader, "leader")
    earlier = loot_of(reader("leader"), first_wave(measured).id, QUESTIONNAIRE)
    assert loot.before
    assert loot.before <= earlier.cells & loot.cells


def test_withheld_rows_carry_no_number_on_any_page(reader: Reader, looted: Looted, measured: Measured) -> None:
    loot, _ = looted(reader, "leader")
    hidden = [unit.id for unit in result_of(measured.snapshot).units if unit.withheld]
    assert hidden
    for text in loot.texts.values():
        for unit in hidden:
            for row in re.findall(rf'<tr[^>]*><th scope="row">{re.escape(unit)}</th>.*?</tr>', text, re.DOTALL):
                assert not re.search(r"\d\.\d", row)
    for finding in result_of(measured.snapshot).findings:
        assert not any(unit in finding.text and re.search(r"\d\.\d", finding.text) for unit in hidden[:1])


@pytest.mark.parametrize(
    "units",
    [
        {"Field APAC": 7},
        {"Field EMEA": 1, "Demand generation": 8},
        {"Field EMEA": 6, "Field APAC": 2},
        {"Field EMEA": 3, "Field APAC": 3, "Partner marketing": 3},
    ],
)
def test_late_answers_cannot_be_subtracted(
    client: PersonaClient, engine: Engine, snapshot: Snapshot, units: dict[str, int]
) -> None:
    """All results of the assessment together, as the leader reads them one after the other."""
    with transaction(engine) as session:
        before = people_of(session, snapshot, QUESTIONNAIRE)
    late(engine, snapshot, units)
    client("consultant").post(f"/api/v1/assessments/{snapshot.assessment_id}/snapshots")
    with transaction(engine) as session:
        after = people_of(session, snapshot, QUESTIONNAIRE)
        every = [(one.id, one.computed_at) for one in snapshots_of(session, assessment_of(session, snapshot))]
    everyone = {one: place for place, one in enumerate(after.ids)}
    for capability in QUESTIONNAIRE.capabilities[::5]:
        published = []
        for number, _ in every:
            people = before if number == snapshot.id else after
            loot = loot_of_api(client, number)
            for cell in sorted(loot.cells):
                if cell[2] == capability.id:
                    row = np.zeros(len(everyone))
                    row[[everyone[one] for one in people.ids]] = members(people, cell, QUESTIONNAIRE)
                    published.append(row)
        assert small_groups_revealed(np.array(published), K) == []


def loot_of_api(client: PersonaClient, snapshot_id: str) -> Loot:
    loot = Loot()
    read_document(loot, client("leader").get(f"/api/v1/snapshots/{snapshot_id}").json()["result"])
    return loot
