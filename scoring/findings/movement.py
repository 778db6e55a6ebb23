"""Findings on the change since the wave before."""

from collections.abc import Sequence

from scoring.findings.shown import Shown, spoken
from scoring.results import Change, DimensionResult, Finding, Peer, TextPart
from scoring.wording import apart, listed, minus, ordinal, parts, place_among, signed


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
    others = [f"{one.name} {_moved_by(one.estimate, other)}{_interval_words(other)}" for one, other in clear[1:]]
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
    place = place_among(peer.percentile)
    if not place[0].isdigit():
        return parts(" It now stands ", f"{place} {peer.n} peers", f".{label}")
    between = f" ({ordinal(peer.percentile_low)} to {ordinal(peer.percentile_high)}) of {peer.n} peers.{label}"
    return parts(" It now stands at the ", f"{place} percentile", between)
