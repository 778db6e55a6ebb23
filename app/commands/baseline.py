"""Build the illustrative edition of a baseline: simulated, seeded, labelled."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.commands.editions import read_edition, write_illustrative
from questionnaires.load import load_questionnaire

say = Console(stderr=True, soft_wrap=True)


def build(
    questionnaire: Annotated[str, typer.Option(help="Id of the questionnaire.")] = "mops-core",
    output: Annotated[Path, typer.Option(file_okay=False, help="Folder for the two files.")] = Path(),
) -> None:
    """Write the illustrative edition (CSV and provenance). It is simulated and says so: never market data."""
    try:
        asked = load_questionnaire(questionnaire)
    except KeyError as error:
        say.print(error.args[0], markup=False)
        raise typer.Exit(1) from None
    path = write_illustrative(asked, output)
    edition = read_edition(path, asked)
    say.print(f"{edition.n} simulated organisations. {edition.label}.", markup=False)
    typer.echo(path)
