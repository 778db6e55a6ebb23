"""The worked examples of the method pages give what they print."""

import doctest
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[2] / "docs" / "methods"


@pytest.mark.parametrize("page", ["agreement", "disclosure", "drivers", "effect", "intervals", "reliability", "trend"])
def test_worked_examples(page):
    result = doctest.testfile(str(PAGES / f"{page}.md"), module_relative=False, encoding="utf-8")
    assert result.attempted > 0
    assert result.failed == 0
