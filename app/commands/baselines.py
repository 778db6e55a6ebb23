"""``trigpoint baseline list|show|import|build``: the peer editions of this installation."""

import json
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import col, select

from app.baselines.actions import import_edition
from app.baselines.pooling import build_pooled
from app.baselines.queries import editions
from app.clock import now
from app.commands.baseline import build
from app.db import transaction
from app.errors import AppError
from app.models import BaselineEdition, User

app = typer.Typer(no_args_is_help=True, help="Look at peer baselines, import one, build the illustrative one.")
app.command("build")(build)
say = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)

Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command("list")
def list_stored(as_json: Json = False) -> None:
    """The editions in the database, newest first."""
    with transaction() as session:
        rows = [_row(edition) for edition in editions(session)]
    if as_json:
        typer.echo(json.dumps({"baselines": rows}, ensure_ascii=False))
        return
    table = Table("id", "baseline", "edition", "kind", "questionnaire", "peers", "published", box=None)
    for row in rows:
        names = ("id", "baseline", "edition", "kind", "questionnaire", "peers", "published_on")
        table.add_row(*(str(row[name]) for name in names))
    Console(soft_wrap=True, highlight=False).print(table)


@app.command()
def show(edition: Annotated[str, typer.Argument(help="Its id.")], as_json: Json = False) -> None:
    """Where an edition comes from: source, method, year, peers."""
    with transaction() as session:
        found = session.exec(select(BaselineEdition).where(col(BaselineEdition.id) == edition)).first()
    if found is None:
        _refuse(f"There is no edition '{edition}' here. `trigpoint baseline list` names those there are.")
    if as_json:
        typer.echo(json.dumps(_row(found), ensure_ascii=False))
        return
    for name, value in _row(found).items():
        typer.echo(f"{name}: {value}")


def _row(edition: BaselineEdition) -> dict[str, Any]:
    return {
        "id": edition.id,
        "baseline": edition.baseline,
        "edition": edition.edition,
        "kind": edition.kind,
        "questionnaire": edition.questionnaire_id,
        "peers": edition.peers,
        "published_on": edition.published_on.isoformat(),
        "year": edition.year,
        "source": edition.source,
        "method": edition.method,
        "sha256": edition.sha256,
    }


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="The edition as CSV, one row per organisation.")],
    consultant: Annotated[str, typer.Option(help="E-mail address of the consultant who brings it.")],
    provenance: Annotated[
        Path | None, typer.Option(help="Source, method, year and n as YAML; else the file beside it, ending in .yaml.")
    ] = None,
    questionnaire: Annotated[str, typer.Option(help="Id of the questionnaire.")] = "mops-core",
) -> None:
    """Store FILE as a new edition; it never changes afterwards."""
    content = _text(file)
    described = _text(provenance or file.with_suffix(".yaml"))
    try:
        with transaction() as session:
            user = session.exec(select(User).where(col(User.email) == consultant.strip().lower())).first()
            if user is None:
                _refuse(f"There is no user {consultant}. Name a consultant, or add one with `trigpoint user add`.")
            edition = import_edition(session, user, content, described, questionnaire)
    except AppError as error:
        say.print(error.message)
        for problem in error.extra.get("errors", ()):
            say.print(f"  {problem['message']}")
        raise typer.Exit(1) from None
    typer.echo(edition.id)


@app.command()
def pool(
    edition: Annotated[str, typer.Option(help="Label of the new edition, like 2026.2.")],
    administrator: Annotated[str, typer.Option(help="E-mail address of the platform administrator who builds it.")],
    questionnaire: Annotated[str, typer.Option(help="Id of the questionnaire.")] = "mops-core",
) -> None:
    """Pool the organisations of this installation that agree today into a new edition; prints its id."""
    try:
        with transaction() as session:
            user = session.exec(select(User).where(col(User.email) == administrator.strip().lower())).first()
            if user is None:
                _refuse(f"There is no user {administrator}. Add an administrator with `trigpoint user add`.")
            row = build_pooled(session, user, questionnaire, edition, at=now())
    except AppError as error:
        _refuse(error.message)
    typer.echo(row.id)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        _refuse(f"{path}: {error.strerror}. Name a file that can be read.")
    except UnicodeDecodeError:
        _refuse(f"{path} is not UTF-8 text. Save it as UTF-8.")


def _refuse(sentence: str) -> NoReturn:
    say.print(sentence)
    raise typer.Exit(1)
