"""The organisation as a whole: capabilities, dimensions and overall, with target, peers and change beside each."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from questionnaires.schema import Capability
from scoring.change import Linked, change_since, comparable, mark_changes
from scoring.composites import OVERALL, composite_levels, composite_statistic, composition
from scoring.editions import Edition
from scoring.gaps import Priority, composite_target, priorities
from scoring.groups import estimate_of
from scoring.intervals import MINIMUM_BOOTSTRAP_N, bca_stratified, stratified_means
from scoring.linkage import Wave, linked_people, people_in
from scoring.maturity import coverage, dont_know_bounds, with_rates
from scoring.peers import PeerSlice, compare, composite_peers, mark_clear
from scoring.results import (
    AssessmentResult,
    Change,
    Estimate,
    Peer,
    Settings,
    WithheldLevel,
    WithheldReason,
)
from scoring.survey import Survey
from scoring.wording import withheld_cell

MEAN = "stratified mean, Student t"
MOST_BOOTSTRAPPED = 500
"""With more respondents a composite of many answers is normal enough for its t interval."""

COMPOSITE = "mean of stratified means, linearised Student t"


@dataclass(frozen=True, eq=False)
class Context:
    """What the survey is held against, and the settings."""

    settings: Settings
    targets: Mapping[str, float] = field(default_factory=dict)
    importance: Mapping[str, float] = field(default_factory=dict)
    edition: Edition | None = None
    chain: tuple[PeerSlice, ...] = ()
    previous: AssessmentResult | None = None
    previous_wave: Wave | None = None
    people: pd.Series = field(default_factory=lambda: pd.Series(dtype=np.intp))


@dataclass(frozen=True, eq=False)
class Levels:
    """The levels of one survey before they are put into words; computed when first asked for."""

    survey: Survey
    context: Context

    @cached_property
    def table(self) -> pd.DataFrame:
        """``stratified_means`` of every capability."""
        return stratified_means(
            self.survey.scores,
            self.survey.strata,
            weights=self.survey.weights,
            confidence=self.context.settings.confidence,
        )

    @cached_property
    def answered(self) -> dict[str, int]:
        """People scored on each capability."""
        return {str(name): int(n) for name, n in self.table["n"].items()}

    @cached_property
    def coverage(self) -> dict[str, dict[str, float]]:
        """Counts and rates of each capability and dimension, named as by ``scoring.maturity.coverage``."""
        table = coverage(self.survey.questionnaire, self.survey.patterns)
        dimension = [capability.dimension for capability in self.survey.questionnaire.capabilities]
        sums = with_rates(table[["asked", "applicable", "answered", "dont_know"]].groupby(dimension).sum())
        return _rows(pd.concat([table, sums]))

    @cached_property
    def bounds(self) -> dict[str, tuple[float, float]]:
        """The don't-know bounds of each capability."""
        table = dont_know_bounds(self.survey.questionnaire, self.survey.stratum_patterns, self.survey.stratum_weights)
        return {name: (row["low"], row["high"]) for name, row in _rows(table).items()}

    @cached_property
    def withheld(self) -> dict[str, WithheldLevel]:
        """Capabilities of which the whole may not be shown, with the reason."""
        share, k = self.survey.questionnaire.min_answered_share, self.context.settings.k
        result = {}
        for capability in self.survey.questionnaire.capabilities:
            if self.answered[capability.id] < k:
                result[capability.id] = withheld_level(capability, "small", k)
            elif self.coverage[capability.id]["coverage"] < share - 1e-12:
                result[capability.id] = withheld_level(capability, "coverage", k)
        return result

    @cached_property
    def shown(self) -> list[str]:
        return [one.id for one in self.survey.questionnaire.capabilities if one.id not in self.withheld]

    @cached_property
    def composition(self) -> pd.DataFrame:
        return composition(self.survey.questionnaire, dict.fromkeys(self.shown, True))

    @cached_property
    def composite_rows(self) -> dict[str, dict[str, float]]:
        """Dimensions and overall, with the fpc interval where the invited per unit are known."""
        if not self.shown:
            return {}
        table = composite_levels(
            self.survey.scores,
            self.survey.strata,
            self.table,
            self.composition,
            weights=self.survey.weights,
            population=self.survey.population,
            confidence=self.context.settings.confidence,
        )
        return _rows(table)

    @cached_property
    def targets(self) -> dict[str, float]:
        """Targets of capabilities, dimensions and overall."""
        found = {name: target for name, target in self.context.targets.items() if name in self.shown}
        for item, weights in self.composition.items():
            target = composite_target(_named(weights), found)
            if target is not None:
                found[str(item)] = target
        return found

    @cached_property
    def estimates(self) -> dict[str, Estimate]:
        """Everything that is shown of the whole, by id."""
        found = {name: estimate_of(row, MEAN) for name, row in _rows(self.table).items() if name in self.shown}
        found |= {
            name: estimate_of(row, COMPOSITE)
            for name, row in self.composite_rows.items()
            if self.composition[name].sum() > 0
        }
        scale = self.survey.questionnaire.scale
        cut = {name: _within(one, scale.low, scale.high) for name, one in found.items()}
        return {**cut, **self._bootstrapped(cut)}

    def _bootstrapped(self, estimates: Mapping[str, Estimate]) -> dict[str, Estimate]:
        """Composites with the BCa interval in place of the linearised one, where the settings ask for it."""
        settings = self.context.settings
        if settings.bootstrap == 0 or not MINIMUM_BOOTSTRAP_N <= self.survey.n <= MOST_BOOTSTRAPPED:
            return {}
        strata, weights = self._strata_by_name()
        matrix = np.column_stack([self.survey.scores.to_numpy(float), strata])
        result = {}
        for name in self.composition.columns:
            if name in estimates:
                statistic = composite_statistic(self.composition[name].to_numpy(), weights)
                drawn = bca_stratified(
                    matrix,
                    strata,
                    statistic,
                    seed=settings.seed,
                    resamples=settings.bootstrap,
                    confidence=settings.confidence,
                )
                if drawn.low is not None and drawn.high is not None:
                    result[name] = replace(estimates[name], low=drawn.low, high=drawn.high, method=drawn.method)
        return result

    def _strata_by_name(self) -> tuple[pd.Series, NDArray[np.float64] | None]:
        """Strata numbered by the units' names, so that the order of respondents does not change what is drawn."""
        units = self.survey.units
        order = [*sorted(range(len(units)), key=units.__getitem__), len(units)]
        weights = self.survey.stratum_weights
        return self.survey.strata.map(
            dict(zip(order, range(len(order)), strict=True))
        ), weights if weights is None else weights[order]

    @cached_property
    def peers(self) -> dict[str, Peer]:
        """Comparisons by id; capabilities, dimensions and overall are three families."""
        edition = self.context.edition
        if edition is None:
            return {}
        names = [capability.id for capability in self.survey.questionnaire.capabilities]
        levels = edition.levels[:, [edition.capabilities.index(name) for name in names]]
        columns = {name: levels[:, place] for place, name in enumerate(names)}
        whole = composition(self.survey.questionnaire)
        columns |= {
            str(item): edition.composites[item].to_numpy(float)
            if item in edition.composites
            else composite_peers(levels, whole[item].to_numpy())
            for item in whole.columns
        }
        return self._families(
            {
                name: peer
                for name, estimate in self.estimates.items()
                if (peer := compare(estimate, columns[name], self.context.chain, edition)) is not None
            }
        )

    def _families(self, peers: Mapping[str, Peer]) -> dict[str, Peer]:
        marked: dict[str, Peer] = {}
        for family in self._family_names:
            marked |= mark_clear({name: peers[name] for name in family if name in peers}, self.context.settings.q)
        return marked

    @property
    def _family_names(self) -> tuple[list[str], ...]:
        dimensions = [dimension.id for dimension in self.survey.questionnaire.dimensions]
        return [c.id for c in self.survey.questionnaire.capabilities], dimensions, [OVERALL]

    @cached_property
    def changes(self) -> dict[str, Change]:
        """Change since the wave before by id, in the same three families."""
        previous = self.context.previous
        if previous is None or not comparable(self.survey.questionnaire, previous):
            return {}
        places = (previous.overall, *previous.dimensions, *previous.capabilities)
        before = {getattr(one, "id", OVERALL): one for one in places if isinstance(one, Estimate)}
        linked = self._linked(previous)
        found = {
            name: change_since(estimate, before[name], self.context.settings.confidence, linked.get(name))
            for name, estimate in self.estimates.items()
            if name in before
        }
        marked: dict[str, Change] = {}
        for family in self._family_names:
            marked |= mark_changes({name: found[name] for name in family if name in found}, self.context.settings.q)
        return marked

    def _linked(self, previous: AssessmentResult) -> dict[str, Linked]:
        """People known to have answered both waves of one version of the questionnaire."""
        wave, asked = self.context.previous_wave, self.survey.questionnaire
        if wave is None or previous.questionnaire.sha256 != asked.sha256:
            return {}
        shown = {one.id: True for one in previous.capabilities if isinstance(one, Estimate)}
        before = wave.survey(asked)
        parts = self.composition, composition(before.questionnaire, shown)
        return linked_people(
            self.survey, before, (self.context.people, people_in(wave.respondents)), parts, self.context.settings.k
        )

    @cached_property
    def priorities(self) -> dict[str, Priority]:
        gaps = {name: self.targets[name] - self.estimates[name].estimate for name in self.shown if name in self.targets}
        return priorities(gaps, self.context.importance)


def withheld_level(capability: Capability, reason: WithheldReason, k: int) -> WithheldLevel:
    """The place of a capability that is not shown."""
    cell = withheld_cell(reason, k)
    return WithheldLevel(
        id=capability.id,
        name=capability.name,
        short=capability.short,
        dimension=capability.dimension,
        withheld=cell.withheld,
        reason=cell.reason,
        sentence=cell.sentence,
    )


def _rows(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    columns = [str(column) for column in table.columns]
    return {
        str(name): dict(zip(columns, map(float, row), strict=True))
        for name, row in zip(table.index, table.to_numpy(float), strict=True)
    }


def _named(weights: pd.Series) -> dict[str, float]:
    return {str(name): float(weight) for name, weight in weights.items()}


def _within(estimate: Estimate, low: float, high: float) -> Estimate:
    """Cut the interval to the scale on which the level must lie."""
    if estimate.low is None or estimate.high is None:
        return estimate
    return replace(estimate, low=max(estimate.low, low), high=min(estimate.high, high))
