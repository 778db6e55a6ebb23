"""Units and roles: the rows of the heatmap, behind the disclosure gate.

Only what the gate shows is computed into a row. A dimension of a unit is the mean of the unit's *shown* capabilities,
so it is a function of numbers that are shown anyway and gives nothing away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from questionnaires.schema import Questionnaire
from scoring.agreement import null_variance
from scoring.change import change_since
from scoring.composites import OVERALL, composition, group_composites
from scoring.consensus import rwg_j_of_groups
from scoring.gaps import target_gap
from scoring.moments import METHOD, group_estimates
from scoring.partition import Partition
from scoring.results import Cell, Estimate, Group, Settings, WithheldCell, WithheldGroup
from scoring.wording import withheld_cell


@dataclass(frozen=True)
class _Against:
    target: float | None
    peer: float | None
    before: Cell | None


@dataclass(frozen=True)
class Yardsticks:
    """What the groups' levels are held against: targets and peer medians by capability, dimension or ``overall``; the
    rows of the wave before and the people invited by group."""

    targets: Mapping[str, float] = field(default_factory=dict)
    peers: Mapping[str, float] = field(default_factory=dict)
    previous: Mapping[str, Group | WithheldGroup] = field(default_factory=dict)
    invited: Mapping[str, int] = field(default_factory=dict)

    def of(self, group: str, item: str) -> _Against:
        return _Against(self.targets.get(item), self.peers.get(item), _before(self.previous.get(group), item))


def group_rows(
    questionnaire: Questionnaire, scores: pd.DataFrame, partition: Partition, settings: Settings, against: Yardsticks
) -> tuple[Group | WithheldGroup, ...]:
    """The rows of one table (units, or roles) in the order of the partition's names.

    scores : shape (n_respondents, n_capabilities), NaN = not scored
    A withheld row carries its reason and nothing else. A dimension is shown from at least half of its capabilities.
    """
    levels = _levels(questionnaire, scores, partition, settings)
    agreements = _agreements(questionnaire, partition)
    sizes = np.bincount(partition.codes[partition.codes >= 0], minlength=len(partition.names))
    rows: list[Group | WithheldGroup] = []
    for name, size in zip(partition.names, sizes.tolist(), strict=True):
        if name in partition.rows:
            cell = partition.rows[name]
            rows.append(WithheldGroup(id=name, withheld=cell.withheld, reason=cell.reason, sentence=cell.sentence))
        else:
            cells = {
                item: partition.withheld.get((name, item))
                or _cell(levels.get((name, item)), settings, against.of(name, item), agreements.get((name, item)))
                for item in _items(questionnaire)
            }
            rows.append(_group(questionnaire, name, size, cells, against))
    return tuple(rows)


@dataclass(frozen=True)
class _Level:
    """An estimate, and for a composite from how many of how many capabilities it is made."""

    estimate: Estimate
    basis: tuple[int, int] | None = None


def _levels(
    questionnaire: Questionnaire, scores: pd.DataFrame, partition: Partition, settings: Settings
) -> dict[tuple[str, str], _Level]:
    """Every shown cell; groups of which the same capabilities are shown are computed together."""
    items = [str(one) for one in scores]
    keys = {name: tuple(one for one in items if partition.shows(name, one)) for name in partition.names}
    whole = (composition(questionnaire) > 0).sum()
    patterns = dict(zip(items, partition.patterns, strict=True))
    cells = group_estimates(questionnaire, patterns, settings.confidence)
    found = {
        (partition.names[code], item): _Level(one)
        for (code, item), one in cells.items()
        if code < len(partition.names) and item in keys[partition.names[code]]
    }
    for key in dict.fromkeys(key for key in keys.values() if key):
        members = [place for place, name in enumerate(partition.names) if keys[name] == key]
        labels = pd.Series(np.where(np.isin(partition.codes, members), partition.codes, -1))
        weights = composition(questionnaire, dict.fromkeys(key, True)).loc[list(key)]
        made = _estimates(group_composites(scores, labels, weights, confidence=settings.confidence))
        found |= {
            (partition.names[code], item): _Level(one, (int((weights[item] > 0).sum()), int(whole[item])))
            for (code, item), one in made.items()
        }
    return found


def _agreements(questionnaire: Questionnaire, partition: Partition) -> dict[tuple[str, str], float]:
    """rwg(j) of every group on every capability, where it can be computed."""
    expected = null_variance(len(questionnaire.scale.levels))
    found = {}
    for capability, counted in zip(questionnaire.capabilities, partition.patterns, strict=True):
        values = rwg_j_of_groups(counted.level_counts(questionnaire), expected)
        found.update({(name, capability.id): float(values[place]) for place, name in enumerate(partition.names)})
    return {key: value for key, value in found.items() if not np.isnan(value)}


def _estimates(table: pd.DataFrame) -> dict[tuple[int, str], Estimate]:
    columns = [str(column) for column in table.columns]
    rows = zip(table.index.tolist(), table.to_numpy(float), strict=True)
    found = {key: dict(zip(columns, values, strict=True)) for key, values in rows}
    return {(int(code), str(item)): estimate_of(row, METHOD) for (code, item), row in found.items() if row["n"] > 0}


def estimate_of(row: Mapping[str, float], method: str) -> Estimate:
    """A row of ``stratified_means`` or ``group_means`` as an estimate; NaN becomes ``None``."""
    present = {name: None if np.isnan(row[name]) else float(row[name]) for name in ("low", "high", "se", "df")}
    return Estimate(
        estimate=float(row["estimate"]),
        low=present["low"],
        high=present["high"],
        n=int(row["n"]),
        method=method,
        se=present["se"],
        df=present["df"] if present["se"] is not None else None,
    )


def _items(questionnaire: Questionnaire) -> list[str]:
    dimensions = [dimension.id for dimension in questionnaire.dimensions]
    return [OVERALL, *dimensions, *(capability.id for capability in questionnaire.capabilities)]


def _cell(level: _Level | None, settings: Settings, against: _Against, agreement: float | None) -> Cell | WithheldCell:
    if level is None or (level.basis is not None and level.basis[0] < level.basis[1] / 2):
        return withheld_cell("coverage", settings.k)
    estimate = level.estimate
    gap = None if against.target is None else target_gap(estimate, against.target)
    behind = None if against.peer is None else target_gap(estimate, against.peer)
    return Cell(
        **estimate.__dict__,
        target_gap=None if gap is None else gap.gap,
        target_gap_interval=None if gap is None else gap.interval,
        peer_gap=None if behind is None else behind.gap,
        peer_gap_interval=None if behind is None else behind.interval,
        change=None if against.before is None else change_since(estimate, against.before, settings.confidence),
        agreement=agreement,
        basis=level.basis,
    )


def _before(row: Group | WithheldGroup | None, item: str) -> Cell | None:
    if not isinstance(row, Group):
        return None
    cells = {OVERALL: row.overall, **row.dimensions, **row.capabilities}
    cell = cells.get(item)
    return cell if isinstance(cell, Cell) else None


def _group(
    questionnaire: Questionnaire, name: str, size: int, cells: Mapping[str, Cell | WithheldCell], against: Yardsticks
) -> Group:
    capabilities = {capability.id: cells[capability.id] for capability in questionnaire.capabilities}
    gaps = [cell.target_gap for cell in capabilities.values() if isinstance(cell, Cell) and cell.target_gap is not None]
    return Group(
        id=name,
        n=size,
        invited=against.invited.get(name),
        overall=cells[OVERALL],
        dimensions={dimension.id: cells[dimension.id] for dimension in questionnaire.dimensions},
        capabilities=capabilities,
        mean_gap=float(np.mean(gaps)) if gaps else None,
    )
