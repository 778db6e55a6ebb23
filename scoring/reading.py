"""Answers and targets from CSV text, strictly: what cannot be read is refused with row, column, value and fix.

Nothing is guessed and nothing is half read. Line numbers are those of the file.
"""

import csv
import difflib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from questionnaires.schema import DONT_KNOW, NOT_APPLICABLE, UNANSWERED, OutcomeQuestion, Question, Questionnaire
from scoring.patterns import Answers

ABOUT_RESPONDENT = ("respondent", "unit", "role", "seniority")
MOST_PROBLEMS = 20
"""As many problems are reported at once."""


class RefusedInputError(ValueError):
    """A file was refused. ``problems`` holds one sentence per error: file, line, column, value and fix."""

    def __init__(self, problems: Sequence[str]) -> None:
        shown = list(problems[:MOST_PROBLEMS])
        if len(problems) > MOST_PROBLEMS:
            shown.append(f"… and {len(problems) - MOST_PROBLEMS} more problems.")
        super().__init__("\n".join(shown))
        self.problems = tuple(shown)


@dataclass(frozen=True, eq=False)
class AnswersFile:
    """``answers`` : shape (n_respondents, len(questionnaire.asked)), uint8 vector codes; ``respondents`` : the same
    rows; ``missing`` : questions without a column, read as not asked."""

    answers: Answers
    respondents: pd.DataFrame
    missing: tuple[str, ...]


def parse_answers(text: str, questionnaire: Questionnaire, name: str = "answers.csv") -> AnswersFile:
    """One row per respondent: optional respondent, unit, role, seniority, then a column for each question id.

    A cell holds a level's (or option's) number, is empty (unanswered), ``dk`` or ``na``. A leader's role may be given
    as its id or its text. Raises ``RefusedInputError`` with every problem found.
    """
    known = {*ABOUT_RESPONDENT, *questionnaire.position}
    table = read_table(text, name, known)
    questions = [question for question in questionnaire.asked if question.id in table.columns]
    problems = []
    if not questions:
        first = questionnaire.asked[0].id
        problems.append(f"{name}:1: no column is a question of {questionnaire.id}: name columns like {first}")
    problems.extend(_duplicates(table, name))
    answers = np.zeros((len(table), len(questionnaire.asked)), dtype=np.uint8)
    for question in questions:
        answers[:, questionnaire.position[question.id]], wrong = _codes(table[question.id], question)
        problems.extend(
            f"{name}:{line}: column {question.id}: {value!r} is no answer; use {_allowed(question)}, empty, dk or na"
            for line, value in wrong
        )
    if problems:
        raise RefusedInputError(problems)
    respondents = pd.DataFrame(
        {column: table[column] for column in ABOUT_RESPONDENT if column in table.columns}, index=table.index
    ).reset_index(drop=True)
    if "role" in respondents:
        respondents["role"] = _role_ids(respondents["role"], questionnaire)
    return AnswersFile(
        answers=answers,
        respondents=respondents,
        missing=tuple(question.id for question in questionnaire.questions if question.id not in table.columns),
    )


def parse_targets(text: str, questionnaire: Questionnaire, name: str = "targets.csv") -> pd.DataFrame:
    """``capability,target,importance``: one row per capability; target on the questionnaire's scale, importance 1 to
    5, each may be empty.

    Returns the columns capability, target and importance (NaN = empty). Raises ``RefusedInputError`` with every
    problem found.
    """
    table = read_table(text, name, {"capability", "target", "importance"})
    problems = [
        f"{name}:1: column {column} is missing: use capability,target,importance"
        for column in ("capability", "target")
        if column not in table.columns
    ]
    if problems:
        raise RefusedInputError(problems)
    known = {capability.id for capability in questionnaire.capabilities}
    seen: set[str] = set()
    for line, capability in table["capability"].items():
        if capability not in known:
            problems.append(
                f"{name}:{line}: column capability: {capability!r} is unknown{_nearest(str(capability), known)}"
            )
        if capability in seen:
            problems.append(f"{name}:{line}: column capability: {capability!r} is given twice: keep one row")
        seen.add(str(capability))
    scale = questionnaire.scale
    result = pd.DataFrame({"capability": table["capability"].astype(object)})
    for column, low, high in (("target", scale.low, scale.high), ("importance", 1.0, 5.0)):
        texts = table[column] if column in table.columns else pd.Series("", index=table.index)
        result[column] = pd.to_numeric(texts.where(texts != "", None), errors="coerce")
        wrong = (texts != "") & ~result[column].between(low, high)
        problems.extend(
            f"{name}:{line}: column {column}: {value!r} is no number from {low:g} to {high:g}: correct it or leave it empty"
            for line, value in texts[wrong].items()
        )
    if problems:
        raise RefusedInputError(problems)
    return result.reset_index(drop=True)


