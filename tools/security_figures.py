"""Put the figures that `make test-faults` has reached into docs/security.md.

Usage: ``python tools/security_figures.py FIGURES.json [DOCUMENT]``. Only what stands between the two marks is written.
"""

import json
import sys
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent / "docs" / "security.md"
BEGIN, END = "<!-- figures: written by make test-faults -->\n", "<!-- end of figures -->\n"


def with_figures(text: str, figures: dict[str, str]) -> str:
    """``text`` with a table of ``figures`` between the marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("docs/security.md has lost its marks for the figures")
    rows = "".join(f"| {name} | {reached} |\n" for name, reached in figures.items())
    return f"{before}{begin}| fault | reached |\n|---|---|\n{rows}{end}{after}"


def main(figures: str, document: str = str(DOCUMENT)) -> None:
    """Rewrite the document in place."""
    path = Path(document)
    found = json.loads(Path(figures).read_text(encoding="utf-8"))
    path.write_text(with_figures(path.read_text(encoding="utf-8"), found), encoding="utf-8")
    print(f"{len(found)} figures written to {path}")


if __name__ == "__main__":
    main(*sys.argv[1:])
