"""Reads of baselines."""

from functools import lru_cache

from sqlmodel import Session, col, select

from app.models import BaselineEdition, PooledManifest
from questionnaires.load import load_questionnaire
from scoring.editions import Edition, parse_edition
from scoring.pooled import without_own


def editions(session: Session) -> list[BaselineEdition]:
    """All editions, newest first."""
    statement = select(BaselineEdition).order_by(col(BaselineEdition.published_on).desc(), BaselineEdition.edition)
    return list(session.exec(statement).all())


def default_edition(session: Session, questionnaire_id: str) -> BaselineEdition | None:
    """The newest edition of a questionnaire; measured ones before illustrative ones."""
    fitting = [row for row in editions(session) if row.questionnaire_id == questionnaire_id]
    return next((row for row in fitting if row.kind != "illustrative"), fitting[0] if fitting else None)


def edition_for(session: Session, edition_id: str | None, organization_id: str) -> Edition | None:
    """A stored edition, parsed, without what the organisation itself brought; ``None`` when none is chosen."""
    row = session.get(BaselineEdition, edition_id) if edition_id else None
    if row is None:
        return None
    pooled = session.get(PooledManifest, row.id)
    return without_own(parsed(row), pooled.manifest, organization_id) if pooled else parsed(row)


@lru_cache(maxsize=8)
def _parsed(_sha256: str, content: str, provenance: str, questionnaire_id: str) -> Edition:
    return parse_edition(content, provenance, load_questionnaire(questionnaire_id))


def parsed(row: BaselineEdition) -> Edition:
    """The edition of a stored row."""
    return _parsed(row.sha256, row.content, row.provenance, row.questionnaire_id)
