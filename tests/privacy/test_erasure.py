"""After an erasure nothing of the person is left: in no table, and on SQLite in no file."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, text, update
from sqlmodel import Session, SQLModel, col

from app.audit.queries import entries
from app.db import everything, transaction
from app.models import Answer, Assessment, Participant, Response, Snapshot
from app.privacy.subjects import subject_of_participant
from app.responses.actions import receipt_code
from app.results.actions import measure
from app.results.queries import comments_of_capability
from app.settings import Settings
from tests.conftest import PersonaClient, World
from tests.factories import START, answered_assessment
from tests.people import Client

CANARY = "heronsong"
QUESTION = "data.quality.1"


class Planted:
    """A closed, measured assessment of twelve people, one of whom is the canary, and all that must be gone."""

    def __init__(self, session: Session, world: World, anonymity: str) -> None:
        self.assessment: Assessment = answered_assessment(
            session, world.organization, world.users["consultant"], people={"Brand": 12}, anonymity=anonymity
        )
        for number, response in enumerate(
            session.execute(select(Response).where(col(Response.assessment_id) == self.assessment.id)).scalars()
        ):
            said = f"{CANARY} said" if number == 0 else f"Remark {number}"
            self._comment(session, response, said)
            if number == 0:
                self.response = response
        self.person = self._name(session)
        self.snapshot: Snapshot = measure(session, self.assessment, at=START)

    @staticmethod
    def _comment(session: Session, response: Response, said: str) -> None:
        session.execute(
            update(Answer)
            .where(col(Answer.response_id) == response.id, col(Answer.question_id) == QUESTION)
            .values(comment=said, evidence_url=f"https://example.org/{said.split()[0]}")
        )

    def _name(self, session: Session) -> Participant:
        people = session.execute(select(Participant).where(col(Participant.assessment_id) == self.assessment.id))
        for person in people.scalars():
            subject = subject_of_participant(session, self.assessment, person.id)
            if subject.response is None or subject.response.id == self.response.id:
                person.name, person.email = f"{CANARY} Smith", f"{CANARY}@example.org"
                session.flush()
                return person
        raise AssertionError("nobody answered")

    @property
    def code(self) -> str:
        return receipt_code(self.response.id)


Plant = Callable[[str], Planted]


@pytest.fixture
def plant(engine: Engine, world: World) -> Plant:
    def planted(anonymity: str) -> Planted:
        with transaction(engine) as session:
            return Planted(session, world, anonymity)

    return planted


def cells(connection: Connection) -> Iterator[tuple[str, Any]]:
    """Every value of every table."""
    for name, table in SQLModel.metadata.tables.items():
        for row in connection.execute(select(table)):
            yield from ((f"{name}.{column}", value) for column, value in row._mapping.items())


def left_in_tables(engine: Engine, *secrets: str) -> list[str]:
    with engine.connect() as connection:
        return [place for place, value in cells(connection) for secret in secrets if secret in str(value)]


def left_in_files(settings: Settings, *secrets: str) -> list[str]:
    """Names of the database's files that hold a secret."""
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    files = [file for file in path.parent.glob(f"{path.name}*") if file.is_file()]
    return [file.name for file in files for secret in secrets if secret.encode() in file.read_bytes()]


def check_gone(engine: Engine, settings: Settings, *secrets: str) -> None:
    assert left_in_tables(engine, *secrets) == []
    if settings.sqlite:
        assert left_in_files(settings, *secrets) == []


def test_consultant_erases_a_person_with_their_answers(
    engine: Engine, settings: Settings, plant: Plant, client: PersonaClient
) -> None:
    planted = plant("confidential")
    secrets = (CANARY, planted.person.id, planted.response.id)
    if settings.sqlite:
        assert left_in_files(settings, *secrets)
    consultant = client("consultant")
    path = f"/assessments/{planted.assessment.id}/people/{planted.person.id}/erase"
    assert consultant.submit(path).status_code == 422
    assert left_in_tables(engine, CANARY)
    answer = consultant.submit(path, sure="yes")
    assert answer.headers["location"] == f"/assessments/{planted.assessment.id}/privacy?done=erased"
    check_gone(engine, settings, *secrets)
    assert consultant.submit(path, sure="yes").status_code == 404


def test_comments_leave_the_published_result_and_its_numbers_stay(
    engine: Engine, plant: Plant, client: PersonaClient
) -> None:
    planted = plant("confidential")
    key = (planted.snapshot.organization_id, planted.assessment.id, planted.snapshot.id)
    assert f"{CANARY} said" in comments_of_capability(planted.snapshot, "data.quality")
    answer = client("consultant").delete(f"/api/v1/assessments/{planted.assessment.id}/people/{planted.person.id}")
    assert answer.status_code == 204
    with transaction(engine) as session:
        after = session.get_one(Snapshot, key)
    assert after.document == planted.snapshot.document
    assert len(comments_of_capability(after, "data.quality")) == 11


