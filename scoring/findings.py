"""Sentences that the report can defend, each written by a rule from the numbers (docs/methods.md, "Findings").

A rule says something or nothing. What it says carries what, how large, how sure and against whom; the numbers it used
come with it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from questionnaires.schema import Capability, Questionnaire
from scoring.results import (
    AssessmentResult,
    CapabilityResult,
    Change,
    DimensionResult,
    Finding,
    Group,
    Peer,
    PerceptionGap,
    TextPart,
)
from scoring.wording import (
    apart,
    capitalised,
    counted,
    level,
    listed,
    minus,
    number_word,
    ordinal,
    parts,
    percent,
    signed,
    to,
)

MOST_GAPS = 4
MANY_DONT_KNOW = 0.2


@dataclass(frozen=True)
class Shown:
    """What of a result may be read, with the words of its questionnaire."""

    result: AssessmentResult
    questionnaire: Questionnaire

    @property
    def capabilities(self) -> list[CapabilityResult]:
        return [one for one in self.result.capabilities if isinstance(one, CapabilityResult)]

    @property
    def dimensions(self) -> list[DimensionResult]:
        return [one for one in self.result.dimensions if isinstance(one, DimensionResult)]

    @property
    def units(self) -> list[Group]:
        return [one for one in self.result.units if isinstance(one, Group)]

    @property
    def step(self) -> float:
        """The mean distance between neighbouring levels."""
        scale = self.questionnaire.scale
        return (scale.high - scale.low) / (len(scale.levels) - 1)

    @property
    def unit_of_scale(self) -> str:
        """What a difference is counted in."""
        return "levels" if abs(self.step - 1) < 1e-9 else "points"

    def spoken(self, capability: str) -> str:
        return spoken(self.questionnaire.capability(capability))

    def dimension_name(self, dimension: str) -> str:
        return self.questionnaire.dimension(dimension).name


def spoken(capability: Capability | CapabilityResult) -> str:
    """The short name as it goes into a sentence: its first part, so that lists of names can be told apart."""
    return capability.short.partition(",")[0]


def findings(result: AssessmentResult, questionnaire: Questionnaire) -> tuple[Finding, ...]:
    """Every finding whose rule applies: those with something clear to say first, in the order of the rules."""
    shown = Shown(result, questionnaire)
    said = [finding for rule in RULES if (finding := rule(shown)) is not None]
    return tuple(sorted(said, key=lambda one: one.rule.startswith("no-")))


def largest_gaps(shown: Shown) -> Finding | None:
    """``largest-gaps``: the up to four largest gaps to target whose interval excludes zero; ``no-gap`` where none
    does."""
    with_target = [(one, gap) for one in shown.capabilities if (gap := one.target_gap) is not None]
    if not with_target:
        return None
    clear = [
        (one, gap)
        for one, gap in with_target
        if gap > 0 and one.target_gap_interval is not None and one.target_gap_interval.excludes_zero
    ]
    if not clear:
        widest, gap = max(with_target, key=lambda pair: pair[1])
        return Finding(
            kind="Gaps to target",
            rule="no-gap",
            title="No capability is clearly short of its target",
            parts=parts(
                f"Of {counted(len(with_target), 'capability', 'capabilities')} with a target, none has a gap whose interval "
                f"excludes zero. The widest is {spoken(widest)}, ",
                minus(_to_go(widest)),
                f" {shown.unit_of_scale}.",
            ),
            capabilities=(widest.id,),
            numbers={widest.id: gap},
        )
    top = [one for one, _ in sorted(clear, key=lambda pair: -pair[1])[:MOST_GAPS]]
    gaps = sorted(_to_go(one) for one in top)
    size = minus(gaps[0]) if gaps[0] == gaps[-1] else f"{minus(gaps[0])} to {minus(gaps[-1])}"
    return Finding(
        kind="Largest gaps",
        rule="largest-gaps",
        title=_gaps_title(shown, top),
        parts=(
            *parts(
                f"{capitalised(listed([spoken(one) for one in top]))} {'is' if len(top) == 1 else 'are'} ",
                f"{size} {shown.unit_of_scale}",
                f" short of target, {_of_how_many(len(top), len(with_target))}{_importance_words(top)}. ",
            ),
            *_peers_of(top),
        ),
        capabilities=tuple(one.id for one in top),
        dimensions=tuple(dict.fromkeys(one.dimension for one in top)),
        numbers={one.id: one.target_gap for one in top if one.target_gap is not None},
    )


def what_moved(shown: Shown) -> Finding | None:
    """``what-moved``: dimensions whose change since the wave before is clear, and the capabilities that moved most;
    ``no-move`` else."""
    moved = [(one, one.change) for one in shown.dimensions if one.change is not None]
    if not moved:
        return None
    clear = sorted(((one, change) for one, change in moved if change.clear), key=lambda pair: -abs(pair[1].change))
    if not clear:
        one, change = max(moved, key=lambda pair: abs(pair[1].change))
        return Finding(
            kind="What moved",
            rule="no-move",
            title="No dimension has clearly moved since the wave before",
            parts=parts(
                f"The largest change is {one.name}, ",
                _moved_by(one.estimate, change),
                f"{_interval_words(change)}: it may be chance.",
            ),
            dimensions=(one.id,),
            numbers={one.id: change.change},
        )
    first, change = clear[0]
    led = _led_by(shown, first.id, change.change > 0)
    others = [f"{one.name} {_moved_by(one.estimate, other)}" for one, other in clear[1:]]
    return Finding(
        kind="What moved",
        rule="what-moved",
        title=_moved_title(clear, len(moved)),
        parts=(
            *parts(
                f"{first.name} went {'up' if change.change > 0 else 'down'} ",
                f"{minus(abs(apart(first.estimate, change.before)))} {shown.unit_of_scale}",
                f" since the wave before{_interval_words(change)}{led}.",
            ),
            *_now_stands(first.peer),
            *(parts(f" Also clear: {listed(others)}.") if others else ()),
        ),
        dimensions=tuple(one.id for one, _ in clear),
        numbers={one.id: other.change for one, other in clear},
    )


def perception(shown: Shown) -> Finding | None:
    """``perception``: the widest clear difference between leaders and staff; ``no-perception-gap`` where none is
    clear."""
    compared = [(one, gap) for one in shown.capabilities if (gap := one.perception) is not None]
    if not compared:
        return None
    clear = sorted((pair for pair in compared if pair[1].clear), key=lambda pair: -abs(pair[1].gap))
    one, gap = clear[0] if clear else max(compared, key=lambda pair: abs(pair[1].gap))
    sides = parts(
        f"On {spoken(one)}, {gap.leaders.n} leaders answer ",
        level(gap.leaders.estimate),
        f" and {gap.staff.n} staff ",
        level(gap.staff.estimate),
        f": {minus(abs(apart(gap.leaders.estimate, gap.staff.estimate)))} apart ({_apart_words(gap)}). ",
    )
    if not clear:
        return Finding(
            kind="Perception",
            rule="no-perception-gap",
            title="Leaders and staff see much the same organisation",
            parts=(*sides, *parts(f"It is the widest of {len(compared)} differences, and none is clear.")),
            capabilities=(one.id,),
            numbers={one.id: gap.gap},
        )
    rest = len(clear) - 1
    more = (
        f" {capitalised(counted(rest, 'more capability differs', 'more capabilities differ'))} clearly." if rest else ""
    )
    return Finding(
        kind="Perception",
        rule="perception",
        title=f"Leaders see {spoken(one)} {'higher' if gap.gap > 0 else 'lower'} than their staff do",
        parts=(*sides, *parts("Read that level as ", "a conversation to have", f", not as a score to report.{more}")),
        capabilities=tuple(one.id for one, _ in clear),
        numbers={one.id: gap.gap for one, gap in clear},
    )


def against_peers(shown: Shown) -> Finding | None:
    """``against-peers``: what is clearly behind or ahead of the peer group; ``no-peer-difference`` where nothing is."""
    peers = shown.result.peers
    if peers is None or not peers.family:
        return None
    known = {one.id: one for one in shown.capabilities}
    behind = sorted((known[name] for name in peers.behind), key=_percentile)
    ahead = sorted((known[name] for name in peers.ahead), key=_percentile, reverse=True)
    group = f"{peers.n} organisations ({peers.group_name}, edition {peers.edition})"
    label = f" {peers.label}." if peers.label else ""
    if not behind and not ahead:
        return Finding(
            kind="Against peers",
            rule="no-peer-difference",
            title="Nothing stands clearly apart from peers",
            parts=parts(f"Of {peers.family} comparisons with {group}, none is clear after correction.{label}"),
            numbers={"family": float(peers.family)},
        )
    behind_words = f"{capitalised(_with_percentiles(behind))} {_stand(behind)} clearly behind. " if behind else ""
    ahead_words = f"{capitalised(_with_percentiles(ahead))} {_stand(ahead)} clearly ahead. " if ahead else ""
    return Finding(
        kind="Against peers",
        rule="against-peers",
        title=capitalised(_ahead_behind(len(behind), len(ahead))),
        parts=parts(
            f"{behind_words}{ahead_words}Of {peers.family} comparisons with {group}, ",
            f"{len(behind)} are behind and {len(ahead)} ahead",
            f"; the others read as like peers.{label}",
        ),
        capabilities=tuple(one.id for one in (*behind, *ahead)),
        numbers={
            one.id: one.peer.percentile for one in (*behind, *ahead) if one.peer and one.peer.percentile is not None
        },
    )


def holding_back(shown: Shown) -> Finding | None:
    """``holding-back``: the capabilities below the next stage, where they are few."""
    overall = shown.result.overall
    if overall.withheld is not None or not overall.binding or overall.next_stage_name is None:
        return None
    binding = [one for one in shown.capabilities if one.id in overall.binding]
    binding.sort(key=lambda one: one.estimate)
    few = listed([f"{spoken(one)} {level(one.estimate)}" for one in binding], limit=4)
    provisional = (
        " The stage is provisional: the interval of a deciding capability crosses a level."
        if overall.provisional
        else ""
    )
    return Finding(
        kind="Stage",
        rule="holding-back",
        title=f"{capitalised(counted(len(binding), 'capability holds', 'capabilities hold'))} {overall.next_stage_name} back",
        parts=parts(
            "A stage counts once every capability reaches it. ",
            f"Stage {overall.stage:g}, {overall.stage_name}",
            f", becomes {overall.next_stage_name} when these do: {few}.{provisional}",
        ),
        capabilities=tuple(one.id for one in binding),
        numbers={one.id: one.estimate for one in binding},
    )


def above_target(shown: Shown) -> Finding | None:
    """``above-target``: what stands above its target with an interval that excludes zero."""
    over = shown.result.over_investment
    if not over:
        return None
    known = {one.id: one for one in shown.capabilities}
    first = known[over[0].capability]
    names = [spoken(known[one.capability]) for one in over]
    return Finding(
        kind="Above target",
        rule="above-target",
        title=f"{capitalised(listed(names, limit=3))} {'stands' if len(over) == 1 else 'stand'} above target",
        parts=parts(
            f"{spoken(first)} is ",
            f"{minus(abs(_to_go(first)))} {shown.unit_of_scale} above its target",
            f" ({to(over[0].interval.low, over[0].interval.high)}): a place to stop adding effort.",
        ),
        capabilities=tuple(one.capability for one in over),
        numbers={one.capability: one.surplus for one in over},
    )


def units_apart(shown: Shown) -> Finding | None:
    """``units-apart``: the highest and the lowest unit, where their intervals do not overlap."""
    rated = [(unit, unit.overall) for unit in shown.units if unit.overall.withheld is None]
    rated = [(unit, cell) for unit, cell in rated if cell.low is not None and cell.high is not None]
    if len(rated) < 2:
        return None
    best, high = max(rated, key=lambda pair: pair[1].estimate)
    worst, low = min(rated, key=lambda pair: pair[1].estimate)
    if high.low is None or low.high is None or high.low <= low.high:
        return None
    return Finding(
        kind="Units",
        rule="units-apart",
        title=f"{best.id} and {worst.id} work at different levels",
        parts=parts(
            f"{best.id} stands at {level(high.estimate)} (n = {best.n}), {worst.id} at {level(low.estimate)} (n = {worst.n}): ",
            f"{minus(apart(high.estimate, low.estimate))} {shown.unit_of_scale} apart",
            ", and their intervals do not overlap.",
        ),
        numbers={best.id: high.estimate, worst.id: low.estimate},
    )


def disagreement(shown: Shown) -> Finding | None:
    """``two-peaked``: capabilities on which the answers have two peaks, so that the mean is nobody's view."""
    split = [one for one in shown.capabilities if one.agreement is not None and one.agreement.two_peaked]
    if not split:
        return None
    first = split[0]
    return Finding(
        kind="Agreement",
        rule="two-peaked",
        title=f"People answer {listed([spoken(one) for one in split], limit=3)} in two camps",
        parts=parts(
            f"On {spoken(first)} the answers have two peaks, so ",
            f"the mean of {level(first.estimate)} is hardly anyone's view",
            f" (n = {first.n}). Find out what the camps have in common before acting on it.",
        ),
        capabilities=tuple(one.id for one in split),
        numbers={one.id: one.estimate for one in split},
    )


