"""Assessments to measure on: one that respondents answer, and closed ones of any size."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter

import numpy as np
from sqlalchemy import Engine, insert
from sqlmodel import select

from app import db
from app.accounts.actions import start_session
from app.assessments.queries import questionnaire_of
from app.baselines.actions import ensure_shipped_editions
from app.clock import now, random_id
from app.db import transaction
from app.models import AssessmentUnit, Organization, Response, User
from app.responses.respondent import ANSWERING_COOKIE
from app.results.actions import close_and_measure
from app.settings import get_settings
from app.web import SESSION_COOKIE
from bench.load import Requests, request
from bench.servers import SECRET
from questionnaires.load import load_questionnaire
from questionnaires.schema import DONT_KNOW, Questionnaire
from tests.databases import migrate
from tests.factories import make_assessment, make_links, make_organization, make_user, start_response

UNITS = tuple(f"Unit {number:02}" for number in range(1, 13))
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Respondent:
    """A browser that began to answer."""

    cookie: str
    response: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": f"{ANSWERING_COOKIE}={self.cookie}"}


@dataclass(frozen=True)
class Closed:
    """A measured assessment, and the cookie of the consultant who opens its report."""

    snapshot: str
    responses: int
    cookie: str
    read_seconds: float
    measure_seconds: float
    pass_seconds: float


@contextmanager
def database(url: str) -> Iterator[Engine]:
    """A migrated database at ``url`` that the actions of this process write to."""
    os.environ |= {"TRIGPOINT_DATABASE_URL": url, "TRIGPOINT_SECRET_KEY": SECRET}
    get_settings.cache_clear()
    db.get_engine.cache_clear()
    engine = db.get_engine()
    migrate(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def client_organization(engine: Engine) -> tuple[Organization, User]:
    with transaction(engine) as session:
        ensure_shipped_editions(session)
        consultant = make_user(session, "Consultant", consultant=True)
        return make_organization(session, consultant, units=UNITS), consultant


def open_survey(engine: Engine, organization: Organization, consultant: User, people: int) -> list[Respondent]:
    """An assessment in its window with ``people`` respondents who pressed Start."""
    at = now()
    with transaction(engine) as session:
        assessment = make_assessment(session, organization, consultant, status="open", people={UNITS[0]: people}, at=at)
        started = [start_response(session, link, at=at) for _, link in make_links(session, assessment, at=at)]
        return [Respondent(one.cookie, one.response.id) for one in started]


def saves(respondent: Respondent, port: int, questionnaire: Questionnaire) -> Requests:
    """Every question in turn, then again with another answer, as long as somebody asks."""
    count = 0
    asked = questionnaire.questions
    while True:
        base, place = divmod(count, len(asked))
        yield save(respondent, port, asked[place].id, f"l{1 + (count + base) % 5}", base)
        count += 1


def save(respondent: Respondent, port: int, question: str, value: str, base: int = 0) -> bytes:
    body = {"value": value, "comment": "", "mutation_id": f"{question}:{base}", "base_revision": base}
    path = f"/api/v1/responses/{respondent.response}/answers/{question}"
    return request("PUT", path, port, body=json.dumps(body).encode(), headers=JSON | respondent.headers)


def whole_response(respondent: Respondent, port: int, questionnaire: Questionnaire) -> Requests:
    """Everything one person's browser asks for between Start and receipt."""

    def page(path: str) -> bytes:
        return request("GET", path, port, headers=respondent.headers)

    yield page("/answering")
    for place, capability in enumerate(questionnaire.capabilities):
        yield page(f"/answering/{capability.id}")
        for question in capability.questions:
            yield save(respondent, port, question.id, f"l{1 + place % 5}")
    yield page("/answering/outcomes")
    for outcome in questionnaire.outcomes:
        yield save(respondent, port, outcome.id, outcome.options[0].id)
    yield page("/answering/check")
    path = f"/api/v1/responses/{respondent.response}/submit"
    yield request("POST", path, port, headers={"Idempotency-Key": "once", **respondent.headers})
    yield page("/answering/receipt")


def closed_survey(engine: Engine, organization: Organization, consultant: User, responses: int) -> Closed:
    """``responses`` submitted responses over all units, closed and measured; with the cost of doing so."""
    at = now() - timedelta(days=10)
    people = dict.fromkeys(UNITS, 1)
    with transaction(engine) as session:
        assessment = make_assessment(session, organization, consultant, status="open", people=people, at=at)
        questionnaire = questionnaire_of(assessment)
        units = session.exec(select(AssessmentUnit.unit_id).where(AssessmentUnit.assessment_id == assessment.id)).all()
        vectors = random_vectors(questionnaire, responses)
        rows = [
            {
                "organization_id": organization.id,
                "assessment_id": assessment.id,
                "id": random_id(),
                "resume_hash": f"{assessment.id}:{number}",
                "unit_id": units[number % len(units)],
                "role": "leader" if number % 7 == 0 else "specialist",
                "seniority": "",
                "started_at": at,
                "submitted_at": at,
                "minutes": 10 + number % 9,
                "vector": vectors[number].tobytes(),
            }
            for number in range(responses)
        ]
        session.connection().execute(insert(Response), rows)
    with transaction(engine) as session:
        session.add(assessment)
        began = perf_counter()
        snapshot = close_and_measure(session, assessment, at=now()).id
        measured = perf_counter() - began
    with transaction(engine) as session:
        cookie = start_session(session, consultant, at=now(), days=1).token
    read, passed = reference_pass(engine, assessment.id, questionnaire)
    return Closed(snapshot, responses, f"{SESSION_COOKIE}={cookie}", read, measured, passed)


def random_vectors(questionnaire: Questionnaire, responses: int) -> np.ndarray:
    """Codes around 3 with one don't know in thirty, shape (responses, asked), the same every time."""
    generator = np.random.default_rng(1)
    width = len(questionnaire.asked)
    levels = np.clip(np.rint(generator.normal(3, 1, (responses, width))), 1, 5).astype(np.uint8)
    return np.where(generator.random((responses, width)) < 1 / 30, np.uint8(DONT_KNOW), levels)


def reference_pass(engine: Engine, assessment_id: str, questionnaire: Questionnaire) -> tuple[float, float]:
    """Seconds to read all vectors into a matrix, and for one NumPy pass over it (mean of every question)."""
    began = perf_counter()
    with transaction(engine) as session:
        vectors = session.exec(select(Response.vector).where(Response.assessment_id == assessment_id)).all()
    matrix = np.frombuffer(b"".join(vector or b"" for vector in vectors), dtype=np.uint8)
    matrix = matrix.reshape(-1, len(questionnaire.asked))
    read = perf_counter() - began
    began = perf_counter()
    answered = (matrix > 0) & (matrix < DONT_KNOW)
    _means = np.where(answered, matrix, 0).sum(axis=0) / answered.sum(axis=0)
    return read, perf_counter() - began


def mops_core() -> Questionnaire:
    return load_questionnaire("mops-core")
