"""How far the search for a better plan is, in words."""

from dataclasses import dataclass

from app.models import RoadmapJob


@dataclass(frozen=True)
class JobLine:
    """``share`` of the time that is used up, 0 to 1; None while it waits or looks for the reasons."""

    text: str
    share: float | None
    done: bool
    poll: str
    cancel: str


def job_line(job: RoadmapJob | None) -> JobLine | None:
    """The line under the plan; None when there never was a job."""
    if job is None:
        return None
    share = min(1.0, job.progress["seconds"] / job.seconds) if job.status == "running" else None
    here = f"/roadmaps/{job.roadmap_id}"
    return JobLine(_words(job), share, job.ended_at is not None, f"{here}/progress", f"{here}/cancel")


def _words(job: RoadmapJob) -> str:
    missing = f"{100 * job.progress['gap']:.1f}%"
    if job.status == "waiting":
        return f"A better plan will be looked for; this one is within {missing} of the best possible."
    if job.status == "running":
        return f"Looking for a better plan and for the reasons: within {missing} of the best possible so far."
    if job.status == "cancelled":
        return f"Stopped. The plan is within {missing} of the best possible."
    if job.status == "failed":
        return job.error
    return f"Within {missing} of the best possible."