def not_known(shown: Shown) -> Finding | None:
    """``not-known``: capabilities where at least a fifth of the applicable answers are "don't know"."""
    dark = sorted(
        (one for one in shown.capabilities if one.dont_know >= MANY_DONT_KNOW), key=lambda one: -one.dont_know
    )
    if not dark:
        return None
    first = dark[0]
    return Finding(
        kind="Visibility",
        rule="not-known",
        title=f"Many do not know how {listed([spoken(one) for one in dark], limit=3)} works",
        parts=parts(
            f"On {spoken(first)}, ",
            f"{percent(first.dont_know)} of the answers are “don't know”",
            f". If they were all the lowest or all the highest level, it would stand between {level(first.bounds[0])} and "
            f"{level(first.bounds[1])}, not at {level(first.estimate)}.",
        ),
        capabilities=tuple(one.id for one in dark),
        numbers={one.id: one.dont_know for one in dark},
    )


RULES: tuple[Callable[[Shown], Finding | None], ...] = (
    largest_gaps,
    what_moved,
    perception,
    against_peers,
    holding_back,
    above_target,
    units_apart,
    disagreement,
    not_known,
)


def _to_go(one: CapabilityResult) -> Decimal:
    return apart(one.target or 0.0, one.estimate)


def _gaps_title(shown: Shown, top: Sequence[CapabilityResult]) -> str:
    dimensions = list(dict.fromkeys(one.dimension for one in top))
    if len(top) == 1:
        return f"{top[0].short} is the one clear gap"
    names = [shown.dimension_name(one) for one in dimensions]
    if len(names) == 1:
        return f"The {number_word(len(top))} largest gaps are all in {names[0]}"
    if len(names) <= 2:
        return f"The {number_word(len(top))} largest gaps are in {listed(names)}"
    return f"The largest gaps reach across {counted(len(names), 'dimension', 'dimensions')}, {top[0].short} first"


