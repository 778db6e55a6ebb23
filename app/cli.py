"""The command line: ``trigpoint …``. Results go to standard output, everything else to standard error."""

import typer

from app.commands import server

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
server.register(app)


def main() -> None:
    app()
