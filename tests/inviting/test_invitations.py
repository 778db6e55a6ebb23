"""Invitations by mail: one for each, with a link that works, in the words that were chosen; what failed is sent again."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.assessments.actions import close_assessment
from app.clock import now
from app.db import transaction
from app.models import Assessment, Invitation, Inviting, MailWording, Participant
from tests.conftest import PersonaClient, World
from tests.factories import make_assessment, make_links
from tests.inviting.conftest import Deliver, launch_by_mail, mails, states
from tests.mail.smtp import Inbox, text_of
from tests.people import BASE_URL, Client

LATE = "name,email,unit,role\nLate,late@example.org,Brand,leader\n"


def link_in(mail: object) -> str:
    return re.search(rf"{BASE_URL}/a/[\w-]{{43}}(?!/)", text_of(mail))[0]  # type: ignore[arg-type, index]


def people(engine: Engine) -> list[Participant]:
    with transaction(engine) as session:
        return list(session.exec(select(Participant).order_by(Participant.email)))


def test_everybody_gets_one_mail_with_a_link_that_opens_the_survey(
    asked: Assessment, engine: Engine, deliver: Deliver, inbox: Inbox, anonymous: Client
) -> None:
    assert deliver().counts == {"sent": 3}
    assert deliver().counts == {}
    assert sorted(mail["To"] for mail in inbox.taken) == [person.email for person in people(engine)]
    links = {link_in(mail) for mail in inbox.taken}
    assert len(links) == 3
    for link in links:
        assert "Who asks" in anonymous.get(link.removeprefix(BASE_URL)).text
    mail = inbox.taken[0]
    assert mail["From"].startswith("Northwind <")
    assert mail["Reply-To"] == "ines@example.org"
    assert "To plan next year together." in text_of(mail)
    assert "Confidential: the people who run the survey" in text_of(mail, "html")


def test_links_handed_out_mean_no_mail(engine: Engine, world: World) -> None:
    with transaction(engine) as session:
        make_assessment(session, world.organization, world.users["consultant"], status="open", people={"Brand": 2})
    assert mails(engine) == []


def test_who_is_added_later_is_invited_at_once_and_only_they(
    client: PersonaClient, asked: Assessment, engine: Engine, deliver: Deliver, inbox: Inbox
) -> None:
    deliver()
    for _ in range(2):
        client("consultant").submit(f"/assessments/{asked.id}/setup/participants", text=LATE)
    assert deliver().counts == {"sent": 1}
    assert inbox.taken[-1]["To"] == "late@example.org"


def test_a_window_that_opens_later_keeps_its_mails_until_then(engine: Engine, world: World, deliver: Deliver) -> None:
    with transaction(engine) as session:
        consultant = world.users["consultant"]
        draft = make_assessment(session, world.organization, consultant, people={"Brand": 2}, at=now())
        draft.opens_at = now() + timedelta(days=2)
        session.add(Inviting(organization_id=draft.organization_id, assessment_id=draft.id, by="mail"))
        session.flush()
        from app.assessments.actions import launch_assessment

        launch_assessment(session, draft, at=now())
    assert deliver().counts == {}
    assert deliver(now() + timedelta(days=2, minutes=1)).counts == {"sent": 2}


def test_an_open_assessment_can_turn_to_mail_but_not_back(
    client: PersonaClient, engine: Engine, world: World, deliver: Deliver
) -> None:
    with transaction(engine) as session:
        consultant = world.users["consultant"]
        running = make_assessment(session, world.organization, consultant, status="open", people={"Brand": 2}, at=now())
    page = f"/assessments/{running.id}/mails/way"
    assert client("consultant").submit(page, by="mail").status_code == 303
    assert deliver().counts == {"sent": 2}
    assert client("consultant").submit(page, by="links").status_code == 409


def test_what_changed_until_a_mail_leaves_counts(asked: Assessment, engine: Engine, deliver: Deliver) -> None:
    with transaction(engine) as session:
        revoked, submitted, stopped = session.exec(select(Invitation)).all()
        revoked.revoked_at = submitted.submitted_at = stopped.opted_out_at = now()
    assert deliver().counts == {"skipped": 3}
    assert {mail.reply for mail in mails(engine)} == {
        "the invitation was revoked",
        "already answered",
        "no more mails are wanted",
    }


def test_nothing_leaves_after_the_window(asked: Assessment, engine: Engine, deliver: Deliver) -> None:
    with transaction(engine) as session:
        close_assessment(session, session.get_one(Assessment, (asked.organization_id, asked.id)), at=now())
    assert deliver().counts == {"skipped": 3}


def test_a_bounce_is_shown_by_name_and_sent_again_once(
    client: PersonaClient, asked: Assessment, engine: Engine, deliver: Deliver, inbox: Inbox
) -> None:
    consultant = client("consultant")
    first, second, _ = people(engine)
    inbox.rcpt = {first.email: "550 no such mailbox"}
    deliver()
    page = consultant.get(f"/assessments/{asked.id}/setup/participants").text
    assert page.count("no such mailbox") == 1
    assert page.count("Send again") == 1
    inbox.rcpt = {}
    again = f"/assessments/{asked.id}/participants/{first.id}/send-again"
    assert consultant.submit(again).status_code == 303
    refused = consultant.submit(again)
    assert refused.status_code == 409
    assert "on its way already" in refused.text
    assert deliver().counts == {"sent": 1}
    assert states(engine) == ["bounced", "sent", "sent", "sent"]
    assert "no such mailbox" not in consultant.get(f"/assessments/{asked.id}/setup/participants").text
    assert len(inbox.to(second.email)) == 1


def test_own_words_are_checked_previewed_and_sent(
    client: PersonaClient, asked: Assessment, engine: Engine, deliver: Deliver, inbox: Inbox
) -> None:
    consultant = client("consultant")
    words = f"/assessments/{asked.id}/mails/words"
    own = {"template": "invitation", "subject": "Dear {name}", "body": "Please {{7*7}}\n\n[Go]({link})"}
    wrong = consultant.submit(words, **(own | {"body": "Hi {salary}", "then": "save"}))
    assert wrong.status_code == 422
    assert "There is no {salary}. What may stand in braces: {closes}, {link}" in wrong.text
    assert "Hi {salary}" in wrong.text
    assert "Without {link} nobody can answer" in consultant.submit(words, **(own | {"body": "Hi"})).text
    seen = consultant.submit(words, **own, then="preview")
    assert "Dear First Last" in seen.text
    with Session(engine) as session:
        assert session.exec(select(MailWording)).all() == []
    assert consultant.submit(words, **own, then="save").status_code == 303
    deliver()
    mail = inbox.to(people(engine)[0].email)[0]
    assert mail["Subject"] == f"Dear {people(engine)[0].name}"
    assert "Please {{7*7}}" in text_of(mail)
    assert "No more mails about this survey" in text_of(mail)
    consultant.submit(words, **own, then="restore")
    with Session(engine) as session:
        assert session.exec(select(MailWording)).all() == []


def test_a_test_mail_goes_to_whoever_asks_for_it(
    client: PersonaClient, world: World, engine: Engine, deliver: Deliver, inbox: Inbox
) -> None:
    with transaction(engine) as session:
        draft = make_assessment(session, world.organization, world.users["consultant"])
    consultant = client("consultant")
    page = consultant.get(f"/assessments/{draft.id}/mails")
    body = "Hello {name}, {organization} asks.\n\n[Start]({link})"
    answer = consultant.submit(
        f"/assessments/{draft.id}/mails/words", template="invitation", subject="Hi", body=body, then="test"
    )
    assert (page.status_code, answer.status_code) == (200, 303)
    assert deliver().counts == {"sent": 1}
    [mail] = inbox.taken
    assert mail["To"] == world.users["consultant"].email
    assert mail["Subject"] == "Test: Hi"
    assert f"{BASE_URL}/a/example" in text_of(mail)


@pytest.mark.parametrize("way", ["page", "program"])
def test_one_click_ends_the_mails_and_a_look_does_not(
    asked: Assessment, engine: Engine, deliver: Deliver, inbox: Inbox, anonymous: Client, way: str
) -> None:
    deliver()
    mail = inbox.taken[0]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    program = mail["List-Unsubscribe"].strip("<>").removeprefix(BASE_URL)
    page = re.search(rf"{BASE_URL}(/a/[\w-]+/stop)", text_of(mail))[1]  # type: ignore[index]
    assert anonymous.get(program).headers["location"] == page
    assert "Send me no more mails" in anonymous.get(page).text
    with Session(engine) as session:
        assert session.exec(select(Invitation).where(Invitation.opted_out_at.is_not(None))).all() == []  # type: ignore[union-attr]
    del anonymous.headers["Origin"]
    headers = {"Origin": BASE_URL} if way == "page" else {"Content-Type": "application/x-www-form-urlencoded"}
    done = anonymous.post(page if way == "page" else program, content="List-Unsubscribe=One-Click", headers=headers)
    assert done.status_code == (200 if way == "page" else 204)
    with transaction(engine) as session:
        stopped = session.exec(select(Invitation).where(Invitation.opted_out_at.is_not(None))).all()  # type: ignore[union-attr]
    assert len(stopped) == 1
    assert anonymous.get(link_in(mail).removeprefix(BASE_URL)).status_code == 200


def test_an_anonymous_list_never_tells_who_has_answered(
    client: PersonaClient, engine: Engine, world: World, deliver: Deliver
) -> None:
    with transaction(engine) as session:
        asked = launch_by_mail(session, world, anonymity="anonymous")
        invitation = session.exec(select(Invitation)).first()
        assert invitation is not None
        invitation.started_at = invitation.submitted_at = now()
    assert deliver().counts == {"sent": 3}
    page = client("consultant").get(f"/assessments/{asked.id}/setup/participants").text
    assert page.count("delivered") == 3
    assert "skipped" not in page


def test_links_and_mails_work_beside_each_other(asked: Assessment, engine: Engine, deliver: Deliver) -> None:
    with transaction(engine) as session:
        assessment = session.get_one(Assessment, (asked.organization_id, asked.id))
        assert len(make_links(session, assessment, at=now())) == 3
    assert deliver().counts == {"sent": 3}
