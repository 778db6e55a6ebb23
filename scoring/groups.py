"""Units and roles: the rows of the heatmap, behind the disclosure gate.

Only what the gate shows is computed into a row. A dimension of a unit is the mean of the unit's *shown* capabilities,
so it is a function of numbers that are shown anyway and gives nothing away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from questionnaires.schema import Questionnaire
from scoring.change import change_since
from scoring.disclosure import Gate, gate
from scoring.gaps import target_gap
from scoring.intervals import group_means
from scoring.maturity import OVERALL, composition, group_composites
from scoring.results import Cell, Estimate, Group, Settings, WithheldCell, WithheldGroup, WithheldReason
from scoring.wording import withheld_cell

RESPONDENTS = "respondents"
"""The gate's column for the size of a group."""

METHOD = "mean of the group, Student t"


@dataclass(frozen=True)
class Yardsticks:
    """What a group's level is held against, by capability, dimension or ``overall``."""

    targets: Mapping[str, float] = field(default_factory=dict)
    peers: Mapping[str, float] = field(default_factory=dict)
    previous: Mapping[str, Group | WithheldGroup] = field(default_factory=dict)
    invited: Mapping[str, int] = field(default_factory=dict)


def group_counts(scores: pd.DataFrame, codes: NDArray[np.intp], names: Sequence[str]) -> pd.DataFrame:
    """How many people stand behind each cell, shape (n_groups, 1 + n_capabilities); the first column is the group's
    size.

    scores : shape (n_respondents, n_capabilities), NaN = not scored; codes : 0…n_groups−1, −1 = in no group
    """
    inside = codes >= 0
    scored = scores.notna().to_numpy()[inside]
    counts = np.zeros((len(names), scores.shape[1]), dtype=np.int64)
    np.add.at(counts, codes[inside], scored)
    table = pd.DataFrame(counts, index=pd.Index(names), columns=scores.columns)
    table.insert(0, RESPONDENTS, np.bincount(codes[inside], minlength=len(names)))
    return table


def unanimous_cells(scores: pd.DataFrame, codes: NDArray[np.intp], names: Sequence[str]) -> pd.DataFrame:
    """True where two or more people of a group all have the same level on a capability; the columns of
    ``group_counts``."""
    values = scores.to_numpy(float)
    lowest = np.full((len(names), values.shape[1]), np.inf)
    highest = -lowest
    for code in range(len(names)):
        inside = values[codes == code]
        if len(inside):
            lowest[code] = np.where(np.isnan(inside), np.inf, inside).min(axis=0)
            highest[code] = np.where(np.isnan(inside), -np.inf, inside).max(axis=0)
    table = pd.DataFrame(lowest == highest, index=pd.Index(names), columns=scores.columns)
    table.insert(0, RESPONDENTS, False)
    return table


def gate_groups(
    scores: pd.DataFrame, codes: NDArray[np.intp], names: Sequence[str], settings: Settings, shown: Sequence[str]
) -> Gate:
    """Decide which cells of the groups may be shown beside the whole organisation.

    shown : the capabilities of which the whole is shown
    """
    counts = group_counts(scores, codes, names)
    whole = pd.Series({RESPONDENTS: len(scores), **scores.notna().sum().to_dict()})
    alike = unanimous_cells(scores, codes, names) if settings.withhold_unanimous else None
    columns = [RESPONDENTS, *shown]
    return gate(
        counts[columns],
        k=settings.k,
        whole=whole[columns],
        unanimous=None if alike is None else alike[columns],
    )


def group_rows(
    questionnaire: Questionnaire,
    scores: pd.DataFrame,
    codes: NDArray[np.intp],
    names: Sequence[str],
    decided: Gate,
    settings: Settings,
    against: Yardsticks,
) -> tuple[Group | WithheldGroup, ...]:
    """The rows of one table (units, or roles) in the order of ``names``.

    A withheld row carries its reason and nothing else. A dimension is shown from at least half of its capabilities.
    """
    shown = decided.shown
    open_rows = [name for name in names if name not in decided.rows_withheld.index and shown.loc[name, RESPONDENTS]]
    levels = _levels(questionnaire, scores, codes, names, shown.loc[open_rows].drop(columns=RESPONDENTS), settings)
    sizes = np.bincount(codes[codes >= 0], minlength=len(names))
    rows: list[Group | WithheldGroup] = []
    for place, name in enumerate(names):
        if name in open_rows:
            cells = {
                item: _cell(questionnaire, name, item, levels, decided, settings, against)
                for item in _items(questionnaire)
            }
            rows.append(_group(questionnaire, name, int(sizes[place]), cells, against))
        else:
            rows.append(_withheld_group(name, decided, settings))
    return tuple(rows)


