"""Serve, migrate, manage users: what an administrator types."""

from typing import Annotated

import typer
import uvicorn
from alembic import command
from rich.console import Console

from app.accounts.actions import create_user
from app.db import get_engine, transaction
from app.errors import AppError
from app.health import alembic_config, current_revision
from app.logs import configure_logs
from app.main import create_app
from app.settings import get_settings

say = Console(stderr=True)
user = typer.Typer(no_args_is_help=True, help="Add and change users.")


def register(app: typer.Typer) -> None:
    """Mount the commands of this module."""
    app.command()(serve)
    app.command()(migrate)
    app.add_typer(user, name="user")


def upgrade_database() -> None:
    """Bring the configured database to the newest migration."""
    engine = get_engine()
    config = alembic_config()
    with engine.connect() as connection:
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

    Configuration comes from the environment: TRIGPOINT_DATABASE_URL, TRIGPOINT_SECRET_KEY, TRIGPOINT_BASE_URL,
    TRIGPOINT_ENVIRONMENT (development or production), TRIGPOINT_ALLOWED_HOSTS, TRIGPOINT_MAX_BODY_BYTES,
    TRIGPOINT_SESSION_IDLE_MINUTES, TRIGPOINT_SESSION_DAYS, TRIGPOINT_GRACE_HOURS, TRIGPOINT_DATABASE_POOL,
    TRIGPOINT_SECOND_FACTOR, TRIGPOINT_PLANNER.
    """
    settings = get_settings()
    configure_logs()
    if workers > 1 and settings.sqlite:
        say.print("SQLite is served by one process. Use --workers 1, or set TRIGPOINT_DATABASE_URL to PostgreSQL.")
        raise typer.Exit(1)
    if workers > 1:
        uvicorn.run("app.main:create_app", factory=True, host=host, port=port, workers=workers, access_log=False)
    else:
        uvicorn.run(create_app(settings, get_engine()), host=host, port=port, access_log=False, log_level="warning")


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
