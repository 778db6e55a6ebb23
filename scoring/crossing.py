"""Two tables of the same people, units and roles: can a small group be worked out from both together?

Each table is safe by itself (``scoring.disclosure.gate``). Together they publish sums over rows and over columns of
units × roles. A group of people can be worked out exactly when its 0/1 indicator is a_unit + b_role on every block
that has people.
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]

MOST_COLUMNS = 5
"""With more columns than this the two tables are never shown together."""


def crossing_reveals(blocks: Counts, k: int) -> bool:
    """Tell whether fewer than k people follow from the published sums of rows and of columns.

    blocks : shape (n_rows, n_columns), people by published row and column; everything hidden is one row or one column
        of its own

    The differences of b over two columns that share a row are −1, 0 or 1, so every b can be tried out; a row in which
    b takes two values has one fitting a, and its people in the higher columns are in the group.
    Agrees with the rank test of ``scoring.disclosure.small_groups_revealed``, which is general and slower.

    >>> crossing_reveals(np.array([[9, 0], [9, 2]]), 5)
    True
    >>> crossing_reveals(np.array([[9, 6], [9, 8]]), 5)
    False
    """
    kept = blocks[:, blocks.sum(axis=0) > 0]
    columns = kept.shape[1]
    if columns < 2:
        return False
    if columns > MOST_COLUMNS:
        return True
    b = _potentials(columns)
    present = kept > 0
    highest = np.where(present, b, -columns).max(axis=2)
    lowest = np.where(present, b, columns).min(axis=2)
    spread = np.where(present.any(axis=1), highest - lowest, 0)
    chosen = present & (b == highest[:, :, None]) & (spread == 1)[:, :, None]
    people = (chosen * np.minimum(kept, k)).sum(axis=(1, 2))
    return bool(((spread <= 1).all(axis=1) & (people > 0) & (people < k)).any())


def _potentials(columns: int) -> Counts:
    """Every b with b of the first column 0, shape (n_choices, 1, n_columns)."""
    steps = range(1 - columns, columns)
    return np.array([(0, *rest) for rest in product(steps, repeat=columns - 1)])[:, None, :]
