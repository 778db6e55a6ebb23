"""The live page: counts that never tell what was answered, or by whom where nobody may know."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.assessments.actions import close_assessment
from app.assessments.queries import Progress, progress
from app.clock import now
from app.db import transaction
from app.models import Assessment, Invitation, Organization, Participant, Unit, User
from tests.conftest import PersonaClient, World
from tests.factories import make_assessment, make_organization, make_user

Answered = Mapping[str, tuple[int, int, int]]
"""Unit → people asked, started, submitted."""


def launch(
    session: Session, organization: Organization, consultant: User, units: Answered, **options: str
) -> Assessment:
    people = {unit: asked for unit, (asked, _, _) in units.items()}
    assessment = make_assessment(session, organization, consultant, status="open", people=people, at=now(), **options)  # type: ignore[arg-type]
    for unit, (_, started, submitted) in units.items():
        statement = (
            select(Invitation)
            .join(Participant, col(Participant.id) == col(Invitation.participant_id))
            .join(Unit, col(Unit.id) == col(Participant.unit_id))
            .where(Unit.name == unit, Invitation.assessment_id == assessment.id)
        )
        for place, invitation in enumerate(session.exec(statement).all()):
            invitation.started_at = now() if place < started else None
            invitation.submitted_at = now() if place < submitted else None
            session.add(invitation)
    session.flush()
    return assessment


def counted(session: Session, units: Answered, **options: str) -> Progress:
    consultant = make_user(session, consultant=True)
    return progress(session, launch(session, make_organization(session, consultant), consultant, units, **options))


def shown(found: Progress) -> dict[str, tuple[int, int | None, int | None]]:
    return {unit.name: (unit.invited, unit.started, unit.submitted) for unit in found.units}


def test_counts_are_per_unit_with_the_lowest_response_first(session: Session) -> None:
    found = counted(session, {"Brand": (8, 7, 6), "Field": (9, 3, 2)})
    assert shown(found) == {"Field": (9, 3, 2), "Brand": (8, 7, 6)}
    assert [unit.name for unit in found.units] == ["Field", "Brand"]
    assert (found.total.invited, found.total.started, found.total.submitted) == (17, 10, 8)


def test_units_below_the_minimum_are_flagged(session: Session) -> None:
    found = counted(session, {"Brand": (8, 7, 6), "Field": (9, 3, 4)})
    assert {unit.name: unit.below_minimum for unit in found.units} == {"Field": True, "Brand": False}


def test_revoked_invitations_do_not_count_unless_answered(session: Session) -> None:
    consultant = make_user(session, consultant=True)
    assessment = launch(session, make_organization(session, consultant), consultant, {"Brand": (8, 6, 6)})
    for invitation in session.exec(select(Invitation).where(Invitation.assessment_id == assessment.id)).all():
        invitation.revoked_at = now()
    assert shown(progress(session, assessment)) == {"Brand": (6, 6, 6)}


def test_anonymous_counts_under_the_minimum_are_hidden(session: Session) -> None:
    found = counted(session, {"Brand": (9, 7, 6), "Field": (9, 3, 2), "Legal": (9, 2, 1)}, anonymity="anonymous")
    assert shown(found) == {"Brand": (9, 7, 6), "Field": (9, None, None), "Legal": (9, None, None)}
    assert found.total.submitted == 9


def test_no_subtraction_brings_an_anonymous_count_back(session: Session) -> None:
    found = counted(session, {"Brand": (9, 9, 9), "Field": (9, 6, 6), "Legal": (9, 2, 1)}, anonymity="anonymous")
    assert shown(found) == {"Brand": (9, 9, 9), "Field": (9, None, None), "Legal": (9, None, None)}


def test_an_anonymous_total_under_the_minimum_is_hidden(session: Session) -> None:
    found = counted(session, {"Brand": (9, 4, 4)}, anonymity="anonymous")
    assert (found.total.started, found.total.submitted) == (None, None)


@pytest.fixture
def running(engine: Engine, world: World) -> Assessment:
    with transaction(engine) as session:
        return launch(session, world.organization, world.users["consultant"], {"Brand": (8, 7, 6), "Field": (9, 3, 2)})


def test_the_live_page_counts_flags_and_shows_no_result(client: PersonaClient, running: Assessment) -> None:
    page = client("consultant").get(f"/assessments/{running.id}/live")
    assert page.status_code == 200
    assert "8 of 17 have answered" in page.text
    assert "below 5: no result yet" in page.text
    assert "No results are shown while the window is open" in page.text
    assert f'action="/assessments/{running.id}/close"' in page.text
    assert "9 people have not submitted; 2 of them started" in page.text


def test_a_leader_watches_but_changes_nothing(client: PersonaClient, running: Assessment) -> None:
    leader = client("leader")
    page = leader.get(f"/assessments/{running.id}/live")
    assert page.status_code == 200
    assert '<form method="post" action="/assessments/' not in page.text
    later = f"{now() + timedelta(days=90):%Y-%m-%dT%H:%M}"
    assert leader.submit(f"/assessments/{running.id}/extend", closes_at=later).status_code == 403


def test_an_outsider_sees_nothing(client: PersonaClient, running: Assessment) -> None:
    for path in ("live", "progress.csv", "setup/participants", "setup/strategy"):
        assert client("outsider").get(f"/assessments/{running.id}/{path}").status_code == 404


def test_the_window_is_extended(client: PersonaClient, running: Assessment, engine: Engine) -> None:
    later = (now() + timedelta(days=90)).replace(second=0, microsecond=0)
    answer = client("consultant").submit(f"/assessments/{running.id}/extend", closes_at=f"{later:%Y-%m-%dT%H:%M}")
    assert answer.status_code == 303
    with Session(engine) as session:
        assert session.exec(select(Assessment)).one().closes_at == later


@pytest.mark.parametrize(
    ("closes_at", "words"),
    [("2020-01-01T09:00", "in the past"), ("next week", "is no date and time"), ("", "Choose")],
)
def test_an_end_that_cannot_be_is_named(
    client: PersonaClient, running: Assessment, engine: Engine, closes_at: str, words: str
) -> None:
    answer = client("consultant").submit(f"/assessments/{running.id}/extend", closes_at=closes_at)
    assert answer.status_code == 422
    assert words in answer.text
    with Session(engine) as session:
        assert session.exec(select(Assessment)).one().closes_at == running.closes_at


def test_an_earlier_end_is_refused(client: PersonaClient, running: Assessment) -> None:
    sooner = f"{now() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    answer = client("consultant").submit(f"/assessments/{running.id}/extend", closes_at=sooner)
    assert answer.status_code == 422
    assert "Choose a later time, or close it early" in answer.text


def test_what_was_agreed_is_frozen_after_launch(client: PersonaClient, running: Assessment) -> None:
    consultant = client("consultant")
    assert "disabled" in consultant.get(f"/assessments/{running.id}/setup/terms").text
    form = {"name": "X", "anonymity": "identified", "closes_at": "2099-01-01T09:00", "min_group": "5"}
    answer = consultant.submit(f"/assessments/{running.id}/setup/terms", **form)
    assert answer.status_code == 409
    assert "frozen since the launch" in answer.text


def test_the_progress_file_holds_the_counts(client: PersonaClient, running: Assessment) -> None:
    text = client("consultant").get(f"/assessments/{running.id}/progress.csv").text
    assert text.lstrip("\ufeff").splitlines() == [
        "unit,invited,started,submitted",
        "Field,9,3,2",
        "Brand,8,7,6",
        "All units,17,10,8",
    ]


def test_anonymous_pages_do_not_tell_who_has_answered(client: PersonaClient, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        units = {"Brand": (8, 7, 6)}
        assessment = launch(session, world.organization, world.users["consultant"], units, anonymity="anonymous")
    consultant = client("consultant")
    page = consultant.get(f"/assessments/{assessment.id}/setup/participants").text
    assert "submitted" not in page.split('id="people"')[1].split("<tbody>")[1]
    listed = consultant.get(f"/api/v1/assessments/{assessment.id}/participants").json()["items"]
    assert all(person["submitted_at"] is None and person["started_at"] is None for person in listed)


def test_anonymous_new_links_go_to_everybody(client: PersonaClient, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        units = {"Brand": (8, 7, 6)}
        assessment = launch(session, world.organization, world.users["consultant"], units, anonymity="anonymous")
    answer = client("consultant").submit(f"/assessments/{assessment.id}/links")
    assert len(answer.text.splitlines()) == 1 + 8


def test_closing_stops_everything(session: Session) -> None:
    consultant = make_user(session, consultant=True)
    assessment = launch(session, make_organization(session, consultant), consultant, {"Brand": (8, 6, 6)})
    at = now()
    close_assessment(session, assessment, at=at)
    assert (assessment.status, assessment.closed_at) == ("closed", at)


def test_the_live_page_asks_few_questions(
    client: PersonaClient, running: Assessment, engine: Engine, count_queries: object
) -> None:
    consultant = client("consultant")
    with count_queries(engine) as queries:  # type: ignore[operator]
        consultant.get(f"/assessments/{running.id}/live")
    assert len(queries) <= 8


def test_the_course_of_answers_is_drawn_with_its_table(client: PersonaClient, running: Assessment) -> None:
    page = client("consultant").get(f"/assessments/{running.id}/live").text
    assert "8 of 8 answers came in the last three days" in page
    assert 'data-view="table"' in page


def test_the_course_of_an_anonymous_assessment_is_not_drawn(
    client: PersonaClient, world: World, engine: Engine
) -> None:
    with transaction(engine) as session:
        units = {"Brand": (8, 7, 6)}
        assessment = launch(session, world.organization, world.users["consultant"], units, anonymity="anonymous")
    page = client("consultant").get(f"/assessments/{assessment.id}/live").text
    assert "polyline" not in page
    assert "the course over time is not drawn" in page
