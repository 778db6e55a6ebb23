"""The command line: ``trigpoint …``. Results go to standard output, everything else to standard error."""

import sys
from collections.abc import Callable, Mapping

import typer

Mount = Callable[[typer.Typer], None]


def _server(app: typer.Typer) -> None:
    from app.commands import server

    server.register(app)


def _demo(app: typer.Typer) -> None:
    from app.commands.demo import demo

    app.command()(demo)


def _ops(app: typer.Typer) -> None:
    from app.commands import ops

    ops.register(app)


def _questionnaire(app: typer.Typer) -> None:
    from app.commands import questionnaire

    app.add_typer(questionnaire.app, name="questionnaire")


def _baseline(app: typer.Typer) -> None:
    from app.commands import baselines

    app.add_typer(baselines.app, name="baseline")


def _score(app: typer.Typer) -> None:
    from app.commands.score import score

    app.command()(score)


def _roadmap(app: typer.Typer) -> None:
    from app.commands import roadmap

    app.add_typer(roadmap.app, name="roadmap")


def _audit(app: typer.Typer) -> None:
    from app.commands import audit

    app.add_typer(audit.app, name="audit")


def _privacy(app: typer.Typer) -> None:
    from app.commands import privacy

    privacy.register(app)


COMMANDS: Mapping[str, Mount] = {
    "demo": _demo,
    "serve": _server,
    "migrate": _server,
    "user": _server,
    "worker": _ops,
    "doctor": _ops,
    "backup": _ops,
    "restore": _ops,
    "audit": _audit,
    "privacy": _privacy,
    "questionnaire": _questionnaire,
    "baseline": _baseline,
    "score": _score,
    "roadmap": _roadmap,
}
"""Command → what mounts it. Only the one that was asked for is imported: pandas and SciPy take their time."""


def command_line(asked: str | None = None) -> typer.Typer:
    """The application with the command ``asked``, or with all of them."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

    @app.callback()
    def trigpoint() -> None:
        pass

    for mount in [COMMANDS[asked]] if asked and asked in COMMANDS else dict.fromkeys(COMMANDS.values()):
        mount(app)
    return app


def main() -> None:
    asked = sys.argv[1] if len(sys.argv) > 1 else None
    try:
        command_line(asked)()
    except Exception as failure:
        reason = _database_unready(failure)
        if reason is None:
            raise
        typer.echo(f"{reason} TRIGPOINT_DATABASE_URL says which database it is.", err=True)
        sys.exit(1)


def _database_unready(failure: Exception) -> str | None:
    """Why the database cannot be used, where that explains ``failure``."""
    if not type(failure).__module__.startswith("sqlalchemy."):
        return None
    from app.db import get_engine
    from app.health import readiness

    return readiness(get_engine())
