"""The title of each capability page."""

from dataclasses import replace

from scoring.findings.shown import Shown, spoken
from scoring.results import AssessmentResult, CapabilityResult, Distribution, Overall, WithheldLevel
from scoring.wording import apart, capitalised, level, minus, printed

_TENTHS = (
    "hardly anyone",
    "one in ten",
    "two in ten",
    "three in ten",
    "four in ten",
    "half",
    "six in ten",
    "seven in ten",
)


_MORE_TENTHS = ("eight in ten", "nine in ten", "nearly all")


def capability_headline(shown: Shown, one: CapabilityResult) -> str:
    """What the capability page's title says: two camps, where most people answer, or the gap.

    Rules: ``two-peaked`` · ``most-answers`` (six in ten or more on the two lowest or the two highest levels of every
    question) · ``gap`` · ``level``.
    """
    if one.agreement is not None and one.agreement.two_peaked:
        return (
            f"{spoken(one)}: people answer in two camps, so the mean of {level(one.estimate)} is hardly anyone's view"
        )
    ends = _crowded_end(one)
    if ends is not None:
        return ends
    beside = (
        " and clearly behind peers" if _clearly(one) > 0 else " and clearly ahead of peers" if _clearly(one) < 0 else ""
    )
    if one.target is not None:
        return f"{spoken(one)} stands at {level(one.estimate)}, {gap_words(one)}{beside}"
    return (
        f"{spoken(one)} stands at {level(one.estimate)}: {_reached(shown, one.estimate)}{beside.replace(' and', ',')}"
    )


def _reached(shown: Shown, estimate: float) -> str:
    """Which level is reached, or almost, as the printed number reads."""
    scale = shown.questionnaire.scale
    reached, read = scale.at(estimate), scale.at(float(printed(estimate)))
    return f"{reached.name} is reached" if read == reached else f"just under {read.name}"


def _clearly(one: CapabilityResult) -> float:
    """Above 0 when clearly behind peers, below 0 when clearly ahead, 0 when like them."""
    return one.peer.gap if one.peer is not None and one.peer.clear else 0.0


def share_words(share: float) -> str:
    """A share as people say it.

    >>> share_words(0.71), share_words(0.5), share_words(0.97)
    ('seven in ten', 'half', 'nearly all')
    """
    return (*_TENTHS, *_MORE_TENTHS)[int(printed(10 * share, 0))]


def gap_words(one: Overall | CapabilityResult) -> str:
    gap = apart(one.target or 0.0, one.estimate)
    interval = one.target_gap_interval
    if gap == 0 or (interval is not None and not interval.excludes_zero):
        return "about at its target"
    return f"{minus(abs(gap))} {'short of' if gap > 0 else 'above'} target"


def _crowded_end(one: CapabilityResult) -> str | None:
    """``most-answers``: the end of the scale on which at least six in ten answer, on every question."""
    drawn = [part for part in one.distributions if isinstance(part, Distribution)]
    if not drawn or len(drawn) < len(one.distributions):
        return None
    for words, shares in (
        ("the two highest levels", [_high_share(part) for part in drawn]),
        ("the two lowest levels", [_low_share(part) for part in drawn]),
    ):
        known = [share for share in shares if share is not None]
        if len(known) == len(drawn) and min(known) >= 0.6:
            people = capitalised(share_words(sum(known) / len(known)))
            where = " of each question" if len(drawn) > 1 else ""
            return f"{people} answer on {words}{where}: {spoken(one)} stands at {level(one.estimate)}"
    return None


def _high_share(part: Distribution) -> float | None:
    return None if part.top_two is None else part.top_two.share


def _low_share(part: Distribution) -> float | None:
    """Share on the two lowest levels, ``None`` where a merged count crosses the border."""
    total, levels = 0.0, 0
    for bar in part.counts:
        total, levels = total + bar.share, levels + len(bar.levels)
        if levels == 2:
            return total
        if levels > 2:
            return None
    return None


def headlined(result: AssessmentResult, shown: Shown) -> tuple[CapabilityResult | WithheldLevel, ...]:
    """The capabilities with their headlines."""
    return tuple(
        replace(one, headline=capability_headline(shown, one)) if isinstance(one, CapabilityResult) else one
        for one in result.capabilities
    )
