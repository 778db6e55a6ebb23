"""Outcomes as JSON."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.access import Permission, access_roadmap
from app.roadmaps.actions import assessment_of
from app.roadmaps.outcomes.queries import outcomes_of, pooled_outcomes
from app.web import CurrentUser, Problem, SessionDep

router = APIRouter(
    prefix="/api/v1/roadmaps/{roadmap_id}/outcomes",
    tags=["roadmaps"],
    responses={code: {"model": Problem} for code in (401, 403, 404, 422)},
)


class PooledOut(BaseModel):
    """Levels measured per level promised, over ``n`` organisations that agreed to pool, with its 95% interval."""

    realised: float
    low: float
    high: float
    n: int


class OutcomeOut(BaseModel):
    """Promise and measured change, in levels; no interval: too few answers. ``beside`` finished meanwhile for the same
    capability, and the change is shared in proportion to the promises."""

    initiative_id: str
    capability: str
    expected: float
    measured: float
    low: float | None
    high: float | None
    clear: Annotated[bool, Field(description="The change of the capability excludes zero after correction.")]
    beside: list[str]
    snapshot_id: str
    measured_on: date
    pooled: PooledOut | None


@router.get("", summary="What finished initiatives have brought, wave by wave")
def list_outcomes(session: SessionDep, user: CurrentUser, roadmap_id: str) -> list[OutcomeOut]:
    row = access_roadmap(session, user, roadmap_id, Permission.VIEW)
    pooled = pooled_outcomes(session, assessment_of(session, row).questionnaire_id)
    return [
        OutcomeOut(
            initiative_id=each.id,
            capability=each.capability,
            expected=each.expected,
            measured=each.measured,
            low=each.low,
            high=each.high,
            clear=each.clear,
            beside=list(each.beside),
            snapshot_id=wave.snapshot.id,
            measured_on=wave.measured_on,
            pooled=PooledOut.model_validate(pooled[each.id], from_attributes=True) if each.id in pooled else None,
        )
        for wave in outcomes_of(session, row)
        for each in wave.outcomes
    ]
