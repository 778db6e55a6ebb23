"""Reads of roadmaps."""

from sqlmodel import Session, col, select

from app.models import Roadmap, RoadmapItem, Snapshot


def current_plan(session: Session, snapshot: Snapshot) -> Roadmap | None:
    """The adopted plan of a snapshot, else its newest proposed one."""
    rows = session.exec(
        select(Roadmap)
        .where(
            Roadmap.organization_id == snapshot.organization_id,
            Roadmap.snapshot_id == snapshot.id,
            col(Roadmap.status).in_(["adopted", "proposed"]),
        )
        .order_by(col(Roadmap.created_at).desc())
    ).all()
    return next((row for row in rows if row.status == "adopted"), rows[0] if rows else None)


def scenarios_of(session: Session, roadmap: Roadmap) -> list[Roadmap]:
    """The what-ifs beside a plan, newest first."""
    statement = (
        select(Roadmap)
        .where(Roadmap.organization_id == roadmap.organization_id, Roadmap.parent_id == roadmap.id)
        .where(Roadmap.status == "scenario")
        .order_by(col(Roadmap.created_at).desc(), col(Roadmap.id).desc())
    )
    return list(session.exec(statement).all())


def parent_of(session: Session, roadmap: Roadmap) -> Roadmap | None:
    """The plan that a scenario is set beside."""
    if roadmap.parent_id is None:
        return None
    statement = select(Roadmap).where(
        Roadmap.organization_id == roadmap.organization_id, Roadmap.id == roadmap.parent_id
    )
    return session.exec(statement).first()


def items_of(session: Session, roadmap: Roadmap) -> dict[str, RoadmapItem]:
    """Initiative id → owner, status and note."""
    statement = select(RoadmapItem).where(
        RoadmapItem.organization_id == roadmap.organization_id, RoadmapItem.roadmap_id == roadmap.id
    )
    return {row.initiative_id: row for row in session.exec(statement).all()}
