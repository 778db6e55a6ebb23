"""No row can point into another organisation: the database itself refuses it, whatever the application forgets."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, ForeignKeyConstraint, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as select_rows

from app.assessments.actions import GoalInput, StrategyInput, save_strategy
from app.db import everything, make_engine, transaction
from app.mail.outbox import queue_mail
from app.models import (
    Answer,
    Goal,
    Invitation,
    Inviting,
    MailWording,
    Remark,
    Reminder,
    Response,
    RoadmapItem,
    Target,
)
from app.results.actions import measure
from app.results.sharing import share_report
from app.roadmaps.actions import plan_roadmap, plan_scenario
from app.roadmaps.forms import PlanForm
from tests.databases import Template, test_settings
from tests.factories import START, answered_assessment, make_assessment, make_organization, make_user

TENANT = "organization_id"
TABLES = {name: table for name, table in SQLModel.metadata.tables.items() if TENANT in table.c}
KEYS = [
    key
    for table in TABLES.values()
    for key in sorted(table.foreign_key_constraints, key=lambda key: str(key.name))
    if TENANT in key.columns and len(key.columns) > 1
]
NOT_OURS = {
    "membership.user_id": "users belong to no organisation",
    "report_link.made_by_id": "users belong to no organisation",
    "remark.author_id": "users belong to no organisation",
    "remark.subject_id": "an initiative or a capability, of the library or the questionnaire",
    "assessment.questionnaire_id": "a file",
    "assessment.edition_id": "editions belong to no organisation; a foreign key of its own holds it",
    "snapshot.edition_id": "what it was computed from, which may be gone",
    "target.capability_id": "of the questionnaire",
    "answer.question_id": "of the questionnaire",
    "answer.option_id": "of the questionnaire",
    "answer.mutation_id": "the browser's",
    "roadmap_item.initiative_id": "of the library",
    "own_initiative.questionnaire_id": "a file",
    "own_initiative.initiative_id": "of the library, or one that this row adds",
}


def test_every_id_is_held_inside_its_organisation() -> None:
    """A column that is named here lacks a foreign key that includes ``organization_id``, or a reason why it needs none."""
    held = {f"{key.table.name}.{column.name}" for key in KEYS for column in key.columns}
    ids = {
        f"{name}.{column.name}" for name, table in TABLES.items() for column in table.c if column.name.endswith("_id")
    } - {f"{name}.{TENANT}" for name in TABLES}
    assert ids - held - set(NOT_OURS) == set()


def _fill(session: Session, name: str) -> str:
    """An organisation with a row in every table; its id."""
    consultant = make_user(session, name, consultant=True)
    organization = make_organization(session, consultant, name=name)
    before = answered_assessment(session, organization, consultant, people={"Brand": 5})
    snapshot = measure(session, before, at=START + timedelta(days=11))
    plan = plan_roadmap(session, snapshot, consultant, PlanForm(), at=START + timedelta(days=12), seconds=0.1)
    plan_scenario(session, plan, consultant, PlanForm(), at=START + timedelta(days=12), seconds=0.1)
    initiative = min(plan.solution["starts"])
    key = {"organization_id": organization.id, "assessment_id": before.id}
    session.add(RoadmapItem(**key, roadmap_id=plan.id, initiative_id=initiative))
    session.add(Remark(**key, subject="roadmap", text="Sooner?"))
    session.add(Inviting(**key))
    session.add(MailWording(**key, template="invitation", subject="Please answer", body="Please answer."))
    session.add(Reminder(**key, due_at=START))
    share_report(session, snapshot, consultant, made_for="The board", days=5, at=START + timedelta(days=12))
    wave = make_assessment(session, organization, consultant, previous=before)
    goals = (GoalInput("b", "business", "Grow.", ""), GoalInput("m", "marketing", "Be found.", "b"))
    ids = save_strategy(session, wave, StrategyInput(goals=goals), at=START)
    target = session.exec(select_rows(Target).where(Target.assessment_id == wave.id)).first()
    assert target is not None
    target.goal_id = ids["m"]
    invitation = session.exec(select_rows(Invitation).where(Invitation.assessment_id == before.id)).first()
    assert invitation is not None
    queue_mail(session, to="a@example.org", template="x", values={}, cause=name, **key, invitation_id=invitation.id)
    # A response without answers: an answer of the other organisation may be put to it without being there twice.
    first = session.exec(select_rows(func.min(Response.id)).where(Response.assessment_id == before.id)).one()
    session.execute(delete(Answer).where(col(Answer.response_id) == first))
    session.flush()
    return organization.id


@pytest.fixture(scope="module")
def twins(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, str, str]]:
    with template.copy(tmp_path_factory.mktemp("twins")) as url:
        engine = make_engine(test_settings(url))
        with transaction(engine) as session:
            one, other = _fill(session, "One"), _fill(session, "Other")
        yield everything(engine), one, other
        engine.dispose()


def _point_elsewhere(connection: Connection, key: ForeignKeyConstraint, one: str, other: str) -> None:
    """Let a row of ``one`` name what belongs to ``other``."""
    table = key.table
    pairs = [(element.parent, element.column) for element in key.elements if element.parent.name != TENANT]
    target = key.elements[0].column.table
    foreign = connection.execute(
        select(*(column for _, column in pairs))
        .where(target.c[TENANT] == other)
        .order_by(*(column for _, column in pairs))
        .limit(1)
    ).one()
    mine = connection.execute(
        select(*table.primary_key.columns).where(table.c[TENANT] == one, pairs[-1][0].is_not(None)).limit(1)
    ).one()
    which = [column == value for column, value in zip(table.primary_key.columns, mine, strict=True)]
    changed = {own.name: value for (own, _), value in zip(pairs, foreign, strict=True)}
    connection.execute(update(table).where(*which).values(**changed))


@pytest.mark.parametrize("key", KEYS, ids=lambda key: f"{key.table.name}.{list(key.columns)[-1].name}")
def test_the_database_refuses_a_foreign_row(twins: tuple[Engine, str, str], key: ForeignKeyConstraint) -> None:
    engine, one, other = twins
    with engine.connect() as connection:
        with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
            _point_elsewhere(connection, key, one, other)
        connection.rollback()


def test_what_is_served_cannot_be_taken_away_beneath(twins: tuple[Engine, str, str]) -> None:
    engine, one, _ = twins
    with Session(engine) as session:
        served = session.exec(select_rows(Goal).where(col(Goal.organization_id) == one, Goal.kind == "business")).one()
        session.delete(served)
        with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
            session.flush()
