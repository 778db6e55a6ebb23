"""The title above each section of the report."""

from collections.abc import Sequence

from scoring.findings.shown import Shown, spoken
from scoring.headlines.capabilities import gap_words
from scoring.headlines.priorities import priorities
from scoring.headlines.units import heatmap
from scoring.results import DimensionResult, Headline, Overall, WithheldLevel
from scoring.wording import (
    capitalised,
    counted,
    level,
    listed,
    number_word,
    percent,
    place_among,
    to,
)

EVEN = 0.3
"""Dimensions that differ by no more than this part of a level are called even."""


SECTIONS = ("overview", "heatmap", "peers", "perception", "priorities", "method")


def section_headlines(shown: Shown) -> dict[str, Headline]:
    """The headline of every section of ``SECTIONS``."""
    rules = (_overview, heatmap, _peers, _perception, priorities, _method)
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
