"""Plan, try what-ifs, adopt."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from app.assessments.queries import questionnaire_of
from app.audit.actions import record
from app.errors import ConflictError, InvalidInputError
from app.libraries import library_of_assessment
from app.models import Assessment, Roadmap, Snapshot, User
from app.results.queries import result_of
from app.roadmaps.aims import aimed
from app.roadmaps.candidates import default_limits, find_candidates
from app.roadmaps.difference import difference
from app.roadmaps.forms import PlanForm
from app.roadmaps.items.actions import carry_items
from app.roadmaps.jobs import ask_to_improve
from app.roadmaps.limits import Limits, next_quarter
from app.roadmaps.outcomes.queries import realised_shares
from app.roadmaps.planning import SECONDS, plan


def assessment_of(session: Session, snapshot: Snapshot | Roadmap) -> Assessment:
    """The assessment of a snapshot or a roadmap."""
    return session.exec(select(Assessment).where(col(Assessment.id) == snapshot.assessment_id)).one()


def proposed_limits(session: Session, snapshot: Snapshot, *, at: datetime) -> Limits:
    """Where the conversation about limits starts."""
    assessment = assessment_of(session, snapshot)
    questionnaire, library = questionnaire_of(assessment), library_of_assessment(session, assessment)
    candidates = find_candidates(result_of(snapshot), library, questionnaire)
    base = Limits(starts_on=next_quarter(at.date()))
    return default_limits(candidates, base, [skill.id for skill in library.skills])


def plan_roadmap(
    session: Session,
    snapshot: Snapshot,
    user: User | None,
    form: PlanForm,
    *,
    at: datetime,
    seconds: float = SECONDS,
) -> Roadmap:
    """A new proposed plan for a snapshot. Raises `InvalidInputError` without any target."""
    require_known(session, form, assessment_of(session, snapshot))
    limits = form.limits(proposed_limits(session, snapshot, at=at))
    return solve_and_store(session, snapshot, user, form.name or "First plan", "proposed", limits, at, seconds)


def plan_scenario(
    session: Session, parent: Roadmap, user: User | None, form: PlanForm, *, at: datetime, seconds: float = SECONDS
) -> Roadmap:
    """What would change with other limits: a scenario beside ``parent``."""
    if parent.status == "scenario":
        raise ConflictError("This is itself a what-if. Adopt it first, or start from the plan it belongs to.")
    require_known(session, form, assessment_of(session, parent))
    limits = form.limits(Limits.of(parent.limits))
    snapshot = session.exec(select(Snapshot).where(col(Snapshot.id) == parent.snapshot_id)).one()
    return solve_and_store(session, snapshot, user, form.name or "What if", "scenario", limits, at, seconds, parent)


def require_known(session: Session, form: PlanForm, assessment: Assessment) -> None:
    """A name that nothing bears would silently change nothing. Raises `InvalidInputError` naming each."""
    library, scale = library_of_assessment(session, assessment), questionnaire_of(assessment).scale
    lowest, highest = scale.levels[0].value, scale.levels[-1].value
    steps = {step.id for step in library}
    capabilities = {capability.id for capability in questionnaire_of(assessment).capabilities}
    skills = {skill.id for skill in library.skills}
    fields: tuple[tuple[str, Iterable[str], set[str], str], ...] = (
        ("pins", form.pins or (), steps, "initiative"),
        ("excludes", form.excludes or (), steps, "initiative"),
        ("targets", form.targets, capabilities, "capability"),
        ("weights", form.weights, capabilities, "capability"),
        ("skills", form.skills, skills, "skill"),
    )
    errors = [
        {"field": field, "message": f"There is no {what} '{name}'. Take it out or correct it."}
        for field, names, known, what in fields
        for name in names
        if name not in known
    ]
    errors += [
        {"field": "targets", "message": f"The target {target:g} of '{name}' is not from {lowest:g} to {highest:g}."}
        for name, target in form.targets.items()
        if not lowest <= target <= highest
    ]
    if errors:
        raise InvalidInputError(" ".join(error["message"] for error in errors[:3]), errors=errors)


def solve_and_store(
    session: Session,
    snapshot: Snapshot,
    user: User | None,
    name: str,
    status: str,
    limits: Limits,
    at: datetime,
    seconds: float,
    parent: Roadmap | None = None,
) -> Roadmap:
    """Plan, store, and ask for a better plan. A what-if starts from its ``parent``: only what the limits ask for differs."""
    assessment = assessment_of(session, snapshot)
    library = library_of_assessment(session, assessment)
    result = aimed(result_of(snapshot), limits.targets)
    warm = parent.solution["starts"] if parent else None
    realised = realised_shares(session, assessment.questionnaire_id) if limits.measured else {}
    planned = plan(result, questionnaire_of(assessment), library, limits, seconds, warm, realised)
    idle = set(limits.pins) - {initiative["id"] for initiative in planned.problem["initiatives"]}
    if idle:
        raise InvalidInputError(
            f"'{min(idle)}' closes no gap of this result, so it cannot be pinned. Take the pin away."
        )
    roadmap = Roadmap(
        organization_id=snapshot.organization_id,
        assessment_id=snapshot.assessment_id,
        snapshot_id=snapshot.id,
        parent_id=parent.id if parent else None,
        name=name,
        status=status,
        starts_on=limits.starts_on,
        limits=limits.document(),
        problem=planned.problem,
        solution=planned.solution,
        explanation=planned.explanation,
        created_by=user.id if user else None,
        created_at=at,
    )
    session.add(roadmap)
    session.flush()
    _record(session, roadmap, "roadmap.planned", what_if=status == "scenario")
    ask_to_improve(session, roadmap, at=at)
    return roadmap


def adopt(session: Session, roadmap: Roadmap, *, at: datetime) -> Roadmap:
    """Make a plan or a scenario the adopted one; the one before is kept as replaced, its owners carried over."""
    if roadmap.status == "replaced":
        raise ConflictError("This plan was replaced by a later one. Plan anew, or adopt one of its what-ifs.")
    if roadmap.solution["status"] == "infeasible":
        raise ConflictError("Its limits contradict each other, so there is no plan to adopt. Loosen one of them first.")
    before = session.exec(
        select(Roadmap)
        .where(
            Roadmap.organization_id == roadmap.organization_id,
            Roadmap.assessment_id == roadmap.assessment_id,
            Roadmap.status == "adopted",
            Roadmap.id != roadmap.id,
        )
        .with_for_update()
    ).all()
    for row in before:
        row.status = "replaced"
        session.add(row)
    carry_items(session, [row.id for row in before] or [roadmap.parent_id or ""], roadmap)
    if roadmap.review is not None and before:
        roadmap.review = roadmap.review | {"difference": asdict(difference(before[0], roadmap))}
    roadmap.status = "adopted"
    roadmap.adopted_at = at
    roadmap.revision += 1
    session.add(roadmap)
    session.flush()
    _record(session, roadmap, "roadmap.adopted")
    return roadmap


def rename(session: Session, roadmap: Roadmap, name: str) -> Roadmap:
    """Give a plan or a what-if another name."""
    roadmap.name = name
    roadmap.revision += 1
    session.add(roadmap)
    session.flush()
    _record(session, roadmap, "roadmap.renamed")
    return roadmap


def discard(session: Session, roadmap: Roadmap) -> None:
    """Throw a what-if away."""
    if roadmap.status != "scenario":
        raise ConflictError("Only a what-if can be discarded; plans are kept.")
    session.delete(roadmap)
    session.flush()
    _record(session, roadmap, "roadmap.discarded")


def _record(session: Session, roadmap: Roadmap, act: str, **details: Any) -> None:
    record(session, act, organization_id=roadmap.organization_id, subject=f"roadmap:{roadmap.id}", **details)
