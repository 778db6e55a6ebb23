"""Units, roles, and leaders beside staff, each behind the gate and safe beside the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from scoring.change import comparable
from scoring.crossing import crossing_reveals
from scoring.groups import Yardsticks, group_rows
from scoring.levels import Levels
from scoring.partition import Codes, Partition, gated
from scoring.patterns import CapabilityPatterns, count_patterns
from scoring.perception import LEADERS, STAFF, perception_gaps, perception_summary
from scoring.pooling import group_weights, pooled
from scoring.results import Group, Perception, PerceptionGap, WithheldGroup
from scoring.standing_out import held_against_whole
from scoring.survey import labels_of
from scoring.wording import withheld_cell

Rows = tuple[Group | WithheldGroup, ...]


@dataclass(frozen=True, eq=False)
class Breakdowns:
    """Rows of the two tables, the summary of perception, and the gap of each capability that has one."""

    units: Rows = ()
    roles: Rows = ()
    perception: Perception = field(default_factory=Perception)
    gaps: Mapping[str, PerceptionGap] = field(default_factory=dict)


def break_down(levels: Levels, respondents: pd.DataFrame) -> Breakdowns:
    """Compute the tables of units and roles and compare leaders with staff.

    respondents : columns unit and role, both optional What roles add to the units must not single anyone out: such a
    capability is withheld from the roles, and where that is not enough from the comparison of leaders and staff.
    """
    if not levels.shown:
        return Breakdowns()
    units, roles = _units(levels), _roles(levels, respondents)
    side = _sides(levels, roles)
    gaps = _gaps(levels, roles, side)
    blocks = _blocks(levels, units, roles)
    k = levels.context.settings.k
    gaps = {
        name: gap
        for name, gap in gaps.items()
        if not crossing_reveals(_merged(blocks[name], units.published(name), side), k)
    }
    crossed = [
        name
        for name in levels.shown
        if crossing_reveals(_merged(blocks[name], units.published(name), _role_columns(roles, side, name, gaps)), k)
    ]
    return Breakdowns(
        units=held_against_whole(_rows(levels, units, "unit"), levels),
        roles=_rows(levels, roles.without(crossed, withheld_cell("crossing", k)), "role"),
        perception=perception_summary(gaps, side[roles.codes], levels.context.settings),
        gaps=gaps,
    )


def safely_weighted(levels: Levels) -> Levels:
    """The same levels with the units that may not be shown weighing as one stratum."""
    survey, k = levels.survey, levels.context.settings.k
    if survey.weights is None or not survey.units:
        return levels
    means = {str(name): float(column.mean()) for name, column in survey.scores.items() if column.count() >= k}
    names, settings = survey.units, levels.context.settings
    hidden = gated(survey.questionnaire, survey.unit_codes, names, survey.patterns, means, settings).hidden
    while True:
        levels = replace(levels, survey=pooled(survey, hidden))
        more = _units(levels).hidden if levels.shown else hidden
        if more <= hidden:
            return levels
        hidden |= more


def _units(levels: Levels) -> Partition:
    survey = levels.survey
    return gated(
        survey.questionnaire,
        survey.unit_codes,
        survey.units,
        survey.patterns,
        {name: levels.estimates[name].estimate for name in levels.shown},
        levels.context.settings,
        group_weights(survey),
    )


def _roles(levels: Levels, respondents: pd.DataFrame) -> Partition:
    """Roles beside the plain mean over people: the whole is weighted by units, and that ties no role to another."""
    survey = levels.survey
    codes, names = labels_of(respondents, "role")
    filled = np.where(codes >= 0, codes, len(names))
    patterns = count_patterns(survey.questionnaire, survey.answers, filled, len(names) + 1) if names else ()
    whole = {name: float(np.nanmean(survey.scores[name])) for name in levels.shown}
    return gated(survey.questionnaire, codes, names, patterns, whole, levels.context.settings)


def _sides(levels: Levels, roles: Partition) -> Codes:
    """0 = leader, 1 = staff, −1 = role unknown, for every role, people without one last."""
    leaders = levels.survey.questionnaire.leader_roles
    return np.array([*(LEADERS if name in leaders else STAFF for name in roles.names), -1])


def _gaps(levels: Levels, roles: Partition, side: Codes) -> dict[str, PerceptionGap]:
    survey, settings = levels.survey, levels.context.settings
    people = side[roles.codes]
    if min((people == LEADERS).sum(), (people == STAFF).sum()) < settings.k:
        return {}
    patterns = {
        one.id: CapabilityPatterns(
            counted.table, np.stack([counted.counts[side == part].sum(axis=0) for part in (LEADERS, STAFF)])
        )
        for one, counted in zip(survey.questionnaire.capabilities, roles.patterns, strict=True)
        if one.id in levels.shown
    }
    return perception_gaps(survey.questionnaire, patterns, settings)


def _blocks(levels: Levels, units: Partition, roles: Partition) -> dict[str, Codes]:
    """People scored on each capability by unit and role, those without one last."""
    height, width = len(units.names) + 1, len(roles.names) + 1
    place = np.where(units.codes >= 0, units.codes, height - 1) * width + np.where(
        roles.codes >= 0, roles.codes, width - 1
    )
    scored = levels.survey.scores[levels.shown].notna()
    return {
        str(name): np.bincount(place[column.to_numpy()], minlength=height * width).reshape(height, width)
        for name, column in scored.items()
    }


def _role_columns(roles: Partition, side: Codes, capability: str, gaps: Mapping[str, PerceptionGap]) -> Codes:
    """The columns that are published: shown roles, and the rest, apart by side where leaders and staff are compared."""
    published = roles.published(capability)
    rest = side if capability in gaps else np.full(len(side), -1)
    return np.where(published >= 0, published, len(side) + 1 + rest)


def _merged(blocks: Codes, rows: Codes, columns: Codes) -> Codes:
    """Blocks of people added up over rows and columns that carry the same number."""
    _, row_of = np.unique(rows, return_inverse=True)
    _, column_of = np.unique(columns, return_inverse=True)
    merged = np.zeros((row_of.max() + 1, column_of.max() + 1), dtype=np.intp)
    np.add.at(merged, (row_of[:, None], column_of[None, :]), blocks)
    return merged


def _rows(levels: Levels, partition: Partition, column: str) -> Rows:
    if not partition.names:
        return ()
    survey, previous = levels.survey, levels.context.previous
    earlier = (
        () if previous is None or not comparable(survey.questionnaire, previous) else getattr(previous, f"{column}s")
    )
    against = Yardsticks(
        targets=levels.targets,
        peers={name: peer.median for name, peer in levels.peers.items()},
        previous={row.id: row for row in earlier},
        invited=survey.invited_by_unit if column == "unit" else {},
    )
    return group_rows(survey.questionnaire, survey.scores, partition, levels.context.settings, against)
