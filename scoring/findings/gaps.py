"""Findings on gaps: what is short of its target, and what stands above it."""

from collections.abc import Sequence
from decimal import Decimal

from scoring.findings.shown import Shown, spoken
from scoring.results import CapabilityResult, Finding, TextPart
from scoring.wording import (
    apart,
    capitalised,
    counted,
    listed,
    minus,
    number_word,
    parts,
    place_among,
    to,
)

MOST_GAPS = 4


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
        return _no_gap(shown, with_target)
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
            *_camps_among(top),
        ),
        capabilities=tuple(one.id for one in top),
        dimensions=tuple(dict.fromkeys(one.dimension for one in top)),
        numbers={one.id: one.target_gap for one in top if one.target_gap is not None},
    )


def _no_gap(shown: Shown, with_target: Sequence[tuple[CapabilityResult, float]]) -> Finding:
    widest, gap = max(with_target, key=lambda pair: pair[1])
    open_still = _to_go(widest) > 0
    how_many = counted(len(with_target), "capability", "capabilities")
    nearest = f"The nearest to it is {spoken(widest)}, " if _to_go(widest) < 0 else f"{spoken(widest)} is "
    size = f"{minus(abs(_to_go(widest)))} {shown.unit_of_scale}"
    return Finding(
        kind="Gaps to target",
        rule="no-gap",
        title="No capability is clearly short of its target"
        if open_still
        else "Everything with a target has reached it",
        parts=parts(
            f"Of {how_many} with a target, none has a gap whose interval excludes zero. The widest is {spoken(widest)}, ",
            size,
            ": it may be chance.",
        )
        if open_still
        else parts(
            f"Of {how_many} with a target, none is below it. {nearest}",
            f"{size} above its target" if _to_go(widest) < 0 else "at its target",
            ".",
        ),
        capabilities=(widest.id,),
        numbers={widest.id: gap},
    )


def _camps_among(top: Sequence[CapabilityResult]) -> tuple[TextPart, ...]:
    """A gap of a mean that is nobody's view has to say so."""
    split = [spoken(one) for one in top if one.agreement is not None and one.agreement.two_peaked]
    return parts(f" On {listed(split)} people answer in two camps.") if split else ()


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
    if highest <= 0:
        return parts(f"{subject} below all ", f"{ranked[0].n} peers", f", {_clear_words(behind, len(top))}.{label}")
    if highest <= 50:
        return parts(
            f"{subject} at or below the ",
            f"{place_among(highest)} percentile of {ranked[0].n} peers",
            f", {_clear_words(behind, len(top))}.{label}",
        )
    return parts(f"Against {ranked[0].n} peers, {_clear_words(behind, len(top))}.{label}")


def _clear_words(behind: int, of: int) -> str:
    if behind == 0:
        return "none clearly behind" if of > 1 else "not clearly behind"
    return "clearly behind" if behind == of else f"{number_word(behind)} of them clearly behind"
