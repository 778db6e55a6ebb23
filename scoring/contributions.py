"""What organisations that agreed to be pooled bring to a peer baseline: one row each, checked at the door."""

from collections.abc import Iterator
from datetime import date

import pandas as pd

from questionnaires.schema import Questionnaire
from scoring.editions import SEGMENTS, EditionError
from scoring.reading import MOST_PROBLEMS, RefusedInputError, read_table

SEGMENTED_BY = ("industry", "size")
"""What a pooled edition tells of its organisations; the region is never told."""

ABOUT_ORGANIZATION = ("organization", *SEGMENTED_BY, "measured_on", "responses")


def parse_contributions(text: str, questionnaire: Questionnaire, name: str = "contributions.csv") -> pd.DataFrame:
    """Contributions from CSV text, as ``checked_contributions`` wants them. Raises ``EditionError`` with every problem.

    text : columns organization, industry, size (either may be empty: not known), measured_on (2026-09-30), responses,
    then capability ids; an empty cell = not measured, a missing column = measured by nobody
    """
    capabilities = [capability.id for capability in questionnaire.capabilities]
    try:
        table = read_table(text, name, {*ABOUT_ORGANIZATION, *capabilities})
    except RefusedInputError as error:
        raise EditionError(list(error.problems)) from None
    missing = [column for column in ABOUT_ORGANIZATION if column not in table]
    if missing:
        raise EditionError([f"{name}:1: column {column} is missing: add it" for column in missing])
    found = table[list(ABOUT_ORGANIZATION)].copy()
    texts = {"responses": table["responses"], **{one: table[one] for one in capabilities if one in table}}
    problems: list[str] = []
    for column, cells in texts.items():
        found[column] = pd.to_numeric(cells.where(cells != "", None), errors="coerce")
        wrong = cells[found[column].isna() & (cells != "")]
        problems.extend(f"{name}:{line}: column {column}: {cell!r} is no number" for line, cell in wrong.items())
    if problems:
        raise EditionError(problems[:MOST_PROBLEMS])
    return checked_contributions(found, questionnaire, place=name)


def checked_contributions(table: pd.DataFrame, questionnaire: Questionnaire, *, place: str = "row") -> pd.DataFrame:
    """The contributions in one order and one form, or ``EditionError`` naming row, column, value and fix.

    table : shape (n_organizations, …), indexed by whatever names a row to the reader; columns organization (opaque and
    unique), industry and size (empty = not known), measured_on (a date or its ISO text), responses (people behind the
    levels), and a column for each capability id, in the scale's units, NaN = not measured; others are left out.
    Returns the same columns with every capability of the questionnaire, sorted by organization.
    """
    missing = [column for column in ABOUT_ORGANIZATION if column not in table]
    if missing:
        raise EditionError([f"contributions: column {column} is missing: add it" for column in missing])
    problems = list(_problems(table, questionnaire, place))
    if problems:
        raise EditionError(problems[:MOST_PROBLEMS])
    texts = {column: table[column].where(table[column].notna(), "").astype(str) for column in ABOUT_ORGANIZATION[:-1]}
    levels = {
        one.id: table[one.id].astype(float) if one.id in table else float("nan") for one in questionnaire.capabilities
    }
    whole = pd.DataFrame({**texts, "responses": table["responses"].astype(int), **levels}, index=table.index)
    return whole.sort_values("organization").reset_index(drop=True)


def _problems(table: pd.DataFrame, questionnaire: Questionnaire, place: str) -> Iterator[str]:
    def at(line: object) -> str:
        return f"{place}:{line}" if place != "row" else f"row {line}"

    keys = table["organization"].where(table["organization"].notna(), "").astype(str)
    for line, key in keys[(keys == "") | keys.duplicated()].items():
        yield f"{at(line)}: column organization: {key!r} is empty or given twice: give each organisation one row"
    for column in SEGMENTED_BY:
        texts = table[column].where(table[column].notna(), "").astype(str)
        for line, value in texts[~texts.isin(["", *SEGMENTS[column]])].items():
            yield f"{at(line)}: column {column}: {value!r} is unknown: use one of {', '.join(SEGMENTS[column])}, or empty"
    for line, value in table["measured_on"].items():
        if not _is_date(str(value)):
            yield f"{at(line)}: column measured_on: {str(value)!r} is no date: write it like 2026-09-30"
    counts = pd.to_numeric(table["responses"], errors="coerce")
    for line, value in table["responses"][~((counts >= 1) & (counts % 1 == 0))].items():
        yield f"{at(line)}: column responses: {value!r}: give the number of people, 1 or more"
    low, high = questionnaire.scale.low, questionnaire.scale.high
    for capability in questionnaire.capabilities:
        if capability.id in table:
            numbers = pd.to_numeric(table[capability.id], errors="coerce")
            wrong = table[capability.id].notna() & ~numbers.between(low, high)
            for line, value in table[capability.id][wrong].items():
                yield f"{at(line)}: column {capability.id}: {value!r}: use a level from {low:g} to {high:g}, or leave it empty"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
