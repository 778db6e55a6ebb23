"""Reminders: to those who have not submitted, in words that fit, apart, few, and never against somebody's will."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.assessments.importing import import_participants
from app.assessments.reminders import plan_reminders, proposed_rounds, queue_reminder, remind_now, reminders_of
from app.clock import now
from app.db import transaction
from app.errors import ConflictError, InvalidInputError
from app.models import Assessment, Invitation, Reminder, Unit
from app.upkeep.schedule import remind_due
from tests.conftest import PersonaClient, World
from tests.factories import START, make_assessment, make_organization, make_user
from tests.inviting.conftest import Deliver, launch_by_mail, mails
from tests.mail.smtp import Inbox, text_of

HEADING = "name,email,unit,role"
DAY = timedelta(days=1)
Change = Callable[[Invitation], None]


def of(session: Session, assessment: Assessment) -> Assessment:
    return session.get_one(Assessment, (assessment.organization_id, assessment.id))


def plan(engine: Engine, assessment: Assessment, *due: datetime) -> None:
    with transaction(engine) as session:
        plan_reminders(session, of(session, assessment), due, at=now())


def change_first(engine: Engine, change: Change) -> None:
    with transaction(engine) as session:
        invitation = session.exec(select(Invitation).order_by(col(Invitation.id))).first()
        assert invitation is not None
        change(invitation)
        session.add(invitation)


def submit(invitation: Invitation) -> None:
    invitation.started_at = invitation.submitted_at = now()


def start(invitation: Invitation) -> None:
    invitation.started_at = now()


def stop(invitation: Invitation) -> None:
    invitation.opted_out_at = now()


def test_a_planned_round_reaches_those_who_have_not_submitted_in_words_that_fit(
    asked: Assessment, engine: Engine, deliver: Deliver, inbox: Inbox
) -> None:
    deliver()
    when = now() + 4 * DAY
    plan(engine, asked, when)
    change_first(engine, start)
    assert remind_due(engine, at=when - DAY) == 0
    assert remind_due(engine, at=when) == 1
    assert remind_due(engine, at=when) == 0
    assert deliver(when).counts == {"sent": 3}
    assert sum("you have begun the survey" in text_of(mail) for mail in inbox.taken[3:]) == 1
    assert sum("has not heard from you" in text_of(mail) for mail in inbox.taken[3:]) == 2


@pytest.mark.parametrize("change", [submit, stop])
def test_what_happened_after_a_round_was_queued_counts(
    asked: Assessment, engine: Engine, deliver: Deliver, change: Change
) -> None:
    deliver()
    when = now() + 4 * DAY
    plan(engine, asked, when)
    remind_due(engine, at=when)
    change_first(engine, change)
    assert deliver(when).counts == {"sent": 2, "skipped": 1}


def test_a_closed_window_reminds_nobody(asked: Assessment, engine: Engine, deliver: Deliver) -> None:
    deliver()
    when = now() + 4 * DAY
    plan(engine, asked, when)
    with transaction(engine) as session:
        of(session, asked).status = "closed"
    assert remind_due(engine, at=when) == 0
    with Session(engine) as session:
        assert session.exec(select(Reminder.state)).all() == ["skipped"]


def test_nobody_gets_two_mails_within_three_days(asked: Assessment, engine: Engine, deliver: Deliver) -> None:
    deliver()
    with transaction(engine) as session, pytest.raises(ConflictError, match="Nobody can be reminded now"):
        remind_now(session, of(session, asked), at=now() + 2 * DAY)
    # Queued all the same, by whatever way: the mail itself is looked at once more.
    with transaction(engine) as session:
        assessment = of(session, asked)
        late = Reminder(organization_id=asked.organization_id, assessment_id=asked.id, due_at=now())
        session.add(late)
        session.flush()
        assert queue_reminder(session, assessment, late, at=now() + 3 * DAY) == 3
    assert deliver(now() + 2.9 * DAY).counts == {}
    assert deliver(now() + 3 * DAY + timedelta(minutes=1)).counts == {"sent": 3}


def test_nobody_gets_more_than_three(asked: Assessment, engine: Engine, deliver: Deliver) -> None:
    at = now()
    deliver(at)
    for _ in range(3):
        at += 4 * DAY
        with transaction(engine) as session:
            remind_now(session, of(session, asked), at=at)
        assert deliver(at).counts == {"sent": 3}
    with transaction(engine) as session, pytest.raises(ConflictError):
        remind_now(session, of(session, asked), at=at + 4 * DAY)
    assert len(mails(engine)) == 12


def test_a_unit_is_reminded_alone(engine: Engine, world: World, deliver: Deliver, inbox: Inbox) -> None:
    with transaction(engine) as session:
        asked = launch_by_mail(session, world, people=2)
        import_participants(session, asked, f"{HEADING}\nFay,fay@example.org,Field,leader\n", at=now())
        field = session.exec(select(Unit.id).where(Unit.name == "Field", Unit.organization_id == asked.organization_id))
        unit = field.one()
    deliver()
    with transaction(engine) as session:
        assert remind_now(session, of(session, asked), [unit], at=now() + 4 * DAY).mails == 1
    deliver(now() + 4 * DAY + timedelta(minutes=1))
    assert [mail["To"] for mail in inbox.taken[3:]] == ["fay@example.org"]


def test_in_anonymous_surveys_the_unfinished_are_sent_back_to_their_own_link(
    engine: Engine, world: World, deliver: Deliver, inbox: Inbox, client: PersonaClient
) -> None:
    with transaction(engine) as session:
        asked = launch_by_mail(session, world, anonymity="anonymous")
    deliver()
    change_first(engine, start)
    when = now() + 4 * DAY
    plan(engine, asked, when)
    remind_due(engine, at=when)
    assert deliver(when).counts == {"sent": 3}
    unfinished = [mail for mail in inbox.taken[3:] if "only that link leads" in text_of(mail)]
    assert len(unfinished) == 1
    assert "Start answering" not in text_of(unfinished[0])
    page = client("consultant").get(f"/assessments/{asked.id}/mails").text
    assert "sent to those who had not submitted" in page
    told = client("consultant").get(f"/api/v1/assessments/{asked.id}/inviting").json()["reminders"]
    assert [each["mails"] for each in told] == [None]


@pytest.fixture
def draft(session: Session) -> Assessment:
    consultant = make_user(session, consultant=True)
    draft = make_assessment(session, make_organization(session, consultant), consultant)
    draft.opens_at, draft.closes_at = START, START + 14 * DAY
    return draft


@pytest.mark.parametrize(
    ("due", "field", "words"),
    [
        ((4, 8, 9.5), "remind_3", "at least three days"),
        ((1,), "remind_1", "at least three days"),
        ((8, 4, 20), "remind_3", "The survey closes on 16 Nov 2026"),
        ((-1,), "remind_1", "in the past"),
        ((4, 7, 10, 13), "remind_4", "At most 3"),
    ],
)
def test_a_plan_that_would_pester_is_refused(
    session: Session, draft: Assessment, due: tuple[float, ...], field: str, words: str
) -> None:
    with pytest.raises(InvalidInputError, match=words) as refused:
        plan_reminders(session, draft, [START + day * DAY for day in due], at=START)
    assert refused.value.extra["field"] == field
    assert reminders_of(session, draft) == []


def test_a_plan_replaces_the_one_before(session: Session, draft: Assessment) -> None:
    plan_reminders(session, draft, [START + 4 * DAY, START + 8 * DAY], at=START)
    plan_reminders(session, draft, [START + 5 * DAY, START + 8 * DAY], at=START)
    assert [each.due_at for each in reminders_of(session, draft)] == [START + 5 * DAY, START + 8 * DAY]


@pytest.mark.parametrize("days", range(1, 40))
def test_what_is_proposed_is_never_refused(session: Session, draft: Assessment, days: int) -> None:
    draft.closes_at = START + days * DAY
    rounds = proposed_rounds(START, draft.closes_at)
    assert (len(rounds) > 0) == (days > 3)
    assert all(when.weekday() < 5 for when in rounds)
    plan_reminders(session, draft, rounds, at=START)
    assert len(reminders_of(session, draft)) == len(rounds)


def test_the_terms_page_plans_and_the_mails_page_skips(client: PersonaClient, engine: Engine, world: World) -> None:
    from tests.assessments.test_setup_pages import terms_fields

    with transaction(engine) as session:
        draft = make_assessment(session, world.organization, world.users["consultant"])
    consultant = client("consultant")
    terms = f"/assessments/{draft.id}/setup/terms"
    soon, later = (f"{now() + days * DAY:%Y-%m-%dT09:00}" for days in (5, 6))
    refused = consultant.submit(terms, **terms_fields(by="mail", remind_1=soon, remind_2=later))
    assert refused.status_code == 422
    assert "at least three days after the mail before it" in refused.text
    assert consultant.submit(terms, **terms_fields(by="mail", remind_1=soon)).status_code == 303
    with Session(engine) as session:
        [planned] = session.exec(select(Reminder)).all()
    assert "Skip" in consultant.get(f"/assessments/{draft.id}/mails").text
    assert consultant.submit(f"/assessments/{draft.id}/reminders/{planned.id}/skip").status_code == 303
    assert consultant.submit(f"/assessments/{draft.id}/reminders/{planned.id}/skip").status_code == 409
