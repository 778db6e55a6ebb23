"""The outbox drained: one result per recipient, and nothing sent twice for one cause.

A mail is ``claimed`` under a lease, its recipient is announced to the server, and only then, in one transaction, are its
links minted and the mail marked ``sending``: from there on it may have left. A worker that dies before loses nothing, the
lease runs out and another one takes the mail; one that dies after leaves it ``uncertain``, which is never sent again by
itself.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine, func, update
from sqlmodel import Session, col, or_, select

from app.clock import new_id, now
from app.db import transaction
from app.mail.message import NotWantedError, Prepare, Ready, message_bytes, words_of
from app.mail.servers import MailServer, NoReplyError, RefusedError, UnreachableError
from app.models import OutboxMail

log = structlog.get_logger("trigpoint.mail")

BATCH = 20
CLAIM = timedelta(minutes=10)
"""How long a claimed batch is left to its worker; a mail in the middle of being sent gets as much again."""
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 3 * 60, 6 * 60, 12 * 60, 24 * 60))
"""After the nth refusal that may pass; after the last one the mail is given up, about two days on."""
MINUTE = timedelta(minutes=1)


OpenServer = Callable[[], AbstractContextManager[MailServer]]


@dataclass
class Tally:
    """How many mails ended how in one go."""

    counts: dict[str, int] = field(default_factory=dict)
    trouble: str = ""
    """Why the server took nothing more; empty when it did."""

    def add(self, state: str) -> None:
        self.counts[state] = self.counts.get(state, 0) + 1


@dataclass(frozen=True)
class Round:
    """What one worker needs to send: where from, how mails are made ready, how many a minute."""

    engine: Engine
    open_server: OpenServer
    prepare: Mapping[str, Prepare]
    sender: str
    per_minute: int
    clock: Callable[[], datetime] = now
    stopped: Callable[[], bool] = lambda: False


def drain(given: Round) -> Tally:
    """Send what is due, until nothing is or this minute's number is reached; a mail that fails holds up no other."""
    tally = Tally()
    worker = new_id()
    recover(given.engine, given.clock())
    while not given.stopped() and not tally.trouble:
        claimed = claim(given.engine, worker, given.clock(), most=BATCH, per_minute=given.per_minute)
        if not claimed:
            break
        _send_all(given, worker, claimed, tally)
    return tally


def recover(engine: Engine, at: datetime) -> None:
    """Mails of workers that are gone: claimed ones wait again, those that may have left are ``uncertain``."""
    overdue = col(OutboxMail.leased_until) < at
    free = {"lease": None, "leased_until": None}
    with transaction(engine) as session:
        found = session.exec(select(OutboxMail.id).where(overdue).limit(1)).first()
        if found is None:
            return
        session.execute(
            update(OutboxMail).where(overdue, col(OutboxMail.state) == "claimed").values(state="waiting", **free)
        )
        session.execute(
            update(OutboxMail)
            .where(overdue, col(OutboxMail.state) == "sending")
            .values(
                state="uncertain", ended_at=at, content={}, reply="the worker stopped while it was being sent", **free
            )
        )


def claim(engine: Engine, worker: str, at: datetime, *, most: int, per_minute: int) -> list[OutboxMail]:
    """Up to ``most`` mails that are due, for this worker alone; those of the platform (a password reset) come first."""
    with transaction(engine) as session:
        allowed = min(most, per_minute - _recent(session, at))
        if allowed <= 0:
            return []
        statement = (
            select(OutboxMail)
            .where(OutboxMail.state == "waiting", col(OutboxMail.due_at) <= at)
            .order_by(col(OutboxMail.organization_id).is_not(None), col(OutboxMail.due_at), col(OutboxMail.id))
            .limit(allowed)
            .with_for_update(skip_locked=True)
        )
        mails = list(session.exec(statement).all())
        for mail in mails:
            mail.state, mail.lease, mail.leased_until = "claimed", worker, at + CLAIM
        return mails


def _recent(session: Session, at: datetime) -> int:
    """Mails of the last minute, whichever worker had them."""
    statement = select(func.count()).where(
        or_(
            col(OutboxMail.lease).is_not(None),
            (col(OutboxMail.ended_at) > at - MINUTE) & col(OutboxMail.state).in_(("sent", "bounced", "uncertain")),
        )
    )
    return session.exec(statement).one()


