"""The outbox drained into a real SMTP server, which also refuses, delays and drops."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import select

from app.db import transaction
from app.mail.outbox import queue_mail
from app.mail.sending import CLAIM, Round, claim, drain
from app.mail.servers import described, open_server
from app.mail.wording import Wording, fill, wording_problems
from app.models import OutboxMail
from app.settings import Settings
from app.upkeep.mails import PREPARE, sending_mails
from tests.factories import make_user
from tests.faults.servers import free_port
from tests.mail.smtp import Inbox, smtp_server, text_of

AT = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def port(inbox: Inbox) -> Iterator[int]:
    with smtp_server(inbox) as port:
        yield port


def round_at(engine: Engine, port: int, at: datetime = AT, per_minute: int = 100) -> Round:
    url, sender = f"smtp://127.0.0.1:{port}", "trigpoint@example.org"
    return Round(
        engine, lambda: open_server(url, sender, seconds=5), PREPARE, f"Trigpoint <{sender}>", per_minute, lambda: at
    )


def queue(engine: Engine, *people: str) -> None:
    with transaction(engine) as session:
        for name in people:
            user = make_user(session, name)
            user.email = f"{name}@example.org"
            queue_mail(session, to=user.email, template="password_reset", values={}, cause=f"reset:{name}")


def states(engine: Engine) -> dict[str, str]:
    with transaction(engine) as session:
        return {mail.to_address.partition("@")[0]: mail.state for mail in session.exec(select(OutboxMail))}


def test_a_mail_leaves_once_with_its_link_minted(engine: Engine, port: int, inbox: Inbox) -> None:
    queue(engine, "ada")
    assert drain(round_at(engine, port)).counts == {"sent": 1}
    assert drain(round_at(engine, port)).counts == {}
    [mail] = inbox.taken
    assert mail["To"] == "ada@example.org"
    assert "/password/" in text_of(mail)
    assert 'href="http://127.0.0.1:8000/password/' in text_of(mail, "html")


def test_a_bounce_and_a_passing_refusal_hold_up_nobody(engine: Engine, port: int, inbox: Inbox) -> None:
    inbox.rcpt = {"bob@example.org": "550 no such user bob@example.org", "cyd@example.org": "451 later"}
    queue(engine, "ada", "bob", "cyd")
    assert drain(round_at(engine, port)).counts == {"sent": 1, "bounced": 1, "refused": 1}
    assert states(engine) == {"ada": "sent", "bob": "bounced", "cyd": "waiting"}
    inbox.rcpt = {}
    assert drain(round_at(engine, port, AT + timedelta(seconds=59))).counts == {}
    assert drain(round_at(engine, port, AT + timedelta(seconds=60))).counts == {"sent": 1}
    with transaction(engine) as session:
        replies = "".join(session.exec(select(OutboxMail.reply)))
    assert "550" in replies
    assert "bob@" not in replies


def test_a_lost_answer_is_uncertain_and_never_sent_again(engine: Engine, port: int, inbox: Inbox) -> None:
    inbox.drop = True
    queue(engine, "ada")
    assert drain(round_at(engine, port)).counts == {"uncertain": 1}
    assert drain(round_at(engine, port, AT + timedelta(days=9))).counts == {}
    assert len(inbox.taken) == 1


def test_no_server_costs_no_attempt(engine: Engine) -> None:
    queue(engine, "ada")
    assert "cannot be reached" in drain(round_at(engine, free_port())).trouble
    with transaction(engine) as session:
        mail = session.exec(select(OutboxMail)).one()
    assert (mail.state, mail.attempts) == ("waiting", 0)


@pytest.mark.parametrize(("state", "after", "sent"), [("claimed", "sent", 1), ("sending", "uncertain", 0)])
def test_what_a_dead_worker_had(engine: Engine, port: int, inbox: Inbox, state: str, after: str, sent: int) -> None:
    queue(engine, "ada")
    claim(engine, "a dead worker", AT, most=5, per_minute=5)
    with transaction(engine) as session:
        session.exec(select(OutboxMail)).one().state = state
    assert drain(round_at(engine, port, AT)).counts == {}
    drain(round_at(engine, port, AT + CLAIM + timedelta(seconds=1)))
    assert states(engine) == {"ada": after}
    assert len(inbox.taken) == sent


def test_a_minute_has_its_number(engine: Engine, port: int, inbox: Inbox) -> None:
    queue(engine, "ada", "bob", "cyd")
    drain(round_at(engine, port, AT, per_minute=2))
    assert len(inbox.taken) == 2
    drain(round_at(engine, port, AT + timedelta(seconds=61), per_minute=2))
    assert len(inbox.taken) == 3


def test_a_server_sends_beside_its_work(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    queue(engine, "ada")
    folder = tmp_path / "mails"
    with sending_mails(engine, settings.model_copy(update={"smtp_url": SecretStr(folder.as_uri())}), Event()):
        deadline = time.monotonic() + 20
        while states(engine) != {"ada": "sent"} and time.monotonic() < deadline:
            time.sleep(0.02)
    [file] = folder.iterdir()
    assert b"To: ada@example.org" in file.read_bytes()


@pytest.mark.parametrize(
    ("url", "words"),
    [("", "nowhere"), ("file:///var/mails", "files in /var/mails"), ("smtp://u:secret@mx.example:25", "mx.example")],
)
def test_where_mails_go_is_told_without_its_password(url: str, words: str) -> None:
    assert words in described(url)
    assert "secret" not in described(url)


def test_values_are_text_and_authors_write_no_code() -> None:
    words = fill(
        Wording("To {name}\n", "Hi {name}, {{7*7}}\n\n[Go]({link})"), {"name": "<b>A", "link": "http://x/?a&b"}
    )
    assert words.subject == "To <b>A"
    assert "{{7*7}}" in words.text
    assert "&lt;b&gt;A" in words.html
    assert "<b>" not in words.html
    assert 'href="http://x/?a&amp;b"' in words.html
    problems = wording_problems(Wording("Hi", "{nonsense}"), Wording("Hi", "{name} {link}"))
    assert "There is no {nonsense}" in problems["body"]
