"""Work that falls due by itself: windows that have ended are closed and measured, reminders are queued, people
whose time is over erased, old answers to programs forgotten."""

from calendar import monthrange
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine, exists
from sqlmodel import Session, col, select

from app.assessments.mailing import inviting_of
from app.assessments.reminders import queue_reminder
from app.db import everything, transaction
from app.errors import ConflictError
from app.models import Assessment, Organization, Participant, Reminder
from app.privacy.actions import erase_people
from app.privacy.files import clean_files
from app.repeats import forget_answers
from app.results.actions import close_and_measure
from app.throttle import forget_attempts

log = structlog.get_logger("trigpoint.worker")


def close_ended(engine: Engine, *, at: datetime, grace_hours: int) -> list[str]:
    """Close every window that ended, with its grace, before ``at``; returns the names of what was closed.

    Each has its own transaction: one that cannot be measured keeps the others from nothing. Two workers that meet at the
    same window close it once.
    """
    closed = []
    for key in _ended(engine, at - timedelta(hours=grace_hours)):
        try:
            with transaction(engine) as session:
                closed.append(_close(session, key, at))
        except ConflictError:
            log.info("closed elsewhere", assessment=key[1])
        except Exception as error:  # noqa: BLE001 - the others must still be closed; this one is tried again
            log.warning("not measured", assessment=key[1], error=type(error).__name__)
    return closed


def forget_repeats(engine: Engine, *, at: datetime) -> None:
    """Delete the answers kept for requests with an ``Idempotency-Key`` that nobody sends again, and old counts of tries."""
    with transaction(engine) as session:
        forget_answers(session, at=at)
        forget_attempts(session, at=at)


def erase_old(engine: Engine, *, at: datetime) -> list[str]:
    """Erase the people of every assessment whose time is over at its organisation; returns the names of what was erased.

    Drafts that were never launched count from their last change. Each has its own transaction.
    """
    erased = []
    for key in _kept_too_long(engine, at):
        with transaction(engine) as session:
            assessment = session.get_one(Assessment, key)
            organization = session.get_one(Organization, key[0])
            erase_people(session, assessment, at=at)
            erased.append(f"{organization.name}, {assessment.name}")
    if erased:
        clean_files(engine)
    return erased


def _kept_too_long(engine: Engine, at: datetime) -> list[tuple[str, str]]:
    holds_people = exists().where(
        col(Participant.organization_id) == col(Assessment.organization_id),
        col(Participant.assessment_id) == col(Assessment.id),
    )
    statement = (
        select(Assessment.organization_id, Assessment.id, Assessment.closed_at, Assessment.updated_at)
        .add_columns(col(Organization.retention_months))
        .join(Organization, col(Organization.id) == col(Assessment.organization_id))
        .where(
            col(Organization.retention_months).is_not(None),
            ((col(Assessment.status) == "closed") & col(Assessment.people_erased_at).is_(None))
            | ((col(Assessment.status) == "draft") & holds_people),
        )
    )
    with Session(everything(engine).execution_options(writes=False)) as session:
        rows = session.execute(statement).all()
    return [(row[0], row[1]) for row in rows if (row[2] or row[3]) < months_before(at, row[4])]


def months_before(at: datetime, months: int) -> datetime:
    """The same day and time, ``months`` earlier; the last of the month where it has no such day.

    >>> months_before(datetime(2026, 3, 31), 1)
    datetime.datetime(2026, 2, 28, 0, 0)
    """
    years, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=years, month=month + 1, day=min(at.day, monthrange(years, month + 1)[1]))


def _ended(engine: Engine, before: datetime) -> list[tuple[str, str]]:
    statement = (
        select(Assessment.organization_id, Assessment.id)
        .where(Assessment.status == "open", col(Assessment.closes_at) < before)
        .order_by(col(Assessment.closes_at))
    )
    with Session(everything(engine).execution_options(writes=False)) as session:
        return [(organization, assessment) for organization, assessment in session.exec(statement)]


def _close(session: Session, key: tuple[str, str], at: datetime) -> str:
    assessment = session.get_one(Assessment, key)
    organization = session.get_one(Organization, key[0])
    close_and_measure(session, assessment, at=at)
    return f"{organization.name}, {assessment.name}"


def remind_due(engine: Engine, *, at: datetime) -> int:
    """Queue every round of reminders that is due; returns how many. Those of an assessment that is no longer open are
    skipped."""
    statement = (
        select(Reminder.organization_id, Reminder.assessment_id, Reminder.id)
        .where(Reminder.state == "planned", col(Reminder.due_at) <= at)
        .order_by(col(Reminder.due_at))
    )
    with Session(everything(engine).execution_options(writes=False)) as session:
        due = list(session.exec(statement).all())
    queued = 0
    for key in due:
        with transaction(engine) as session:
            reminder = session.get(Reminder, key, with_for_update=True)
            assessment = session.get_one(Assessment, key[:2])
            if reminder is None or reminder.state != "planned" or assessment.status == "draft":
                continue
            if assessment.status == "open" and inviting_of(session, assessment).by == "mail":
                queue_reminder(session, assessment, reminder, at=at)
                queued += 1
            else:
                reminder.state = "skipped"
    return queued
