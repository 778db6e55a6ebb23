"""Units against the whole: which units stand clearly apart from the organisation, and on what."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from scoring.effect import benjamini_hochberg
from scoring.levels import Levels
from scoring.pooling import group_weights
from scoring.results import Apart, Cell, Estimate, Group, WithheldCell, WithheldGroup
from scoring.rounding import ROUNDING

Floats = NDArray[np.float64]
Rows = tuple[Group | WithheldGroup, ...]


def apart_from_whole(unit: Estimate, whole: Estimate, share: float, confidence: float = 0.95) -> Apart | None:
    """Unit minus the whole that it is a part of, with its interval; ``None`` where either has no standard error or
    the unit is all there is.

    share : of the unit in the whole, W_u, from 0 to 1. ``clear`` and ``family`` are set over all units together.
    Formula: m_u − M = (1 − W_u) m_u − Σ_{h≠u} W_h m_h, SE² = (1 − W_u)² SE_u² + (SE_M² − W_u² SE_u²),
    Welch–Satterthwaite df of the two parts. With two units it is Welch's test of one against the other.
    Source: Welch (1947), Biometrika 34, 28–35; strata are independent, Cochran (1977), §5.3.

    >>> unit = Estimate(estimate=2.4, n=20, method="t", se=0.12, df=19)
    >>> whole = Estimate(estimate=2.8, n=80, method="t", se=0.06, df=77)
    >>> found = apart_from_whole(unit, whole, 0.25)
    >>> round(found.difference, 2), round(found.low, 2), round(found.high, 2)
    (-0.4, -0.61, -0.19)
    """
    if unit.se is None or whole.se is None or unit.df is None or whole.df is None or share >= 1 - 1e-12:
        return None
    own = (1 - share) ** 2 * unit.se**2
    others = max(whole.se**2 - share**2 * unit.se**2, 0.0)
    difference, variance = unit.estimate - whole.estimate, own + others
    nothing = ROUNDING * abs(whole.estimate)
    if variance <= nothing**2:
        return Apart(difference=difference, low=difference, high=difference, p_value=float(abs(difference) <= nothing))
    rest = max(whole.df - unit.df, 1.0)
    df = variance**2 / (own**2 / unit.df + others**2 / rest)
    half = float(stats.t.ppf((1 + confidence) / 2, df)) * math.sqrt(variance)
    p_value = float(2 * stats.t.sf(abs(difference) / math.sqrt(variance), df))
    return Apart(difference=difference, low=difference - half, high=difference + half, p_value=p_value)


def held_against_whole(rows: Rows, levels: Levels) -> Rows:
    """The units' rows with every shown capability held against the whole; one family, Benjamini–Hochberg."""
    settings, shares, found = levels.context.settings, _shares(levels), dict[tuple[str, str], Apart]()
    for place, row in enumerate(rows):
        for name, cell in row.capabilities.items() if isinstance(row, Group) else ():
            if isinstance(cell, Cell) and name in levels.shown:
                share = float(shares[name][place])
                apart = apart_from_whole(cell, levels.estimates[name], share, settings.confidence)
                if apart is not None:
                    found[row.id, name] = apart
    if not found:
        return rows
    tested = {f"{unit}\0{name}": one.p_value for (unit, name), one in found.items()}
    clear = benjamini_hochberg(tested, q=settings.q).table["clear"]
    marked = {
        (unit, name): replace(
            one, family=len(found), clear=bool(clear[f"{unit}\0{name}"]) and (one.low > 0 or one.high < 0)
        )
        for (unit, name), one in found.items()
    }
    return tuple(
        replace(row, capabilities=_with(row.capabilities, row.id, marked)) if isinstance(row, Group) else row
        for row in rows
    )


def _shares(levels: Levels) -> dict[str, Floats]:
    """The part of every unit in the whole, on every shown capability, shape (n_units + 1,).

    Units that may not be shown are one stratum with others; a unit's part of it is that of its people.
    """
    survey = levels.survey
    units = np.where(survey.unit_codes >= 0, survey.unit_codes, len(survey.units))
    weighed = group_weights(survey)
    shares = {}
    for name in levels.shown:
        scored = survey.scores[name].notna().to_numpy()
        people = np.bincount(units[scored], minlength=len(survey.units) + 1).astype(float)
        parts = people if weighed is None else weighed.shares(pd.DataFrame({name: people}))[name].to_numpy(float)
        shares[name] = parts / parts.sum()
    return shares


def _with(
    cells: Mapping[str, Cell | WithheldCell], unit: str, marked: Mapping[tuple[str, str], Apart]
) -> dict[str, Cell | WithheldCell]:
    return {
        name: replace(cell, apart=marked.get((unit, name))) if isinstance(cell, Cell) else cell
        for name, cell in cells.items()
    }
