"""The page that says what finished initiatives have brought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.formats import interval, level, signed
from app.models import Assessment, PooledOutcome, Roadmap
from app.roadmaps.outcomes.queries import WaveOutcomes
from app.roadmaps.pages.view import View, short_name
from scoring.roadmap import Outcome


@dataclass(frozen=True)
class OutcomeRow:
    href: str
    title: str
    capability: str
    capability_href: str
    promised: str
    measured: str
    interval: str
    verdict: str
    beside: tuple[str, ...]
    elsewhere: str


@dataclass(frozen=True)
class WaveTable:
    name: str
    href: str
    measured_on: date
    rows: tuple[OutcomeRow, ...]


@dataclass(frozen=True)
class OutcomesPage:
    id: str
    title: str
    waves: tuple[WaveTable, ...]
    waiting: tuple[tuple[str, str], ...]
    """(address, title) of what has finished and was not measured since."""
    earlier: tuple[tuple[str, str], ...]
    """(address, name of the wave) of the plans before this one."""


def outcomes_page(
    view: View,
    waves: Sequence[WaveOutcomes],
    pooled: Mapping[str, PooledOutcome],
    earlier: Sequence[tuple[Assessment, Roadmap]],
) -> OutcomesPage:
    measured = {outcome.id for wave in waves for outcome in wave.outcomes}
    done = [name for name, item in view.items.items() if item.status == "done" and name not in measured]
    return OutcomesPage(
        id=view.roadmap.id,
        title=_title([outcome for wave in waves for outcome in wave.outcomes]),
        waves=tuple(
            WaveTable(
                wave.assessment.name,
                f"/snapshots/{wave.snapshot.id}",
                wave.measured_on,
                tuple(_row(view, wave, outcome, pooled.get(outcome.id)) for outcome in wave.outcomes),
            )
            for wave in waves
        ),
        waiting=tuple((_href(view, name), view.step(name).title) for name in sorted(done)),
        earlier=tuple((f"/roadmaps/{plan.id}/outcomes", wave.name) for wave, plan in earlier),
    )


def _title(found: Sequence[Outcome]) -> str:
    """What the first line may claim: that levels rose, not that the initiatives raised them."""
    if not found:
        return "Did it work?"
    rose = sum(outcome.clear and outcome.measured > 0 for outcome in found)
    if len(found) == 1:
        return f"The level {'rose' if rose else 'did not clearly rise'} where one initiative was finished"
    count = "none" if rose == 0 else "all" if rose == len(found) else str(rose)
    return f"Levels clearly rose after {count} of {len(found)} finished initiatives"


def _row(view: View, wave: WaveOutcomes, outcome: Outcome, pooled: PooledOutcome | None) -> OutcomeRow:
    return OutcomeRow(
        href=_href(view, outcome.id),
        title=view.step(outcome.id).title,
        capability=short_name(view, outcome.capability),
        capability_href=f"/snapshots/{wave.snapshot.id}/capabilities/{outcome.capability}",
        promised=signed(outcome.expected),
        measured=signed(outcome.measured),
        interval=interval(outcome.low, outcome.high),
        verdict=verdict(outcome),
        beside=tuple(view.step(name).title for name in outcome.beside),
        elsewhere=pooled_words(pooled) if pooled else "",
    )


def _href(view: View, name: str) -> str:
    return f"/roadmaps/{view.roadmap.id}/initiatives/{name}"


def verdict(outcome: Outcome) -> str:
    """What may be said of a promise and what was measured, no more than the interval bears."""
    if outcome.low is None or outcome.high is None:
        return "Too few answers to say."
    if not outcome.clear:
        return "No change shown: the interval includes zero."
    if outcome.measured < 0:
        return "The level has fallen."
    if outcome.high < outcome.expected:
        return "It rose, by less than promised."
    if outcome.low > outcome.expected:
        return "It rose, by more than promised."
    return "It rose; the promise lies within the interval."


def pooled_words(pooled: PooledOutcome) -> str:
    """``0.6 of each level promised (0.3 to 0.9), in 6 organisations``."""
    reach = interval(pooled.low, pooled.high)
    return f"{level(pooled.realised)} of each level promised ({reach}), in {pooled.n} organisations"
