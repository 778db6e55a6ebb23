"""Baselines as JSON."""

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel

from app.baselines.actions import import_edition
from app.baselines.forms import BaselineForm, PooledForm
from app.baselines.pooling import build_pooled
from app.baselines.queries import editions, parsed
from app.clock import now
from app.errors import NotFoundError
from app.models import BaselineEdition
from app.repeats import OnceRoute
from app.web import CurrentUser, Problem, SessionDep

router = APIRouter(
    prefix="/api/v1/baselines",
    route_class=OnceRoute,
    tags=["baselines"],
    responses={code: {"model": Problem} for code in (401, 403, 404, 409, 422)},
)


class BaselineOut(BaseModel):
    id: str
    baseline: str
    edition: str
    kind: str
    label: str
    """``Illustrative baseline, not market data`` where it applies, else empty."""
    questionnaire: str
    source: str
    method: str
    year: int
    n: int
    published_on: date
    sha256: str


class PeerGroupOut(BaseModel):
    industry: str
    size: str
    n: int


class BaselineDetailOut(BaselineOut):
    peer_groups: list[PeerGroupOut]


def _out(row: BaselineEdition) -> dict[str, object]:
    return {
        "id": row.id,
        "baseline": row.baseline,
        "edition": row.edition,
        "kind": row.kind,
        "label": parsed(row).label,
        "questionnaire": row.questionnaire_id,
        "source": row.source,
        "method": row.method,
        "year": row.year,
        "n": row.peers,
        "published_on": row.published_on,
        "sha256": row.sha256,
    }


@router.get("", summary="Editions of all baselines")
def list_baselines(session: SessionDep, _user: CurrentUser) -> list[BaselineOut]:
    return [BaselineOut.model_validate(_out(row)) for row in editions(session)]


@router.post("", status_code=201, summary="Import an edition")
def post_baseline(session: SessionDep, user: CurrentUser, form: BaselineForm) -> BaselineOut:
    row = import_edition(session, user, form.content, form.provenance, form.questionnaire)
    return BaselineOut.model_validate(_out(row))


@router.post("/pooled", status_code=201, summary="Pool the organisations that agree into an edition")
def post_pooled(session: SessionDep, user: CurrentUser, form: PooledForm) -> BaselineOut:
    row = build_pooled(session, user, form.questionnaire, form.edition, at=now())
    return BaselineOut.model_validate(_out(row))


@router.get("/{edition_id}", summary="One edition and its peer groups")
def get_baseline(session: SessionDep, _user: CurrentUser, edition_id: str) -> BaselineDetailOut:
    row = session.get(BaselineEdition, edition_id)
    if row is None:
        raise NotFoundError("There is no such edition.")
    return BaselineDetailOut.model_validate(_out(row) | {"peer_groups": peer_groups(row)})


def peer_groups(row: BaselineEdition) -> list[dict[str, object]]:
    """Organisations per industry and size; groups of fewer than five are not counted out."""
    counts = parsed(row).segments.groupby(["industry", "size"], observed=True).size()
    return [
        {"industry": str(key[0]), "size": str(key[1]), "n": int(n)}  # type: ignore[index]
        for key, n in counts.items()
        if n >= 5
    ]