def _send_all(given: Round, worker: str, claimed: list[OutboxMail], tally: Tally) -> None:
    """One connection for the batch, another one where it breaks."""
    waiting = list(claimed)
    try:
        while waiting and not given.stopped():
            with given.open_server() as server:
                broken = False
                while waiting and not broken and not given.stopped():
                    broken = not _send(given, worker, server, waiting[0], tally)
                    waiting.pop(0)
    except UnreachableError as error:
        tally.trouble = str(error)
        log.warning("mail server", trouble=_told(str(error)))
    finally:
        _release(given.engine, worker, tally.trouble)


def _send(given: Round, worker: str, server: MailServer, mail: OutboxMail, tally: Tally) -> bool:
    """Send one mail and keep its result; False when the connection is of no more use."""
    try:
        server.address(mail.to_address)
        content = _make_ready(given, worker, mail)
        if content is None:
            server.forget()
            tally.add("skipped")
            return True
        server.hand_over(mail.id, content)
    except RefusedError as error:
        tally.add(_refused(given.engine, mail, error, given.clock()))
        return "connection broke" not in str(error)
    except NoReplyError as error:
        _ended(given.engine, mail, "uncertain", str(error), given.clock())
        tally.add("uncertain")
        return False
    _ended(given.engine, mail, "sent", "", given.clock())
    tally.add("sent")
    return True


def _make_ready(given: Round, worker: str, mail: OutboxMail) -> bytes | None:
    """The mail as bytes, marked ``sending`` with its links minted; None when it is no longer wanted or no longer ours."""
    at = given.clock()
    with transaction(given.engine) as session:
        row = session.exec(
            select(OutboxMail)
            .where(OutboxMail.id == mail.id, OutboxMail.lease == worker, OutboxMail.state == "claimed")
            .with_for_update()
        ).first()
        if row is None:
            return None
        try:
            prepare = given.prepare.get(mail.template)
            ready = prepare(session, row, at) if prepare else Ready({})
        except NotWantedError as error:
            _end(row, "skipped", str(error), at)
            return None
        row.state, row.leased_until = "sending", at + CLAIM
        words = words_of(row.template, row.locale, row.content, ready)
        return message_bytes(row.id, row.to_address, words, ready, sender=given.sender, at=at)


def _refused(engine: Engine, mail: OutboxMail, error: RefusedError, at: datetime) -> str:
    """A refusal that may pass waits for its next attempt; a final one is a bounce."""
    if not error.temporary:
        _ended(engine, mail, "bounced", str(error), at)
        return "bounced"
    if mail.attempts >= len(PAUSES):
        _ended(engine, mail, "failed", str(error), at)
        return "failed"
    with transaction(engine) as session:
        row = session.get_one(OutboxMail, mail.id, with_for_update=True)
        if row.lease == mail.lease:
            row.state, row.lease, row.leased_until = "waiting", None, None
            row.due_at = at + PAUSES[row.attempts]
            row.attempts += 1
            row.reply = _told(str(error))
    return "refused"


def _ended(engine: Engine, mail: OutboxMail, state: str, reply: str, at: datetime) -> None:
    """Keep a result. It also corrects ``uncertain``, which another worker may have concluded from a lease that ran out."""
    with transaction(engine) as session:
        row = session.get(OutboxMail, mail.id, with_for_update=True)
        if row is not None and (row.lease == mail.lease or row.state == "uncertain"):
            _end(row, state, reply, at)
    log.info("mail", template=mail.template, state=state, mail=mail.id)


def _end(row: OutboxMail, state: str, reply: str, at: datetime) -> None:
    row.state, row.reply, row.ended_at = state, _told(reply), at
    row.lease, row.leased_until, row.content = None, None, {}


def _release(engine: Engine, worker: str, trouble: str) -> None:
    """What was claimed and not sent waits for the next go; its attempts do not count, the server was at fault."""
    mine = (col(OutboxMail.lease) == worker, col(OutboxMail.state) == "claimed")
    values: dict[str, object] = {"state": "waiting", "lease": None, "leased_until": None}
    with suppress(Exception), transaction(engine) as session:
        # When the database is gone as well, the lease runs out by itself.
        session.execute(
            update(OutboxMail).where(*mine).values(**values, **({"reply": _told(trouble)} if trouble else {}))
        )


def _told(reply: str) -> str:
    """A server's words without addresses and line breaks."""
    return re.sub(r"<?\S+@\S+>?", "(address)", " ".join(reply.split()))[:300]
