"""Benchmarks: editions, their provenance, import with a preview."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.responses import Response as HttpResponse
from starlette.datastructures import FormData, UploadFile

from app.access import require_administrator
from app.baselines.actions import check_edition, import_edition
from app.baselines.api import peer_groups
from app.baselines.forms import PooledForm
from app.baselines.pages import BenchmarksPage, EditionPage, EditionRow, GroupRow
from app.baselines.pooling import build_pooled
from app.baselines.queries import editions
from app.clock import now
from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import BaselineEdition, User
from app.organizations.profile import INDUSTRIES, SIZES
from app.web import CurrentUser, FieldError, Link, SessionDep, UserForm, fields, parse_form, redirect, render, shell_for
from questionnaires.load import load_questionnaire, shipped

router = APIRouter(include_in_schema=False)

KINDS = {"illustrative": "Illustrative", "imported": "Imported", "pooled": "Pooled from consenting organisations"}


@router.get("/benchmarks")
def benchmarks(request: Request, session: SessionDep, user: CurrentUser) -> HTMLResponse:
    return _benchmarks(request, editions(session), user, {}, ())


@router.post("/benchmarks")
def post_benchmark(request: Request, session: SessionDep, user: CurrentUser, posted: UserForm) -> HttpResponse:
    values = fields(posted)
    content = _text(posted, "content_file") or values.get("content", "")
    provenance = _text(posted, "provenance_file") or values.get("provenance", "")
    questionnaire_id = values.get("questionnaire", "")
    kept = {"content": content, "provenance": provenance, "questionnaire": questionnaire_id}
    try:
        if values.get("step") != "import":
            edition = check_edition(content, provenance, questionnaire_id)
            preview = f"Ready to import: {edition.id} {edition.edition}, {edition.n} organisations, {edition.source}"
            return _benchmarks(request, editions(session), user, kept, (), preview=preview)
        row = import_edition(session, user, content, provenance, questionnaire_id)
    except (InvalidInputError, ConflictError) as error:
        found = error.extra.get("errors") or [{"field": "content", "message": error.message}]
        errors = tuple(FieldError(item["field"], item["message"]) for item in found)
        return _benchmarks(request, editions(session), user, kept, errors)
    return redirect(f"/benchmarks/{row.id}")


@router.post("/benchmarks/pooled")
def post_pooled(request: Request, session: SessionDep, user: CurrentUser, posted: UserForm) -> HttpResponse:
    require_administrator(user)
    values = fields(posted)
    form, errors = parse_form(PooledForm, values)
    if form is None:
        return _benchmarks(request, editions(session), user, values, errors.items)
    try:
        row = build_pooled(session, user, form.questionnaire, form.edition, at=now())
    except (InvalidInputError, ConflictError) as error:
        return _benchmarks(request, editions(session), user, values, (FieldError("edition", error.message),))
    return redirect(f"/benchmarks/{row.id}")


def _text(posted: FormData, name: str) -> str:
    """The text of an uploaded file; bytes that are no UTF-8 show as replacement marks and fail the check by line."""
    upload = posted.get(name)
    if not isinstance(upload, UploadFile):
        return ""
    with upload.file as file:
        return file.read().decode("utf-8", errors="replace")


@router.get("/benchmarks/{edition_id}")
def benchmark(request: Request, session: SessionDep, _user: CurrentUser, edition_id: str) -> HTMLResponse:
    row = session.get(BaselineEdition, edition_id)
    if row is None:
        raise NotFoundError("There is no such edition.")
    counts = {(group["industry"], group["size"]): group["n"] for group in peer_groups(row)}
    page = EditionPage(
        row=_row(row),
        source=row.source,
        method=row.method,
        sha256=row.sha256,
        sizes=tuple(SIZES.values()),
        groups=tuple(
            GroupRow(name, tuple(counts.get((industry, size)) for size in SIZES))  # type: ignore[misc]
            for industry, name in INDUSTRIES.items()
        ),
    )
    crumbs = (Link("Benchmarks", "/benchmarks"), Link(f"{row.baseline} {row.edition}"))
    return render(request, "baselines/edition.html", shell=shell_for(request, crumbs=crumbs), page=page)


def _row(row: BaselineEdition) -> EditionRow:
    return EditionRow(
        href=f"/benchmarks/{row.id}",
        baseline=row.baseline,
        edition=row.edition,
        kind=KINDS[row.kind],
        illustrative=row.kind == "illustrative",
        questionnaire=row.questionnaire_id,
        year=row.year,
        n=row.peers,
        published_on=row.published_on,
    )


def _benchmarks(
    request: Request,
    rows: list[BaselineEdition],
    user: User,
    values: dict[str, str],
    errors: tuple[FieldError, ...],
    preview: str = "",
) -> HTMLResponse:
    page = BenchmarksPage(
        editions=tuple(_row(row) for row in rows),
        questionnaires=tuple((name, load_questionnaire(name).title) for name in shipped()),
        can_import=user.consultant or user.administrator,
        can_pool=user.administrator,
        values={"content": "", "provenance": "", "edition": "", "questionnaire": next(iter(shipped()))} | values,
        errors=errors,
        preview=preview,
    )
    shell = shell_for(request, crumbs=(Link("Benchmarks"),))
    return render(request, "baselines/list.html", status=422 if errors else 200, shell=shell, page=page)
