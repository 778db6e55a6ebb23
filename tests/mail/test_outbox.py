"""The outbox: one mail for one cause, written with what causes it."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.db import transaction
from app.errors import InvalidInputError
from app.mail.outbox import queue_mail
from app.models import OutboxMail


def queue(session: Session, cause: str = "password-reset:1", to: str = "ada@example.org") -> str | None:
    return queue_mail(session, to=to, template="password_reset", values={"name": "Ada"}, cause=cause)


def test_a_cause_has_one_mail(session: Session) -> None:
    first = queue(session)
    assert queue(session) is None
    assert queue(session, cause="password-reset:2")
    mails = session.exec(select(OutboxMail.id)).all()
    assert len(mails) == 2
    assert first in mails


def test_a_mail_goes_with_its_transaction(engine: Engine) -> None:
    def queue_and_fail() -> None:
        with transaction(engine) as session:
            queue(session)
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        queue_and_fail()
    with transaction(engine) as session:
        assert session.exec(select(OutboxMail)).all() == []


@pytest.mark.parametrize("to", ["", "ada", "a@b\r\nBcc: everybody@example.org", "a b@example.org", "a@b, c@d", "<a@b>"])
def test_what_is_no_single_address_is_refused(session: Session, to: str) -> None:
    with pytest.raises(InvalidInputError, match="no address"):
        queue(session, to=to)
