"""What is decided and known about initiatives, as JSON."""

from fastapi import APIRouter, Response

from app.access import Permission, access_roadmap
from app.clock import now
from app.errors import NotFoundError
from app.models import RoadmapItem
from app.organizations.api import IfMatch, check_etag
from app.roadmaps.items.actions import locked_item, save_item
from app.roadmaps.items.forms import ItemForm
from app.roadmaps.queries import items_of
from app.web import CurrentUser, Problem, SessionDep

router = APIRouter(
    prefix="/api/v1/roadmaps/{roadmap_id}/items",
    tags=["roadmaps"],
    responses={code: {"model": Problem} for code in (401, 403, 404, 422)},
)


class ItemOut(ItemForm):
    """``revision`` 0: nothing is recorded yet."""

    initiative_id: str
    revision: int


def _out(initiative_id: str, item: RoadmapItem | None) -> ItemOut:
    if item is None:
        return ItemOut(initiative_id=initiative_id, revision=0)
    return ItemOut.model_validate(item.model_dump(exclude={"organization_id", "assessment_id", "roadmap_id"}))


@router.get("", summary="What is decided and known about each initiative of the plan")
def list_items(session: SessionDep, user: CurrentUser, roadmap_id: str) -> list[ItemOut]:
    row = access_roadmap(session, user, roadmap_id, Permission.VIEW)
    items = items_of(session, row)
    return [_out(name, items.get(name)) for name in dict.fromkeys([*row.solution["starts"], *items])]


@router.get("/{initiative_id}", summary="What is decided and known about an initiative")
def get_item(
    session: SessionDep, user: CurrentUser, roadmap_id: str, initiative_id: str, response: Response
) -> ItemOut:
    row = access_roadmap(session, user, roadmap_id, Permission.VIEW)
    item = items_of(session, row).get(initiative_id)
    if item is None and initiative_id not in row.solution["starts"]:
        raise NotFoundError("This initiative is not in the plan.")
    return _tagged(response, _out(initiative_id, item))


@router.put(
    "/{initiative_id}",
    summary="Owner, status, days, milestones, evidence, and what it took",
    responses={412: {"model": Problem}, 428: {"model": Problem}},
)
def put_item(
    session: SessionDep,
    user: CurrentUser,
    roadmap_id: str,
    initiative_id: str,
    form: ItemForm,
    response: Response,
    if_match: IfMatch = None,
) -> ItemOut:
    row = access_roadmap(session, user, roadmap_id, Permission.PLAN)
    check_etag(if_match, _out(initiative_id, locked_item(session, row, initiative_id)).revision)
    return _tagged(response, _out(initiative_id, save_item(session, row, initiative_id, form, at=now())))


def _tagged(response: Response, out: ItemOut) -> ItemOut:
    response.headers["ETag"] = f'"{out.revision}"'
    return out
