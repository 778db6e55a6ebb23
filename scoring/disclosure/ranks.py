"""The rank test: can a group's sum be computed from the sums of published groups?

Publishing a mean with its n publishes a sum over people, a 0/1 row of the membership matrix M. A group g can be
worked out exactly when it is a linear combination of the rows, that is when `rank([M; g]) = rank(M)`.
"""

from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
TOLERANCE = 1e-8


def reveals(membership_matrix: ArrayLike, group: ArrayLike) -> bool:
    """Tell whether the published groups together give the group away.

    membership_matrix : shape (n_published, n_respondents), 1 = in the published group
    group : shape (n_respondents,), 1 = in the group that must stay hidden; not empty

    >>> whole, shown = [1, 1, 1, 1, 1], [1, 1, 1, 0, 0]
    >>> reveals([whole, shown], [0, 0, 0, 1, 1]), reveals([whole], [0, 0, 0, 1, 1])
    (True, False)
    """
    hidden = np.asarray(group, dtype=float)
    published = np.asarray(membership_matrix, dtype=float).reshape(-1, hidden.size)
    if not hidden.any():
        raise ValueError("group has no members: name at least one respondent")
    if not len(published):
        return False
    patterns = np.unique(np.vstack([published, hidden]), axis=1)
    return int(np.linalg.matrix_rank(patterns)) == int(np.linalg.matrix_rank(patterns[:-1]))


def small_groups_revealed(membership_matrix: ArrayLike, k: int = 5) -> list[tuple[int, ...]]:
    """Find every group of fewer than k people whose sum the published groups give away.

    membership_matrix : shape (n_published, n_respondents), 1 = in the published group

    Returns the groups as column numbers. People who are in exactly the same published groups cannot be told apart,
    so a group that is given away consists of whole such blocks, at most k-1 of them.

    >>> small_groups_revealed([[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0, 0]])
    [(5, 6)]
    """
    published = np.asarray(membership_matrix, dtype=float)
    published = published.reshape(-1, published.shape[-1])
    blocks, block_of = np.unique(published, axis=1, return_inverse=True)
    sizes = np.bincount(block_of.ravel(), minlength=blocks.shape[1])
    seen = blocks.any(axis=0)
    small = np.flatnonzero((sizes < k) & seen)
    unseen = _null_space(blocks)
    found = [
        chosen
        for length in range(1, k)
        for chosen in _cancelling(unseen[small], length)
        if sizes[small[list(chosen)]].sum() < k
    ]
    return [tuple(np.flatnonzero(np.isin(block_of.ravel(), small[list(chosen)])).tolist()) for chosen in found]


def _null_space(matrix: Floats) -> Floats:
    """Orthonormal directions, one per column, that no published sum sees."""
    _, singular, right = np.linalg.svd(matrix, full_matrices=True)
    rank = int((singular > TOLERANCE * max(singular.max(initial=0.0), 1.0)).sum())
    return right[rank:].T


def _cancelling(rows: Floats, length: int) -> list[tuple[int, ...]]:
    """Find the sets of `length` rows that sum to zero; the last row of each is looked up, not tried."""
    if not len(rows) or length > len(rows):
        return []
    if rows.shape[1] == 0:
        return list(combinations(range(len(rows)), length))
    rng = np.random.default_rng(0)
    marks = rows @ rng.standard_normal(rows.shape[1])
    order = np.argsort(marks)
    found = set()
    for head in combinations(range(len(rows)), length - 1):
        wanted = -marks[list(head)].sum()
        start = np.searchsorted(marks[order], wanted - TOLERANCE)
        for place in order[start : np.searchsorted(marks[order], wanted + TOLERANCE, side="right")]:
            chosen = (*head, int(place))
            if place > max(head, default=-1) and np.abs(rows[list(chosen)].sum(axis=0)).max() < TOLERANCE:
                found.add(chosen)
    return sorted(found)
