"""Units and roles together: the quick test of crossing tables against the general rank test."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scoring.crossing import MOST_COLUMNS, crossing_reveals
from scoring.disclosure import small_groups_revealed


def published_groups(blocks):
    """0/1 rows of people: one for each row, each column and the whole."""
    rows, columns = np.nonzero(blocks)
    people_rows = np.repeat(rows, blocks[rows, columns])
    people_columns = np.repeat(columns, blocks[rows, columns])
    groups = [people_rows == row for row in range(blocks.shape[0])] + [
        people_columns == column for column in range(blocks.shape[1])
    ]
    return np.array([*groups, np.ones(len(people_rows))], dtype=float)


@given(
    arrays(np.int64, st.tuples(st.integers(1, 3), st.integers(2, 3)), elements=st.sampled_from([0, 0, 1, 2, 3, 4, 6]))
)
@settings(max_examples=120, deadline=None)
def test_agrees_with_the_rank_test(blocks):
    blocks = blocks[blocks.sum(axis=1) > 0]
    blocks = blocks[:, blocks.sum(axis=0) > 0]
    safe_alone = (blocks.sum(axis=1) >= 5).all() and (blocks.sum(axis=0) >= 5).all()
    if not blocks.size or not safe_alone:
        return
    assert crossing_reveals(blocks, 5) == bool(small_groups_revealed(published_groups(blocks), 5))


def test_a_unit_inside_a_role_gives_the_rest_of_the_role_away():
    assert crossing_reveals(np.array([[0, 9], [6, 2]]), 5)


def test_full_tables_are_safe():
    assert not crossing_reveals(np.array([[1, 9, 3], [6, 2, 1], [5, 5, 5]]), 5)


def test_one_column_says_nothing_new():
    assert not crossing_reveals(np.array([[3], [9]]), 5)


def test_a_small_column_gives_itself_away():
    assert crossing_reveals(np.array([[9, 2], [9, 1]]), 5)


@pytest.mark.parametrize("columns", [MOST_COLUMNS, MOST_COLUMNS + 1])
def test_too_many_columns_are_never_shown_together(columns):
    assert crossing_reveals(np.full((3, columns), 9), 5) == (columns > MOST_COLUMNS)
