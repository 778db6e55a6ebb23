"""The title above the priorities: what comes first, and how sure that is."""

from scoring.findings.shown import Shown, spoken
from scoring.results import Headline
from scoring.wording import (
    apart,
    capitalised,
    counted,
    listed,
    minus,
)

MANY_RIVALS = 4
"""With so many others that could come first, the title says so instead of naming an order."""


def priorities(shown: Shown) -> Headline:
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
