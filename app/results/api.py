"""Results as JSON: what the pages show, through the same gate."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.access import Permission, access_assessment, access_snapshot
from app.clock import now
from app.errors import NotFoundError
from app.models import Assessment, Snapshot
from app.repeats import OnceRoute
from app.results.actions import close_and_measure, measure
from app.results.diagnosis import OutcomeDrivers, diagnose
from app.results.measures import By, Hidden, MeasureId, Value, group_values, groups_of, value_of
from app.results.queries import (
    Report,
    comments_of_capability,
    document_of,
    load_report,
    result_of,
    snapshots_of,
)
from app.web import CurrentUser, Problem, SessionDep
from scoring.diagnostics import reliability_document
from scoring.reliability import Missing
from scoring.results import CapabilityResult, Group

router = APIRouter(prefix="/api/v1", route_class=OnceRoute, tags=["results"])

ERRORS: dict[int | str, dict[str, Any]] = {status: {"model": Problem} for status in (401, 403, 404, 422)}
CONFLICT: dict[int | str, dict[str, Any]] = {**ERRORS, 409: {"model": Problem}}


class SnapshotSummary(BaseModel):
    """What a result was computed from. ``label`` has to stand beside every number of its baseline."""

    id: str
    assessment_id: str
    computed_at: datetime
    questionnaire: str
    questionnaire_sha256: str
    scoring_version: str
    edition: str | None = None
    label: str = ""
    inputs_sha256: str
    respondents: int | None = Field(default=None, description="Absent when fewer than the smallest shown group.")


class SnapshotList(BaseModel):
    """All results of an assessment, newest first."""

    items: list[SnapshotSummary]


class SnapshotDocument(SnapshotSummary):
    """A result in full. A number that may not be shown is absent; its place says ``withheld`` and why."""

    settings: dict[str, Any]
    result: dict[str, Any]


class CellOut(BaseModel):
    """One cell. ``clear`` is false where the difference may be zero. A withheld cell has ``withheld`` and why."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    clear: bool | None = None
    withheld: str | None = None
    sentence: str | None = None


class ColumnOut(BaseModel):
    id: str
    name: str
    dimension: str
    importance: float | None = None


class RowOut(BaseModel):
    """One unit or role; ``whole`` is the organisation. A withheld row has no cells and no n."""

    id: str
    whole: bool = False
    n: int | None = None
    cells: dict[str, CellOut] = {}
    withheld: str | None = None
    sentence: str | None = None


class Heatmap(BaseModel):
    snapshot_id: str
    measure: MeasureId
    by: By
    label: str = ""
    columns: list[ColumnOut]
    rows: list[RowOut]


class CapabilityDocument(BaseModel):
    """One capability in full, with its comments where at least ten were written."""

    snapshot_id: str
    label: str = ""
    capability: dict[str, Any]
    units: dict[str, CellOut]
    roles: dict[str, CellOut]
    comments: list[str]


class DriverShare(BaseModel):
    """The share of an outcome's differences that goes with one dimension."""

    dimension: str
    share: float
    low: float | None = None
    high: float | None = None


class OutcomeDriversOut(BaseModel):
    """What goes with one outcome across organisations, or why that cannot be said."""

    outcome: str
    n: int | None = None
    r_squared: float | None = None
    shares: list[DriverShare] = []
    notes: list[str] = []
    withheld: str | None = None


class DiagnosisDocument(BaseModel):
    """Reliability by id of dimension and capability, and drivers by outcome; ``withheld`` says why there is none."""

    snapshot_id: str
    missing: Missing
    reliability: dict[str, Any]
    withheld: str | None = None
    drivers: list[OutcomeDriversOut]


def _summary(assessment: Assessment, snapshot: Snapshot) -> dict[str, Any]:
    result = result_of(snapshot)
    return {
        "id": snapshot.id,
        "assessment_id": snapshot.assessment_id,
        "computed_at": snapshot.computed_at,
        "questionnaire": f"{assessment.questionnaire_id} {assessment.questionnaire_version}",
        "questionnaire_sha256": snapshot.questionnaire_sha256,
        "scoring_version": snapshot.scoring_version,
        "edition": result.peers.edition if result.peers else None,
        "label": result.peers.label if result.peers else "",
        "inputs_sha256": snapshot.inputs_sha256,
        "respondents": result.respondents,
    }


@router.post(
    "/assessments/{assessment_id}/close", summary="Close and compute the result", responses=CONFLICT, status_code=201
)
def close(session: SessionDep, user: CurrentUser, assessment_id: str) -> SnapshotSummary:
    """End the window for everybody and compute the snapshot; answers that were not submitted do not count."""
    assessment = access_assessment(session, user, assessment_id, Permission.MANAGE)
    snapshot = close_and_measure(session, assessment, at=now())
    return SnapshotSummary(**_summary(assessment, snapshot))


@router.post(
    "/assessments/{assessment_id}/snapshots", summary="Compute the result again", responses=CONFLICT, status_code=201
)
def measure_again(session: SessionDep, user: CurrentUser, assessment_id: str) -> SnapshotSummary:
    """Compute a new snapshot of a closed assessment; the ones before stay as they are."""
    assessment = access_assessment(session, user, assessment_id, Permission.MANAGE)
    snapshot = measure(session, assessment, at=now())
    return SnapshotSummary(**_summary(assessment, snapshot))


