"""What is zero but for rounding, so that no statistic divides by the remains of a subtraction.

Floating point leaves about 1e-16 of the numbers taken from each other where exact arithmetic leaves nothing. Whole
levels of up to a million people cannot differ by so little: the least variance is that of one answer a level apart,
1/n, and the least difference between means of n people is 1/n. A part of 1e-12 lies between the two.
"""

import numpy as np
from numpy.typing import ArrayLike

ROUNDING = 1e-12
"""Largest share of the numbers put into a difference that counts as nothing."""


def vary(values: ArrayLike, scale: float | None = None) -> bool:
    """Whether ``values`` differ by more than rounding.

    scale : size of the numbers that ``values`` were computed from; their own size when left out

    >>> vary([0.3, 0.1 + 0.2]), vary([0.3, 0.4]), vary([]), vary([5 - 4.9, 0.1], scale=5)
    (False, True, False, False)
    """
    numbers = np.asarray(values, dtype=float)
    if not numbers.size:
        return False
    size = float(np.abs(numbers).max()) if scale is None else scale
    return bool(np.ptp(numbers) > ROUNDING * size)


def cleared(value: float, scale: float) -> float:
    """``value``, or exactly 0 where it is what rounding leaves of numbers as large as ``scale``.

    >>> cleared(0.1 + 0.2 - 0.3, scale=0.3), cleared(0.1, scale=0.3)
    (0.0, 0.1)
    """
    return 0.0 if abs(value) <= ROUNDING * scale else value
