"""``trigpoint roadmap solve``: plan initiatives from a JSON file, without a server."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from scoring.roadmap import (
    ProblemError,
    Progress,
    bounding_is_under_way,
    gantt,
    parse_problem,
    solution_document,
    solve,
)

app = typer.Typer(no_args_is_help=True, help="Plan initiatives under budget, capacity and prerequisites.")


@app.callback()
def roadmap() -> None:
    """Plan initiatives under budget, capacity and prerequisites."""


@app.command("solve")
def solve_file(
    problem: Annotated[
        Path, typer.Argument(help="The problem as JSON (docs/roadmap-problem.md); - reads standard input.")
    ],
    time_limit: Annotated[float, typer.Option(help="Seconds at most.", min=0.05, max=86_400.0)] = 10.0,
    gap: Annotated[
        float, typer.Option(help="Relative gap that counts as optimal; 0 for exact.", min=0.0, max=1.0)
    ] = 0.01,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document (the default).")] = False,
    as_gantt: Annotated[bool, typer.Option("--gantt", help="Print a chart in plain text.")] = False,
) -> None:
    """Find the most valuable plan for PROBLEM and print it."""
    if as_json and as_gantt:
        raise typer.BadParameter("give --json or --gantt, not both")
    try:
        read = parse_problem(_read(problem))
        with standard_output_kept_clean():
            solution = solve(read, time_limit=time_limit, gap=gap, on_progress=_report)
    except ProblemError as error:
        _refuse(error.faults)
    if as_gantt:
        typer.echo(gantt(read, solution))
    else:
        typer.echo(json.dumps(solution_document(read, solution), ensure_ascii=False, allow_nan=False))
    sys.stdout.flush()
    if bounding_is_under_way():
        os.dup2(2, 1)  # what its native code may still print until the process ends is no result


def _read(path: Path) -> Any:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    except OSError as error:
        _refuse([f"{path}: cannot be read ({error.strerror}); give the path of a readable file"])
    except UnicodeDecodeError as error:
        _refuse([f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8"])
    try:
        return json.loads(text, object_pairs_hook=_no_key_twice)
    except json.JSONDecodeError as error:
        _refuse([f"{path}:{error.lineno}:{error.colno}: not JSON ({error.msg}); correct it there"])
    except RecursionError:
        _refuse([f"{path}: nested too deeply; write the format of docs/roadmap-problem.md"])


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise ProblemError([f"key {', '.join(map(repr, twice))} is written twice in one object; keep one of them"])
    return table


def _refuse(faults: list[str] | tuple[str, ...]) -> NoReturn:
    shown = 50
    for fault in faults[:shown]:
        typer.echo(fault, err=True)
    if len(faults) > shown:
        typer.echo(f"… and {len(faults) - shown} more", err=True)
    raise typer.Exit(1) from None


def _report(progress: Progress) -> bool:
    if sys.stderr.isatty():
        line = f"\r{progress.seconds:5.1f} s  value {progress.objective:.2f}  of at most {progress.bound:.2f} "
        typer.echo(line, err=True, nl=False)
    return True


@contextmanager
def standard_output_kept_clean() -> Iterator[None]:
    """Send to standard error what native code prints on file descriptor 1 meanwhile."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        if sys.stderr.isatty():
            typer.echo("", err=True)