@router.get("/assessments/{assessment_id}/snapshots", summary="Results of an assessment", responses=ERRORS)
def list_snapshots(session: SessionDep, user: CurrentUser, assessment_id: str) -> SnapshotList:
    assessment = access_assessment(session, user, assessment_id, Permission.VIEW)
    found = snapshots_of(session, assessment)
    return SnapshotList(items=[SnapshotSummary(**_summary(assessment, snapshot)) for snapshot in found])


@router.get(
    "/snapshots/{snapshot_id}", summary="One result in full", responses=ERRORS, response_model_exclude_none=True
)
def get_snapshot(session: SessionDep, user: CurrentUser, snapshot_id: str) -> SnapshotDocument:
    report = load_report(session, access_snapshot(session, user, snapshot_id, Permission.VIEW))
    return SnapshotDocument(
        **_summary(report.assessment, report.snapshot),
        settings=report.snapshot.settings,
        result=document_of(report.snapshot),
    )


@router.get(
    "/snapshots/{snapshot_id}/heatmap", summary="The heatmap", responses=ERRORS, response_model_exclude_none=True
)
def get_heatmap(
    session: SessionDep, user: CurrentUser, snapshot_id: str, measure: MeasureId = "target_gap", by: By = "unit"
) -> Heatmap:
    """One measure of every group on every capability, unrounded."""
    report = load_report(session, access_snapshot(session, user, snapshot_id, Permission.VIEW))
    result = report.result
    whole = {one.id: _cell(value_of(one, measure, one)) for one in result.capabilities}
    rows = [RowOut(id=report.organization.name, whole=True, n=result.respondents, cells=whole)]
    for group in groups_of(result, by):
        if isinstance(group, Group):
            cells = {name: _cell(value) for name, value in group_values(result, group, measure)}
            rows.append(RowOut(id=group.id, n=group.n, cells=cells))
        else:
            rows.append(RowOut(id=group.id, withheld=group.withheld, sentence=group.sentence))
    columns = [
        ColumnOut(
            id=one.id,
            name=one.name,
            dimension=one.dimension,
            importance=one.importance if isinstance(one, CapabilityResult) else None,
        )
        for one in result.capabilities
    ]
    return Heatmap(
        snapshot_id=report.snapshot.id, measure=measure, by=by, label=report.label, columns=columns, rows=rows
    )


@router.get(
    "/snapshots/{snapshot_id}/capabilities/{capability_id}",
    summary="One capability",
    responses=ERRORS,
    response_model_exclude_none=True,
)
def get_capability(session: SessionDep, user: CurrentUser, snapshot_id: str, capability_id: str) -> CapabilityDocument:
    report = load_report(session, access_snapshot(session, user, snapshot_id, Permission.VIEW))
    documents = {one["id"]: one for one in document_of(report.snapshot)["capabilities"]}
    if capability_id not in documents:
        raise NotFoundError(f"The questionnaire has no capability '{capability_id}'. Read the snapshot for the list.")
    return CapabilityDocument(
        snapshot_id=report.snapshot.id,
        label=report.label,
        capability=documents[capability_id],
        units=_groups(report, capability_id, "unit"),
        roles=_groups(report, capability_id, "role"),
        comments=comments_of_capability(report.snapshot, capability_id),
    )


@router.get(
    "/snapshots/{snapshot_id}/diagnosis",
    summary="How well the questions measure",
    responses=ERRORS,
    response_model_exclude_none=True,
)
def get_diagnosis(
    session: SessionDep, user: CurrentUser, snapshot_id: str, missing: Missing = "pairwise"
) -> DiagnosisDocument:
    """Alpha, omega and each question's part, and what goes with outcomes: for consultants and analysts."""
    report = load_report(session, access_snapshot(session, user, snapshot_id, Permission.DIAGNOSE))
    found = diagnose(session, user, report, missing)
    return DiagnosisDocument(
        snapshot_id=report.snapshot.id,
        missing=missing,
        reliability=reliability_document(dict(found.reliability)),
        withheld=found.refused or None,
        drivers=[_drivers_out(one) for one in found.drivers],
    )


def _drivers_out(one: OutcomeDrivers) -> OutcomeDriversOut:
    if one.found is None:
        return OutcomeDriversOut(outcome=one.outcome, withheld=one.refused)
    shares = [
        DriverShare(dimension=str(name), share=found.estimate, low=found.low, high=found.high)
        for name, found in one.found.shares.items()
    ]
    return OutcomeDriversOut(
        outcome=one.outcome,
        n=one.found.n,
        r_squared=one.found.r_squared,
        shares=shares,
        notes=list(one.found.notes),
    )


def _groups(report: Report, capability_id: str, by: By) -> dict[str, CellOut]:
    cells = {}
    for group in groups_of(report.result, by):
        if isinstance(group, Group):
            cells[group.id] = _cell(dict(group_values(report.result, group, "level"))[capability_id])
        else:
            cells[group.id] = CellOut(withheld=group.withheld, sentence=group.sentence)
    return cells


def _cell(value: Value | Hidden) -> CellOut:
    if isinstance(value, Hidden):
        return CellOut(withheld=value.reason if value.secret else "not available", sentence=value.sentence)
    return CellOut(value=value.exact, low=value.low, high=value.high, n=value.n, clear=value.clear)
