"""One mail as bytes: plain text and HTML, with the headers that mail servers and programs look for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr

from sqlmodel import Session

from app.mail.wording import Wording, Words, fill, shipped_wording
from app.models import OutboxMail


@dataclass(frozen=True)
class Ready:
    """What a mail needs in the moment it leaves: freshly minted links and what was true just now.

    ``values`` are added to those it was queued with; ``wording`` replaces the shipped one; ``stop`` is the address of the
    page that ends such mails, and takes a POST of mail programs.
    """

    values: Mapping[str, str]
    wording: Wording | None = None
    sender_name: str = ""
    reply_to: str = ""
    stop: str = ""


class NotWantedError(Exception):
    """Raised while a mail is made ready: it is no longer wanted, and why (a few words, without names)."""


Prepare = Callable[[Session, OutboxMail, datetime], Ready]
"""Makes a mail ready in the transaction that marks it ``sending``: looks again whether it is wanted, mints its links."""


def words_of(template: str, locale: str, values: Mapping[str, str], ready: Ready) -> Words:
    """What the recipient will read."""
    wording = ready.wording or shipped_wording(template, locale)
    return fill(wording, {**values, **ready.values}, locale=locale)


def message_bytes(name: str, to: str, words: Words, ready: Ready, *, sender: str, at: datetime) -> bytes:
    """The mail as it goes over the wire. ``name`` is the outbox's own, by which a report of failure is recognised."""
    shown, address = parseaddr(sender)
    user, _, domain = address.rpartition("@")
    message = EmailMessage(policy=SMTP if to.isascii() else SMTPUTF8)
    message["From"] = Address(" ".join(ready.sender_name.split()) or shown, user, domain)
    message["To"] = to
    message["Subject"] = words.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{name}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if ready.reply_to:
        message["Reply-To"] = ready.reply_to
    if ready.stop:
        message["List-Unsubscribe"] = f"<{ready.stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(words.text, cte="quoted-printable")
    message.add_alternative(words.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()
