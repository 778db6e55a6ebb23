"""Never two mails for one cause: workers killed while they send, two at a time, into a server that refuses, waits and drops."""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from sqlalchemy import Engine, func, update
from sqlmodel import Session, col, select

from app.assessments.actions import launch_assessment
from app.assessments.mailing import choose_way
from app.clock import now
from app.db import transaction
from app.mail.sending import Round, drain
from app.mail.servers import open_server
from app.models import OutboxMail
from app.settings import Settings
from app.upkeep.mails import PREPARE
from tests.factories import make_assessment, make_organization, make_user
from tests.faults.figures import Figures
from tests.faults.servers import Stable
from tests.mail.smtp import smtp_server

ROUNDS = int(os.environ.get("TRIGPOINT_FAULT_ROUNDS", "20")) // 5
PEOPLE = 60 + 12 * ROUNDS
AT_ONCE = 2


class Ledger:
    """A mail server that writes down every mail whose last byte arrived, whatever it answers then."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.taken: Counter[str] = Counter()
        self.dropped: set[str] = set()
        self.asked: Counter[str] = Counter()

    async def handle_RCPT(self, server: Any, _s: Any, envelope: Any, to: str, _o: Any) -> str:  # noqa: N802
        self.asked[to] += 1
        number = int(to.partition("@")[0].rpartition(".")[2])
        if number % 17 == 0:
            return "550 no such mailbox"
        if number % 13 == 0 and self.asked[to] == 1:
            return "451 come back later"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: Any, _s: Any, envelope: Any) -> str:  # noqa: N802
        name = message_from_bytes(envelope.content)["Message-ID"].strip("<>").partition("@")[0]
        self.taken[name] += 1
        await asyncio.sleep(self.draw.uniform(0, 0.02))
        if self.draw.random() < 0.03:
            self.dropped.add(name)
            server.transport.abort()
        return "250 OK"


@pytest.fixture
def invitations(engine: Engine) -> int:
    """As many mails as there are people, all due."""
    with transaction(engine) as session:
        consultant = make_user(session, "Consultant", consultant=True)
        organization = make_organization(session, consultant)
        draft = make_assessment(session, organization, consultant, people={"Brand": PEOPLE}, at=now())
        choose_way(session, draft, by="mail", reply_to="", at=now())
        launch_assessment(session, draft, at=now())
    return PEOPLE


def test_killed_and_racing_workers_send_nothing_twice(
    stable: Stable, settings: Settings, engine: Engine, invitations: int, figures: Figures
) -> None:
    draw = random.Random(11)
    ledger = Ledger(draw)
    with smtp_server(ledger) as port:
        url = f"smtp://127.0.0.1:{port}"
        for _ in range(ROUNDS):
            before = sum(ledger.taken.values())
            workers = [stable.start_worker(settings.database_url, url) for _ in range(AT_ONCE)]
            _until_more_than(ledger, before)
            time.sleep(draw.uniform(0.02, 0.25))
            for worker in workers:
                _kill(worker)
            assert max(ledger.taken.values()) == 1
            _forget_leases(engine)
        killed_while_sending = _count(engine, "sending")
        last = Round(engine, lambda: open_server(url, "t@example.org", seconds=10), PREPARE, "t@example.org", 10**6)
        drain(last)
        _make_due(engine)
        drain(last)
    with Session(engine) as session:
        mails = {mail.id: mail for mail in session.exec(select(OutboxMail))}
    ends = Counter(mail.state for mail in mails.values())
    assert set(ends) <= {"sent", "bounced", "uncertain"}, ends
    assert ends.total() == invitations
    assert max(ledger.taken.values()) == 1
    assert all(ledger.taken[name] == 1 for name, mail in mails.items() if mail.state == "sent")
    assert all(ledger.taken[name] == 0 for name, mail in mails.items() if mail.state == "bounced")
    assert set(ledger.taken) <= {name for name, mail in mails.items() if mail.state in {"sent", "uncertain"}}
    # What nobody can tell is little: what was dropped, and at most one mail of each killed worker.
    assert ends["uncertain"] <= len(ledger.dropped) + ROUNDS * AT_ONCE
    assert ends["bounced"] > 0
    assert killed_while_sending <= AT_ONCE
    figures.say(
        "`kill -9` of two mail workers while they send",
        f"{ROUNDS} rounds, {invitations} mails: {max(ledger.taken.values()) - 1} taken twice, "
        f"{ends['uncertain']} left open and not sent again",
    )


def _until_more_than(ledger: Ledger, before: int) -> None:
    deadline = time.monotonic() + 30
    while sum(ledger.taken.values()) <= before and time.monotonic() < deadline:
        time.sleep(0.002)


def _kill(worker: int) -> None:
    os.kill(worker, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        time.sleep(0.005)
    raise AssertionError(f"worker {worker} is still there")


def _forget_leases(engine: Engine) -> None:
    """Ten minutes later, as far as the leases of dead workers go."""
    leased = col(OutboxMail.lease).is_not(None)
    with transaction(engine) as session:
        session.execute(update(OutboxMail).where(leased).values(leased_until=now() - timedelta(seconds=1)))


def _make_due(engine: Engine) -> None:
    with transaction(engine) as session:
        session.execute(update(OutboxMail).where(col(OutboxMail.state) == "waiting").values(due_at=now()))


def _count(engine: Engine, state: str) -> int:
    with Session(engine) as session:
        return session.exec(select(func.count()).where(OutboxMail.state == state)).one()
