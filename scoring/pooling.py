"""Units that may not be shown weigh as one stratum.

The whole weighs units by head-count, while the counts of answers, roles and leaders beside staff rest on plain sums
over people. With both in hand, two withheld units are two unknowns in two equations, and a small one can be solved
for. Where the withheld units are one stratum, inside which everyone weighs the same, both equations say the same.
Source: collapsed strata, Cochran (1977), Sampling Techniques, 3rd ed., §5A.12.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.survey import Survey

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GroupWeights:
    """``stratum`` : shape (n_groups + 1,), the stratum of each group, people in no group last
    ``weights`` : shape (n_strata,), what each stratum weighs"""

    stratum: NDArray[np.intp]
    weights: Floats

    def shares(self, counts: pd.DataFrame) -> pd.DataFrame:
        """What each group weighs in each item: its part of its stratum's people, times the stratum's weight.

        counts : shape (n_groups + 1, n_items), people scored

        >>> weights = GroupWeights(np.array([0, 1, 1, 2]), np.array([3.0, 8.0, 0.0]))
        >>> weights.shares(pd.DataFrame({"plan": [9, 3, 1, 0]}))["plan"].tolist()
        [3.0, 6.0, 2.0, 0.0]
        """
        people = counts.to_numpy(dtype=float)
        sums = np.zeros((len(self.weights), people.shape[1]))
        np.add.at(sums, self.stratum, people)
        of_stratum = sums[self.stratum]
        parts = np.divide(people, of_stratum, out=np.zeros_like(people), where=of_stratum > 0)
        return pd.DataFrame(parts * self.weights[self.stratum][:, None], index=counts.index, columns=counts.columns)


def pooled(survey: Survey, hidden: Collection[str]) -> Survey:
    """The same survey with the hidden units, and the people without one, as one stratum of their joint weight."""
    if survey.weights is None or not hidden:
        return survey
    numbers = [survey.units.index(unit) for unit in sorted(hidden)]
    outside = len(survey.units)
    together = [*numbers, *([outside] if outside in survey.weights else [])]
    first = together[0]
    strata = survey.strata.where(~survey.strata.isin(together), first)
    weights = {code: weight for code, weight in survey.weights.items() if code not in together}
    weights[first] = sum(survey.weights[code] for code in together)
    population = survey.population
    if population is not None:
        rest = {code: people for code, people in population.items() if code not in together}
        population = {**rest, first: sum(population.get(code, 0) for code in together)}
    return replace(
        survey, strata=strata, weights=weights, population=population, together=frozenset(together), pool=first
    )


def group_weights(survey: Survey) -> GroupWeights | None:
    """The weights of the units and of the people in none, ``None`` where everyone weighs the same."""
    weights = survey.stratum_weights
    return None if weights is None else GroupWeights(survey.stratum_of, weights)
