"""Import editions; once stored they never change."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from sqlmodel import Session, select

from app.access import require_consultant
from app.audit.actions import record
from app.baselines.files import CSV_NAME, PROVENANCE_NAME, file_problems
from app.errors import ConflictError, InvalidInputError
from app.models import BaselineEdition, User
from questionnaires.load import CONTENT, load_questionnaire, shipped
from scoring.editions import Edition, EditionError, parse_edition


def check_edition(csv_text: str, provenance_text: str, questionnaire_id: str) -> Edition:
    """The edition of two files, or `InvalidInputError` with every error by file and line."""
    if questionnaire_id not in shipped():
        raise InvalidInputError(f"There is no questionnaire '{questionnaire_id}'; there is: {', '.join(shipped())}.")
    found = file_problems(csv_text, provenance_text)
    if found:
        raise _refused(found)
    try:
        return parse_edition(
            csv_text,
            provenance_text,
            load_questionnaire(questionnaire_id),
            csv_name=CSV_NAME,
            provenance_name=PROVENANCE_NAME,
        )
    except EditionError as error:
        raise _refused(error.problems) from None


def _refused(problems: Sequence[str]) -> InvalidInputError:
    errors = [
        {"field": "provenance" if problem.startswith(PROVENANCE_NAME) else "content", "message": problem}
        for problem in problems
    ]
    return InvalidInputError("The baseline was not imported. " + " ".join(problems[:3]), errors=errors)


def import_edition(
    session: Session, user: User, csv_text: str, provenance_text: str, questionnaire_id: str
) -> BaselineEdition:
    """Store an edition that a consultant brings."""
    require_consultant(user)
    edition = check_edition(csv_text, provenance_text, questionnaire_id)
    return store_edition(session, edition, csv_text, provenance_text, user)


def store_edition(
    session: Session, edition: Edition, csv_text: str, provenance_text: str, user: User | None
) -> BaselineEdition:
    """Store an edition that was checked; the same again gives the stored one, another content is refused."""
    sha256 = hashlib.sha256((provenance_text + "\x1f" + csv_text).encode()).hexdigest()
    present = session.exec(
        select(BaselineEdition).where(
            BaselineEdition.baseline == edition.id, BaselineEdition.edition == edition.edition
        )
    ).first()
    if present is not None:
        if present.sha256 == sha256:
            return present
        raise ConflictError(
            f"'{edition.id}' already has an edition {edition.edition} with other content. Editions never change: "
            "give this one a new edition label."
        )
    row = BaselineEdition(
        baseline=edition.id,
        edition=edition.edition,
        kind=edition.kind,
        questionnaire_id=edition.questionnaire,
        source=edition.source,
        method=edition.method,
        year=edition.year,
        peers=edition.n,
        published_on=edition.published_on,
        sha256=sha256,
        provenance=provenance_text,
        content=csv_text,
        created_by=user.id if user else None,
    )
    session.add(row)
    session.flush()
    record(session, "baseline.stored", subject=f"edition:{row.id}", baseline=row.baseline, edition=row.edition)
    return row


def ensure_shipped_editions(session: Session) -> None:
    """Store the editions that come with Trigpoint, unless they are there."""
    for path in shipped_editions():
        provenance_text = path.with_suffix(".yaml").read_text(encoding="utf-8")
        csv_text = path.read_text(encoding="utf-8")
        edition = parse_edition(csv_text, provenance_text, load_questionnaire(path.parent.parent.name))
        store_edition(session, edition, csv_text, provenance_text, None)


def shipped_editions() -> list[Path]:
    """The CSV files of the shipped editions."""
    return sorted(CONTENT.glob("*/baselines/*.csv"))
