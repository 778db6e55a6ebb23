"""Build an edition of a baseline as files: the illustrative one, or one pooled from organisations that agreed to it."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.clock import now
from app.commands.editions import read_edition, write_illustrative, write_pooled
from questionnaires.load import load_questionnaire
from questionnaires.schema import Questionnaire
from scoring.contributions import parse_contributions
from scoring.editions import EditionError
from scoring.pooled import pool_edition, rebuild_pooled

say = Console(stderr=True, soft_wrap=True, highlight=False)


def build(
    questionnaire: Annotated[str, typer.Option(help="Id of the questionnaire.")] = "mops-core",
    output: Annotated[Path, typer.Option(file_okay=False, help="Folder for the files.")] = Path(),
    pooled: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Pool these organisations: CSV, one row per organisation."),
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Rebuild the pooled edition of this manifest.")
    ] = None,
    edition: Annotated[str | None, typer.Option(help="Label of the pooled edition, like 2026.2.")] = None,
    published_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its date; today where none is given.")
    ] = None,
    earlier: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Manifest of an earlier edition; give one for each."),
    ] = None,
    series: Annotated[
        str, typer.Option("--id", help="Id of the series that the pooled edition belongs to.")
    ] = "pooled",
) -> None:
    """Write an edition: CSV and provenance, for `baseline import`.

    Without --pooled or --manifest it is the illustrative edition: simulated, and it says so. --pooled reads columns
    organization, industry, size, measured_on, responses and capability ids; beside the edition it writes the
    manifest, which is confidential and from which --manifest makes the same bytes again. With --earlier, nothing is
    told that could be subtracted from an earlier edition.
    """
    if pooled is not None and manifest is not None:
        raise typer.BadParameter("use it or --pooled, not both", param_hint="--manifest")
    if pooled is not None and not edition:
        raise typer.BadParameter("is needed with --pooled: name the edition, like 2026.2", param_hint="--edition")
    try:
        asked = load_questionnaire(questionnaire)
        if pooled is not None:
            contributions = parse_contributions(_text(pooled), asked, str(pooled))
            day = (published_on or now()).date()
            manifests = [_text(path) for path in earlier or ()]
            made = pool_edition(
                contributions, asked, edition=edition or "", published_on=day, series=series, earlier=manifests
            )
            path = write_pooled(made, asked, output)
        elif manifest is not None:
            path = write_pooled(rebuild_pooled(_text(manifest), asked), asked, output)
        else:
            path = write_illustrative(asked, output)
        _tell(path, asked)
    except KeyError as error:
        say.print(error.args[0], markup=False)
        raise typer.Exit(1) from None
    except EditionError as error:
        for problem in error.problems:
            say.print(problem, markup=False)
        raise typer.Exit(1) from None
    typer.echo(path)


def _tell(path: Path, asked: Questionnaire) -> None:
    edition = read_edition(path, asked)
    if edition.kind == "illustrative":
        say.print(f"{edition.n} simulated organisations. {edition.label}.", markup=False)
    else:
        say.print(f"{edition.n} organisations pooled. The manifest is confidential.", markup=False)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise EditionError([f"{path}: byte {error.start} is not UTF-8: save the file as UTF-8"]) from None
