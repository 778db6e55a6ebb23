"""The demo shows what it is there to show, and loads the same data every time."""

import hashlib
import stat
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.clock import now
from app.commands.demo import _secret
from app.db import everything, transaction
from app.demo.last_plan import DONE
from app.demo.load import load_demo
from app.demo.people import NORBECK_UNITS, dice, invent_people
from app.demo.strategy import NORBECK_TARGETS
from app.demo.users import demo_users, report_path, respondent_link
from app.models import Answer, Assessment, Organization, Response, Roadmap, Unit
from app.responses.actions import redeem
from app.results.queries import newest_snapshot, result_of
from app.roadmaps.outcomes.queries import outcomes_of, plans_before
from app.roadmaps.queries import items_of
from questionnaires.load import load_questionnaire
from tests.databases import Template


@pytest.fixture(scope="module")
def loaded(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    def load(engine: Engine) -> None:
        with transaction(engine) as session:
            load_demo(session, at=now(), say=lambda _: None)

    return template.grown(tmp_path_factory.mktemp("demo"), load)[0]


@pytest.fixture
def demo(loaded: Template, tmp_path: Path):  # type: ignore[no-untyped-def]
    from app.db import make_engine
    from tests.databases import test_settings

    with loaded.copy(tmp_path) as url:
        engine = make_engine(test_settings(url))
        with Session(everything(engine)) as session:
            yield session
        engine.dispose()


def waves(session: Session, name: str = "Norbeck Instruments") -> list[Assessment]:
    statement = select(Assessment).join(Organization).where(Organization.name == name).order_by(col(Assessment.wave))
    return list(session.exec(statement))


def test_two_waves_are_measured_and_the_second_is_a_little_better(demo: Session) -> None:
    first, second = waves(demo)
    assert [first.status, second.status] == ["closed", "closed"]
    results = [result_of(newest_snapshot(demo, wave)) for wave in (first, second)]
    levels = [result.overall.estimate for result in results]
    assert 0.05 < levels[1] - levels[0] < 0.5


def test_about_seventy_people_in_six_units_one_of_them_too_small_to_show(demo: Session) -> None:
    second = waves(demo)[1]
    submitted = Counter(
        demo.exec(
            select(Unit.name)
            .join(
                Response,
                (col(Response.organization_id) == col(Unit.organization_id)) & (col(Response.unit_id) == col(Unit.id)),
            )
            .where(Response.assessment_id == second.id, col(Response.submitted_at).is_not(None))
        )
    )
    assert sum(unit.invited for unit in NORBECK_UNITS) == 71
    assert len(submitted) == 6
    assert [name for name, count in submitted.items() if count < second.min_group] == ["Partner marketing"]


def test_leaders_rate_higher_than_staff(demo: Session) -> None:
    questionnaire = load_questionnaire("mops-core")
    scored = len(questionnaire.questions)
    means: dict[bool, list[float]] = {True: [], False: []}
    for role, vector in demo.exec(select(Response.role, Response.vector).where(col(Response.vector).is_not(None))):
        codes = [code for code in (vector or b"")[:scored] if 0 < code < 254]
        means[role == "leader"].append(sum(codes) / len(codes))
    leaders, staff = (sum(values) / len(values) for values in (means[True], means[False]))
    assert leaders > staff + 0.3


def test_some_do_not_know_and_some_say_why_it_does_not_apply(demo: Session) -> None:
    statuses = Counter(demo.exec(select(Answer.status)))
    assert statuses["dont_know"] > 30
    assert statuses["not_applicable"] > 5
    assert set(demo.exec(select(Answer.reason != "").where(Answer.status == "not_applicable"))) == {True}


def test_some_capabilities_have_ten_comments(demo: Session) -> None:
    second = waves(demo)[1]
    comments = demo.exec(select(Answer.question_id).where(Answer.assessment_id == second.id, Answer.comment != ""))
    enough = [question for question, count in Counter(comments).items() if count >= 10]
    assert len(enough) == 4


def test_roadmap_is_planned_and_every_capability_has_a_target(demo: Session) -> None:
    newest = waves(demo)[-1]
    roadmap = demo.exec(select(Roadmap).where(Roadmap.assessment_id == newest.id)).one()
    assert roadmap.solution["starts"]
    assert set(NORBECK_TARGETS) == {capability.id for capability in load_questionnaire("mops-core").capabilities}


def test_the_plan_before_was_lived_and_says_what_it_brought(demo: Session) -> None:
    first, second = waves(demo)
    plan = demo.exec(select(Roadmap).where(Roadmap.assessment_id == first.id)).one()
    assert plan.status == "adopted"
    statuses = {name: item.status for name, item in items_of(demo, plan).items()}
    assert {name for name, status in statuses.items() if status == "done"} == set(DONE)
    assert set(statuses) == set(plan.solution["starts"]), "what was not done says why"
    (wave,) = outcomes_of(demo, plan)
    assert wave.assessment.id == second.id
    assert {outcome.measured > 0 for outcome in wave.outcomes} == {True, False}, "not everything works"
    later = demo.exec(select(Roadmap).where(Roadmap.assessment_id == second.id)).one()
    assert [found.id for _, found in plans_before(demo, later)] == [plan.id]


def test_links_lead_somewhere(demo: Session) -> None:
    users = demo_users(demo)
    assert users is not None
    assert report_path(demo) == f"/assessments/{waves(demo)[1].id}/report"
    token = respondent_link(demo, at=now())
    assert token is not None
    response = redeem(demo, token, at=now()).response
    assert response.submitted_at is None
    live = waves(demo, "Calder Energy Services")[0]
    assert (response.assessment_id, live.status) == (live.id, "open")


def test_no_link_once_the_open_survey_was_closed(demo: Session) -> None:
    waves(demo, "Calder Energy Services")[0].status = "closed"
    demo.flush()
    assert respondent_link(demo, at=now()) is None


def test_people_are_the_same_every_time_and_nobody_twice() -> None:
    first, second = (invent_people(NORBECK_UNITS, "norbeck.example", dice(1)) for _ in range(2))
    assert first == second
    assert len({person.email for person in first}) == len(first) == 71


def test_same_seed_gives_the_same_answers(demo: Session) -> None:
    """Ids differ from load to load; what was answered does not."""
    vectors = sorted(
        bytes(vector or b"") for vector in demo.exec(select(Response.vector).where(col(Response.vector).is_not(None)))
    )
    assert len(vectors) == 61 + 61 + 14
    assert hashlib.sha256(b"".join(vectors)).hexdigest()[:16] == DIGEST


DIGEST = "0176d6a557e8be3c"


def test_secret_is_random_kept_and_private(tmp_path: Path) -> None:
    first, again = _secret(tmp_path / "secret"), _secret(tmp_path / "secret")
    assert first == again
    assert len(first) >= 32
    assert first != _secret(tmp_path / "another")
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
