"""Where effort can stop: capabilities that stand clearly above what they are aimed at."""

from dataclasses import dataclass

from app.roadmaps.pages.view import View, short_name
from scoring.results import OverInvestment


@dataclass(frozen=True)
class Stopping:
    """``how_far``: the surplus with its interval, in words; ``advice``: what the library says can stop."""

    name: str
    href: str
    how_far: str
    advice: str


def what_to_stop(view: View) -> tuple[Stopping, ...]:
    """Largest surplus first. What the plan itself aims at anew (a what-if's own target) is not among them."""
    found = (each for each in view.result.over_investment if each.capability not in view.limits.targets)
    return tuple(_stopping(view, each) for each in found)


def _stopping(view: View, over: OverInvestment) -> Stopping:
    low, high = over.interval.low, over.interval.high
    digits = 1 if low >= 0.05 else 2  # clearly above zero, and never printed as zero
    return Stopping(
        name=short_name(view, over.capability),
        href=f"/snapshots/{view.roadmap.snapshot_id}/capabilities/{over.capability}",
        how_far=f"{over.surplus:.1f} above its target (interval {low:.{digits}f} to {high:.{digits}f}).",
        advice=view.library.stop.get(over.capability, ""),
    )
