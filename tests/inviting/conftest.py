"""An assessment that asks by mail, and a post office that delivers into a real SMTP server."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.assessments.mailing import choose_way
from app.clock import now
from app.db import transaction
from app.mail.sending import Round, Tally, drain
from app.mail.servers import open_server
from app.models import Assessment, OutboxMail
from app.upkeep.mails import PREPARE
from tests.conftest import World
from tests.factories import make_assessment
from tests.mail.smtp import Inbox, smtp_server

Deliver = Callable[..., Tally]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def deliver(engine: Engine, inbox: Inbox) -> Iterator[Deliver]:
    """``deliver()`` sends what is due now, ``deliver(at)`` what is due then."""
    with smtp_server(inbox) as port:

        def send(at: datetime | None = None) -> Tally:
            url, sender = f"smtp://127.0.0.1:{port}", "trigpoint@example.org"
            opened = lambda: open_server(url, sender, seconds=5)  # noqa: E731
            return drain(Round(engine, opened, PREPARE, sender, 10_000, lambda: at or now()))

        yield send


def launch_by_mail(session: Session, world: World, people: int = 3, **options: str) -> Assessment:
    """An open assessment of one unit, everybody asked by mail."""
    from app.assessments.actions import launch_assessment

    consultant = world.users["consultant"]
    assessment = make_assessment(session, world.organization, consultant, people={"Brand": people}, at=now(), **options)  # type: ignore[arg-type]
    choose_way(session, assessment, by="mail", reply_to="ines@example.org", at=now())
    launch_assessment(session, assessment, at=now())
    return assessment


@pytest.fixture
def asked(engine: Engine, world: World) -> Assessment:
    with transaction(engine) as session:
        return launch_by_mail(session, world)


def mails(engine: Engine) -> list[OutboxMail]:
    with transaction(engine) as session:
        return list(session.exec(select(OutboxMail).order_by(OutboxMail.to_address, OutboxMail.id)))


def states(engine: Engine) -> list[str]:
    return sorted(mail.state for mail in mails(engine))
