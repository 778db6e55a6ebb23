"""The people of an assessment divided into units, or into roles, and what the gate lets be shown of the parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from questionnaires.schema import Questionnaire
from scoring.disclosure import Means, gate
from scoring.patterns import CapabilityPatterns, pattern_scores
from scoring.pooling import GroupWeights
from scoring.results import Settings, WithheldCell, WithheldReason
from scoring.wording import withheld_cell

Codes = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Partition:
    """Groups that do not overlap.

    ``codes`` : shape (n_respondents,), 0…n_groups−1 in the order of ``names``, −1 = in no group
    ``patterns`` : one per capability, counted by group, people in no group last
    ``withheld`` : why a cell may not be shown, by (group, capability); ``rows`` : groups of which nothing may be shown
    """

    codes: Codes
    names: tuple[str, ...]
    patterns: tuple[CapabilityPatterns, ...]
    withheld: Mapping[tuple[str, str], WithheldCell] = field(default_factory=dict)
    rows: Mapping[str, WithheldCell] = field(default_factory=dict)

    @property
    def hidden(self) -> frozenset[str]:
        """Groups of which something is withheld."""
        return frozenset(self.rows) | {group for group, _ in self.withheld}

    def shows(self, group: str, capability: str) -> bool:
        return group not in self.rows and (group, capability) not in self.withheld

    def published(self, capability: str) -> Codes:
        """For every group, people in no group last: its own number where it is shown on a capability, −1 where not."""
        return np.array([place if self.shows(name, capability) else -1 for place, name in enumerate(self.names)] + [-1])

    def without(self, capabilities: Sequence[str], cell: WithheldCell) -> "Partition":
        """The same partition with some capabilities withheld from every group that shows them."""
        more = {(name, one): cell for name in self.names for one in capabilities if self.shows(name, one)}
        return replace(self, withheld={**self.withheld, **more})


def gated(
    questionnaire: Questionnaire,
    codes: Codes,
    names: tuple[str, ...],
    patterns: tuple[CapabilityPatterns, ...],
    shown: Mapping[str, float],
    settings: Settings,
    weights: GroupWeights | None = None,
) -> Partition:
    """A partition behind the gate.

    patterns : counted by group, people in no group last; shown : level of the whole on every capability that is shown
    of it weights : of the groups in the whole; default their own sizes
    """
    ungated = Partition(codes, names, patterns)
    if not names or not shown:
        return ungated
    tables = _tables(questionnaire, ungated, shown)
    decided = gate(
        tables["counts"].iloc[:-1].astype(int),
        k=settings.k,
        whole=tables["counts"].sum().astype(int),
        unanimous=tables["alike"].iloc[:-1] if settings.withhold_unanimous else None,
        means=Means(
            cells=tables["means"].iloc[:-1],
            whole=pd.Series(shown),
            lowest=questionnaire.scale.low,
            highest=questionnaire.scale.high,
            shares=None if weights is None else weights.shares(tables["counts"]),
        ),
    )
    reasons, protected = decided.withheld.to_numpy(str), decided.protects.to_numpy(str)
    withheld = {
        (names[row], decided.withheld.columns[column]): _cell(reasons[row, column], protected[row, column], settings)
        for row, column in np.argwhere(~decided.shown.to_numpy())
    }
    rows = {
        str(name): _cell(str(row["reason"]), str(row["protects"]), settings)
        for name, row in decided.rows_withheld.iterrows()
    }
    return replace(ungated, withheld=withheld, rows=rows)


def _tables(questionnaire: Questionnaire, partition: Partition, shown: Mapping[str, float]) -> dict[str, pd.DataFrame]:
    """People scored, their mean and whether they are all alike, by group (people in no group last) and shown
    capability."""
    values, share = questionnaire.scale.values, questionnaire.min_answered_share
    columns: dict[str, dict[str, NDArray[np.generic]]] = {"counts": {}, "means": {}, "alike": {}}
    for capability, counted in zip(questionnaire.capabilities, partition.patterns, strict=True):
        if capability.id not in shown:
            continue
        levels = pattern_scores(counted.table, values, share)
        people, levels = counted.counts[:, np.isfinite(levels)], levels[np.isfinite(levels)]
        n = people.sum(axis=1)
        lowest = np.where(people > 0, levels, np.inf).min(axis=1, initial=np.inf)
        highest = np.where(people > 0, levels, -np.inf).max(axis=1, initial=-np.inf)
        columns["counts"][capability.id] = n
        columns["means"][capability.id] = np.divide(people @ levels, n, out=np.full(len(n), np.nan), where=n > 0)
        columns["alike"][capability.id] = highest - lowest == 0
    index = pd.Index([*partition.names, ""], dtype=object)
    return {name: pd.DataFrame(table, index=index) for name, table in columns.items()}


def _cell(reason: str, protects: str, settings: Settings) -> WithheldCell:
    reasons: dict[str, WithheldReason] = {name: name for name in get_args(WithheldReason)}
    return withheld_cell(reasons.get(reason, "small"), settings.k, protects)
