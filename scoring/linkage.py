"""The same people in two waves: how much surer the change of a level is when their answers are compared with their own."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from questionnaires.schema import Questionnaire
from scoring.change import Linked
from scoring.composites import composite_values
from scoring.patterns import Answers
from scoring.survey import Survey, survey_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Wave:
    """The wave before as ``assess`` was given it.

    ``answers`` : shape (n_respondents, n_asked), vector codes; ``respondents`` : the same rows, columns person (an
    opaque key, empty = cannot be linked) and unit; ``headcount``, ``invited`` : the weights that were used then
    """

    answers: Answers
    respondents: pd.DataFrame
    headcount: Mapping[str, int] | None = None
    invited: int | Mapping[str, int] | None = None

    def survey(self, questionnaire: Questionnaire) -> Survey:
        return survey_of(questionnaire, self.answers, self.respondents, invited=self.invited, headcount=self.headcount)


def people_in(respondents: pd.DataFrame) -> pd.Series:
    """Key of a person → row; people without a key are left out. ``ValueError`` where a key comes twice.

    >>> people_in(pd.DataFrame({"person": ["a", "", None, "b"]})).to_dict()
    {'a': 0, 'b': 3}
    """
    if "person" not in respondents:
        return pd.Series(dtype=np.intp)
    keys = respondents["person"].astype(object).to_numpy()
    known = np.flatnonzero(pd.notna(keys) & (keys != ""))
    rows = pd.Series(known, index=pd.Index([keys[row] for row in known], dtype=object))
    if rows.index.has_duplicates:
        twice = rows.index[rows.index.duplicated()].tolist()[0]
        raise ValueError(f"respondents names person {twice!r} twice: give one row for each person")
    return rows


def linked_people(
    now: Survey,
    before: Survey,
    people: tuple[pd.Series, pd.Series],
    weights_in: tuple[pd.DataFrame, pd.DataFrame],
    k: int,
) -> dict[str, Linked]:
    """What the people who answered both waves tie together, by capability, dimension and overall.

    people : from ``people_in``, of now and of before; weights_in : from ``composition``, of now and of before
    Levels with fewer than k people scored in both are left out.

    Each level is a sum of contributions z_i = W_h (x_i − m_h)/n_h · √(n_h/(n_h − 1)), whose squares add up to SE²; the
    covariance of two waves is Σ z_i z'_i over the people in both. In one unit where all are linked it is s₁₂/n.
    """
    (rows, back), (parts, parts_back) = people, weights_in
    both = rows.index.intersection(back.index)
    if len(both) < k:
        return {}
    here, there = (
        _contributions(survey, inside).iloc[places.loc[both].to_numpy()].reset_index(drop=True)
        for survey, inside, places in ((now, parts, rows), (before, parts_back, back))
    )
    products = here * there[here.columns.intersection(there.columns)]
    tied = zip(products.columns, products.notna().sum(), products.sum(), strict=True)
    return {str(name): Linked(int(n), float(covariance)) for name, n, covariance in tied if n >= k}


def _contributions(survey: Survey, weights_in: pd.DataFrame) -> pd.DataFrame:
    names = [name for name in weights_in.index if weights_in.loc[name].any()]
    composites = composite_values(survey.scores, survey.strata, weights_in, weights=survey.weights)
    used = [name for name in composites if weights_in[name].any()]
    values = pd.concat([survey.scores[names], composites[used]], axis=1)
    labels = sorted(survey.strata.unique())
    return values.apply(lambda column: _of_column(column, survey.strata, labels, survey.weights))


def _of_column(
    values: pd.Series, strata: pd.Series, labels: list[Hashable], weights: Mapping[Hashable, float] | None
) -> pd.Series:
    groups = values.groupby(strata)
    n = groups.count().reindex(labels).astype(float)
    share = n if weights is None else pd.Series({label: weights[label] for label in labels}).where(n > 0, 0.0)
    factor: pd.Series = share / share.sum() / np.sqrt((n * (n - 1)).where(n > 1))
    return (values - groups.transform("mean")) * strata.map(factor.fillna(0.0))
