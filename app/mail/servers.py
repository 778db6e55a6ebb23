"""Where mails are handed over: an SMTP server, or a folder that keeps them as files."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SECONDS = 60.0
"""How long one answer of the server may take."""
NO_TRANSACTION = 421


class UnreachableError(Exception):
    """No mail can be handed over now: no connection, no encryption, no sign-in, or our sender is refused."""


class RefusedError(Exception):
    """The server will not take this mail; ``temporary`` when it may later."""

    def __init__(self, code: int, reply: str) -> None:
        super().__init__(f"{code} {reply}")
        self.temporary = code < 500


class NoReplyError(Exception):
    """The whole mail went out and the connection broke before the answer: it may have been taken."""


class MailServer(Protocol):
    """``address`` and ``ready`` first; nothing has left before ``hand_over``."""

    def address(self, to: str) -> None: ...

    def hand_over(self, name: str, content: bytes) -> None: ...

    def forget(self) -> None: ...


@dataclass(frozen=True)
class ServerAddress:
    """What ``TRIGPOINT_SMTP_URL`` says."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    plain: bool
    """No encryption: for servers on this machine, or where ``?tls=off`` says so."""
    folder: Path = Path()


def parse_server(url: str) -> ServerAddress:
    """``smtp://user:password@host:587`` (STARTTLS), ``smtps://…:465`` (TLS), ``file:///folder``. Raises `ValueError`."""
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path and not parts.netloc:
        return ServerAddress("file", "", 0, "", "", plain=True, folder=Path(unquote(parts.path)))
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError(
            "TRIGPOINT_SMTP_URL must look like smtp://user:password@host:587, smtps://host:465 or file:///folder"
        )
    plain = parts.scheme == "smtp" and (
        parts.hostname in LOOPBACK or parse_qs(parts.query).get("tls", ["on"])[0] == "off"
    )
    port = parts.port or (465 if parts.scheme == "smtps" else 587)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if plain and user and parts.hostname not in LOOPBACK:
        raise ValueError("TRIGPOINT_SMTP_URL: a password is not sent without encryption; remove tls=off")
    return ServerAddress(parts.scheme, parts.hostname, port, user, password, plain)


def described(url: str) -> str:
    """Where mails go, in words that are no secret: a host, a folder, or nowhere yet."""
    if not url:
        return "nowhere: no mail server is set, so they wait in the outbox"
    at = parse_server(url)
    return f"files in {at.folder}; nothing leaves this machine" if at.scheme == "file" else f"the mail server {at.host}"


@contextmanager
def open_server(url: str, sender: str, *, seconds: float = SECONDS) -> Iterator[MailServer]:
    """A connection that takes mails of ``sender``. Raises `UnreachableError`."""
    at = parse_server(url)
    if at.scheme == "file":
        yield _Folder(at.folder)
        return
    client = _connect(at, seconds)
    try:
        yield _Smtp(client, sender)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            client.quit()
        client.close()


def _connect(at: ServerAddress, seconds: float) -> smtplib.SMTP:
    context = ssl.create_default_context()
    try:
        if at.scheme == "smtps":
            client: smtplib.SMTP = smtplib.SMTP_SSL(at.host, at.port, timeout=seconds, context=context)
        else:
            client = smtplib.SMTP(at.host, at.port, timeout=seconds)
            if not at.plain:
                client.starttls(context=context)
        if at.user:
            client.login(at.user, at.password)
    except (smtplib.SMTPException, OSError) as error:
        raise UnreachableError(_why(error)) from error
    return client


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "the mail server refuses our sign-in"
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return "the mail server offers no encryption that we trust"
    return f"the mail server cannot be reached ({type(error).__name__})"


class _Smtp:
    def __init__(self, client: smtplib.SMTP, sender: str) -> None:
        self.client = client
        self.sender = sender

    def address(self, to: str) -> None:
        """Say from whom and to whom. Raises `RefusedError`, or `UnreachableError` when it is about us."""
        options = () if to.isascii() else ("SMTPUTF8",)
        try:
            self.client.ehlo_or_helo_if_needed()
            if options and not self.client.has_extn("smtputf8"):
                raise RefusedError(553, "the mail server cannot write to addresses with such letters")
            code, reply = self.client.mail(self.sender, options)
            if code != 250:
                raise UnreachableError(f"the mail server refuses our sender: {code} {_text(reply)}")
            code, reply = self.client.rcpt(to)
        except (smtplib.SMTPException, OSError) as error:
            raise RefusedError(NO_TRANSACTION, f"the connection broke ({type(error).__name__})") from error
        if code not in {250, 251}:
            self.forget()
            raise RefusedError(code if code > 0 else NO_TRANSACTION, _text(reply))

    def hand_over(self, name: str, content: bytes) -> None:
        """The mail itself. Raises `RefusedError` while nothing was taken, `NoReplyError` when nobody can tell."""
        try:
            code, reply = self.client.docmd("DATA")
        except (smtplib.SMTPException, OSError) as error:
            raise RefusedError(NO_TRANSACTION, f"the connection broke ({type(error).__name__})") from error
        if code != 354:
            raise RefusedError(code if code > 0 else NO_TRANSACTION, _text(reply))
        quoted = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in content.split(b"\r\n"))
        end = b".\r\n" if quoted.endswith(b"\r\n") else b"\r\n.\r\n"
        try:
            self.client.send(quoted)
        except (smtplib.SMTPException, OSError) as error:
            # The closing dot was never written, so no server can have taken it.
            raise RefusedError(NO_TRANSACTION, f"the connection broke ({type(error).__name__})") from error
        try:
            self.client.send(end)
            code, reply = self.client.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise NoReplyError(f"no answer after the mail ({type(error).__name__})") from error
        if code != 250:
            raise RefusedError(code if code > 0 else NO_TRANSACTION, _text(reply))

    def forget(self) -> None:
        with suppress(smtplib.SMTPException, OSError):
            self.client.rset()


def _text(reply: bytes) -> str:
    return reply.decode("utf-8", errors="replace")


class _Folder:
    """Mails as files, for trying things out: nothing leaves this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def address(self, to: str) -> None:
        """Files take every address."""

    def hand_over(self, name: str, content: bytes) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{name}.eml").write_bytes(content)
        except OSError as error:
            raise RefusedError(NO_TRANSACTION, f"the folder of mails cannot be written ({error.strerror})") from error

    def forget(self) -> None:
        """Nothing is open."""
