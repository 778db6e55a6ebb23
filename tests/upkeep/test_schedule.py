"""The worker closes windows that ended, once, and leaves the others alone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import select

from app.db import transaction
from app.models import Assessment, Snapshot
from app.upkeep.schedule import close_ended
from tests.factories import START, answered_assessment, make_assessment, make_organization, make_user

END = START + timedelta(days=60)


def fill(engine: Engine) -> str:
    """An open, answered assessment that ends 60 days after `START`; its id."""
    with transaction(engine) as session:
        consultant = make_user(session, consultant=True)
        organization = make_organization(session, consultant)
        make_assessment(session, organization, consultant, status="draft")
        return answered_assessment(session, organization, consultant, people={"Brand": 6}, close=False).id


def snapshots(engine: Engine) -> list[str]:
    with transaction(engine) as session:
        return list(session.exec(select(Snapshot.assessment_id)))


def test_window_is_left_open_until_its_grace_has_passed(engine: Engine) -> None:
    fill(engine)
    assert close_ended(engine, at=END + timedelta(hours=23), grace_hours=24) == []
    assert snapshots(engine) == []


def test_ended_window_is_closed_and_measured_once(engine: Engine) -> None:
    assessment = fill(engine)
    at = END + timedelta(hours=25)
    assert close_ended(engine, at=at, grace_hours=24) == ["Northwind, Autumn wave"]
    assert close_ended(engine, at=at, grace_hours=24) == []
    assert snapshots(engine) == [assessment]
    with transaction(engine) as session:
        statuses = sorted(session.exec(select(Assessment.status)))
    assert statuses == ["closed", "draft"]


def test_two_workers_at_once_close_it_once(engine: Engine) -> None:
    assessment = fill(engine)
    at = END + timedelta(hours=25)
    with ThreadPoolExecutor(2) as workers:
        closed = list(workers.map(lambda _: close_ended(engine, at=at, grace_hours=24), range(2)))
    assert sorted(map(len, closed)) == [0, 1]
    assert snapshots(engine) == [assessment]
