"""Improve plans outside the request: a child process of the server, or the worker, takes what waits.

Run as a program (``python -m app.roadmaps.improving``) it works off the queue of the configured database and ends.
"""

import subprocess
import sys
import time
from dataclasses import asdict

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from app.clock import now
from app.db import everything, get_engine, transaction
from app.libraries import whole_library
from app.models import Assessment, Roadmap, RoadmapJob
from app.roadmaps.difference import difference, solution_of
from app.roadmaps.jobs import held_job, keep_lease, lease_job, progress_of
from app.roadmaps.limits import Limits
from app.roadmaps.planning import GAP, reasons_document, retold
from app.settings import get_settings
from scoring.roadmap import Problem, Progress, Solution, parse_problem, solution_document, solve

EVERY = 0.5
"""Seconds between two words about the progress."""

log = structlog.get_logger("trigpoint.roadmaps")


def start_improving() -> None:
    """Let a child process work off the queue, where the server does that itself."""
    if get_settings().planner == "child":
        subprocess.Popen(
            [sys.executable, "-m", "app.roadmaps.improving"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )


def improve_waiting(engine: Engine) -> int:
    """Work off the queue; returns how many jobs were taken."""
    taken = 0
    while True:
        with transaction(engine) as session:
            job = lease_job(session, at=now())
        if job is None:
            return taken
        taken += 1
        try:
            _improve(engine, job)
        except Exception as error:  # noqa: BLE001 - the job must end, and the next be taken
            log.warning("plan not improved", job=job.id, error=type(error).__name__)
            with transaction(engine) as session:
                _end(session, job, "failed", error=f"The search ended with {type(error).__name__}. The plan stays.")


def _improve(engine: Engine, job: RoadmapJob) -> None:
    with Session(everything(engine).execution_options(writes=False)) as session:
        roadmap = session.get_one(Roadmap, (job.organization_id, job.assessment_id, job.roadmap_id))
    problem, known = parse_problem(roadmap.problem), solution_of(roadmap.solution)
    watch = _Watch(engine, job)
    found = known
    if known.gap > GAP:
        found = solve(problem, job.seconds, GAP, watch.tell, warm=known.starts)
    with transaction(engine) as session:
        kept = _keep_better(session, job, problem, found)
    reasons = reasons_document(problem, kept, job.seconds, watch.going)
    with transaction(engine) as session:
        row = _locked(session, job)
        if row.solution["starts"] == dict(kept.starts):
            row.explanation = row.explanation | reasons
            session.add(row)
        _end(session, job, "cancelled" if watch.stopped else "done")


class _Watch:
    """Tells the progress twice a second and listens for the cancel."""

    def __init__(self, engine: Engine, job: RoadmapJob) -> None:
        self.engine, self.job = engine, job
        self.last, self.stopped = 0.0, False
        self.progress = dict(job.progress)

    def tell(self, progress: Progress) -> bool:
        missing = (progress.bound - progress.objective) / progress.bound if progress.bound else 0.0
        self.progress = asdict(progress) | {"gap": max(0.0, missing)}
        return self.going()

    def going(self) -> bool:
        if not self.stopped and time.monotonic() - self.last >= EVERY:
            self.last = time.monotonic()
            with transaction(self.engine) as session:
                self.stopped = not keep_lease(session, self.job, self.progress, at=now())
        return not self.stopped


def _locked(session: Session, job: RoadmapJob) -> Roadmap:
    key = (job.organization_id, job.assessment_id, job.roadmap_id)
    return session.get_one(Roadmap, key, with_for_update=True)


def _keep_better(session: Session, job: RoadmapJob, problem: Problem, found: Solution) -> Solution:
    """Store the better of the plan that is there and the one found. A plan that people have adopted stays as it is."""
    row = _locked(session, job)
    stored = solution_of(row.solution)
    better = found.objective > stored.objective + 1e-9 or (found.bound < stored.bound and found.starts == stored.starts)
    if not better or row.status not in {"proposed", "scenario"}:
        return stored
    assessment = session.get_one(Assessment, (job.organization_id, job.assessment_id))
    library = whole_library(session, job.organization_id, assessment.questionnaire_id)
    row.solution = solution_document(problem, found)
    row.explanation = retold(row.explanation, problem, found, library, Limits.of(row.limits))
    if row.review is not None and row.parent_id is not None:
        parent = session.get_one(Roadmap, (job.organization_id, job.assessment_id, row.parent_id))
        row.review = row.review | {"difference": asdict(difference(parent, row))}
    session.add(row)
    return found


def _end(session: Session, job: RoadmapJob, status: str, error: str = "") -> None:
    row = held_job(session, job)
    if row is None:
        return
    roadmap = session.get_one(Roadmap, (job.organization_id, job.assessment_id, job.roadmap_id))
    row.status, row.error, row.ended_at = status, error, now()
    row.progress = progress_of(roadmap.solution)
    row.lease = row.leased_until = None
    session.add(row)


if __name__ == "__main__":
    improve_waiting(get_engine())
