"""What the heatmap can show of a cell, for pages, API and exports alike.

Values come from the gated result and nowhere else; a difference is taken from the two levels as printed, so that
readers who subtract get what stands there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from scoring.results import (
    AssessmentResult,
    CapabilityResult,
    Cell,
    Change,
    DimensionResult,
    Group,
    Overall,
    WithheldCell,
    WithheldGroup,
    WithheldLevel,
)
from scoring.wording import apart, printed

MeasureId = Literal["level", "target_gap", "peer_gap", "change", "agreement"]
By = Literal["unit", "role"]

MEASURE_NAMES: Mapping[MeasureId, str] = {
    "level": "Level",
    "target_gap": "Gap to target",
    "peer_gap": "Gap to peers",
    "change": "Change",
    "agreement": "Agreement",
}

Shown = Overall | DimensionResult | CapabilityResult | Cell


@dataclass(frozen=True)
class Value:
    """One number of a cell: ``value`` as it is read, ``exact`` unrounded; ``clear`` is false where the difference may
    be zero."""

    value: float
    exact: float
    low: float | None = None
    high: float | None = None
    clear: bool = True
    n: int | None = None


@dataclass(frozen=True)
class Hidden:
    """A place whose number may not be shown, or could not be computed, and why."""

    reason: str
    sentence: str
    secret: bool = True
    """False: there is nothing to hide, the measure does not exist here."""


def shown(value: float) -> float:
    """The value as it is printed, one decimal."""
    return float(printed(value))


def value_of(
    cell: Shown | WithheldCell | WithheldLevel, measure: MeasureId, column: Shown | WithheldLevel
) -> Value | Hidden:
    """One measure of a cell. ``column`` is the same capability of the whole organisation: it has target and peers."""
    if isinstance(cell, WithheldCell | WithheldLevel):
        return Hidden(cell.withheld, cell.sentence, cell.reason != "coverage")
    found = _READERS[measure](cell, column)
    return found or Hidden("–", _MISSING[measure], False)


def _level(cell: Shown, _column: Shown | WithheldLevel) -> Value | None:
    return Value(shown(cell.estimate), cell.estimate, cell.low, cell.high, True, cell.n)


def _target_gap(cell: Shown, column: Shown | WithheldLevel) -> Value | None:
    target = getattr(column, "target", None)
    if cell.target_gap is None or target is None:
        return None
    interval = cell.target_gap_interval
    low, high = (interval.low, interval.high) if interval else (None, None)
    return Value(
        float(apart(target, cell.estimate)),
        cell.target_gap,
        low,
        high,
        bool(interval and interval.excludes_zero),
        cell.n,
    )


def _peer_gap(cell: Shown, column: Shown | WithheldLevel) -> Value | None:
    peer = getattr(column, "peer", None)
    if cell.peer_gap is None or peer is None:
        return None
    interval = cell.peer_gap_interval if isinstance(cell, Cell) else peer.gap_interval
    low, high = (interval.low, interval.high) if interval else (None, None)
    clear = bool(interval and interval.excludes_zero) if isinstance(cell, Cell) else peer.clear
    return Value(float(apart(peer.median, cell.estimate)), cell.peer_gap, low, high, clear, cell.n)


def _change(cell: Shown, _column: Shown | WithheldLevel) -> Value | None:
    change = cell.change
    return change_value(cell.estimate, change, cell.n) if change else None


def change_value(now: float, change: Change, n: int) -> Value:
    """Now minus before, both as printed."""
    return Value(float(apart(now, change.before)), change.change, change.low, change.high, change.clear, n)


def _agreement(cell: Shown, _column: Shown | WithheldLevel) -> Value | None:
    agreement = cell.agreement if isinstance(cell, Cell) else None
    if isinstance(cell, CapabilityResult) and cell.agreement:
        agreement = cell.agreement.rwg_j
    return None if agreement is None else Value(agreement, agreement, n=cell.n)


_READERS = {
    "level": _level,
    "target_gap": _target_gap,
    "peer_gap": _peer_gap,
    "change": _change,
    "agreement": _agreement,
}
_MISSING: Mapping[MeasureId, str] = {
    "level": "Nothing was answered here.",
    "target_gap": "No target was set.",
    "peer_gap": "The baseline has no peers for this.",
    "change": "The wave before has nothing to compare with.",
    "agreement": "Too few answers to say how far people agree.",
}


def available(result: AssessmentResult) -> tuple[MeasureId, ...]:
    """The measures of which the result has at least one number."""
    return tuple(
        measure
        for measure in MEASURE_NAMES
        if any(isinstance(value_of(one, measure, one), Value) for one in result.capabilities)
    )


def groups_of(result: AssessmentResult, by: By) -> tuple[Group | WithheldGroup, ...]:
    """The rows of the heatmap."""
    return result.units if by == "unit" else result.roles


def group_values(result: AssessmentResult, group: Group, measure: MeasureId) -> Iterator[tuple[str, Value | Hidden]]:
    """Capability id and value, in the questionnaire's order."""
    for column in result.capabilities:
        cell = group.capabilities.get(column.id)
        if cell is None:
            yield column.id, Hidden("–", "Not measured in this group.", False)
        else:
            yield column.id, value_of(cell, measure, column)
