"""``trigpoint demo``: an invented client, loaded once, served on this machine, with links that sign in."""

import logging
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from app.commands.output import drop_native_output

say = Console(stderr=True, highlight=False, soft_wrap=True)
HOST = "127.0.0.1"


def demo(
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8000,
    folder: Annotated[Path, typer.Option(help="Where the database and its secret are kept.")] = Path("var"),
) -> None:
    """Load the demo organisation once, print three one-time links and serve it on this machine only."""
    # Listening comes first: it tells whether the port is free, and browsers that come early wait instead of failing.
    with _listen(port) as listener:
        _configure(_writable(folder), port)
        drop_native_output()
        _prepare()
        _print_links(f"http://{HOST}:{port}")
        _serve(listener)


def _refuse(sentence: str) -> NoReturn:
    say.print(sentence)
    raise typer.Exit(1)


@contextmanager
def _listen(port: int) -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            _refuse(
                f"Port {port} is in use. Stop what is serving there, or choose another: "
                f".venv/bin/trigpoint demo --port {port + 1}"
            )
        except OverflowError:
            _refuse(f"{port} is no port. Choose one from 1024 to 65535.")
        listener.listen(128)
        yield listener


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        _refuse(
            f"{folder.resolve()} cannot be written to ({error.strerror}). Give yourself the right to write there, "
            "or choose another folder with --folder."
        )
    return folder


def _configure(folder: Path, port: int) -> None:
    """Settings come from the environment, so that is where the demo's own go, before anything reads them."""
    os.environ.setdefault("TRIGPOINT_DATABASE_URL", f"sqlite:///{folder}/trigpoint.db")
    os.environ.setdefault("TRIGPOINT_SECRET_KEY", _secret(folder / "secret"))
    os.environ.setdefault("TRIGPOINT_SMTP_URL", (folder.resolve() / "mails").as_uri())
    os.environ["TRIGPOINT_BASE_URL"] = f"http://{HOST}:{port}"


def _secret(path: Path) -> str:
    """A random secret that stays the same from start to start; only its owner can read it."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()


def _prepare() -> None:
    """Migrate, and load the demo unless it is there. Half a demo is never kept: it is one transaction."""
    from app.clock import now
    from app.db import get_engine, transaction
    from app.demo.users import demo_users
    from app.health import readiness

    if readiness(get_engine()) is not None:
        from app.commands.server import upgrade_database

        say.print("Preparing the database …")
        upgrade_database()
    from app.roadmaps.improving import start_improving

    with transaction() as session:
        if demo_users(session) is None:
            from app.demo.load import load_demo

            say.print("Loading the demo organisation (once) …")
            load_demo(session, at=now(), say=lambda text: say.print(f"  {text}"))
    start_improving()


def _print_links(address: str) -> None:
    from app.accounts.actions import issue_sign_in_link
    from app.clock import now
    from app.db import transaction
    from app.demo.users import demo_users, report_path, respondent_link

    with transaction() as session:
        users = demo_users(session)
        if users is None:
            _refuse("The demo's users are gone from the database. Remove ./var to start the demo afresh.")
        consultant = issue_sign_in_link(session, users.consultant, next_path="/", at=now())
        leader = issue_sign_in_link(session, users.leader, next_path=report_path(session), at=now())
        respondent = respondent_link(session, at=now())
    say.print(f"\nTrigpoint is at {address}. Each sign-in link works once, on this machine:\n")
    say.print(f"  consultant  {address}/enter/{consultant}")
    say.print(f"  leader      {address}/enter/{leader}")
    say.print(f"  respondent  {address}/a/{respondent}" if respondent else "  respondent  (the open survey was closed)")
    say.print(f"\nMails go to {_mails_go_to()}.")
    say.print("\nCtrl+C stops it; `make demo` starts it again with everything you did.\n")


def _mails_go_to() -> str:
    from app.mail.servers import described
    from app.settings import get_settings

    return described(get_settings().smtp_url.get_secret_value())


def _serve(listener: socket.socket) -> None:
    import threading

    import structlog
    import uvicorn

    from app.db import get_engine
    from app.logs import configure_logs
    from app.main import create_app
    from app.settings import get_settings
    from app.upkeep.mails import sending_mails

    configure_logs()
    # The links stay in sight: only what went wrong is told after them.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    config = uvicorn.Config(create_app(get_settings(), get_engine()), access_log=False, log_level="warning")
    with sending_mails(get_engine(), get_settings(), threading.Event()):
        uvicorn.Server(config).run(sockets=[listener])
