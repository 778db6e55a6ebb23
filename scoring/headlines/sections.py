"""The title above each section of the report."""

from collections.abc import Sequence

from scoring.findings.shown import Shown, spoken
from scoring.headlines.capabilities import gap_words
from scoring.results import Cell, DimensionResult, Group, Headline, Overall, WithheldLevel
from scoring.wording import (
    apart,
    capitalised,
    counted,
    level,
    listed,
    minus,
    number_word,
    percent,
    place_among,
    printed,
    to,
)

EVEN = 0.3
"""Dimensions that differ by no more than this part of a level are called even."""

MANY_RIVALS = 4
"""With so many others that could come first, the title says so instead of naming an order."""

SECTIONS = ("overview", "heatmap", "peers", "perception", "priorities", "method")


def section_headlines(shown: Shown) -> dict[str, Headline]:
    """The headline of every section of ``SECTIONS``."""
    rules = (_overview, _heatmap, _peers, _perception, _priorities, _method)
    return {section: rule(shown) for section, rule in zip(SECTIONS, rules, strict=True)}


def _overview(shown: Shown) -> Headline:
    overall = shown.result.overall
    if isinstance(overall, WithheldLevel):
        return Headline(
            title="Too few people have answered to show a result",
            lead=f"{overall.sentence} Nothing is shown below {shown.result.settings.k} people.",
            rule="too-few",
        )
    profile, rule = _profile(shown.dimensions, shown.step)
    return Headline(
        title=f"{profile}: level {level(overall.estimate)}{_overall_gap(overall)}",
        lead=" ".join(part for part in (_standing(overall), _stage(shown, overall)) if part),
        rule=rule,
    )


def _profile(dimensions: Sequence[DimensionResult], step: float) -> tuple[str, str]:
    """Which dimensions lead and trail, where their intervals are apart; otherwise that they are even, or not clear."""
    ordered = sorted(dimensions, key=lambda one: one.estimate)
    if len(ordered) < 2:
        return (ordered[0].name if ordered else "The whole"), "single-dimension"
    low, high = ordered[0], ordered[-1]
    if low.high is None or high.low is None or high.low <= low.high:
        if high.estimate - low.estimate > step * EVEN:
            return "No dimension clearly leads", "unclear-profile"
        return f"Even across {counted(len(ordered), 'dimension', 'dimensions')}", "even-profile"
    trailing = [one.name for one in ordered if one.high is not None and one.high < high.low][:2]
    leading = [one.name for one in reversed(ordered) if one.low is not None and one.low > low.high][:2]
    both = [name for name in leading if name in trailing]
    leading = [name for name in leading if name not in both] or [high.name]
    trailing = [name for name in trailing if name not in both] or [low.name]
    leads, trails = ("leads", "trails") if len(leading) == 1 else ("lead", "trails")
    trails = trails if len(trailing) == 1 else "trail"
    return f"{listed(leading)} {leads}, {listed(trailing)} {trails}", "uneven-profile"


def _overall_gap(overall: Overall) -> str:
    if overall.target is None:
        return ""
    return f", {gap_words(overall)}"


def _standing(overall: Overall) -> str:
    peer = overall.peer
    if peer is None:
        return ""
    label = f" {peer.label}." if peer.label else ""
    if peer.percentile is None:
        return f"Among {peer.n} peers ({peer.group_name}) it is in the {peer.third} third.{label}"
    place = place_among(peer.percentile)
    if not place[0].isdigit():
        return f"It stands {place} {peer.n} peers ({peer.group_name}).{label}"
    return f"Among {peer.n} peers ({peer.group_name}) it stands at the {place} percentile.{label}"


def _stage(shown: Shown, overall: Overall) -> str:
    if not overall.binding or overall.next_stage_name is None:
        return f"Every capability reaches {overall.stage_name}."
    names = listed([shown.spoken(name) for name in overall.binding], limit=3)
    verb = "holds" if len(overall.binding) == 1 else "hold"
    return f"{names} {verb} it at stage {overall.stage:g}, {overall.stage_name}."


def _heatmap(shown: Shown) -> Headline:
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


def _peers(shown: Shown) -> Headline:
    peers = shown.result.peers
    if peers is None:
        return Headline(
            title="No peer group to compare with",
            lead="A comparison needs a baseline with at least 5 organisations like this one.",
            rule="no-peers",
        )
    label = f" {peers.label}." if peers.label else ""
    group = f"Level of each capability among {peers.n} organisations, {peers.group_name}."
    if not peers.family:
        return Headline(
            title=f"Too few peers for percentiles: thirds among {peers.n} organisations",
            lead=f"{group}{label}",
            rule="thirds-only",
        )
    behind, ahead = len(peers.behind), len(peers.ahead)
    lead = f"{group} Of {peers.family} comparisons, {behind} are clearly behind and {ahead} clearly ahead.{label}"
    if not behind and not ahead:
        return Headline(title="Not clearly apart from peers in any capability", lead=lead, rule="like-peers")
    words = [
        f"{word} peers in {_dimensions_of(shown, names, peers.family)}"
        for word, names in (("ahead of", peers.ahead), ("behind", peers.behind))
        if names
    ]
    return Headline(title=capitalised(", ".join(words)), lead=lead, rule="clear-peers")


