"""Rows for tests, made by the actions that people use wherever there is one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count

from sqlmodel import Session, select

from app.accounts.actions import create_user, grant
from app.accounts.passwords import PASSWORDS
from app.assessments.actions import (
    StrategyInput,
    Terms,
    close_assessment,
    create_assessment,
    default_targets,
    launch_assessment,
    save_strategy,
    save_targets,
    set_terms,
)
from app.assessments.importing import import_participants
from app.assessments.invitations import mint_links
from app.assessments.queries import questionnaire_of
from app.models import Assessment, Organization, Participant, Response, User
from app.organizations.actions import add_unit, create_organization
from app.organizations.forms import OrganizationForm, UnitForm
from app.responses.actions import cookie_parts, redeem, submit_response
from app.responses.saving import AnswerInput, Save, save
from questionnaires.schema import Questionnaire

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""When assessments of tests are launched, unless a test says otherwise."""
PASSWORD = "a quiet harbour at dawn"
_number = count(1)

Answers = Mapping[str, str]
"""Question id → option id, ``dont_know``, or ``not_applicable``."""


def make_user(session: Session, name: str = "Somebody", **options: bool) -> User:
    """A user with `PASSWORD` and an address of their own."""
    email = f"{name.lower().replace(' ', '.')}.{next(_number)}@example.org"
    user = create_user(session, email=email, name=name, password=None, **options)
    user.password_hash = _password_hash()
    session.flush()
    return user


@cache
def _password_hash() -> str:
    """Slow on purpose, so once for all users."""
    return PASSWORDS.hash(PASSWORD)


def make_organization(
    session: Session, consultant: User | None = None, units: Sequence[str] = ("Brand", "Field"), name: str = "Northwind"
) -> Organization:
    """A client with units, run by ``consultant`` (a new one unless given)."""
    consultant = consultant or make_user(session, "Consultant", consultant=True)
    form = OrganizationForm(
        name=name,
        industry="technology",
        size="1000-4999",
        region="europe",
        business_model="b2b",
        operating_model="hybrid",
    )
    organization = create_organization(session, consultant, form, at=START)
    for unit in units:
        add_unit(session, organization, UnitForm(name=unit))
    return organization


def make_analyst(session: Session, organization: Organization) -> User:
    analyst = make_user(session, "Analyst")
    grant(session, analyst, organization.id, "analyst", arrived_at=START)
    return analyst


def make_leader(session: Session, organization: Organization) -> User:
    leader = make_user(session, "Leader")
    grant(session, leader, organization.id, "leader", arrived_at=START)
    return leader


def make_assessment(
    session: Session,
    organization: Organization,
    consultant: User,
    *,
    status: str = "draft",
    people: Mapping[str, int] | None = None,
    questionnaire: str = "mops-core",
    at: datetime = START,
    closes_at: datetime | None = None,
    anonymity: str = "confidential",
    previous: Assessment | None = None,
) -> Assessment:
    """An assessment with strategy, targets, terms and ``people`` (unit → how many), as far as ``status``.

    ``draft`` is ready for launch; ``open`` is launched at ``at`` and closes 60 days later; ``closed`` was closed.
    """
    assessment = create_assessment(
        session,
        organization,
        consultant,
        name="Autumn wave",
        questionnaire_id=questionnaire,
        at=at,
        previous_id=previous.id if previous else None,
    )
    save_strategy(session, assessment, StrategyInput(mandate="Marketing operations runs the engine room."), at=at)
    save_targets(session, assessment, default_targets(questionnaire_of(assessment)), at=at)
    terms = Terms(
        "Autumn wave",
        anonymity,
        closes_at or at + timedelta(days=60),
        purpose="To plan next year together.",
        edition_id=assessment.edition_id,
        previous_id=assessment.previous_id,
    )
    set_terms(session, assessment, terms, at=at)
    add_people(session, assessment, people if people is not None else {"Brand": 6, "Field": 6}, at=at)
    if status != "draft":
        launch_assessment(session, assessment, at=at)
    if status == "closed":
        close_assessment(session, assessment, at=at + timedelta(days=10))
    return assessment


def add_people(session: Session, assessment: Assessment, people: Mapping[str, int], *, at: datetime = START) -> None:
    """``people`` (unit → how many) as participants; the first of each unit is a leader, the rest are specialists."""
    rows = []
    for unit, how_many in people.items():
        for place in range(how_many):
            number = next(_number)
            role = "leader" if place == 0 else "specialist"
            rows.append(
                {"name": f"Person {number}", "email": f"person.{number}@example.org", "unit": unit, "role": role}
            )
    if not rows:
        return
    outcome = import_participants(session, assessment, rows, at=at)
    if outcome.problems:
        raise ValueError(f"the factory made rows that are refused: {outcome.problems}")


@dataclass(frozen=True)
class Started:
    """A response that was opened by its link; ``cookie`` is the browser's, ``link`` the token of the address."""

    response: Response
    cookie: str
    link: str


def make_links(session: Session, assessment: Assessment, *, at: datetime = START) -> list[tuple[Participant, str]]:
    """The link of every participant, minted as a consultant's download does."""
    return list(mint_links(session, assessment, at=at))


def start_response(session: Session, link: str, *, at: datetime = START) -> Started:
    redeemed = redeem(session, link, at=at)
    return Started(redeemed.response, redeemed.cookie, link)


def answer(session: Session, started: Started, answers: Answers, *, at: datetime = START) -> None:
    """Store ``answers`` through the save path."""
    given = tuple(_input(question, value, number) for number, (question, value) in enumerate(answers.items()))
    token_hash, _ = cookie_parts(started.cookie)
    save(session.connection(), Save(token_hash, started.response.id, given, at, 24))


def _input(question: str, value: str, number: int) -> AnswerInput:
    unscored = value in {"dont_know", "not_applicable"}
    return AnswerInput(
        question_id=question,
        status=value if unscored else "answered",
        option_id=None if unscored else value,
        reason="Another team does this." if value == "not_applicable" else "",
        comment="",
        evidence_url="",
        mutation_id=f"{question}-{number}",
        base_revision=0,
    )


def every_question(questionnaire: Questionnaire, level: int) -> dict[str, str]:
    """The answer ``level`` (from 1) to every question; at most the highest that a question has."""
    return {question.id: question.options[min(level, len(question.options)) - 1].id for question in questionnaire.asked}


def submit(session: Session, started: Started, *, at: datetime = START) -> Response:
    _, link = cookie_parts(started.cookie)
    return submit_response(session, started.response, link=link, key=f"key-{started.response.id}", at=at)


def answered_assessment(
    session: Session,
    organization: Organization,
    consultant: User,
    *,
    people: Mapping[str, int] | None = None,
    close: bool = True,
    **options: str,
) -> Assessment:
    """An assessment that everybody answered: levels rise and fall by person and question; closed, but not measured."""
    assessment = make_assessment(session, organization, consultant, status="open", people=people, **options)  # type: ignore[arg-type]
    questionnaire = questionnaire_of(assessment)
    for person, (_, link) in enumerate(make_links(session, assessment)):
        started = start_response(session, link, at=START + timedelta(days=1))
        answers = {
            question.id: question.options[(person + place // 4) % 3 + (place % 3 == 0)].id
            for place, question in enumerate(questionnaire.asked)
        }
        answer(session, started, answers, at=START + timedelta(days=1))
        submit(session, started, at=START + timedelta(days=1, minutes=12))
    if close:
        close_assessment(session, assessment, at=START + timedelta(days=10))
    return assessment


def user_named(session: Session, email: str) -> User:
    return session.exec(select(User).where(User.email == email)).one()
