"""``trigpoint audit verify|head``: whether the log is whole, and how far it goes."""

import json
from typing import Annotated

import typer
from rich.console import Console
from sqlmodel import Session

from app.audit.chain import Head
from app.audit.queries import head_of, verify
from app.db import everything, get_engine

app = typer.Typer(no_args_is_help=True, help="The audit log.")
say = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


@app.command("head")
def head(as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False) -> None:
    """Print the end of the log as NUMBER:DIGEST. Keep it outside the database, for `verify --head`."""
    with Session(everything(get_engine()).execution_options(writes=False)) as session:
        found = head_of(session)
    typer.echo(json.dumps({"number": found.number, "digest": found.digest}) if as_json else str(found))


@app.command("verify")
def verify_log(
    kept: Annotated[str, typer.Option("--head", help="NUMBER:DIGEST, as `trigpoint audit head` printed it.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Check every record and the end of the log. Exit code 1 when anything was changed, taken out or cut off."""
    number, _, digest = kept.partition(":")
    if kept and not (number.isdigit() and digest):
        raise typer.BadParameter("Give it as `trigpoint audit head` prints it: NUMBER:DIGEST.", param_hint="--head")
    with Session(everything(get_engine()).execution_options(writes=False)) as session:
        verdict = verify(session, Head(int(number), digest) if kept else None)
    if as_json:
        typer.echo(
            json.dumps({"whole": verdict.problem is None, "head": str(verdict.head), "problem": verdict.problem})
        )
    elif verdict.problem is None:
        typer.echo(f"The audit log is whole: {verdict.head.number} records.")
    if verdict.problem is not None:
        say.print(verdict.problem)
        raise typer.Exit(1)
