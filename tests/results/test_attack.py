"""Nobody can work out a group of fewer than five people, whatever they read and combine."""

import re
from collections.abc import Callable
from itertools import chain

import numpy as np
import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from app.access import ROLE_PERMISSIONS
from app.db import transaction
from app.models import Answer, Assessment, Snapshot
from app.results.queries import comments_of_capability, newest_snapshot, result_of, snapshots_of
from scoring.disclosure import small_groups_revealed
from scoring.results import CapabilityResult, Distribution
from tests.conftest import PersonaClient
from tests.people import Client, sign_in_as
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
    read_pages,
    withheld_cells,
)
from tests.results.conftest import Measured, Reader
from tests.results.reading import Row, pages_of, rows_of_files, rows_of_pages
from tests.results.stored import COMMENTED
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


Looted = Callable[[str], tuple[Loot, People]]


@pytest.fixture(scope="module")
def kept() -> dict[str, tuple[Loot, People]]:
    return {}


@pytest.fixture(scope="module")
def files(measured: Measured) -> list[Row]:
    """Every line of every file of the second wave."""
    person = Client(measured.app)
    person.portal = measured.running.portal
    with transaction(measured.engine) as session:
        sign_in_as(person, session, measured.users["leader"])
    return list(rows_of_files(person, measured.snapshot.id))


@pytest.fixture
def looted(reader: Reader, measured: Measured, kept: dict[str, tuple[Loot, People]]) -> Looted:
    """``looted("leader")``: what a reader of the second wave finds, and the truth; ``"earlier"``: of the first wave."""

    def read(who: str) -> tuple[Loot, People]:
        if who not in kept:
            snapshot = first_wave(measured) if who == "earlier" else measured.snapshot
            loot = Loot()
            if who == "link":
                read_pages(loot, pages_of(Client(measured.app), shared(reader, snapshot), QUESTIONNAIRE), QUESTIONNAIRE)
            else:
                loot = loot_of(reader("leader" if who == "earlier" else who), snapshot.id, QUESTIONNAIRE)
            with transaction(measured.engine) as session:
                kept[who] = loot, people_of(session, snapshot, QUESTIONNAIRE)
        return kept[who]

    return read


def shared(reader: Reader, snapshot: Snapshot) -> str:
    """Where somebody without an account reads the report."""
    consultant, here = reader("consultant"), f"/snapshots/{snapshot.id}/links"
    assert consultant.submit(here, made_for="A reader", days="30").status_code == 303
    found = re.search(r"/shared/[0-9a-f.-]+", consultant.get(here).text)
    assert found
    return found[0]


def hidden_units(snapshot: Snapshot) -> list[str]:
    return [unit.id for unit in result_of(snapshot).units if unit.withheld]


@pytest.mark.parametrize("who", [*PERSONAS[1:], "link"])
def test_no_reader_finds_more_than_the_leader(looted: Looted, who: str) -> None:
    """What is tried below on what the leader finds is then tried for everybody."""
    mine, leaders = looted(who)[0], looted("leader")[0]
    everything = {cell for cell in leaders.cells if cell[0] != "side"}
    assert {cell for cell in mine.cells if cell[0] != "side"} == everything
    assert mine.cells <= leaders.cells
    assert mine.levels.items() <= leaders.levels.items()
    assert mine.before.items() <= leaders.before.items()


@pytest.mark.parametrize("who", ["leader", "earlier"])
def test_the_rank_of_what_is_published_reveals_no_small_group(looted: Looted, who: str) -> None:
    loot, people = looted(who)
    for capability in QUESTIONNAIRE.capabilities:
        published = [members(people, cell, QUESTIONNAIRE) for cell in sorted(loot.cells) if cell[2] == capability.id]
        assert len(published) > 8
        assert small_groups_revealed(np.array(published), K) == []


def test_everything_that_is_found_is_in_the_stored_document(looted: Looted, measured: Measured) -> None:
    """No page, filter or file shows a cell that the gate withheld."""
    loot, _ = looted("leader")
    result = result_of(measured.snapshot)
    for kind, groups in (("unit", result.units), ("role", result.roles)):
        shown = {
            (kind, group.id, name)
            for group in groups
            for name, cell in getattr(group, "capabilities", {}).items()
            if cell.withheld is None
        }
        assert {cell for cell in loot.cells if cell[0] == kind} == shown


@pytest.mark.parametrize("who", ["leader", "earlier"])
def test_withheld_means_stay_uncertain_given_all_that_is_published(looted: Looted, who: str) -> None:
    loot, people = looted(who)
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