def _of_how_many(few: int, all_of_them: int) -> str:
    if few == all_of_them:
        return "everything that has a target"
    return f"the {'largest gap' if few == 1 else f'{number_word(few)} largest gaps'} of {all_of_them}"


def _importance_words(top: Sequence[CapabilityResult]) -> str:
    values = [one.importance for one in top if one.importance is not None]
    if len(values) < len(top) or not values:
        return ""
    if len(set(values)) == 1:
        return f", {'with' if len(top) == 1 else 'all with'} importance {values[0]:g}"
    return f", importance {min(values):g} to {max(values):g}"


def _peers_of(top: Sequence[CapabilityResult]) -> tuple[TextPart, ...]:
    ranked = [one.peer for one in top if one.peer is not None and one.peer.percentile is not None]
    if len(ranked) < len(top):
        return ()
    highest = max(peer.percentile for peer in ranked if peer.percentile is not None)
    behind = sum(peer.clear and peer.gap > 0 for peer in ranked)
    subject = "It is" if len(top) == 1 else "All are"
    label = f" {ranked[0].label}." if ranked[0].label else ""
    if highest <= 50:
        return parts(
            f"{subject} at or below the ",
            f"{ordinal(highest)} percentile of {ranked[0].n} peers",
            f", {_clear_words(behind, len(top))}.{label}",
        )
    return parts(f"Against {ranked[0].n} peers, {_clear_words(behind, len(top))}.{label}")


