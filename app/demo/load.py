"""Load the demo: two client organisations, three waves, two roadmaps."""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import groupby

from sqlmodel import Session

from app.accounts.actions import create_user, grant
from app.assessments.actions import (
    StrategyInput,
    TargetInput,
    Terms,
    create_assessment,
    default_targets,
    import_participants,
    launch_assessment,
    mint_links,
    save_strategy,
    save_targets,
    set_terms,
)
from app.assessments.queries import questionnaire_of
from app.baselines.actions import ensure_shipped_editions
from app.demo.comments import COMMENTS
from app.demo.last_plan import live_through_a_year
from app.demo.levels import CALDER, NORBECK, Given, a_year_ago, answers_of
from app.demo.people import CALDER_UNITS, NORBECK_UNITS, Person, UnitPlan, dice, invent_people
from app.demo.strategy import CALDER_STRATEGY, NORBECK_STRATEGY, norbeck_targets
from app.demo.users import CONSULTANT, LEADER, LIVE, MEASURED, WINDOW, DemoUsers
from app.models import Assessment, Organization, User
from app.organizations.actions import add_unit, create_organization
from app.organizations.forms import OrganizationForm, UnitForm
from app.responses.actions import cookie_parts, redeem, submit_response
from app.responses.saving import AnswerInput, Save, save
from app.results.actions import close_and_measure
from app.roadmaps.actions import plan_roadmap
from app.roadmaps.forms import PlanForm
from questionnaires.schema import Questionnaire

SEED = 20261123
QUESTIONNAIRE = "mops-core"

Say = Callable[[str], None]


def load_demo(session: Session, *, at: datetime, say: Say) -> DemoUsers:
    """Everything the demo shows, as of ``at``. The same seed gives the same answers."""
    ensure_shipped_editions(session)
    consultant = create_user(session, email=CONSULTANT, name="Ines Falk", password=None, consultant=True)
    leader = create_user(session, email=LEADER, name="Marta Olander", password=None)
    norbeck = _organization(session, consultant, MEASURED, "industrial", NORBECK_UNITS, at)
    grant(session, leader, norbeck.id, "leader", arrived_at=at)
    people = invent_people(NORBECK_UNITS, "norbeck.example", dice(SEED))

    launched = at - timedelta(days=371)
    say("Norbeck Instruments, last year's wave …")
    first = _wave(session, norbeck, consultant, f"Autumn {launched.year}", None, people, at=launched)
    _respond(session, first, people, NORBECK_UNITS, a_year_ago(NORBECK), seed=SEED + 1, comments={})
    before = close_and_measure(session, first, at=launched + WINDOW)
    say("Norbeck Instruments, last year's plan …")
    until = (at - timedelta(days=50)).date()
    live_through_a_year(session, before, consultant, at=launched + WINDOW + timedelta(days=10), until=until)

    launched = at - timedelta(days=35)
    say("Norbeck Instruments, this year's wave …")
    second = _wave(session, norbeck, consultant, f"Autumn {launched.year}", first, people, at=launched)
    _respond(session, second, people, NORBECK_UNITS, NORBECK, seed=SEED + 2, comments=COMMENTS)
    snapshot = close_and_measure(session, second, at=launched + WINDOW)
    say("Norbeck Instruments, roadmap …")
    plan_roadmap(session, snapshot, consultant, PlanForm(name="First plan"), at=at - timedelta(days=3), seconds=3)

    say("Calder Energy Services, still answering …")
    calder = _organization(session, consultant, LIVE, "energy", CALDER_UNITS, at)
    asked = invent_people(CALDER_UNITS, "calder.example", dice(SEED + 3))
    live = _wave(session, calder, consultant, "First look", None, asked, at=at - timedelta(days=9))
    _respond(session, live, asked, CALDER_UNITS, CALDER, seed=SEED + 4, comments={})
    return DemoUsers(consultant, leader)


def _organization(
    session: Session, consultant: User, name: str, industry: str, units: tuple[UnitPlan, ...], at: datetime
) -> Organization:
    form = OrganizationForm(
        name=name,
        industry=industry,
        size="1000-4999",
        region="europe",
        business_model="b2b" if industry == "industrial" else "both",
        operating_model="hybrid",
    )
    organization = create_organization(session, consultant, form, at=at - timedelta(days=380))
    for unit in units:
        add_unit(session, organization, UnitForm(name=unit.name, headcount=unit.headcount))
    return organization


