"""Makes static fonts from the variable ones of the page, for files that are drawn without a browser.

The PDF report and chart pictures need TrueType at fixed weights; the page's fonts are variable WOFF2, one file per script.
"""

import sys
import tempfile
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

WEIGHTS = {"Regular": 400, "SemiBold": 600}
SCRIPTS = ("latin", "latin-ext", "greek", "cyrillic")


def make(source: Path, target: Path) -> None:
    """One file per weight in ``target``, from the files of @fontsource-variable/inter in ``source``."""
    target.mkdir(parents=True, exist_ok=True)
    for name, weight in WEIGHTS.items():
        with tempfile.TemporaryDirectory() as folder:
            parts = [_part(source / f"inter-{script}-wght-normal.woff2", weight, Path(folder)) for script in SCRIPTS]
            font = Merger().merge([str(part) for part in parts])
        _call(font, name, weight)
        font.save(target / f"Inter-{name}.ttf")


def _part(path: Path, weight: int, folder: Path) -> Path:
    """One script at one weight, as a font of its own."""
    font = instantiateVariableFont(TTFont(path), {"wght": weight})
    font.flavor = None
    for table in ("STAT", "HVAR", "MVAR"):
        if table in font:
            del font[table]
    found = folder / f"{path.stem}.ttf"
    font.save(found)
    return found


def _call(font: TTFont, style: str, weight: int) -> None:
    names = font["name"]
    for number, text in (
        (1, "Inter"),
        (2, style),
        (4, f"Inter {style}"),
        (6, f"Inter-{style}"),
        (16, "Inter"),
        (17, style),
    ):
        names.setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
