"""The outbox drained beside other work, and who makes which mail ready."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app.accounts.links import ADDED, INVITATION, RESET, values_of_mail
from app.inviting import mails as inviting
from app.mail.message import NotWantedError, Prepare, Ready
from app.mail.sending import Round, drain
from app.mail.servers import open_server, parse_server
from app.models import OutboxMail
from app.settings import Settings
from app.upkeep.schedule import remind_due

log = structlog.get_logger("trigpoint.mail")

SECONDS = 2.0
"""Between two looks into the outbox; after trouble with the server, ten times as long."""


def ready_account_mail(session: Session, mail: OutboxMail, at: datetime) -> Ready:
    values = values_of_mail(session, mail, at=at)
    if values is None:
        raise NotWantedError("nobody signs in with this address")
    return Ready(values)


PREPARE: Mapping[str, Prepare] = {
    RESET: ready_account_mail,
    INVITATION: ready_account_mail,
    ADDED: ready_account_mail,
    **inviting.PREPARE,
}
"""Template → what makes its mails ready, for those that carry a link or may be unwanted by the time they leave."""


def round_of(engine: Engine, settings: Settings, stop: threading.Event) -> Round:
    url = settings.smtp_url.get_secret_value()
    parse_server(url)
    sender = settings.mail_from

    return Round(
        engine,
        lambda: open_server(url, sender),
        PREPARE,
        sender,
        settings.mail_per_minute,
        stopped=stop.is_set,
    )


@contextmanager
def sending_mails(engine: Engine, settings: Settings, stop: threading.Event, *, once: bool = False) -> Iterator[None]:
    """Drain the outbox in a thread of its own until the block ends; with ``once``, one time before it. Without a mail
    server, mails wait."""
    if not settings.smtp_url.get_secret_value():
        yield
        return
    given = round_of(engine, settings, stop)
    if once:
        remind_due(given.engine, at=given.clock())
        drain(given)
        yield
        return
    thread = threading.Thread(target=_keep_sending, args=(given, stop), name="mail")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _keep_sending(given: Round, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            remind_due(given.engine, at=given.clock())
            trouble = drain(given).trouble
        except SQLAlchemyError as error:
            log.warning("outbox", error=type(error).__name__)
            trouble = "database"
        stop.wait(10 * SECONDS if trouble else SECONDS)
