"""How far the raters of an assessment agree, from how often each level was chosen: no pass over the people.

The indices are those of ``scoring.agreement``, which takes ratings one by one; here they come from counts, for every
unit at once.
"""

import numpy as np
from numpy.typing import NDArray

from questionnaires.schema import Scale
from scoring.agreement import agreement_band, average_deviation_limit, null_variance, two_peaks
from scoring.results import Agreement
from scoring.wording import percent, printed

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


def agreement_of(counts: Counts, n: int, scale: Scale) -> Agreement | None:
    """Every index of agreement on one capability, ``None`` where no question has two answers.

    counts : shape (n_questions, n_levels), people per level; n : people with at least one answer
    rwg(j) against both nulls, AD around the mean averaged over questions, two peaks in all answers together.
    Source: James, Demaree & Wolf (1984); Burke & Dunlap (2002); bands LeBreton & Senter (2008).
    """
    levels = counts.shape[1]
    uniform = float(rwg_j_of_groups(counts[None], null_variance(levels))[0])
    if np.isnan(uniform):
        return None
    skewed = float(rwg_j_of_groups(counts[None], null_variance(levels, "slight skew"))[0])
    deviation, limit, band = average_deviation_of(counts), average_deviation_limit(levels), agreement_band(uniform)
    peaks = two_peaks(counts.sum(axis=0).tolist())
    spread = f"{band[0].upper()}{band[1:]}{'' if 'agreement' in band else ' agreement'}"
    words = f"{spread} (rwg(j) {printed(uniform, 2)}; AD {printed(deviation, 2)}, limit {printed(limit, 2)})"
    ending = "the answers have one peak."
    if peaks is not None:
        lower, upper = scale.levels[peaks.lower - 1].name, scale.levels[peaks.upper - 1].name
        ending = (
            f"the answers have two peaks, {percent(peaks.lower_share)} at {lower} and {percent(peaks.upper_share)} at {upper}: "
            "the mean between them is hardly anyone's view."
        )
    return Agreement(
        rwg_j=uniform,
        rwg_j_skewed=skewed,
        ad=deviation,
        ad_limit=limit,
        n=n,
        band=band,
        two_peaked=peaks is not None,
        text=f"{words}; {ending}",
    )


def rwg_j_of_groups(counts: Counts, expected: float) -> Floats:
    """rwg(j) of every group at once, NaN where no question has two answers; below zero it is set to 0.

    counts : shape (n_groups, n_questions, n_levels), people per level; expected : variance of answers given at random
    Formula: J (1 − r) / (J (1 − r) + r), r = mean of s² / s_E² over the questions with two answers.
    Source: James, Demaree & Wolf (1984), JAP 69, 85–98. Agrees with ``scoring.agreement.rwg_j``.

    >>> rwg_j_of_groups(np.array([[[0, 0, 1, 2, 1]]]), 2.0).round(4).tolist()
    [0.6667]
    """
    n = counts.sum(axis=2).astype(float)
    places = np.arange(1, counts.shape[2] + 1)
    mean = _ratio((counts * places).sum(axis=2), n)
    squares = (counts * (places - mean[:, :, None]) ** 2).sum(axis=2)
    ratios = np.where(n > 1, _ratio(squares, n - 1) / expected, np.nan)
    questions = (n > 1).sum(axis=1)
    ratio = _ratio(np.nansum(ratios, axis=1), questions)
    same = questions * np.maximum(1 - ratio, 0.0)
    return np.where(questions > 0, _ratio(same, same + ratio), np.nan)


def average_deviation_of(counts: Counts) -> float:
    """Mean distance of the answers from their question's mean, in levels, averaged over the questions with two answers.

    counts : shape (n_questions, n_levels), people per level. Source: Burke & Dunlap (2002), ORM 5, 159–172.

    >>> average_deviation_of(np.array([[2, 0, 2]]))
    1.0
    """
    places = np.arange(1, counts.shape[1] + 1)
    n = counts.sum(axis=1)
    used, sizes = counts[n > 1], n[n > 1]
    means = used @ places / sizes
    return float(np.mean((used * np.abs(places - means[:, None])).sum(axis=1) / sizes))


def _ratio(over: Floats, under: Floats) -> Floats:
    result: Floats = np.divide(over, under, out=np.zeros_like(over, dtype=float), where=np.asarray(under) > 0)
    return result