def test_a_change_says_of_the_wave_before_what_that_wave_said_itself(looted: Looted) -> None:
    """So that both waves together hold no equation that one of them does not hold alone."""
    loot, earlier = looted("leader")[0], looted("earlier")[0]
    assert loot.before
    assert loot.before.keys() <= earlier.cells & loot.cells
    for cell, level in loot.before.items():
        assert level is None or level == pytest.approx(earlier.levels[cell])


def test_no_line_of_any_page_or_file_has_a_number_beside_a_withheld_name(
    reader: Reader, looted: Looted, measured: Measured, files: list[Row]
) -> None:
    """Pages as everybody sees them, cells picked by address, PDF, slides with the workbooks inside, spreadsheets, charts."""
    hidden = hidden_units(measured.snapshot)
    leader, path = reader("leader"), measured.snapshot.id
    assert hidden
    picked = tuple(f"{unit}|{one.id}" for unit in hidden for one in QUESTIONNAIRE.capabilities[::9])
    forced = {
        f"/heatmap?measure={measure}&cell={cell}": leader.get(
            f"/snapshots/{path}/heatmap", params={"measure": measure, "cell": cell}
        ).text
        for cell in picked
        for measure in ("level", "change")
    }
    around = {where: leader.get(where).text for where in ("/", f"/organizations/{measured.organization.id}")}
    pages = [looted("leader")[0].pages, looted("link")[0].pages, looted("consultant")[0].pages, forced, around]
    rows = [*files, *chain.from_iterable(rows_of_pages(one) for one in pages)]
    places = {row.where if "/" in row.where else (row.where or "overview").split()[0] for row in rows}
    assert places >= {"csv", "xlsx", "pdf", "pptx", "overview", *forced, *around}
    told = [row for row in rows if any(unit in row.text for unit in hidden)]
    assert {row.where.split()[0] for row in told} >= {"csv", "xlsx", "pdf", "pptx"}
    for row in told:
        assert not re.search(r"\d[.,]\d|\d ?%", row.text), row


def test_distributions_count_nobody_or_enough(looted: Looted, measured: Measured) -> None:
    result = result_of(measured.snapshot)
    found = [one for each in result.capabilities if isinstance(each, CapabilityResult) for one in each.distributions]
    assert len(found) == len(QUESTIONNAIRE.questions)
    for one in (*found, *result.outcomes):
        if isinstance(one, Distribution):
            assert all(count.count == 0 or count.count >= K for count in one.counts), one
            assert sum(count.count for count in one.counts) == one.n
    for row in rows_of_pages(looted("link")[0].pages):
        if row.where.startswith("/capabilities/"):
            assert not re.search(r"\b[1-4] people", row.text), row


def test_comments_travel_alone_and_only_in_numbers(
    reader: Reader, looted: Looted, measured: Measured, files: list[Row]
) -> None:
    """Twelve were written on one capability and three on another."""
    leader = reader("leader")
    own = leader.get(f"/api/v1/snapshots/{measured.snapshot.id}/capabilities/{COMMENTED}").json()["comments"]
    assert len(own) == 12
    assert own != sorted(own, key=lambda text: int(text.split()[1].rstrip(":")))
    for who in ("leader", "link"):
        places = {row.where for row in rows_of_pages(looted(who)[0].pages) if "omment 1" in row.text}
        assert places == {f"/capabilities/{COMMENTED}?comments=all"}
    for row in files:
        assert not re.search(r"[Cc]omment \d", row.text), row
    for row in rows_of_pages(looted("leader")[0].pages):
        if "omment 1" in row.text:
            assert not any(unit in row.text for unit in sample.UNITS)


def test_two_comments_of_one_person_are_one_of_ten_people(
    client: PersonaClient, engine: Engine, snapshot: Snapshot
) -> None:
    with transaction(engine) as session:
        statement = select(Answer).where(
            Answer.assessment_id == snapshot.assessment_id, Answer.question_id == f"{COMMENTED}.1"
        )
        first, *others = session.exec(statement).all()
        for answer in others[-3:]:
            session.delete(answer)
        session.add(Answer(**{**first.model_dump(), "question_id": f"{COMMENTED}.2", "mutation_id": "another"}))
    assert client("consultant").post(f"/api/v1/assessments/{snapshot.assessment_id}/snapshots").status_code == 201
    with transaction(engine) as session:
        newest = newest_snapshot(session, assessment_of(session, snapshot))
        assert newest is not None
        assert comments_of_capability(newest, COMMENTED) == []


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
