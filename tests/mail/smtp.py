"""A real SMTP server for tests, which also refuses, delays and drops."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.faults.servers import free_port


class Inbox:
    """What the server took; ``replies`` are what it says to a recipient or a mail instead."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.rcpt: dict[str, str] = {}
        self.drop = False

    async def handle_RCPT(self, server: Any, _s: Any, envelope: Any, to: str, _o: Any) -> str:  # noqa: N802
        if to in self.rcpt:
            return self.rcpt[to]
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: Any, _s: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        if self.drop:
            server.transport.abort()
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.taken if mail["To"] == address]


@contextmanager
def smtp_server(handler: Any) -> Iterator[int]:
    """Runs ``handler`` on a free port of this machine."""
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    return body.get_content() if body else ""
