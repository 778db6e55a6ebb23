"""Assessments as JSON: set up, ask, launch, watch, hand out links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlmodel import Session

from app.access import Permission, access_assessment, access_organization
from app.assessments import actions
from app.assessments.files import links_file
from app.assessments.forms import AssessmentCreate, AssessmentPatch, ParticipantIn, StrategyIn, TargetIn, TargetsIn
from app.assessments.importing import ImportOutcome
from app.assessments.invitations import link_of
from app.assessments.queries import (
    Progress,
    UnitProgress,
    assessments_of,
    goals_of,
    missing_before_launch,
    participants_of,
    previous_levels,
    progress,
    questionnaire_of,
    strategy_of,
    targets_of,
)
from app.assessments.roster import decode
from app.assessments.workbooks import table_text
from app.clock import now
from app.db import transaction
from app.errors import InvalidInputError
from app.models import Assessment
from app.organizations.api import IfMatch, check_etag
from app.repeats import OnceRoute
from app.settings import get_settings
from app.web import CurrentUser, Problem, SessionDep, clean_text

router = APIRouter(
    prefix="/api/v1",
    route_class=OnceRoute,
    tags=["assessments"],
    responses={code: {"model": Problem} for code in (401, 403, 404, 422)},
)

MANAGE = Permission.MANAGE
CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": Problem}}
PRECONDITION: dict[int | str, dict[str, Any]] = {412: {"model": Problem}, 428: {"model": Problem}}


class AssessmentOut(BaseModel):
    """One assessment; times are UTC."""

    id: str
    organization_id: str
    name: str
    wave: int
    previous_id: str | None
    questionnaire: str
    version: str
    questionnaire_sha256: str
    edition_id: str | None
    status: str
    anonymity: str
    min_group: int
    purpose: str
    show_profile: bool
    opens_at: datetime | None
    closes_at: datetime | None
    launched_at: datetime | None
    closed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    revision: int


class AssessmentList(BaseModel):
    items: list[AssessmentOut]
    next_cursor: str | None = None


class TargetOut(BaseModel):
    capability: str
    target: float
    importance: int
    reason: str
    goal_id: str | None


class TargetsOut(BaseModel):
    """The target profile; ``warnings`` name targets below the level measured in the wave before."""

    targets: list[TargetOut]
    warnings: list[str]


class GoalOut(BaseModel):
    id: str
    kind: str
    text: str
    serves_id: str | None


class StrategyOut(BaseModel):
    mandate: str = ""
    key_initiatives: str = ""
    headcount: int | None = None
    skills: str = ""
    time: str = ""
    budget: str = ""
    goals: list[GoalOut]


class RowOut(BaseModel):
    """What became of a row: added, updated, unchanged, or kept (invited before and left as they are)."""

    row: int
    email: str
    result: str


class ImportOut(BaseModel):
    added: int
    updated: int
    unchanged: int
    kept: int
    created_units: list[str]
    ignored_columns: list[str]
    rows: list[RowOut]


class RowProblemOut(BaseModel):
    row: int
    column: str
    value: str
    message: str


class ImportProblem(Problem):
    """Nothing was imported; every problem of every row."""

    errors: list[RowProblemOut]


class ParticipantOut(BaseModel):
    """``started_at`` and ``submitted_at`` stay empty in anonymous assessments."""

    id: str
    name: str
    email: str
    unit: str
    role: str
    seniority: str
    started_at: datetime | None
    submitted_at: datetime | None
    revoked_at: datetime | None


class ParticipantList(BaseModel):
    items: list[ParticipantOut]
    next_cursor: str | None = None


class UnitProgressOut(BaseModel):
    """Counts of one unit; a count that anonymity hides is absent and ``withheld`` says why."""

    id: str | None = None
    name: str
    invited: int
    started: int | None = None
    submitted: int | None = None
    below_minimum: bool | None = None
    withheld: str | None = None


class ProgressOut(BaseModel):
    status: str
    opens_at: datetime | None
    closes_at: datetime | None
    min_group: int
    total: UnitProgressOut
    units: list[UnitProgressOut]


class LinkOut(BaseModel):
    """A link, told once."""

    participant_id: str
    link: str


def _out(assessment: Assessment) -> AssessmentOut:
    values = assessment.model_dump(exclude={"questionnaire_id", "questionnaire_version", "profile", "created_by"})
    return AssessmentOut(questionnaire=assessment.questionnaire_id, version=assessment.questionnaire_version, **values)


def _tagged(response: Response, assessment: Assessment) -> AssessmentOut:
    response.headers["ETag"] = f'"{assessment.revision}"'
    return _out(assessment)


@router.get("/organizations/{organization_id}/assessments", summary="Assessments of an organisation, oldest first")
def list_assessments(
    session: SessionDep,
    user: CurrentUser,
    organization_id: str,
    cursor: Annotated[str, Query(max_length=36)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AssessmentList:
    organization = access_organization(session, user, organization_id, Permission.VIEW)
    rows = sorted((row for row in assessments_of(session, organization.id) if row.id > cursor), key=lambda row: row.id)
    more = rows[limit - 1].id if len(rows) > limit else None
    return AssessmentList(items=[_out(row) for row in rows[:limit]], next_cursor=more)


@router.post("/organizations/{organization_id}/assessments", status_code=201, summary="Create a draft")
def post_assessment(
    session: SessionDep, user: CurrentUser, organization_id: str, given: AssessmentCreate, response: Response
) -> AssessmentOut:
    organization = access_organization(session, user, organization_id, MANAGE)
    assessment = actions.create_assessment(
        session,
        organization,
        user,
        name=given.name,
        questionnaire_id=given.questionnaire,
        version=given.version,
        previous_id=given.previous_id,
        at=now(),
    )
    return _tagged(response, assessment)


@router.get("/assessments/{assessment_id}", summary="One assessment")
def get_assessment(session: SessionDep, user: CurrentUser, assessment_id: str, response: Response) -> AssessmentOut:
    return _tagged(response, access_assessment(session, user, assessment_id, Permission.VIEW))


@router.patch(
    "/assessments/{assessment_id}",
    summary="Change a draft's terms, or extend an open window",
    responses={**CONFLICT, **PRECONDITION},
)
def patch_assessment(
    session: SessionDep,
    user: CurrentUser,
    assessment_id: str,
    given: AssessmentPatch,
    response: Response,
    if_match: IfMatch = None,
) -> AssessmentOut:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    session.refresh(assessment, with_for_update=True)
    check_etag(if_match, assessment.revision)
    actions.change_assessment(session, assessment, given.model_dump(exclude_unset=True), at=now())
    return _tagged(response, assessment)


@router.get("/assessments/{assessment_id}/strategy", summary="The strategy and its goals")
def get_strategy(session: SessionDep, user: CurrentUser, assessment_id: str) -> StrategyOut:
    return _strategy(session, access_assessment(session, user, assessment_id, Permission.VIEW))


def _strategy(session: Session, assessment: Assessment) -> StrategyOut:
    stored = strategy_of(session, assessment)
    values = stored.model_dump(exclude={"organization_id", "assessment_id"}) if stored else {}
    goals = [
        GoalOut(id=goal.id, kind=goal.kind, text=goal.text, serves_id=goal.serves_id)
        for goal in goals_of(session, assessment)
    ]
    return StrategyOut(**values, goals=goals)


@router.put("/assessments/{assessment_id}/strategy", summary="Replace the strategy and its goals", responses=CONFLICT)
def put_strategy(session: SessionDep, user: CurrentUser, assessment_id: str, given: StrategyIn) -> StrategyOut:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    actions.save_strategy(session, assessment, given.strategy(), at=now())
    return _strategy(session, assessment)


@router.get("/assessments/{assessment_id}/targets", summary="The target profile")
def get_targets(session: SessionDep, user: CurrentUser, assessment_id: str) -> TargetsOut:
    return _targets(session, access_assessment(session, user, assessment_id, Permission.VIEW))


@router.put("/assessments/{assessment_id}/targets", summary="Replace the target profile", responses=CONFLICT)
def put_targets(
    session: SessionDep, user: CurrentUser, assessment_id: str, given: TargetsIn | list[TargetIn]
) -> TargetsOut:
    """An object with ``targets``, or just the list. All of it is kept, or nothing and every error is named."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    targets = given.targets if isinstance(given, TargetsIn) else given
    actions.save_targets(session, assessment, [_target(target) for target in targets], at=now())
    return _targets(session, assessment)


