"""Serve, migrate, manage users: what an administrator types."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Annotated, Any

import typer
import uvicorn
from alembic import command
from rich.console import Console
from sqlmodel import Session, select

from app.accounts.actions import create_user
from app.accounts.links import password_link
from app.administration.actions import disable_user, enable_user, reset_factor
from app.administration.queries import all_users
from app.clock import now
from app.commands.output import drop_native_output
from app.db import get_engine, owner_connection, transaction
from app.errors import AppError, NotFoundError
from app.health import alembic_config, current_revision
from app.logs import configure_logs
from app.main import create_app
from app.models import User
from app.settings import get_settings
from app.upkeep.mails import sending_mails

say = Console(stderr=True)
user = typer.Typer(no_args_is_help=True, help="Add and change users.")


def register(app: typer.Typer) -> None:
    """Mount the commands of this module."""
    app.command()(serve)
    app.command()(migrate)
    app.add_typer(user, name="user")


def upgrade_database() -> None:
    """Bring the configured database to the newest migration."""
    config = alembic_config()
    with owner_connection() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def migrate() -> None:
    """Create or upgrade the database of TRIGPOINT_DATABASE_URL."""
    upgrade_database()
    say.print(f"Database at revision {current_revision(get_engine())}.")


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="Processes; more than one only on PostgreSQL.")] = 1,
) -> None:
    """Serve pages and API.

    Configuration comes from the environment: TRIGPOINT_DATABASE_URL, TRIGPOINT_MIGRATION_URL, TRIGPOINT_SECRET_KEY,
    TRIGPOINT_BASE_URL, TRIGPOINT_ENVIRONMENT (development or production), TRIGPOINT_ALLOWED_HOSTS, TRIGPOINT_TRUSTED_PROXIES,
    TRIGPOINT_MAX_BODY_BYTES, TRIGPOINT_SESSION_IDLE_MINUTES, TRIGPOINT_SESSION_DAYS, TRIGPOINT_GRACE_HOURS,
    TRIGPOINT_DATABASE_POOL, TRIGPOINT_SMTP_URL, TRIGPOINT_MAIL_FROM, TRIGPOINT_MAIL_PER_MINUTE,
    TRIGPOINT_MAILER, TRIGPOINT_SECOND_FACTOR, TRIGPOINT_PLANNER, TRIGPOINT_AUDIT_KEY, TRIGPOINT_OIDC_PROVIDERS.
    """
    settings = get_settings()
    if workers == 1:
        drop_native_output()
    configure_logs()
    if workers > 1 and settings.sqlite:
        say.print("SQLite is served by one process. Use --workers 1, or set TRIGPOINT_DATABASE_URL to PostgreSQL.")
        raise typer.Exit(1)
    with sending_mails(get_engine(), settings, threading.Event()) if settings.mailer == "server" else nullcontext():
        listen: dict[str, Any] = {
            "host": host,
            "port": port,
            "access_log": False,
            # Whoever is not named could choose the address that limits are counted by.
            "proxy_headers": bool(settings.trusted_proxies),
            "forwarded_allow_ips": settings.trusted_proxies,
        }
        if workers > 1:
            uvicorn.run("app.main:create_app", factory=True, workers=workers, **listen)
        else:
            uvicorn.run(create_app(settings, get_engine()), log_level="warning", **listen)


@user.command("add")
def add_user(
    email: str,
    name: Annotated[str, typer.Option(prompt=True)],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    administrator: Annotated[bool, typer.Option("--administrator")] = False,
    consultant: Annotated[bool, typer.Option("--consultant")] = False,
) -> None:
    """Add a user who signs in with a password."""
    try:
        with transaction() as session:
            create_user(
                session, email=email, name=name, password=password, administrator=administrator, consultant=consultant
            )
    except AppError as error:
        say.print(error.message)
        raise typer.Exit(1) from None
    say.print(f"Added {email}.")


@user.command("list")
def list_users() -> None:
    """Every user: address, rights, state."""
    with transaction() as session:
        for row in all_users(session):
            rights = [name for name in ("administrator", "consultant") if getattr(row, name)]
            typer.echo("\t".join((row.email, ",".join(rights) or "-", row.state, "2fa" if row.factor else "-")))


@user.command("link")
def link(email: str) -> None:
    """Print a one-time link by which a user sets a password, where no mail can be sent."""
    with _one_user(email) as (session, found):
        typer.echo(password_link(session, found, at=now()))


@user.command("recover")
def recover(email: str) -> None:
    """Forget a lost second factor; every session of the user ends."""
    with _one_user(email) as (session, found):
        reset_factor(session, found)
    say.print(f"{email} signs in with the password alone, and sets up another factor where the role needs one.")


@user.command("disable")
def disable(email: str) -> None:
    """Shut a user out at once: sessions, tokens and links end, nothing is deleted."""
    with _one_user(email) as (session, found):
        disable_user(session, found, at=now())
    say.print(f"{email} is shut out.")


@user.command("enable")
def enable(email: str) -> None:
    """Let a disabled user sign in again."""
    with _one_user(email) as (session, found):
        enable_user(session, found)
    say.print(f"{email} can sign in again.")


@contextmanager
def _one_user(email: str) -> Iterator[tuple[Session, User]]:
    try:
        with transaction() as session:
            found = session.exec(select(User).where(User.email == email.strip().lower())).first()
            if found is None:
                raise NotFoundError(f"There is no user with the address {email}. `trigpoint user list` shows all.")
            yield session, found
    except AppError as error:
        say.print(error.message)
        raise typer.Exit(1) from None