def _clear_words(behind: int, of: int) -> str:
    if behind == 0:
        return "none clearly behind" if of > 1 else "not clearly behind"
    return "clearly behind" if behind == of else f"{number_word(behind)} of them clearly behind"


def _moved_title(clear: Sequence[tuple[DimensionResult, Change]], of: int) -> str:
    up = [one.name for one, change in clear if change.change > 0]
    down = [one.name for one, change in clear if change.change < 0]
    if len(clear) == of and not down and of > 1:
        return "Every dimension clearly rose"
    if len(clear) == of and not up and of > 1:
        return "Every dimension clearly fell"
    if len(clear) == 1:
        return f"{clear[0][0].name} is the only dimension that clearly {'rose' if up else 'fell'}"
    rose = f"{listed(up)} clearly rose" if up else ""
    fell = f"{listed(down)} clearly fell" if down else ""
    return "; ".join(one for one in (rose, fell) if one)


def _moved_by(now: float, change: Change) -> str:
    difference = apart(now, change.before)
    return f"+{difference}" if difference > 0 else minus(difference)


def _interval_words(change: Change) -> str:
    return "" if change.low is None or change.high is None else f" ({signed(change.low)} to {signed(change.high)})"


def _led_by(shown: Shown, dimension: str, up: bool) -> str:
    inside = [(one, one.change) for one in shown.capabilities if one.dimension == dimension and one.change is not None]
    led = sorted((pair for pair in inside if (pair[1].change > 0) == up), key=lambda pair: -abs(pair[1].change))[:2]
    return f", led by {listed([spoken(one) for one, _ in led])}" if led else ""