def _target(given: TargetIn) -> actions.TargetInput:
    return actions.TargetInput(given.capability, given.target, given.importance, given.reason, given.goal_id)


def _targets(session: Session, assessment: Assessment) -> TargetsOut:
    stored = targets_of(session, assessment)
    before = previous_levels(session, assessment)
    names = {capability.id: capability.name for capability in questionnaire_of(assessment).capabilities}
    return TargetsOut(
        targets=[
            TargetOut(
                capability=target.capability_id,
                target=target.level,
                importance=target.importance,
                reason=target.reason,
                goal_id=target.goal_id,
            )
            for target in stored
        ],
        warnings=[
            f"{names[target.capability_id]}: the target {target.level:g} is below the level "
            f"{before[target.capability_id]:.1f} measured in the wave before."
            for target in stored
            if target.level < round(before.get(target.capability_id, target.level), 1)
        ],
    )


@router.get("/assessments/{assessment_id}/participants", summary="Participants, in the order of their addresses")
def list_participants(
    session: SessionDep,
    user: CurrentUser,
    assessment_id: str,
    cursor: Annotated[str, Query(max_length=36)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ParticipantList:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    rows = participants_of(session, assessment, after=cursor, limit=limit + 1)
    items = [ParticipantOut.model_validate(row, from_attributes=True) for row in rows[:limit]]
    return ParticipantList(items=items, next_cursor=items[-1].id if len(rows) > limit else None)


CSV_OR_JSON = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "array", "items": ParticipantIn.model_json_schema()},
            },
            "text/csv": {
                "schema": {"type": "string", "example": "name,email,unit,role\nFirst Last,f@l.com,Brand,manager"}
            },
        },
    }
}
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARTICIPANTS = TypeAdapter(list[ParticipantIn])


