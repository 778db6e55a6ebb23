"""Reads of reviews."""

from sqlmodel import Session, col, select

from app.models import Roadmap


def reviews_of(session: Session, roadmap: Roadmap) -> list[Roadmap]:
    """All reviews of the plan's assessment, accepted or open, newest first."""
    rows = session.exec(
        select(Roadmap)
        .where(Roadmap.organization_id == roadmap.organization_id, Roadmap.assessment_id == roadmap.assessment_id)
        .where(col(Roadmap.review).is_not(None))
        .order_by(col(Roadmap.created_at).desc())
    ).all()
    return list(rows)


def open_review(session: Session, roadmap: Roadmap) -> Roadmap | None:
    """The review of the plan that is neither accepted nor discarded."""
    return next(
        (row for row in reviews_of(session, roadmap) if row.status == "scenario" and row.parent_id == roadmap.id), None
    )
