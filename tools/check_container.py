"""Check Dockerfile and compose.yaml as far as no engine is needed.

Every COPY finds its source and `.dockerignore` lets it through, everything built is built by a target of the Makefile, commands
and variables are ones that Trigpoint has, and what runs is neither root nor able to write outside of /data and /tmp.
"""

import fnmatch
import json
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
import yaml

from app.cli import command_line
from app.settings import Settings

ROOT = Path(__file__).parent.parent
ALLOWED_RUN = (
    "apt-get update",
    "apt-get install",
    "rm -rf /var/lib/apt/lists",
    "useradd",
    "install --directory",
    "make ",
)


def instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Each instruction with its arguments, continued lines joined."""
    for line in re.sub(r"\\\n\s*", " ", dockerfile).splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, rest = line.partition(" ")
            yield name.upper(), rest.strip()


def dockerfile_problems(dockerfile: str, ignored: str, makefile: str) -> Iterator[str]:
    found = list(instructions(dockerfile))
    stages = [rest.split(" AS ")[1] for name, rest in found if name == "FROM" and " AS " in rest]
    for name, rest in found:
        if name == "COPY":
            yield from _copy_problems(rest, stages, ignored)
        if name == "ADD":
            yield f"ADD {rest}: use COPY"
        if name == "RUN":
            yield from _run_problems(rest, makefile)
    last = found[max(place for place, (name, _) in enumerate(found) if name == "FROM") :]
    user = [rest for name, rest in last if name == "USER"]
    if not user or user[-1] in {"root", "0"}:
        yield "the last stage runs as root: add USER"
    command = [json.loads(rest) for name, rest in last if name == "CMD"]
    yield from _command_problems(command[-1] if command else [], "Dockerfile CMD")


def _copy_problems(rest: str, stages: list[str], ignored: str) -> Iterator[str]:
    *sources, _ = [part for part in shlex.split(rest) if not part.startswith("--")]
    stage = re.search(r"--from=(\S+)", rest)
    if stage:
        if stage[1] not in stages:
            yield f"COPY {rest}: there is no stage '{stage[1]}'"
        return
    for source in sources:
        if not (ROOT / source).exists():
            yield f"COPY {source}: there is no such file"
        elif not _sent(source, ignored):
            yield f"COPY {source}: .dockerignore keeps it out"


def _sent(path: str, ignored: str) -> bool:
    """Whether the build sees ``path``: the last pattern that matches it, or a folder above it, decides."""
    sent = True
    for pattern in ignored.split():
        wanted = pattern.removeprefix("!").removeprefix("**/")
        folders = ["/".join(path.split("/")[: depth + 1]) for depth in range(path.count("/") + 1)]
        if any(fnmatch.fnmatch(folder, wanted) for folder in folders):
            sent = pattern.startswith("!")
    return sent


def _run_problems(rest: str, makefile: str) -> Iterator[str]:
    for command in rest.split("&&"):
        command = command.strip()
        if not command.startswith(ALLOWED_RUN):
            yield f"RUN {command}: build by a target of the Makefile instead"
        if command.startswith("make ") and not re.search(rf"^{command.split()[1]}:", makefile, re.MULTILINE):
            yield f"RUN {command}: the Makefile has no such target"


def _command_problems(command: list[str], where: str) -> Iterator[str]:
    commands = typer.main.get_command(command_line()).commands  # type: ignore[attr-defined]
    if not command or command[0] not in commands:
        yield f"{where}: '{command[0] if command else ''}' is no command of trigpoint"
        return
    known = {option for parameter in commands[command[0]].params for option in parameter.opts}
    for option in command[1:]:
        if option.startswith("--") and option not in known:
            yield f"{where}: trigpoint {command[0]} has no option {option}"


def compose_problems(compose: dict[str, Any]) -> Iterator[str]:
    services = compose["services"]
    variables = {f"TRIGPOINT_{name.upper()}" for name in Settings.model_fields}
    for name, service in services.items():
        for needed in service.get("depends_on", {}):
            if needed not in services:
                yield f"{name} depends on '{needed}', which is no service"
        if service.get("privileged") or service.get("user") in {"root", "0"}:
            yield f"{name} has more rights than it needs"
        if "build" not in service:
            continue
        yield from _command_problems(service.get("command", []), f"service {name}")
        unknown = [key for key in service.get("environment", {}) if key not in variables]
        if unknown:
            yield f"{name} sets {', '.join(unknown)}, which Trigpoint does not read"
        if not service.get("read_only") or service.get("cap_drop") != ["ALL"] or "/tmp" not in service.get("tmpfs", []):
            yield f"{name} must be read_only, drop all capabilities and have /tmp in memory"
    for service in services.values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source not in compose.get("volumes", {}):
                yield f"the volume '{source}' is not declared"


def main() -> int:
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("Dockerfile", ".dockerignore", "Makefile")}
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    problems = [
        *dockerfile_problems(texts["Dockerfile"], texts[".dockerignore"], texts["Makefile"]),
        *compose_problems(compose),
    ]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"Dockerfile and compose.yaml: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
