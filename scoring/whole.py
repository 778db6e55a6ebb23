"""The organisation as a whole put into result types: capabilities, dimensions and overall."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from questionnaires.schema import Capability, Dimension
from scoring.composites import OVERALL
from scoring.consensus import agreement_of
from scoring.distributions import capability_distributions
from scoring.gaps import target_gap
from scoring.groups import estimate_of
from scoring.levels import COMPOSITE, Levels
from scoring.maturity import staged_level, weight_range
from scoring.results import (
    Agreement,
    CapabilityResult,
    DimensionResult,
    Estimate,
    Overall,
    PerceptionGap,
    WithheldLevel,
)
from scoring.wording import withheld_cell


def capability_results(
    levels: Levels, gaps: Mapping[str, PerceptionGap]
) -> tuple[CapabilityResult | WithheldLevel, ...]:
    """Every capability in the questionnaire's order; gaps : leaders vs staff by capability."""
    distributions = capability_distributions(
        levels.survey.questionnaire, levels.survey.patterns, levels.context.settings.k
    )
    agreements = _agreements(levels)
    return tuple(
        levels.withheld.get(one.id)
        or _capability(
            levels,
            one,
            agreement=agreements[one.id],
            distributions=distributions[one.id],
            perception=gaps.get(one.id),
        )
        for one in levels.survey.questionnaire.capabilities
    )


def dimension_results(levels: Levels) -> tuple[DimensionResult | WithheldLevel, ...]:
    """Every dimension in the questionnaire's order."""
    return tuple(_dimension(levels, dimension) for dimension in levels.survey.questionnaire.dimensions)


def overall_result(levels: Levels) -> Overall | WithheldLevel:
    """The whole in one level, with its stage."""
    if OVERALL not in levels.estimates:
        return _withheld(OVERALL, "Overall", levels)
    scale, dimensions = levels.survey.questionnaire.scale, levels.survey.questionnaire.dimensions
    stage = staged_level(levels.table.loc[levels.shown], scale)
    return Overall(
        **_common(levels, OVERALL),
        stage=stage.level.value,
        stage_name=stage.level.name,
        next_stage_name=None if stage.following is None else stage.following.name,
        provisional=stage.provisional,
        binding=stage.binding,
        with_fpc=_with_fpc(levels),
        weight_range=weight_range(
            [levels.estimates[one.id].estimate for one in dimensions if one.id in levels.estimates]
        ),
        percentile=_percentile(levels, OVERALL),
    )


def _agreements(levels: Levels) -> dict[str, Agreement | None]:
    """Agreement among everyone who answered, by capability."""
    questionnaire = levels.survey.questionnaire
    pairs = zip(questionnaire.capabilities, levels.survey.patterns, strict=True)
    return {
        one.id: agreement_of(
            counts.level_counts(questionnaire).sum(axis=0), levels.answered[one.id], questionnaire.scale
        )
        for one, counts in pairs
    }


def _capability(levels: Levels, capability: Capability, **more: Any) -> CapabilityResult:
    priority = levels.priorities.get(capability.id)
    return CapabilityResult(
        **_common(levels, capability.id),
        **_rates(levels, capability.id),
        **more,
        id=capability.id,
        name=capability.name,
        short=capability.short,
        dimension=capability.dimension,
        bounds=levels.bounds[capability.id],
        importance=levels.context.importance.get(capability.id),
        priority=None if priority is None else priority.value,
        priority_rank=None if priority is None else priority.rank,
        priority_ranks=None if priority is None else (priority.best, priority.worst),
    )


def _dimension(levels: Levels, dimension: Dimension) -> DimensionResult | WithheldLevel:
    if dimension.id not in levels.estimates:
        return _withheld(dimension.id, dimension.name, levels)
    members = [levels.bounds[one.id] for one in dimension.capabilities if one.id in levels.shown]
    low, high = (float(np.mean(ends)) for ends in zip(*members, strict=True))
    return DimensionResult(
        **_common(levels, dimension.id),
        **_rates(levels, dimension.id),
        id=dimension.id,
        name=dimension.name,
        bounds=(low, high),
        percentile=_percentile(levels, dimension.id),
    )


def _common(levels: Levels, name: str) -> dict[str, Any]:
    """What capabilities, dimensions and overall have alike."""
    estimate, target, peer = levels.estimates[name], levels.targets.get(name), levels.peers.get(name)
    gap = None if target is None else target_gap(estimate, target)
    return {
        **estimate.__dict__,
        "target": target,
        "target_gap": None if gap is None else gap.gap,
        "target_gap_interval": None if gap is None else gap.interval,
        "peer": peer,
        "peer_gap": None if peer is None else peer.gap,
        "change": levels.changes.get(name),
    }


def _rates(levels: Levels, name: str) -> dict[str, Any]:
    row = levels.coverage[name]
    return {
        "coverage": row["coverage"],
        "dont_know": row["dont_know_rate"],
        "not_applicable": row["not_applicable_rate"],
    }


def _percentile(levels: Levels, name: str) -> float | None:
    peer = levels.peers.get(name)
    return None if peer is None else peer.percentile


def _with_fpc(levels: Levels) -> Estimate | None:
    """The overall interval when those who answered are a random part of the invited."""
    row, survey = levels.composite_rows[OVERALL], levels.survey
    plain = replace(estimate_of(row, f"{COMPOSITE}, with finite-population correction"), se=None, df=None)
    if survey.population is not None and not np.isnan(row["low_fpc"]):
        return replace(plain, low=float(row["low_fpc"]), high=float(row["high_fpc"]))
    if survey.invited is None or plain.low is None or plain.high is None:
        return None
    factor = float(np.sqrt(max(0.0, 1 - survey.n / max(survey.invited, survey.n))))
    half = factor * (plain.high - plain.low) / 2
    return replace(plain, low=plain.estimate - half, high=plain.estimate + half)


def _withheld(name: str, title: str, levels: Levels) -> WithheldLevel:
    """The place of a composite that has no capability to be made of."""
    members = [one for one in levels.withheld.values() if name in (OVERALL, one.dimension)]
    few = any(one.reason == "small" for one in members) or not members
    cell = withheld_cell("small" if few else "coverage", levels.context.settings.k)
    return WithheldLevel(id=name, name=title, withheld=cell.withheld, reason=cell.reason, sentence=cell.sentence)
