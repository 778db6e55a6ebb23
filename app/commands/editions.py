"""Editions of baselines as files: those that come with Trigpoint, and those of the person at the command line."""

from pathlib import Path

from questionnaires.load import CONTENT
from questionnaires.schema import Questionnaire
from scoring.editions import Edition, EditionError, parse_edition
from scoring.illustrative import EDITION, edition_files
from scoring.pooled import PooledEdition


def read_edition(csv_path: Path, questionnaire: Questionnaire) -> Edition:
    """An edition from its CSV file and the YAML file of the same name beside it. Raises ``EditionError`` with every problem."""
    provenance_path = csv_path.with_suffix(".yaml")
    if not provenance_path.is_file():
        raise EditionError([f"{provenance_path}: is missing: describe the baseline's source, method, year and n in it"])
    return parse_edition(
        csv_path.read_text(encoding="utf-8"),
        provenance_path.read_text(encoding="utf-8"),
        questionnaire,
        csv_name=str(csv_path),
        provenance_name=str(provenance_path),
    )


def find_edition(wanted: str, questionnaire: Questionnaire) -> Edition:
    """A shipped edition by file name or id (then the newest), or a CSV file by path. Raises ``EditionError``."""
    if wanted.endswith(".csv") and Path(wanted).is_file():
        return read_edition(Path(wanted), questionnaire)
    shipped = sorted((CONTENT / questionnaire.id / "baselines").glob("*.csv"))
    named = [path for path in shipped if wanted in (path.stem, path.stem.rpartition("-")[0])]
    if not named:
        known = ", ".join(path.stem for path in shipped) or "none"
        raise EditionError([f"baseline {wanted!r} is unknown: use one of {known}, or the path of a CSV file"])
    return read_edition(named[-1], questionnaire)


def write_illustrative(questionnaire: Questionnaire, folder: Path) -> Path:
    """Write the simulated edition's two files into the folder and return the path of the CSV file."""
    folder.mkdir(parents=True, exist_ok=True)
    content, provenance = edition_files(questionnaire)
    path = folder / f"illustrative-{EDITION}.csv"
    path.write_text(content, encoding="utf-8", newline="")
    path.with_suffix(".yaml").write_text(provenance, encoding="utf-8", newline="")
    return path


def write_pooled(made: PooledEdition, questionnaire: Questionnaire, folder: Path) -> Path:
    """Write a pooled edition's two files and its manifest into the folder and return the path of the CSV file."""
    folder.mkdir(parents=True, exist_ok=True)
    edition = parse_edition(made.content, made.provenance, questionnaire)
    path = folder / f"{edition.id}-{edition.edition}.csv"
    path.write_text(made.content, encoding="utf-8", newline="")
    path.with_suffix(".yaml").write_text(made.provenance, encoding="utf-8", newline="")
    path.with_suffix(".manifest.json").write_text(made.manifest, encoding="utf-8", newline="")
    return path
