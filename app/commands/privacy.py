"""``trigpoint privacy retention|rewrite``: what the worker does once a day, by hand."""

import typer

from app.clock import now
from app.db import get_engine
from app.privacy.files import rewrite as rewrite_files
from app.upkeep.schedule import erase_old

privacy = typer.Typer(no_args_is_help=True, help="Erase people whose time is over, and the traces of what was deleted.")


def register(app: typer.Typer) -> None:
    """Mount the commands of this module."""
    app.add_typer(privacy, name="privacy")


@privacy.command("retention")
def retention() -> None:
    """Erase the people of every assessment that was closed longer ago than its organisation keeps them; names each."""
    for title in erase_old(get_engine(), at=now()):
        typer.echo(title)


@privacy.command("rewrite")
def rewrite() -> None:
    """Write the database anew, without a trace of deleted rows (VACUUM). Others wait meanwhile."""
    rewrite_files(get_engine())