@dataclass(frozen=True)
class Sent:
    """A body as it came, and its media type."""

    kind: str
    body: bytes


async def sent_body(request: Request) -> Sent:
    """Read before a session is opened, so that a slow sender never holds the database."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Sent(kind, await request.body())


SentBody = Annotated[Sent, Depends(sent_body)]


@router.post(
    "/assessments/{assessment_id}/participants",
    summary="Add or update participants: all of them, or none and every problem by row",
    responses={**CONFLICT, 422: {"model": ImportProblem}},
    openapi_extra=CSV_OR_JSON,
)
def post_participants(sent: SentBody, session: SessionDep, user: CurrentUser, assessment_id: str) -> ImportOut:
    """A JSON list of ``{name, email, unit, role, seniority?}``, or ``text/csv`` or a workbook (XLSX) with a heading.
    Sending it again changes nothing."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    outcome = actions.import_participants(session, assessment, _given(sent), at=now())
    if outcome.problems:
        raise InvalidInputError(outcome.sentence, errors=[vars(problem) for problem in outcome.problems])
    return _imported(outcome)


def _given(sent: Sent) -> str | Sequence[dict[str, str]]:
    if sent.kind in {"text/csv", "text/plain", "text/tab-separated-values"}:
        return clean_text(decode(sent.body))
    if sent.kind == WORKBOOK:
        return clean_text(table_text(sent.body))
    return _rows(sent.body)


def _rows(body: bytes) -> Sequence[dict[str, str]]:
    try:
        return [row.model_dump() for row in PARTICIPANTS.validate_json(body)]
    except ValidationError as error:
        errors = [_json_problem(found) for found in error.errors()]
        raise InvalidInputError(
            "Send a JSON list of objects with name, email, unit, role and, if known, seniority; or text/csv.",
            errors=errors,
        ) from None


def _json_problem(found: Any) -> dict[str, Any]:
    place = found["loc"]
    row = place[0] + 1 if place and isinstance(place[0], int) else 0
    given = found.get("input")
    value = given[:100] if isinstance(given, str) else ""
    return {
        "row": row,
        "column": str(place[-1]) if len(place) > 1 else "",
        "value": value,
        "message": f"{found['msg']}.",
    }


def _imported(outcome: ImportOutcome) -> ImportOut:
    return ImportOut(
        added=outcome.count("added"),
        updated=outcome.count("updated"),
        unchanged=outcome.count("unchanged"),
        kept=outcome.count("kept"),
        created_units=list(outcome.created_units),
        ignored_columns=list(outcome.ignored_columns),
        rows=[RowOut(row=row.row, email=row.email, result=row.result) for row in outcome.rows],
    )


