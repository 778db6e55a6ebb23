"""The gate: which cells of a table of means may be shown."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.disclosure.attacks import determined_cells
from scoring.disclosure.cover import Cover, withhold
from scoring.disclosure.exposure import Means, exposure, room
from scoring.disclosure.reasons import NO_GROUP, SHOWN, SMALL, count_bounds, protected_groups, reason_codes
from scoring.disclosure.table import Counts, Flags, Floats, Parents, Table, read_table

NARROWEST_SHARE = 0.25
"""A small group's mean must stay uncertain by at least this share of the scale."""


@dataclass(frozen=True, eq=False)
class Gate:
    """What may be shown of a table. Hide counts with the values: `mask` does both.

    withheld : reason per cell: "" shown · "small" fewer than k people · "unanimous" all gave one answer ·
        "protects" would give another withheld cell away · "remainder" the withheld cells of the column are fewer than
        k people without it
    protects : the group that the cell protects, "" where it protects none
    whole_withheld : reason per item for the whole organisation
    rows_withheld : groups withheld in every item; columns reason and protects
    audit : one row per withheld cell (group, item) with people behind it: reason, determined (follows exactly from
        what is published), count_low and count_high (what a reader can say of its n), low and high (what a reader can say of a
        small group's mean; NaN without `means`)
    optimal : no other safe choice with the same whole rows withholds less
    """

    withheld: pd.DataFrame
    protects: pd.DataFrame
    whole_withheld: pd.Series
    rows_withheld: pd.DataFrame
    audit: pd.DataFrame
    k: int
    optimal: bool

    @property
    def shown(self) -> pd.DataFrame:
        """True where the cell may be shown."""
        return self.withheld == SHOWN

    def mask(self, values: pd.DataFrame) -> pd.DataFrame:
        """Return values or counts of the same table with every withheld cell as NaN."""
        return values.where(self.shown.reindex(index=values.index, columns=values.columns, fill_value=False))


def gate(
    counts: pd.DataFrame,
    *,
    k: int = 5,
    parents: Parents | None = None,
    whole: pd.Series | None = None,
    weights: pd.DataFrame | None = None,
    unanimous: pd.DataFrame | None = None,
    means: Means | None = None,
) -> Gate:
    """Decide which cells of a table of means may be shown beside the row of the whole organisation.

    counts : shape (n_groups, n_items), people behind each mean; the groups (units, or roles) do not overlap
    k : fewest people behind anything that can be worked out
    parents : aggregate item → the items it is the mean of, e.g. {"people": (...), "overall": ("people", ...)}
    whole : people behind each item of the whole; default the column sums. People in no group make a hidden remainder.
    weights : cost of withholding each cell, default its n
    unanimous : True where everyone gave the same answer; such a cell is withheld at any n
    means : the means behind the cells. Then more is withheld until no small group's mean can be narrowed to less than
        a quarter of the scale, unless the whole alone says nearly as much (half of the room that it leaves)

    A group that is small in every item is withheld as a row, and where it needs protection the cheapest other row is
    withheld with it, so that a heatmap can be read. All other protection is the cheapest there is, cell by cell.
    What remains is safe when no combination of published cells, aggregates and the whole rests on 1 to k-1 people.
    Source: complementary suppression at least cost with a linear-programme audit, Fischetti & Salazar (2001),
    Management Science 47(7), 1008–1027; rank test, `scoring.disclosure.ranks`.

    >>> counts = pd.DataFrame({"plan": [11, 4, 6], "data": [11, 4, 6]}, index=["EMEA", "APAC", "Partner"])
    >>> decided = gate(counts)
    >>> decided.withheld["plan"].to_dict()
    {'EMEA': '', 'APAC': 'small', 'Partner': 'protects'}
    >>> decided.rows_withheld.loc["Partner", "protects"]
    'APAC'
    """
    table = read_table(counts, k, parents=parents, whole=whole, weights=weights, unanimous=unanimous)
    fixed = table.small | (table.counts == 0)
    fixed[table.nowhere] = True
    fixed |= _companion_row(table)
    cover = withhold(table, fixed)
    if means is None:
        return _decided(counts, table, cover, np.full((2, *counts.shape), np.nan))
    cover, bounds = _widened(table, fixed, cover, means)
    return _decided(counts, table, cover, bounds)


