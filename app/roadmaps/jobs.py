"""Jobs that improve a plan: asked for, cancelled, leased by whoever works on them, and watched."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, or_, select

from app.clock import new_id
from app.errors import ConflictError
from app.models import Roadmap, RoadmapJob

SECONDS = 10.0
LEASE = timedelta(seconds=30)
AT_ONCE = 2
"""Jobs that run at the same time; each keeps up to two processors busy."""


def ask_to_improve(session: Session, roadmap: Roadmap, *, at: datetime, seconds: float = SECONDS) -> RoadmapJob | None:
    """Queue the search for a better plan and its reasons; the job that is there when one has not ended.

    None where no plan is possible: there is nothing to improve.
    """
    if roadmap.solution["status"] == "infeasible":
        return None
    job = newest_job(session, roadmap)
    if job is not None and job.ended_at is None:
        return job
    job = RoadmapJob(
        organization_id=roadmap.organization_id,
        assessment_id=roadmap.assessment_id,
        roadmap_id=roadmap.id,
        seconds=seconds,
        progress=progress_of(roadmap.solution),
        created_at=at,
    )
    session.add(job)
    session.flush()
    return job


def progress_of(solution: dict[str, Any]) -> dict[str, float]:
    """Value, bound, gap and seconds of a stored solution, as a job tells them."""
    return {name: float(solution[name]) for name in ("objective", "bound", "gap", "seconds")}


def newest_job(session: Session, roadmap: Roadmap) -> RoadmapJob | None:
    """The last job of a plan."""
    statement = (
        select(RoadmapJob)
        .where(
            RoadmapJob.organization_id == roadmap.organization_id,
            RoadmapJob.assessment_id == roadmap.assessment_id,
            RoadmapJob.roadmap_id == roadmap.id,
        )
        .order_by(col(RoadmapJob.created_at).desc(), col(RoadmapJob.id).desc())
    )
    return session.exec(statement).first()


def cancel_job(session: Session, roadmap: Roadmap, *, at: datetime) -> RoadmapJob:
    """Stop improving: one that waits ends at once, one that runs with its next step. The plan found so far stays."""
    job = newest_job(session, roadmap)
    if job is None or job.ended_at is not None:
        raise ConflictError("Nothing is running for this plan. It stays as it is.")
    job.cancel_asked = True
    if job.status == "waiting":
        job.status, job.ended_at = "cancelled", at
    session.add(job)
    session.flush()
    return job


def lease_job(session: Session, *, at: datetime) -> RoadmapJob | None:
    """The oldest job that nobody works on, now leased by the caller; None when there is none or enough run already."""
    running = (
        select(func.count())
        .select_from(RoadmapJob)
        .where(RoadmapJob.status == "running", col(RoadmapJob.leased_until) >= at)
    )
    if session.exec(running).one() >= AT_ONCE:
        return None
    job = session.exec(
        select(RoadmapJob)
        .where(
            or_(
                col(RoadmapJob.status) == "waiting",
                (col(RoadmapJob.status) == "running") & (col(RoadmapJob.leased_until) < at),
            )
        )
        .order_by(col(RoadmapJob.created_at), col(RoadmapJob.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if job is None:
        return None
    job.status, job.lease, job.leased_until = "running", new_id(), at + LEASE
    session.add(job)
    session.flush()
    return job


def keep_lease(session: Session, job: RoadmapJob, progress: dict[str, float], *, at: datetime) -> bool:
    """Tell how far the search is; False when it shall stop: cancelled, gone, or another has taken it over."""
    row = held_job(session, job)
    if row is None or row.cancel_asked:
        return False
    row.progress, row.leased_until = progress, at + LEASE
    session.add(row)
    return True


def held_job(session: Session, job: RoadmapJob) -> RoadmapJob | None:
    """The job, if the lease is still the caller's; locked for the transaction."""
    statement = (
        select(RoadmapJob)
        .where(
            RoadmapJob.organization_id == job.organization_id,
            RoadmapJob.assessment_id == job.assessment_id,
            RoadmapJob.id == job.id,
            RoadmapJob.lease == job.lease,
            RoadmapJob.status == "running",
        )
        .with_for_update()
    )
    return session.exec(statement).first()