def _dimensions_of(shown: Shown, capabilities: Sequence[str], of: int) -> str:
    """Where capabilities lie: their names when few, else how many, and the dimension that has more than half of them."""
    if len(capabilities) == of > 2:
        return "every capability"
    if len(capabilities) <= 2:
        return listed([shown.spoken(name) for name in capabilities])
    counts: dict[str, int] = {}
    for name in capabilities:
        dimension = shown.dimension_name(shown.questionnaire.capability(name).dimension)
        counts[dimension] = counts.get(dimension, 0) + 1
    most = max(counts, key=lambda name: counts[name])
    where = f", most in {most}" if counts[most] > len(capabilities) / 2 else ""
    return f"{counted(len(capabilities), 'capability', 'capabilities')}{where}"


def _perception(shown: Shown) -> Headline:
    perception = shown.result.perception
    if not shown.capabilities:
        return Headline(
            title="Leaders and staff cannot be compared",
            lead="No capability may be shown.",
            rule="no-comparison",
        )
    agreed = [one for one in shown.capabilities if one.agreement is not None]
    weak = sum((one.agreement.rwg_j or 0.0) < 0.5 for one in agreed if one.agreement is not None)
    lead = f"Raters agree at least moderately on {len(agreed) - weak} of {counted(len(agreed), 'capability', 'capabilities')}."
    if perception.withheld is not None:
        return Headline(
            title="Leaders and staff cannot be compared", lead=f"{perception.sentence} {lead}", rule="no-comparison"
        )
    sides = f"{perception.leaders} leaders beside {perception.staff} staff. {lead}"
    gaps = [(one, gap) for one in shown.capabilities if (gap := one.perception) is not None]
    clear = [(one, gap) for one, gap in gaps if gap.clear]
    if not clear:
        return Headline(
            title=f"Leaders and staff differ clearly on none of {len(gaps)} capabilities",
            lead=sides,
            rule="same-picture",
        )
    higher = sum(gap.gap > 0 for _, gap in clear)
    direction = "higher" if higher == len(clear) else "lower" if higher == 0 else "differently"
    widest = max(clear, key=lambda pair: abs(pair[1].gap))[0]
    if len(clear) == 1:
        title = f"Leaders rate {spoken(widest)} {direction} than staff, and nothing else clearly so"
    else:
        title = f"Leaders rate {number_word(len(clear))} of {len(gaps)} capabilities clearly {direction}, {spoken(widest)} most"
    return Headline(title=title, lead=sides, rule="clear-perception")


def _priorities(shown: Shown) -> Headline:
    ranked = sorted(
        (one for one in shown.capabilities if one.priority_rank is not None), key=lambda one: one.priority_rank or 0
    )
    ranked = [one for one in ranked if (one.priority or 0) > 0]
    if not ranked:
        has_targets = any(one.target is not None for one in shown.capabilities)
        lead = (
            "Importance and target levels come from the strategy step."
            if not has_targets
            else "No gap to target is open."
        )
        return Headline(title="Nothing to put first yet", lead=lead, rule="no-priority")
    first = ranked[0]
    gap = minus(apart(first.target or 0.0, first.estimate))
    over = len(shown.result.over_investment)
    stop = f" {capitalised(counted(over, 'capability stands', 'capabilities stand'))} above target." if over else ""
    if first.target_gap_interval is not None and not first.target_gap_interval.excludes_zero:
        return Headline(
            title=f"Nothing clearly comes first: {spoken(first)} has {gap} to go, which may be chance",
            lead=f"Importance × gap to target.{stop}",
            rule="unclear-priority",
        )
    rivals = sum((one.priority_ranks or (1, 1))[0] == 1 for one in ranked[1:])
    others = [spoken(one) for one in ranked[1:3]]
    then = f", then {listed(others)}" if others else ""
    size = f"importance {first.importance:g}, {gap} to go"
    if not rivals:
        title = f"{spoken(first)} comes first: {size}{then}"
        sure = "It stays first when every importance moves by up to 20%."
    else:
        could = counted(rivals, "other capability", "other capabilities")
        sure = f"When importance moves by up to 20%, {could} could come first instead."
        title = f"{spoken(first)} comes first, narrowly: {size}{then}"
        if rivals >= MANY_RIVALS:
            title = (
                f"{counted(rivals + 1, 'capability', 'capabilities')} could come first; {spoken(first)} leads narrowly"
            )
    return Headline(
        title=capitalised(title),
        lead=f"Importance × gap to target. {sure}{stop}",
        rule="unsteady-priority" if rivals else "first-priority",
    )


def _method(shown: Shown) -> Headline:
    result, rate = shown.result, shown.result.response_rate
    answered = f"{result.respondents} people answered" if result.respondents is not None else "Few people answered"
    if rate is not None:
        answered = f"{rate.count} of {rate.n} invited answered ({percent(rate.share)})"
    covered = [one.coverage for one in shown.capabilities]
    lowest = min(shown.capabilities, key=lambda one: one.coverage, default=None)
    lead = "" if lowest is None else f"Lowest coverage: {spoken(lowest)}, {percent(lowest.coverage)}."
    overall = result.overall
    if isinstance(overall, Overall) and overall.low is not None and overall.high is not None:
        share = percent(result.settings.confidence)
        lead = (
            f"The overall level is {level(overall.estimate)}, {share} interval {to(overall.low, overall.high)}. {lead}"
        )
    title = f"{answered}; {percent(sum(covered) / len(covered))} of what applies was answered" if covered else answered
    return Headline(title=title, lead=lead.strip(), rule="coverage")