def test_receipt_code_of_an_anonymous_response_erases_the_answers_alone(
    engine: Engine, settings: Settings, plant: Plant, another: Callable[[], Client]
) -> None:
    planted = plant("anonymous")
    person = another()
    shown = person.post("/your-data", data={"receipt_code": planted.code.lower().replace("-", " ")})
    assert f"{CANARY} said" in shown.text
    assert f"{CANARY}@" not in shown.text
    assert person.post("/your-data", data={"receipt_code": planted.code, "then": "erase"}).status_code == 422
    done = person.post("/your-data", data={"receipt_code": planted.code, "then": "erase", "sure": "yes"})
    assert "Your data is erased" in done.text
    check_gone(engine, settings, f"{CANARY} said", planted.response.id)
    assert left_in_tables(engine, f"{CANARY}@example.org") == ["participant.email"]
    assert person.post("/your-data", data={"receipt_code": planted.code}).status_code == 422


def test_receipt_code_of_another_mode_erases_the_person_too(
    engine: Engine, settings: Settings, plant: Plant, another: Callable[[], Client]
) -> None:
    planted = plant("confidential")
    person = another()
    document = person.post("/api/v1/receipts/export", json={"receipt_code": planted.code}).json()
    assert document["person"]["email"] == f"{CANARY}@example.org"
    assert any(each.get("comment") == f"{CANARY} said" for each in document["answers"]["given"])
    assert person.post("/api/v1/receipts/erase", json={"receipt_code": planted.code}).status_code == 204
    check_gone(engine, settings, CANARY, planted.response.id)
    assert person.post("/api/v1/receipts/erase", json={"receipt_code": planted.code}).status_code == 404


@pytest.mark.parametrize(("anonymity", "told"), [("identified", True), ("confidential", False), ("anonymous", False)])
def test_consultant_gets_answers_only_where_they_may_be_seen(
    plant: Plant, client: PersonaClient, anonymity: str, told: bool
) -> None:
    planted = plant(anonymity)
    path = f"/assessments/{planted.assessment.id}/people/{planted.person.id}/export"
    file = client("consultant").submit(path)
    assert file.headers["content-disposition"].startswith("attachment")
    assert f"{CANARY}@example.org" in file.text
    assert (f"{CANARY} said" in file.text) == told
    assert client("leader").submit(path).status_code == 403
    assert client("outsider").submit(path).status_code == 404


def test_everybody_of_a_closed_assessment_is_erased_and_its_report_stays(
    engine: Engine, settings: Settings, plant: Plant, client: PersonaClient
) -> None:
    planted = plant("confidential")
    consultant = client("consultant")
    here = f"/assessments/{planted.assessment.id}"
    assert consultant.submit(f"{here}/people/erase").status_code == 422
    assert consultant.submit(f"{here}/people/erase", sure_all="yes").status_code == 303
    check_gone(engine, settings, CANARY, planted.response.id)
    assert consultant.get(f"{here}/report").status_code in {200, 303}
    assert "were erased" in consultant.get(f"{here}/privacy").text


def test_organisation_is_deleted_with_every_trace(
    engine: Engine, settings: Settings, world: World, plant: Plant, client: PersonaClient
) -> None:
    planted = plant("confidential")
    consultant = client("consultant")
    page = consultant.get(f"/organizations/{world.organization.id}/delete")
    assert "12 responses" in page.text
    assert consultant.submit(f"/organizations/{world.organization.id}/delete", name="North").status_code == 422
    answer = consultant.submit(f"/organizations/{world.organization.id}/delete", name=world.organization.name)
    assert answer.headers["location"] == "/"
    check_gone(engine, settings, CANARY, planted.response.id, world.organization.name)


def test_each_act_is_in_the_log_without_a_name(
    engine: Engine, world: World, plant: Plant, client: PersonaClient, another: Callable[[], Client]
) -> None:
    planted = plant("confidential")
    client("consultant").submit(f"/assessments/{planted.assessment.id}/people/{planted.person.id}/export")
    another().post("/your-data", data={"receipt_code": planted.code, "then": "erase", "sure": "yes"})
    with Session(everything(engine)) as session:
        found = [row for row, _ in entries(session, organization_id=world.organization.id, before=None, limit=2)]
    assert [row.action for row in found] == ["subject.erased", "subject.exported"]
    assert [row.actor for row in found] == ["respondent", world.users["consultant"].id]
    assert found[0].details == {"answers": True, "person": True}


def test_traces_in_the_files_would_be_found(engine: Engine, settings: Settings, plant: Plant) -> None:
    """The check of the files itself: what is only deleted is still in the log."""
    if not settings.sqlite:
        return
    plant("confidential")
    with engine.begin() as connection:
        connection.execute(text("UPDATE participant SET name = 'x', email = id"))
    assert left_in_files(settings, CANARY)