def _widened(table: Table, fixed: Flags, cover: Cover, means: Means) -> tuple[Cover, Floats]:
    """Withhold the cheapest further cell of each column that hems a small group in, until none does."""
    least = np.minimum((means.highest - means.lowest) * NARROWEST_SHARE, room(table, means) / 2)
    while True:
        bounds = exposure(table, cover.withheld, means)
        columns = np.flatnonzero((bounds[1] - bounds[0] < least - 1e-9).any(axis=0))
        more = _cheapest_shown(table, cover.withheld, columns)
        if not more.any():
            return cover, bounds
        fixed = cover.withheld | more
        cover = withhold(table, fixed)


def _cheapest_shown(table: Table, withheld: Flags, columns: NDArray[np.intp]) -> Flags:
    marked = np.zeros_like(withheld)
    for column in columns.tolist():
        shown = np.flatnonzero(~withheld[:-2, column])
        if len(shown):
            marked[shown[np.argmin(table.costs[shown, column])], column] = True
    return marked


def _companion_row(table: Table) -> Flags:
    """Mark the cheapest row that protects the rows which are small in every item, if they need it."""
    marked = np.zeros(table.counts.shape, dtype=bool)
    stakes = table.stakes[:-1]
    whole_rows = np.asarray((stakes > 0).any(axis=1) & (stakes < table.k).all(axis=1))
    left_over = stakes[whole_rows].sum(axis=0)
    bare = np.asarray((left_over > 0) & (left_over < table.k))
    candidates = np.flatnonzero(~whole_rows[:-1] & (stakes[:-1] > 0).any(axis=1)).tolist()
    if bare.any() and candidates:
        marked[min(candidates, key=lambda row: _price(table, row, bare, left_over))] = True
    return marked


def _price(table: Table, row: int, bare: Flags, left_over: Counts) -> tuple[int, float]:
    still_bare = bare & (left_over + table.stakes[row] < table.k)
    return int(still_bare.sum()), float(table.costs[row][~table.small[row]].sum())


def _decided(counts: pd.DataFrame, table: Table, cover: Cover, bounds: Floats) -> Gate:
    groups, items = counts.index, counts.columns
    codes = reason_codes(table, cover.withheld)
    guarded = protected_groups(table, cover.withheld)
    names = np.array(["", *(str(group) for group in groups), NO_GROUP], dtype=object)[guarded + 1]
    names[codes == SMALL] = ""
    withheld = pd.DataFrame(codes[:-2], index=groups, columns=items)
    protects = pd.DataFrame(names[:-2], index=groups, columns=items)
    return Gate(
        withheld=withheld,
        protects=protects,
        whole_withheld=pd.Series(codes[-1], index=items),
        rows_withheld=_rows_withheld(withheld, protects),
        audit=_audit(table, cover.withheld, withheld, bounds),
        k=table.k,
        optimal=cover.optimal,
    )


def _rows_withheld(withheld: pd.DataFrame, protects: pd.DataFrame) -> pd.DataFrame:
    rows = withheld.index[(withheld != SHOWN).all(axis=1)] if withheld.shape[1] else withheld.index[:0]
    reasons = [_commonest(withheld.loc[row], besides=SMALL) for row in rows]
    names = [_commonest(protects.loc[row], besides=SHOWN) for row in rows]
    return pd.DataFrame({"reason": reasons, "protects": names}, index=rows, dtype=object)


def _commonest(labels: pd.Series, *, besides: str) -> str:
    others = labels[labels != besides]
    return str(others.mode().iloc[0]) if len(others) else besides


def _audit(table: Table, hidden: Flags, withheld: pd.DataFrame, bounds: Floats) -> pd.DataFrame:
    low, high = count_bounds(table, hidden)
    determined = determined_cells(table, hidden)
    rows, columns = np.nonzero(hidden[:-2] & (table.counts[:-2] > 0))
    return pd.DataFrame(
        {
            "group": withheld.index[rows],
            "item": withheld.columns[columns],
            "reason": withheld.to_numpy()[rows, columns],
            "determined": determined[rows, columns],
            "count_low": low[rows, columns],
            "count_high": high[rows, columns],
            "low": bounds[0, rows, columns],
            "high": bounds[1, rows, columns],
        }
    )
