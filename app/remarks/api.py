"""What is said about report and roadmap, as JSON."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from app.access import Permission, access_assessment, may
from app.clock import now
from app.models import Assessment, User
from app.organizations.api import IfMatch, check_etag
from app.remarks.actions import edit_remark, remove_remark, resolve_remark, write_remark
from app.remarks.forms import RemarkForm, ResolutionForm, SubjectKind, TextForm
from app.remarks.queries import Said, find_remark, remarks_of
from app.repeats import OnceRoute
from app.web import CurrentUser, Problem, SessionDep

router = APIRouter(
    prefix="/api/v1/assessments/{assessment_id}/comments",
    route_class=OnceRoute,
    tags=["comments"],
    responses={code: {"model": Problem} for code in (401, 403, 404, 422)},
)


class RemarkOut(BaseModel):
    """``author_id`` null: the account is gone."""

    id: str
    subject: SubjectKind
    subject_id: str
    author_id: str | None
    author: str
    text: str
    revision: int
    created_at: datetime
    edited_at: datetime | None
    resolved_at: datetime | None


def _out(said: Said) -> RemarkOut:
    return RemarkOut.model_validate({**said.remark.model_dump(), "author": said.author})


def _access(session: SessionDep, user: User, assessment_id: str) -> Assessment:
    return access_assessment(session, user, assessment_id, Permission.COMMENT)


@router.get("", summary="What leaders and consultants say, the oldest first")
def list_remarks(
    session: SessionDep,
    user: CurrentUser,
    assessment_id: str,
    subject: SubjectKind | None = None,
    subject_id: Annotated[str | None, Query(max_length=100)] = None,
) -> list[RemarkOut]:
    assessment = _access(session, user, assessment_id)
    return [_out(said) for said in remarks_of(session, assessment, subject, subject_id)]


@router.post("", status_code=201, summary="Comment on a capability, an initiative or the roadmap")
def post_remark(session: SessionDep, user: CurrentUser, assessment_id: str, form: RemarkForm) -> RemarkOut:
    assessment = _access(session, user, assessment_id)
    return _out(Said(write_remark(session, assessment, user, **form.model_dump(), at=now()), user.name))


@router.patch(
    "/{remark_id}",
    summary="Change your comment",
    responses={412: {"model": Problem}, 428: {"model": Problem}},
)
def patch_remark(
    session: SessionDep,
    user: CurrentUser,
    assessment_id: str,
    remark_id: str,
    form: TextForm,
    response: Response,
    if_match: IfMatch = None,
) -> RemarkOut:
    remark = find_remark(session, _access(session, user, assessment_id), remark_id)
    check_etag(if_match, remark.revision)
    edit_remark(session, remark, user, form.text, at=now())
    response.headers["ETag"] = f'"{remark.revision}"'
    return _out(Said(remark, user.name))


@router.put("/{remark_id}/resolution", status_code=204, summary="Settle a comment, or open it again")
def put_resolution(
    session: SessionDep, user: CurrentUser, assessment_id: str, remark_id: str, form: ResolutionForm
) -> None:
    assessment = access_assessment(session, user, assessment_id, Permission.MANAGE)
    resolve_remark(session, find_remark(session, assessment, remark_id), resolved=form.resolved, at=now())


@router.delete("/{remark_id}", status_code=204, summary="Delete your comment; consultants, any")
def delete_remark(session: SessionDep, user: CurrentUser, assessment_id: str, remark_id: str) -> None:
    assessment = _access(session, user, assessment_id)
    moderator = may(session, user, assessment.organization_id, Permission.MANAGE)
    remove_remark(session, find_remark(session, assessment, remark_id), user, moderator=moderator)
