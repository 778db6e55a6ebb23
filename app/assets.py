"""Built front-end files by their source name, from Vite's manifest."""

import json
from functools import cache
from pathlib import Path

from app.settings import get_settings


@cache
def _manifest(static_dir: Path) -> dict[str, dict[str, str]]:
    path = static_dir / ".vite" / "manifest.json"
    if not path.exists():
        raise RuntimeError(f"The front end is not built: {path} is missing. Run `make frontend`.")
    content: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return content


def asset(source: str) -> str:
    """The hashed URL of a source file of the front end, such as ``src/app.ts``. Raises `KeyError` for unknown ones."""
    return "/static/" + _manifest(get_settings().static_dir)[source]["file"]


@cache
def fonts() -> Path:
    """The folder of the static fonts with which files are drawn: the page's own, as TrueType."""
    path = get_settings().static_dir / "fonts"
    if not path.exists():
        raise RuntimeError(f"The front end is not built: {path} is missing. Run `make frontend`.")
    return path
