"""Pool what initiatives have brought over the organisations that agreed to it."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from app.db import transaction
from app.libraries import own_rows
from app.models import Assessment, Organization, PooledOutcome, Roadmap, RoadmapItem
from app.roadmaps.outcomes.queries import outcomes_of, pooled_outcomes
from scoring.intervals import MINIMUM_N
from scoring.roadmap import pooled_realised


def pool_outcomes(engine: Engine, *, at: datetime) -> int:
    """Bring the pooled figures up to date; returns how many were stored. An organisation counts once: with its adopted
    plan, and with none unless it agrees today that its levels are pooled."""
    stored = 0
    with transaction(engine) as session:
        for questionnaire_id, names in _common(session).items():
            shares = _shares(session, questionnaire_id)
            known = pooled_outcomes(session, questionnaire_id)
            for name in sorted(names):
                stored += _store(session, questionnaire_id, name, shares.get(name, {}), known.get(name), at)
    return stored


def _common(session: Session) -> dict[str, set[str]]:
    """Questionnaire → the initiatives that enough agreeing organisations have finished: most days none."""
    statement = (
        select(Assessment.questionnaire_id, RoadmapItem.initiative_id)
        .join(
            Roadmap,
            (col(Roadmap.organization_id) == col(RoadmapItem.organization_id))
            & (col(Roadmap.id) == col(RoadmapItem.roadmap_id)),
        )
        .join(
            Assessment,
            (col(Assessment.organization_id) == col(Roadmap.organization_id))
            & (col(Assessment.id) == col(Roadmap.assessment_id)),
        )
        .join(Organization, col(Organization.id) == col(Roadmap.organization_id))
        .where(col(Organization.pooled_since).is_not(None), Roadmap.status == "adopted", RoadmapItem.status == "done")
        .group_by(col(Assessment.questionnaire_id), col(RoadmapItem.initiative_id))
        .having(func.count(func.distinct(col(RoadmapItem.organization_id))) >= MINIMUM_N)
    )
    found: dict[str, set[str]] = defaultdict(set)
    for questionnaire_id, initiative_id in session.exec(statement):
        found[questionnaire_id].add(initiative_id)
    return found


def _shares(session: Session, questionnaire_id: str) -> dict[str, dict[str, float]]:
    """Initiative → organisation → levels measured per level promised, in the newest wave that measured it. What an
    organisation has adapted is another initiative than the shipped one, and does not count."""
    plans = session.exec(
        select(Roadmap)
        .join(
            Assessment,
            (col(Assessment.organization_id) == col(Roadmap.organization_id))
            & (col(Assessment.id) == col(Roadmap.assessment_id)),
        )
        .join(Organization, col(Organization.id) == col(Roadmap.organization_id))
        .where(col(Organization.pooled_since).is_not(None), Assessment.questionnaire_id == questionnaire_id)
        .where(Roadmap.status == "adopted")
        .order_by(col(Assessment.created_at))
    )
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for plan in plans:
        adapted = {
            row.initiative_id for row in own_rows(session, plan.organization_id, questionnaire_id) if row.content
        }
        for wave in outcomes_of(session, plan):
            for outcome in wave.outcomes:
                if outcome.id in adapted:
                    continue
                found[outcome.id][plan.organization_id] = outcome.realised
    return found


def _store(
    session: Session,
    questionnaire_id: str,
    initiative_id: str,
    shares: Mapping[str, float],
    known: PooledOutcome | None,
    at: datetime,
) -> bool:
    pooled = pooled_realised(list(shares.values()))
    if pooled is None or pooled.low is None or pooled.high is None:
        return False
    if known is not None and not tells_on_nobody(known.manifest, shares):
        return False
    row = known or PooledOutcome(
        questionnaire_id=questionnaire_id, initiative_id=initiative_id, realised=0.0, low=0.0, high=0.0, n=0
    )
    row.realised, row.low, row.high, row.n = pooled.estimate, pooled.low, pooled.high, pooled.n
    row.manifest, row.pooled_at = dict(shares), at
    session.add(row)
    return True


def tells_on_nobody(before: Mapping[str, float], after: Mapping[str, float]) -> bool:
    """Whether the new figure may follow the old one: what goes and what comes between them is nobody or at least five
    organisations, so that subtracting one from the other tells on no fewer. Nothing new is no reason for a new figure.

    >>> old = {"a": 1.0, "b": 0.5, "c": 0.5, "d": 0.5, "e": 0.5}
    >>> tells_on_nobody(old, old | {"f": 0.1}), tells_on_nobody(old, old | dict.fromkeys("fghij", 0.1))
    (False, True)
    """
    gone = set(before.items()) - set(after.items())
    come = set(after.items()) - set(before.items())
    return bool(come) and all(not part or len(part) >= MINIMUM_N for part in (gone, come))
