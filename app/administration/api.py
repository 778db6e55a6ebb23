"""Users of the platform as JSON, for administrators and for programs that act for them with the scope ``users``."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.administration.actions import disable_user, enable_user, find_user, invite_user, reset_factor, set_rights
from app.administration.queries import UserRow, all_users
from app.administration.routes import Administrator
from app.clock import now
from app.errors import ForbiddenError, NotFoundError
from app.models import User
from app.repeats import OnceRoute
from app.web import Problem, SessionDep, clean_text

router = APIRouter(
    prefix="/api/v1/users",
    route_class=OnceRoute,
    tags=["users"],
    responses={code: {"model": Problem} for code in (401, 403, 404, 409, 422)},
)


class RightsForm(BaseModel):
    """What a user may do on the platform; roles in organisations are given there, by its consultants."""

    model_config = ConfigDict(extra="forbid")

    administrator: bool = False
    consultant: bool = False


class InviteForm(RightsForm):
    email: Annotated[str, Field(min_length=3, max_length=254), AfterValidator(clean_text)]


class AccessForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    disabled: bool


class UserOut(BaseModel):
    id: str
    name: str
    email: str
    administrator: bool
    consultant: bool
    second_factor: bool
    organizations: int
    """In how many they have a role; which ones, only their consultants see."""
    seen_at: datetime | None
    state: Literal["active", "invited", "disabled"]


class UserList(BaseModel):
    items: list[UserOut]
    next_cursor: str | None = None


def _out(row: UserRow) -> UserOut:
    return UserOut.model_validate({**row.__dict__, "second_factor": row.factor})


def _one(session: SessionDep, user_id: str) -> UserOut:
    found = next((row for row in all_users(session) if row.id == user_id), None)
    if found is None:
        raise NotFoundError("There is no such user.")
    return _out(found)


def _whom(request: Request, session: SessionDep, user_id: str) -> User:
    """The user that is changed. A program never changes an administrator: whoever steals its token stays below them."""
    whom = find_user(session, user_id)
    if whom.administrator:
        _no_program(request)
    return whom


def _no_program(request: Request) -> None:
    if getattr(request.state, "program", False):
        raise ForbiddenError("A token cannot make or change administrators. Sign in for that.")


@router.get("", summary="Users of the platform")
def list_users(
    session: SessionDep,
    _user: Administrator,
    cursor: Annotated[str, Query(max_length=36)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> UserList:
    rows = sorted(all_users(session), key=lambda row: row.id)
    page = [row for row in rows if row.id > cursor][: limit + 1]
    return UserList(
        items=[_out(row) for row in page[:limit]], next_cursor=page[limit - 1].id if len(page) > limit else None
    )


@router.post("", status_code=201, summary="Invite a user; who is one already gets the rights added")
def post_user(request: Request, session: SessionDep, user: Administrator, form: InviteForm) -> UserOut:
    rights = {"administrator": form.administrator, "consultant": form.consultant}
    invited = invite_user(session, user, form.email, at=now(), **rights)
    if invited.administrator:
        _no_program(request)
    return _one(session, invited.id)


@router.get("/{user_id}", summary="One user")
def get_user(session: SessionDep, _user: Administrator, user_id: str) -> UserOut:
    return _one(session, user_id)


@router.put("/{user_id}/rights", summary="Change what a user may do on the platform")
def put_rights(request: Request, session: SessionDep, _user: Administrator, user_id: str, form: RightsForm) -> UserOut:
    whom = _whom(request, session, user_id)
    if form.administrator:
        _no_program(request)
    set_rights(session, whom, administrator=form.administrator, consultant=form.consultant)
    return _one(session, whom.id)


@router.put("/{user_id}/access", summary="Shut a user out at once, or let them in again")
def put_access(request: Request, session: SessionDep, _user: Administrator, user_id: str, form: AccessForm) -> UserOut:
    whom = _whom(request, session, user_id)
    if form.disabled:
        disable_user(session, whom, at=now())
    else:
        enable_user(session, whom)
    return _one(session, whom.id)


@router.delete("/{user_id}/second-factor", status_code=204, summary="Reset a lost second factor")
def delete_factor(request: Request, session: SessionDep, _user: Administrator, user_id: str) -> None:
    reset_factor(session, _whom(request, session, user_id))