def read_table(text: str, name: str, known: set[str]) -> pd.DataFrame:
    """All cells as stripped text, indexed by line; refuses what is no table of the known columns."""
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise RefusedInputError([f"{name}: holds zero bytes: save it as CSV, UTF-8"])
    separator = _separator(text)
    header = [cell.strip() for cell in next(csv.reader(io.StringIO(text), delimiter=separator), [])]
    problems = list(_header_problems(header, known, name))
    if problems:
        raise RefusedInputError(problems)
    rows, lines = [], []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        next(reader)
        for cells in reader:
            if len(cells) != len(header) and any(cells):
                problems.append(
                    f"{name}:{reader.line_num}: {len(cells)} cells, the header has {len(header)}: fix the row"
                )
            elif any(cells):
                rows.append(cells)
                lines.append(reader.line_num)
    except csv.Error as error:
        problems.append(f"{name}:{reader.line_num}: not valid CSV ({error}): check the quotes")
    if not rows and not problems:
        problems.append(f"{name}: no rows under the header: give one row for each respondent or capability")
    if problems:
        raise RefusedInputError(problems)
    table = pd.DataFrame(rows, columns=header, index=lines, dtype=object)
    return pd.DataFrame({column: table[column].str.strip() for column in header}, dtype=object)


def _separator(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _header_problems(header: Sequence[str], known: set[str], name: str) -> Iterator[str]:
    if not any(header):
        yield f"{name}: empty: give a header and rows"
        return
    for place, column in enumerate(header):
        if column not in known:
            yield f"{name}:1: column {column!r} is unknown{_nearest(column, known)}"
        elif column in header[:place]:
            yield f"{name}:1: column {column!r} is given twice: keep one"


def _nearest(wrong: str, known: set[str]) -> str:
    near = difflib.get_close_matches(wrong, sorted(known), n=1)
    return f": did you mean {near[0]}?" if near else f": use one of {', '.join(sorted(known)[:4])}, …"


def _duplicates(table: pd.DataFrame, name: str) -> Iterator[str]:
    if "respondent" not in table:
        return
    given = table["respondent"][table["respondent"] != ""]
    for line, value in given[given.duplicated()].items():
        yield f"{name}:{line}: column respondent: {value!r} is given twice: keep one row for each person"


def _codes(column: pd.Series, question: Question | OutcomeQuestion) -> tuple[Answers, list[tuple[int, str]]]:
    """Vector codes of a column, and (line, value) of what is no answer."""
    kinds, texts = pd.factorize(column)
    meaning = _meaning(question)
    lookup = np.array([meaning.get(str(text).lower(), -1) for text in texts], dtype=np.int64)
    codes = lookup[kinds] if len(texts) else np.zeros(len(column), dtype=np.int64)
    wrong = [(int(str(line)), str(value)) for line, value in column[codes < 0].items()]
    return np.where(codes < 0, UNANSWERED, codes).astype(np.uint8), wrong


def _meaning(question: Question | OutcomeQuestion) -> Mapping[str, int]:
    numbers = {
        text: option.code for option in question.options for text in (f"{option.value:g}", f"{option.value:.1f}")
    }
    return {"": UNANSWERED, "dk": DONT_KNOW, "na": NOT_APPLICABLE, **numbers}


def _allowed(question: Question | OutcomeQuestion) -> str:
    return ", ".join(f"{option.value:g}" for option in question.options)


def _role_ids(roles: pd.Series, questionnaire: Questionnaire) -> pd.Series:
    """Roles given as the text of a profile option become its id."""
    ids = {option.text.lower(): option.id for question in questionnaire.profile for option in question.options}
    ids |= {option.id.lower(): option.id for question in questionnaire.profile for option in question.options}
    return roles.map(lambda role: ids.get(str(role).lower(), role))