def _wave(
    session: Session,
    organization: Organization,
    consultant: User,
    name: str,
    previous: Assessment | None,
    people: list[Person],
    *,
    at: datetime,
) -> Assessment:
    setup = at - timedelta(days=6)
    assessment = create_assessment(
        session,
        organization,
        consultant,
        name=name,
        questionnaire_id=QUESTIONNAIRE,
        at=setup,
        previous_id=previous.id if previous else None,
    )
    strategy, targets = _aims(organization)
    goals = save_strategy(session, assessment, strategy, at=setup)
    save_targets(session, assessment, targets(goals, questionnaire_of(assessment)), at=setup)
    terms = Terms(
        name,
        "confidential",
        at + WINDOW,
        purpose="To see together where we stand and to decide what we build next.",
        show_profile=True,
        edition_id=assessment.edition_id,
        previous_id=assessment.previous_id,
    )
    set_terms(session, assessment, terms, at=setup)
    import_participants(session, assessment, [person.row() for person in people], at=setup)
    launch_assessment(session, assessment, at=at)
    return assessment


Targets = Callable[[dict[str, str], Questionnaire], list[TargetInput]]


def _aims(organization: Organization) -> tuple[StrategyInput, Targets]:
    if organization.name == MEASURED:
        return NORBECK_STRATEGY, lambda goals, _: norbeck_targets(goals)
    return CALDER_STRATEGY, lambda _, questionnaire: default_targets(questionnaire)


def _respond(
    session: Session,
    assessment: Assessment,
    people: list[Person],
    units: tuple[UnitPlan, ...],
    levels: Mapping[str, float],
    *,
    seed: int,
    comments: Mapping[str, tuple[str, ...]],
) -> None:
    draw = dice(seed)
    questionnaire = questionnaire_of(assessment)
    # Every unit answers through its own plan; who writes which comment is drawn among those who answer.
    links = {participant.email: token for participant, token in mint_links(session, assessment, at=_launch(assessment))}
    answering = [
        (person, unit)
        for unit in units
        for person in [person for person in people if person.unit == unit.name][: unit.answering]
    ]
    texts = _comments_by_person(comments, questionnaire, [person.email for person, _ in answering], draw)
    for person, unit in answering:
        started = _launch(assessment) + timedelta(hours=draw.uniform(2, 8 * 24))
        given = answers_of(person, unit, levels, questionnaire, draw)
        _answer(session, links[person.email], given, texts.get(person.email, {}), started, draw)


def _launch(assessment: Assessment) -> datetime:
    if assessment.launched_at is None:
        raise ValueError(f"'{assessment.name}' has not been launched")
    return assessment.launched_at


def _comments_by_person(
    comments: Mapping[str, tuple[str, ...]], questionnaire: Questionnaire, emails: list[str], draw: random.Random
) -> dict[str, dict[str, str]]:
    """E-mail → question → comment: each comment of a capability by somebody else."""
    texts: dict[str, dict[str, str]] = {}
    for capability, lines in comments.items():
        question = questionnaire.capability(capability).questions[0].id
        for email, line in zip(draw.sample(emails, len(lines)), lines, strict=True):
            texts.setdefault(email, {})[question] = line
    return texts


def _answer(
    session: Session, token: str, given: list[Given], comments: Mapping[str, str], at: datetime, draw: random.Random
) -> None:
    """One respondent: redeem the link, answer dimension by dimension, submit."""
    redeemed = redeem(session, token, at=at)
    token_hash, link = cookie_parts(redeemed.cookie)
    for _, page in groupby(given, key=lambda answer: answer.question.split(".")[0]):
        at += timedelta(seconds=draw.uniform(90, 170))
        answers = tuple(_input(answer, comments.get(answer.question, "")) for answer in page)
        save(session.connection(), Save(token_hash, redeemed.response.id, answers, at, 24))
    submit_response(session, redeemed.response, link=link, key=f"demo-{redeemed.response.id}", at=at)


def _input(answer: Given, comment: str) -> AnswerInput:
    return AnswerInput(
        question_id=answer.question,
        status=answer.status,
        option_id=answer.option,
        reason=answer.reason,
        comment=comment,
        evidence_url="",
        mutation_id=f"demo-{answer.question}",
        base_revision=0,
    )
