"""Review a plan: re-plan what has not started with what is known now, for people to accept or discard."""

from dataclasses import asdict, replace
from datetime import datetime

from sqlmodel import Session, col, select

from app.audit.actions import record
from app.errors import ConflictError
from app.models import Roadmap, Snapshot, User
from app.roadmaps.actions import assessment_of, require_known, solve_and_store
from app.roadmaps.difference import difference
from app.roadmaps.limits import Limits, period_name, period_of
from app.roadmaps.planning import SECONDS
from app.roadmaps.queries import items_of
from app.roadmaps.reviews.forms import ReviewForm
from app.roadmaps.reviews.queries import open_review
from app.roadmaps.reviews.standing import standing_of


def review_plan(
    session: Session, plan: Roadmap, user: User | None, form: ReviewForm, *, at: datetime, seconds: float = SECONDS
) -> Roadmap:
    """The plan as it would go on from ``at``, beside the adopted one; adopting it accepts the review."""
    if plan.status != "adopted":
        raise ConflictError("Only an adopted plan is reviewed. Adopt this one first.")
    if open_review(session, plan) is not None:
        raise ConflictError("A review of this plan is open. Accept or discard it first.")
    require_known(session, form, assessment_of(session, plan))
    limits = form.limits(Limits.of(plan.limits))
    day = at.date()
    if period_of(limits, day) >= limits.periods:
        raise ConflictError(
            "The time of this plan is over. Give it more quarters, or plan anew from the newest result."
        )
    standing = standing_of(plan.problem, items_of(session, plan), limits, day)
    settled = {each.id for each in standing.kept} | set(standing.stopped)
    limits = replace(
        limits,
        standing=standing.document(),
        pins={name: period for name, period in limits.pins.items() if name not in settled},
        excludes=tuple(name for name in limits.excludes if name not in settled),
    )
    snapshot = session.exec(select(Snapshot).where(col(Snapshot.id) == plan.snapshot_id)).one()
    name = form.name or f"Review, {period_name(limits, standing.now)}"
    row = solve_and_store(session, snapshot, user, name, "scenario", limits, at, seconds, plan)
    row.review = {
        "on": day.isoformat(),
        "reason": form.reason,
        "kept": [each.id for each in standing.kept],
        "stopped": list(standing.stopped),
        "difference": asdict(difference(plan, row)),
    }
    session.add(row)
    session.flush()
    record(session, "roadmap.reviewed", organization_id=plan.organization_id, subject=f"roadmap:{row.id}", plan=plan.id)
    return row
