"""The forms of a thread."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response as HttpResponse
from sqlmodel import Session

from app.access import Permission, access_assessment, may
from app.clock import now
from app.errors import ConflictError, InvalidInputError
from app.models import Assessment, User
from app.remarks.actions import edit_remark, remove_remark, resolve_remark, write_remark
from app.remarks.forms import RemarkForm, TextForm
from app.remarks.queries import find_remark
from app.web import CurrentUser, SessionDep, UserForm, fields, parse_form, redirect, relative_path

router = APIRouter(include_in_schema=False, prefix="/assessments/{assessment_id}/comments")


def _access(session: Session, user: User, assessment_id: str) -> Assessment:
    return access_assessment(session, user, assessment_id, Permission.COMMENT)


def _back(values: Mapping[str, str]) -> HttpResponse:
    return redirect(f"{relative_path(values.get('back'))}#discussion")


@router.post("")
def post_remark(session: SessionDep, user: CurrentUser, assessment_id: str, posted: UserForm) -> HttpResponse:
    assessment = _access(session, user, assessment_id)
    values = fields(posted)
    form, errors = parse_form(RemarkForm, {name: value for name, value in values.items() if name != "back"})
    if form is None:
        raise InvalidInputError(f"Your comment was not saved. {errors.items[0].message}")
    write_remark(session, assessment, user, subject=form.subject, subject_id=form.subject_id, text=form.text, at=now())
    return _back(values)


@router.post("/{remark_id}")
def post_edit(
    session: SessionDep, user: CurrentUser, assessment_id: str, remark_id: str, posted: UserForm
) -> HttpResponse:
    remark = find_remark(session, _access(session, user, assessment_id), remark_id)
    values = fields(posted)
    form, errors = parse_form(TextForm, {"text": values.get("text", "")})
    if form is None:
        raise InvalidInputError(f"Your change was not saved. {errors.items[0].message}")
    if values.get("revision") != str(remark.revision):
        raise ConflictError("This comment has changed since you opened the page. Go back, reload, and change it again.")
    edit_remark(session, remark, user, form.text, at=now())
    return _back(values)


@router.post("/{remark_id}/delete")
def post_delete(
    session: SessionDep, user: CurrentUser, assessment_id: str, remark_id: str, posted: UserForm
) -> HttpResponse:
    assessment = _access(session, user, assessment_id)
    moderator = may(session, user, assessment.organization_id, Permission.MANAGE)
    remove_remark(session, find_remark(session, assessment, remark_id), user, moderator=moderator)
    return _back(fields(posted))


@router.post("/{remark_id}/resolve")
def post_resolve(
    session: SessionDep, user: CurrentUser, assessment_id: str, remark_id: str, posted: UserForm
) -> HttpResponse:
    assessment = access_assessment(session, user, assessment_id, Permission.MANAGE)
    values = fields(posted)
    resolve_remark(
        session, find_remark(session, assessment, remark_id), resolved=values.get("resolved") == "yes", at=now()
    )
    return _back(values)
