"""Reads of outcomes: the waves after a plan, and what was measured in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from app.models import Assessment, PooledOutcome, Roadmap, Snapshot
from app.results.queries import newest_snapshot, result_of
from app.roadmaps.queries import items_of
from scoring.results import CapabilityResult
from scoring.roadmap import Finished, Outcome, outcomes


@dataclass(frozen=True)
class WaveOutcomes:
    """What finished in time for a wave, as that wave measured it; ``measured_on``: the day on which it closed."""

    assessment: Assessment
    snapshot: Snapshot
    measured_on: date
    outcomes: tuple[Outcome, ...]


def outcomes_of(session: Session, roadmap: Roadmap) -> list[WaveOutcomes]:
    """Each finished initiative of a plan in the first wave that closed after it; waves in which none was are left out."""
    finished = {
        name: item.finished_on
        for name, item in items_of(session, roadmap).items()
        if item.status == "done" and item.finished_on is not None
    }
    promised = {each.id: each for each in _promised(roadmap.problem)}
    found, known = [], set[str]()
    for assessment, snapshot in _waves_after(session, roadmap):
        day = (assessment.closed_at or snapshot.computed_at).date()
        in_time = {name for name, on in finished.items() if on <= day} - known
        known |= in_time
        changes = {
            one.id: (one.change.change, one.change.low, one.change.high, one.change.clear)
            for one in result_of(snapshot).capabilities
            if isinstance(one, CapabilityResult) and one.change is not None
        }
        measured = outcomes([promised[name] for name in sorted(in_time) if name in promised], changes)
        if measured:
            found.append(WaveOutcomes(assessment, snapshot, day, measured))
    return found


def _promised(problem: dict[str, Any]) -> Iterator[Finished]:
    for each in problem["initiatives"]:
        for capability, gain in each["gain"].items():
            if gain > 0:
                yield Finished(each["id"], capability, gain)


def _waves_after(session: Session, roadmap: Roadmap) -> Iterator[tuple[Assessment, Snapshot]]:
    """The waves that follow the plan's, each with its newest result, in order."""
    before, seen = roadmap.assessment_id, {roadmap.assessment_id}
    while True:
        following = session.exec(
            select(Assessment)
            .where(Assessment.organization_id == roadmap.organization_id, Assessment.previous_id == before)
            .order_by(col(Assessment.created_at))
        ).all()
        measured = [(each, found) for each in following if (found := newest_snapshot(session, each)) is not None]
        if not measured or measured[0][0].id in seen:
            return
        yield measured[0]
        before = measured[0][0].id
        seen.add(before)


def plans_before(session: Session, roadmap: Roadmap) -> list[tuple[Assessment, Roadmap]]:
    """The adopted plans of the waves before this plan's, newest first."""
    key = (roadmap.organization_id, roadmap.assessment_id)
    wave, found, seen = session.get_one(Assessment, key), [], {roadmap.assessment_id}
    while wave.previous_id and wave.previous_id not in seen:
        seen.add(wave.previous_id)
        wave = session.get_one(Assessment, (roadmap.organization_id, wave.previous_id))
        statement = select(Roadmap).where(
            Roadmap.organization_id == wave.organization_id,
            Roadmap.assessment_id == wave.id,
            Roadmap.status == "adopted",
        )
        found += [(wave, plan) for plan in session.exec(statement)]
    return found


def pooled_outcomes(session: Session, questionnaire_id: str) -> dict[str, PooledOutcome]:
    """Initiative → what was pooled of it."""
    statement = select(PooledOutcome).where(PooledOutcome.questionnaire_id == questionnaire_id)
    return {row.initiative_id: row for row in session.exec(statement)}


def realised_shares(session: Session, questionnaire_id: str) -> dict[str, float]:
    """Initiative → levels measured per level promised, where enough organisations have it."""
    return {name: row.realised for name, row in pooled_outcomes(session, questionnaire_id).items()}