class LaunchProblem(Problem):
    """What is missing, and in which step."""

    missing: list[dict[str, str]]


@router.get("/assessments/{assessment_id}/missing", summary="What stands between a draft and its launch")
def get_missing(session: SessionDep, user: CurrentUser, assessment_id: str) -> list[dict[str, str]]:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    found = missing_before_launch(session, assessment, at=now()) if assessment.status == "draft" else ()
    return [{"step": item.step, "message": item.text} for item in found]


@router.post(
    "/assessments/{assessment_id}/launch",
    summary="Launch: one invitation per participant",
    responses={**CONFLICT, 422: {"model": LaunchProblem}},
)
def post_launch(session: SessionDep, user: CurrentUser, assessment_id: str, response: Response) -> AssessmentOut:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    actions.launch_assessment(session, assessment, at=now())
    return _tagged(response, assessment)


@router.get("/assessments/{assessment_id}/progress", summary="Invited, started and submitted per unit; never answers")
def get_progress(session: SessionDep, user: CurrentUser, assessment_id: str) -> ProgressOut:
    assessment = access_assessment(session, user, assessment_id, Permission.VIEW)
    counts = progress(session, assessment)
    return ProgressOut(
        status=assessment.status,
        opens_at=assessment.opens_at,
        closes_at=assessment.closes_at,
        min_group=counts.minimum,
        total=_unit(counts.total, counts),
        units=[_unit(unit, counts) for unit in counts.units],
    )


def _unit(unit: UnitProgress, counts: Progress) -> UnitProgressOut:
    hidden = unit.started is None or unit.submitted is None
    return UnitProgressOut(
        id=unit.unit_id or None,
        name=unit.name,
        invited=unit.invited,
        started=unit.started,
        submitted=unit.submitted,
        # Where the count is hidden, this would tell it in part.
        below_minimum=None if hidden else unit.below_minimum,
        withheld=f"fewer than {counts.minimum}, or protecting a unit with fewer" if hidden else None,
    )


CSV_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "name, email, unit, link"}
}


@router.get(
    "/assessments/{assessment_id}/invitations.csv",
    summary="The links, once after launch; later only those of people added since",
    response_class=Response,
    responses={**CONFLICT, **CSV_FILE},
)
def get_invitations(request: Request, session: SessionDep, user: CurrentUser, assessment_id: str) -> Response:
    access_assessment(session, user, assessment_id, MANAGE)
    # A GET's own transaction only reads; minting links writes, and is committed before they are told.
    session.rollback()
    with transaction(request.app.state.engine, like=session) as writing:
        assessment = access_assessment(writing, user, assessment_id, MANAGE)
        return links_file(writing, assessment, actions.mint_links(writing, assessment, at=now()))


@router.post(
    "/assessments/{assessment_id}/invitations.csv",
    summary="New links for everybody who can still answer; links handed out before keep working",
    response_class=Response,
    responses={**CONFLICT, **CSV_FILE},
)
def post_invitations(session: SessionDep, user: CurrentUser, assessment_id: str) -> Response:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    return links_file(session, assessment, actions.issue_new_links(session, assessment, at=now()))


@router.post(
    "/assessments/{assessment_id}/participants/{participant_id}/link",
    summary="Another live link of one participant",
    status_code=201,
    responses=CONFLICT,
)
def post_link(session: SessionDep, user: CurrentUser, assessment_id: str, participant_id: str) -> LinkOut:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    participant, token = actions.mint_link(session, assessment, participant_id, at=now())
    return LinkOut(participant_id=participant.id, link=link_of(token, get_settings().base_url))


@router.post(
    "/assessments/{assessment_id}/participants/{participant_id}/revoke",
    summary="Revoke an invitation: every link of it stops working",
    status_code=204,
    responses=CONFLICT,
)
def post_revoke(session: SessionDep, user: CurrentUser, assessment_id: str, participant_id: str) -> None:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    actions.revoke_invitation(session, assessment, participant_id, at=now())


@router.post(
    "/assessments/{assessment_id}/participants/{participant_id}/restore",
    summary="Restore a revoked invitation; its old links stay dead",
    status_code=204,
    responses=CONFLICT,
)
def post_restore(session: SessionDep, user: CurrentUser, assessment_id: str, participant_id: str) -> None:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    actions.restore_invitation(session, assessment, participant_id)
