"""Downloads: links and progress as CSV."""

import csv
import io
from collections.abc import Sequence

from fastapi import Response
from sqlmodel import Session

from app.assessments.actions import links_csv
from app.assessments.invitations import Linked
from app.assessments.queries import Progress, units_of
from app.formats import safe_text
from app.models import Assessment
from app.settings import get_settings


def links_file(session: Session, assessment: Assessment, links: Sequence[Linked]) -> Response:
    """Freshly minted links, to be downloaded now."""
    units = {unit.unit_id: unit.name for unit in units_of(session, assessment)}
    return _csv_file("invitations.csv", links_csv(links, units, get_settings().base_url))


def progress_file(progress: Progress) -> Response:
    """The table of the live page; a hidden count says so."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("unit", "invited", "started", "submitted"))
    for unit in (*progress.units, progress.total):
        shown = ("hidden" if count is None else str(count) for count in (unit.started, unit.submitted))
        writer.writerow((safe_text(unit.name), unit.invited, *shown))
    return _csv_file("progress.csv", text.getvalue())


def _csv_file(name: str, text: str) -> Response:
    # The mark tells spreadsheets that the text is UTF-8.
    return Response(
        "\ufeff" + text,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
