"""``trigpoint questionnaire list|show|validate``: what is shipped, and whether a file of one's own is sound."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from questionnaires.load import load_questionnaire, read_library, read_questionnaire, shipped
from questionnaires.located import InvalidFileError, Problem, read_yaml
from questionnaires.schema import InitiativeLibrary, Questionnaire

app = typer.Typer(no_args_is_help=True, help="Look at questionnaires, and check files of your own.")
say = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)

Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command("list")
def list_shipped(as_json: Json = False) -> None:
    """The questionnaires that come with Trigpoint."""
    rows = [_row(load_questionnaire(name, version)) for name, versions in shipped().items() for version in versions]
    if as_json:
        typer.echo(json.dumps({"questionnaires": rows}, ensure_ascii=False))
        return
    table = Table("id", "version", "title", "capabilities", "questions", "levels", box=None)
    for row in rows:
        counts = (row["capabilities"], row["questions"], row["levels"])
        table.add_row(row["id"], row["version"], row["title"], *(str(count) for count in counts))
    Console(soft_wrap=True, highlight=False).print(table)


def _row(questionnaire: Questionnaire) -> dict[str, Any]:
    return {
        "id": questionnaire.id,
        "version": questionnaire.version,
        "title": questionnaire.title,
        "sha256": questionnaire.sha256,
        "capabilities": len(questionnaire.capabilities),
        "questions": len(questionnaire.questions),
        "levels": len(questionnaire.scale.levels),
    }


@app.command()
def show(
    wanted: Annotated[str, typer.Argument(help="Id, or id@version.")],
    as_json: Json = False,
) -> None:
    """A shipped questionnaire with its questions and level descriptions."""
    name, _, version = wanted.partition("@")
    try:
        questionnaire = load_questionnaire(name, version or None)
    except KeyError as error:
        _refuse(str(error.args[0]))
    if as_json:
        typer.echo(json.dumps(asdict(questionnaire), ensure_ascii=False))
        return
    typer.echo(f"{questionnaire.title} ({questionnaire.id} {questionnaire.version})")
    for dimension in questionnaire.dimensions:
        typer.echo(f"\n{dimension.name}")
        for capability in dimension.capabilities:
            typer.echo(f"\n  {capability.name} [{capability.id}]")
            for question in capability.questions:
                typer.echo(f"    {question.text} [{question.id}]")
                for option in question.options:
                    typer.echo(f"      {option.id}  {option.text}")


@app.command()
def validate(
    file: Annotated[Path, typer.Argument(help="A questionnaire, or an initiative library, as YAML.")],
    as_json: Json = False,
) -> None:
    """Check FILE and report every error with its line and how to fix it."""
    try:
        summary = _checked(file)
    except InvalidFileError as error:
        _report(error.problems, as_json)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps({"valid": True, "errors": [], **summary}, ensure_ascii=False))
    else:
        typer.echo(f"{file} is valid: {', '.join(f'{value} {name}' for name, value in summary.items())}.")


def _checked(file: Path) -> dict[str, Any]:
    content = read_yaml(file).content
    if isinstance(content, dict) and "initiatives" in content:
        return _library_summary(read_library(file, _questionnaire_of(file, content)))
    questionnaire = read_questionnaire(file)
    return {
        "dimensions": len(questionnaire.dimensions),
        "capabilities": len(questionnaire.capabilities),
        "questions": len(questionnaire.questions),
    }


def _questionnaire_of(file: Path, content: dict[str, Any]) -> Questionnaire:
    """The questionnaire that a library belongs to: one beside it when there is one, else a shipped one."""
    name, version = str(content.get("questionnaire", "")), str(content.get("version", ""))
    beside = file.parent / f"{version}.yaml"
    if beside.exists():
        return read_questionnaire(beside)
    try:
        return load_questionnaire(name, version)
    except KeyError as error:
        _refuse(f"{file}: {error.args[0]}. Put the questionnaire beside the library as {version or 'VERSION'}.yaml.")


def _library_summary(library: InitiativeLibrary) -> dict[str, Any]:
    return {"initiatives": len(library.initiatives), "skills": len(library.skills)}


def _report(problems: list[Problem] | tuple[Problem, ...], as_json: bool) -> None:
    if as_json:
        errors = [asdict(problem) for problem in problems]
        typer.echo(json.dumps({"valid": False, "errors": errors}, ensure_ascii=False))
    for problem in problems:
        say.print(str(problem))
    say.print(f"{len(problems)} {'error' if len(problems) == 1 else 'errors'}. Nothing was imported.")


def _refuse(sentence: str) -> NoReturn:
    say.print(sentence)
    raise typer.Exit(1)
