"""Files with one thing wrong, and what is said about them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from questionnaires.load import parse_questionnaire, read_library
from questionnaires.located import InvalidFileError
from questionnaires.schema import Questionnaire

SMALL = Path(__file__).parent / "fixtures" / "ux-small-1.0.0.yaml"


def small_text() -> str:
    return SMALL.read_text(encoding="utf-8")


def small() -> Questionnaire:
    return parse_questionnaire(small_text(), "ux.yaml")


def changed(text: str, old: str, new: str) -> tuple[str, int]:
    """``text`` with its first ``old`` replaced, and the line (from 1) on which that stands."""
    place = text.index(old)
    return text[:place] + new + text[place + len(old) :], text.count("\n", 0, place) + 1


def refusal(text: str, file: str = "ux.yaml") -> list[str]:
    """What is said about a questionnaire that is refused: ``file:line: message`` each."""
    return _said(lambda: parse_questionnaire(text, file))


def library_refusal(path: Path, questionnaire: Questionnaire) -> list[str]:
    return _said(lambda: read_library(path, questionnaire))


def _said(read: Callable[[], object]) -> list[str]:
    with pytest.raises(InvalidFileError) as caught:
        read()
    return [str(problem) for problem in caught.value.problems]
