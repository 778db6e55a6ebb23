"""The page that says what finished initiatives have brought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.formats import interval, level, signed
from app.models import PooledOutcome
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
    waves: tuple[WaveTable, ...]
    waiting: tuple[tuple[str, str], ...]
    """(address, title) of what has finished and was not measured since."""


def outcomes_page(view: View, waves: Sequence[WaveOutcomes], pooled: Mapping[str, PooledOutcome]) -> OutcomesPage:
    measured = {outcome.id for wave in waves for outcome in wave.outcomes}
    done = [name for name, item in view.items.items() if item.status == "done" and name not in measured]
    return OutcomesPage(
        id=view.roadmap.id,
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
    )


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
