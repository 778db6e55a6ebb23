"""Participants after the launch: corrected and removed while that changes no answer and tells of none."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.clock import now
from app.db import transaction
from app.models import Assessment, Invitation, OutboxMail, Participant, Unit
from tests.conftest import PersonaClient, World
from tests.inviting.conftest import Deliver, launch_by_mail, mails, states
from tests.mail.smtp import Inbox


def first(engine: Engine) -> Participant:
    with Session(engine) as session:
        person = session.exec(select(Participant).order_by(Participant.email)).first()
    assert person is not None
    return person


def unit(engine: Engine, asked: Assessment, name: str) -> str:
    with Session(engine) as session:
        found = select(Unit.id).where(Unit.organization_id == asked.organization_id, Unit.name == name)
        return session.exec(found).one()


def begin(engine: Engine, person: Participant) -> None:
    with transaction(engine) as session:
        session.exec(select(Invitation).where(Invitation.participant_id == person.id)).one().started_at = now()


def fields_of(person: Participant, **changes: str) -> dict[str, str]:
    return {"name": person.name, "email": person.email, "unit_id": person.unit_id, "role": person.role, **changes}


def test_a_bounced_address_is_corrected_and_the_invitation_goes_there(
    client: PersonaClient, asked: Assessment, engine: Engine, deliver: Deliver, inbox: Inbox
) -> None:
    ada = first(engine)
    inbox.rcpt = {ada.email: "550 unknown"}
    deliver()
    page = f"/assessments/{asked.id}/participants/{ada.id}/edit"
    consultant = client("consultant")
    assert ada.email in consultant.get(page).text
    for _ in range(2):
        assert consultant.submit(page, **fields_of(ada, email="right@example.org")).status_code == 303
    assert deliver().counts == {"sent": 1}
    assert len(inbox.to("right@example.org")) == 1
    assert states(engine) == ["bounced", "sent", "sent", "sent"]


def test_a_mail_that_waits_goes_to_the_corrected_address_alone(
    client: PersonaClient, asked: Assessment, engine: Engine, deliver: Deliver, inbox: Inbox
) -> None:
    ada = first(engine)
    client("consultant").submit(
        f"/assessments/{asked.id}/participants/{ada.id}/edit", **fields_of(ada, email="right@example.org")
    )
    assert deliver().counts == {"sent": 3}
    assert inbox.to(ada.email) == []
    assert len(inbox.to("right@example.org")) == 1


def test_unit_and_role_change_until_the_answers_are_begun(
    client: PersonaClient, asked: Assessment, engine: Engine
) -> None:
    ada = first(engine)
    path = f"/api/v1/assessments/{asked.id}/participants/{ada.id}"
    field = unit(engine, asked, "Field")
    moved = {"name": "Ada", "email": ada.email, "unit_id": field, "role": "manager"}
    assert client("consultant").patch(path, json=moved).status_code == 204
    assert (first(engine).unit_id, first(engine).role, first(engine).name) == (field, "manager", "Ada")
    begin(engine, ada)
    refused = client("consultant").patch(path, json=moved | {"role": "leader"})
    assert refused.status_code == 409
    assert "has begun" in refused.json()["detail"]
    assert client("consultant").patch(path, json=moved | {"name": "Ada O"}).status_code == 204


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "nobody"}, "This is no e-mail address"),
        ({"email": "second"}, "is asked by this address already"),
        ({"name": " "}, "The name is empty"),
        ({"unit_id": "elsewhere"}, "There is no such unit"),
        ({"role": "chief"}, "This role is not one"),
    ],
)
def test_a_wrong_correction_is_refused_beside_its_field(
    client: PersonaClient, asked: Assessment, engine: Engine, changes: dict[str, str], words: str
) -> None:
    ada = first(engine)
    with Session(engine) as session:
        second = session.exec(select(Participant.email).where(Participant.id != ada.id)).first()
    given = {name: str(second) if value == "second" else value for name, value in changes.items()}
    page = client("consultant").submit(f"/assessments/{asked.id}/participants/{ada.id}/edit", **fields_of(ada, **given))
    assert page.status_code == 422
    assert words in page.text


def test_who_has_not_begun_is_removed_with_their_mail(
    client: PersonaClient, asked: Assessment, engine: Engine, deliver: Deliver
) -> None:
    ada = first(engine)
    path = f"/assessments/{asked.id}/participants/{ada.id}/remove"
    assert client("consultant").submit(path).status_code == 303
    assert len(mails(engine)) == 2
    bo = first(engine)
    begin(engine, bo)
    refused = client("consultant").delete(f"/api/v1/assessments/{asked.id}/participants/{bo.id}")
    assert refused.status_code == 409
    assert deliver().counts == {"sent": 2}


def test_an_anonymous_list_moves_and_removes_nobody_whoever_has_answered(
    client: PersonaClient, engine: Engine, world: World
) -> None:
    with transaction(engine) as session:
        asked = launch_by_mail(session, world, anonymity="anonymous")
    consultant = client("consultant")
    for person_begins in (False, True):
        ada = first(engine)
        if person_begins:
            begin(engine, ada)
        path = f"/api/v1/assessments/{asked.id}/participants/{ada.id}"
        moved = {"name": ada.name, "email": ada.email, "role": "manager"}
        answers = {consultant.patch(path, json=moved).text, consultant.delete(path).text}
        assert all("would tell who has answered" in answer for answer in answers)
        assert consultant.patch(path, json={"name": "Ada", "email": ada.email}).status_code == 204


def test_a_mail_that_is_leaving_is_not_pulled_away(client: PersonaClient, asked: Assessment, engine: Engine) -> None:
    ada = first(engine)
    with transaction(engine) as session:
        mail = session.exec(select(OutboxMail).where(col(OutboxMail.to_address) == ada.email)).one()
        mail.state, mail.lease = "claimed", "a worker"
    refused = client("consultant").submit(f"/assessments/{asked.id}/participants/{ada.id}/remove")
    assert refused.status_code == 409
