"""Findings on the people who answered: leaders and staff, units, camps, and what they do not know."""

from collections import Counter
from collections.abc import Sequence

from scoring.findings.shown import Shown, spoken
from scoring.results import Apart, CapabilityResult, Cell, Finding, Group, PerceptionGap
from scoring.wording import apart, capitalised, counted, level, listed, minus, number_word, parts, percent, signed, to

MANY_DONT_KNOW = 0.2


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
            title="No difference between leaders and staff is clear",
            parts=(*sides, *parts(_none_clear(len(compared)))),
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
        title=_perception_title(one, [found for _, found in clear], len(compared)),
        parts=(*sides, *parts("Read that level as ", "a conversation to have", f", not as a score to report.{more}")),
        capabilities=tuple(one.id for one, _ in clear),
        numbers={one.id: gap.gap for one, gap in clear},
    )


def _none_clear(of: int) -> str:
    if of == 1:
        return "It may be chance."
    return f"It is the widest of {of} differences, and none is clear when they are judged together."


def _perception_title(widest: CapabilityResult, clear: Sequence[PerceptionGap], of: int) -> str:
    higher = sum(gap.gap > 0 for gap in clear)
    if len(clear) > of / 2 and higher in (0, len(clear)):
        which = "every capability" if len(clear) == of else f"{number_word(len(clear))} of {of} capabilities"
        return f"Leaders see {which} {'higher' if higher else 'lower'} than their staff do"
    word = "higher" if clear[0].gap > 0 else "lower"
    return f"Leaders see {spoken(widest)} {word} than their staff do"


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


def standing_out(shown: Shown) -> Finding | None:
    """``unit-stands-out``: the unit that is clearly apart from the whole on most capabilities; ``no-unit-apart`` where
    none is on any."""
    found = [
        (unit, name, cell.apart)
        for unit in shown.units
        for name, cell in unit.capabilities.items()
        if isinstance(cell, Cell) and cell.apart is not None
    ]
    if not found:
        return None
    clear = [one for one in found if one[2].clear]
    if not clear:
        return _no_unit_apart(shown, found)
    counts = Counter(unit.id for unit, _, _ in clear)
    unit = max((unit for unit, _, _ in clear), key=lambda one: counts[one.id])
    own = sorted((one for one in clear if one[0] is unit), key=lambda one: -abs(one[2].difference))
    below = sum(apart.difference < 0 for _, _, apart in own)
    word = "below" if below == len(own) else "above" if below == 0 else "apart from"
    of = sum(one[0] is unit for one in found)
    furthest = listed([f"{shown.spoken(name)} {signed(apart.difference)}" for _, name, apart in own], limit=3)
    return Finding(
        kind="Units",
        rule="unit-stands-out",
        title=f"{unit.id} is clearly {word} the whole in {counted(len(own), 'capability', 'capabilities')}",
        parts=parts(
            f"{unit.id} (n = {unit.n}) differs from the whole in ",
            f"{len(own)} of {of} capabilities",
            f": {furthest}. Of {len(found)} comparisons of units with the whole, {len(clear)} are clear.",
        ),
        capabilities=tuple(name for _, name, _ in own),
        numbers={name: apart.difference for _, name, apart in own},
    )


def _no_unit_apart(shown: Shown, found: Sequence[tuple[Group, str, Apart]]) -> Finding:
    unit, name, apart = max(found, key=lambda one: abs(one[2].difference))
    return Finding(
        kind="Units",
        rule="no-unit-apart",
        title="No unit stands clearly apart from the whole",
        parts=parts(
            f"The widest of {len(found)} differences is {unit.id} on {shown.spoken(name)}, ",
            signed(apart.difference),
            f" ({to(apart.low, apart.high, signed)}): not clear when all are judged together.",
        ),
        capabilities=(name,),
        numbers={name: apart.difference},
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
        title=f"Many do not know how {listed([spoken(one) for one in dark], limit=3)} {'works' if len(dark) == 1 else 'work'}",
        parts=parts(
            f"On {spoken(first)}, ",
            f"{percent(first.dont_know)} of the answers are “don't know”",
            f". If they were all the lowest or all the highest level, it would stand between {level(first.bounds[0])} and "
            f"{level(first.bounds[1])}, not at {level(first.estimate)}.",
        ),
        capabilities=tuple(one.id for one in dark),
        numbers={one.id: one.dont_know for one in dark},
    )


def _apart_words(gap: PerceptionGap) -> str:
    low, high = (gap.low, gap.high) if gap.gap >= 0 else (-gap.high, -gap.low)
    return to(low, high)