@dataclass(frozen=True)
class _Levels:
    """Estimates by (group, item), and from how many capabilities each composite is made."""

    estimates: Mapping[tuple[str, str], Estimate]
    basis: Mapping[tuple[str, str], tuple[int, int]]


def _levels(
    questionnaire: Questionnaire,
    scores: pd.DataFrame,
    codes: NDArray[np.intp],
    names: Sequence[str],
    shown: pd.DataFrame,
    settings: Settings,
) -> _Levels:
    """Compute every shown cell; groups of which the same capabilities are shown are computed together."""
    estimates: dict[tuple[str, str], Estimate] = {}
    basis: dict[tuple[str, str], tuple[int, int]] = {}
    keys = {name: tuple(shown.columns[shown.loc[name].to_numpy()]) for name in shown.index}
    for key in dict.fromkeys(keys.values()):
        if not key:
            continue
        members = [place for place, name in enumerate(names) if keys.get(name) == key]
        inside = np.isin(codes, members)
        part, labels = scores.loc[inside, list(key)].reset_index(drop=True), pd.Series(codes[inside])
        weights = composition(questionnaire, dict.fromkeys(key, True)).loc[list(key)]
        whole = composition(questionnaire)
        tables = (
            group_means(part, labels, confidence=settings.confidence),
            group_composites(part, labels, weights, confidence=settings.confidence),
        )
        for table in tables:
            columns = [str(column) for column in table.columns]
            for (code, item), values in zip(table.index.tolist(), table.to_numpy(float), strict=True):
                row = dict(zip(columns, values, strict=True))
                if row["n"] > 0:
                    estimates[names[code], str(item)] = estimate_of(row, METHOD)
        for item in weights.columns:
            for place in members:
                basis[names[place], item] = (int((weights[item] > 0).sum()), int((whole[item] > 0).sum()))
    return _Levels(estimates, basis)


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


def _cell(
    questionnaire: Questionnaire,
    name: str,
    item: str,
    levels: _Levels,
    decided: Gate,
    settings: Settings,
    against: Yardsticks,
) -> Cell | WithheldCell:
    if item in decided.withheld.columns and not decided.shown.loc[name, item]:
        return _withheld_by(str(decided.withheld.loc[name, item]), str(decided.protects.loc[name, item]), settings)
    level, basis = levels.estimates.get((name, item)), levels.basis.get((name, item))
    if level is None or (basis is not None and basis[0] < basis[1] / 2):
        return withheld_cell("coverage", settings.k)
    target, peer = against.targets.get(item), against.peers.get(item)
    gap = None if target is None else target_gap(level, target)
    behind = None if peer is None else target_gap(level, peer)
    before = _before(against.previous.get(name), item, questionnaire)
    return Cell(
        estimate=level.estimate,
        low=level.low,
        high=level.high,
        n=level.n,
        method=level.method,
        se=level.se,
        df=level.df,
        target_gap=None if gap is None else gap.gap,
        target_gap_interval=None if gap is None else gap.interval,
        peer_gap=None if behind is None else behind.gap,
        peer_gap_interval=None if behind is None else behind.interval,
        change=None if before is None else change_since(level, before, settings.confidence),
        basis=basis,
    )


def _before(row: Group | WithheldGroup | None, item: str, questionnaire: Questionnaire) -> Cell | None:
    if not isinstance(row, Group):
        return None
    if item == OVERALL:
        cell: Cell | WithheldCell | None = row.overall
    elif item in {dimension.id for dimension in questionnaire.dimensions}:
        cell = row.dimensions.get(item)
    else:
        cell = row.capabilities.get(item)
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


def _withheld_group(name: str, decided: Gate, settings: Settings) -> WithheldGroup:
    if name in decided.rows_withheld.index:
        reason, protects = decided.rows_withheld.loc[name, "reason"], decided.rows_withheld.loc[name, "protects"]
    else:
        reason, protects = decided.withheld.loc[name, RESPONDENTS], decided.protects.loc[name, RESPONDENTS]
    cell = _withheld_by(str(reason), str(protects), settings)
    return WithheldGroup(id=name, withheld=cell.withheld, reason=cell.reason, sentence=cell.sentence)


def _withheld_by(reason: str, protects: str, settings: Settings) -> WithheldCell:
    reasons: dict[str, WithheldReason] = {name: name for name in get_args(WithheldReason)}
    return withheld_cell(reasons.get(reason, "small"), settings.k, protects)
