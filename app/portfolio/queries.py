"""Reads across the organisations of a user, each in a fixed number of selects."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from app.models import Assessment, Invitation, Roadmap, Snapshot


@dataclass(frozen=True)
class Wave:
    """An assessment with its newest snapshot and its counts."""

    assessment: Assessment
    snapshot: Snapshot | None
    invited: int
    submitted: int


def waves_of(session: Session, organization_ids: Sequence[str]) -> dict[str, list[Wave]]:
    """Organisation id → its assessments, newest first."""
    assessments = session.exec(
        select(Assessment)
        .where(col(Assessment.organization_id).in_(organization_ids))
        .order_by(col(Assessment.wave).desc(), col(Assessment.created_at).desc())
    ).all()
    counts = {
        row[0]: (row[1], row[2])
        for row in session.exec(
            select(Invitation.assessment_id, func.count(), func.count(col(Invitation.submitted_at)))
            .where(col(Invitation.organization_id).in_(organization_ids), col(Invitation.revoked_at).is_(None))
            .group_by(col(Invitation.assessment_id))
        )
    }
    snapshots = {
        row.assessment_id: row
        for row in session.exec(
            select(Snapshot)
            .where(col(Snapshot.organization_id).in_(organization_ids))
            .order_by(col(Snapshot.computed_at), col(Snapshot.id))
        )
    }
    found: dict[str, list[Wave]] = {}
    for assessment in assessments:
        invited, submitted = counts.get(assessment.id, (0, 0))
        wave = Wave(assessment, snapshots.get(assessment.id), invited, submitted)
        found.setdefault(assessment.organization_id, []).append(wave)
    return found


def plans_of(session: Session, organization_ids: Sequence[str]) -> dict[str, Roadmap]:
    """Assessment id → its adopted plan, else its newest proposed one."""
    rows = session.exec(
        select(Roadmap)
        .where(col(Roadmap.organization_id).in_(organization_ids), col(Roadmap.status).in_(["proposed", "adopted"]))
        .order_by(col(Roadmap.created_at))
    ).all()
    plans: dict[str, Roadmap] = {}
    for row in rows:
        if row.status == "adopted" or plans.get(row.assessment_id, row).status != "adopted":
            plans[row.assessment_id] = row
    return plans
