"""The title above the heatmap: how units differ, and how far they have to go."""

from collections.abc import Sequence

from scoring.findings.shown import Shown
from scoring.results import Cell, Group, Headline
from scoring.wording import (
    capitalised,
    counted,
    level,
    minus,
    printed,
)


def heatmap(shown: Shown) -> Headline:
    units = shown.units
    lead = _heatmap_lead(shown)
    if len(units) < 2:
        return Headline(title="Units cannot be compared", lead=lead, rule="no-units")
    everywhere = [one for one in shown.capabilities if _short_everywhere(shown, one.id, units)]
    ranked = sorted((unit for unit in units if unit.mean_gap is not None), key=lambda unit: -(unit.mean_gap or 0.0))
    if everywhere and ranked:
        start = counted(len(everywhere), "capability is", "capabilities are")
        return Headline(
            title=f"{capitalised(start)} a level or more short in every unit shown; {ranked[0].id} trails most",
            lead=lead,
            rule="short-everywhere",
        )
    if len(ranked) > 1:
        return _widest_unit(ranked[0], ranked[-1], lead)
    rated = [(unit.overall, unit.id) for unit in units if isinstance(unit.overall, Cell)]
    if len(rated) < 2:
        return Headline(title="Units cannot be compared", lead=lead, rule="no-units")
    low, high = min(rated, key=lambda pair: pair[0].estimate), max(rated, key=lambda pair: pair[0].estimate)
    return Headline(
        title=f"{high[1]} is highest at {level(high[0].estimate)}, {low[1]} lowest at {level(low[0].estimate)}",
        lead=lead,
        rule="highest-lowest",
    )


def _widest_unit(widest: Group, narrowest: Group, lead: str) -> Headline:
    far, near = widest.mean_gap or 0.0, narrowest.mean_gap or 0.0
    if printed(far) <= 0:
        where = "at its targets" if printed(far) == 0 else "above its targets"
        return Headline(title=f"Every unit shown is {where} on average", lead=lead, rule="units-at-target")
    if printed(far) == printed(near):
        title = f"Every unit shown is {level(far)} short of target on average"
        return Headline(title=title, lead=lead, rule="units-alike")
    least = f"{level(near)}" if printed(near) >= 0 else f"{minus(abs(printed(near)))} above"
    return Headline(
        title=f"{widest.id} has furthest to go, {level(far)} on average; {narrowest.id} least, {least}",
        lead=f"{lead} {_overlap(widest, narrowest)}".strip(),
        rule="widest-unit",
    )


def _overlap(one: Group, other: Group) -> str:
    """Whether the two units' overall levels may be the same."""
    first, second = one.overall, other.overall
    if not isinstance(first, Cell) or not isinstance(second, Cell):
        return ""
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return ""
    apart = first.low > second.high or second.low > first.high
    return "" if apart else "The intervals of their overall levels overlap, so the order may be chance."


def _short_everywhere(shown: Shown, capability: str, units: Sequence[Group]) -> bool:
    cells = [cell for unit in units if isinstance(cell := unit.capabilities[capability], Cell)]
    return bool(cells) and all(cell.target_gap is not None and cell.target_gap >= shown.step for cell in cells)


def _heatmap_lead(shown: Shown) -> str:
    all_units = len(shown.result.units)
    withheld = all_units - len(shown.units)
    people = f"{shown.result.respondents} people" if shown.result.respondents is not None else "The people who answered"
    start = f"{people} in {counted(all_units, 'unit', 'units')}." if all_units else f"{people}, without units."
    if not withheld:
        return start
    return (
        f"{start} {capitalised(counted(withheld, 'unit is', 'units are'))} withheld, so that nobody can be singled out."
    )