def _now_stands(peer: Peer | None) -> tuple[TextPart, ...]:
    if peer is None or peer.percentile is None or peer.percentile_low is None or peer.percentile_high is None:
        return ()
    label = f" {peer.label}." if peer.label else ""
    between = f" ({ordinal(peer.percentile_low)} to {ordinal(peer.percentile_high)}) of {peer.n} peers.{label}"
    return parts(" It now stands at the ", f"{ordinal(peer.percentile)} percentile", between)


def _apart_words(gap: PerceptionGap) -> str:
    low, high = (gap.low, gap.high) if gap.gap >= 0 else (-gap.high, -gap.low)
    return to(low, high)


def _percentile(one: CapabilityResult) -> float:
    return one.peer.percentile if one.peer is not None and one.peer.percentile is not None else 50.0


def _with_percentiles(some: Iterable[CapabilityResult]) -> str:
    return listed([f"{spoken(one)} ({ordinal(_percentile(one))})" for one in some], limit=3)


def _stand(some: Sequence[CapabilityResult]) -> str:
    return "stands" if len(some) == 1 else "stand"


def _ahead_behind(behind: int, ahead: int) -> str:
    if not ahead:
        return f"clearly behind peers in {counted(behind, 'capability', 'capabilities')}, ahead in none"
    if not behind:
        return f"clearly ahead of peers in {counted(ahead, 'capability', 'capabilities')}, behind in none"
    return f"clearly behind peers in {counted(behind, 'capability', 'capabilities')}, ahead in {number_word(ahead)}"
