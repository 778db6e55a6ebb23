"""The save path: answers in, revisions out, nothing acknowledged before its commit.

Saves are the hot path, so they use Core statements and nothing else. On SQLite one writer thread commits together whatever
has queued up while the last commit was on its way (group commit); on PostgreSQL each save has its own short transaction.
"""

import queue
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Row, Select, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from app.errors import AppError, ConflictError, GoneError, InvalidInputError, NotFoundError, NotSignedInError
from app.models import Answer, AnsweringSession, Assessment, Response
from questionnaires.load import load_questionnaire
from questionnaires.schema import Questionnaire

MOST_IN_ONE_COMMIT = 256

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class AnswerInput:
    """One answer as it was given, already checked against the questionnaire."""

    question_id: str
    status: str
    """``answered``, ``dont_know``, ``not_applicable`` or ``unanswered``."""
    option_id: str | None
    reason: str
    comment: str
    evidence_url: str
    mutation_id: str
    base_revision: int

    @property
    def content(self) -> tuple[str, str | None, str, str, str]:
        return (self.status, self.option_id, self.reason, self.comment, self.evidence_url)


@dataclass(frozen=True)
class Saved:
    """What the server holds now."""

    question_id: str
    revision: int
    saved_at: datetime


@dataclass(frozen=True)
class Save:
    """Answers of one response, by the browser that holds ``token_hash``."""

    token_hash: str
    response_id: str
    answers: tuple[AnswerInput, ...]
    at: datetime
    grace_hours: int


_response: Select[*tuple[Any, ...]] = (
    select(
        col(Response.organization_id),
        col(Response.assessment_id),
        col(Response.submitted_at),
        col(Assessment.status),
        col(Assessment.closes_at),
        col(Assessment.anonymity),
        col(Assessment.questionnaire_id),
        col(Assessment.questionnaire_version),
    )
    .join(AnsweringSession, col(AnsweringSession.response_id) == col(Response.id))
    .join(Assessment, col(Assessment.id) == col(Response.assessment_id))
)
_stored: Select[*tuple[Any, ...]] = select(
    col(Answer.question_id),
    col(Answer.status),
    col(Answer.option_id),
    col(Answer.reason),
    col(Answer.comment),
    col(Answer.evidence_url),
    col(Answer.revision),
    col(Answer.mutation_id),
    col(Answer.saved_at),
)


def save(connection: Connection, request: Save) -> list[Saved]:
    """Store the answers of one request inside the caller's transaction.

    Raises `NotSignedInError` for a foreign cookie, `NotFoundError` for another response, `GoneError` after submission or
    the end of the window, and `ConflictError` (with both values) when an answer was changed elsewhere meanwhile. A replayed
    ``mutation_id`` gives the stored result again.
    """
    row = connection.execute(
        _response.where(
            col(AnsweringSession.token_hash) == request.token_hash, col(Response.id) == request.response_id
        ).with_for_update(of=Response)
    ).first()
    if row is None:
        raise _stranger(connection, request)
    _refuse_late(row, request)
    questionnaire = load_questionnaire(row.questionnaire_id, row.questionnaire_version)
    for answer in request.answers:
        _refuse_unknown(questionnaire, answer)
    stored = {
        found.question_id: found
        for found in connection.execute(
            _stored.where(
                col(Answer.response_id) == request.response_id,
                col(Answer.question_id).in_([answer.question_id for answer in request.answers]),
            )
        )
    }
    # Sorted, so that two savers never wait for each other's rows.
    answers = sorted(request.answers, key=lambda given: given.question_id)
    return [_store(connection, row, request, answer, stored.get(answer.question_id)) for answer in answers]


def _stranger(connection: Connection, request: Save) -> AppError:
    known = connection.execute(
        select(col(AnsweringSession.response_id)).where(col(AnsweringSession.token_hash) == request.token_hash)
    ).first()
    if known is None:
        return NotSignedInError("Open the link from your invitation again to continue. What you typed is kept here.")
    return NotFoundError("There is no such response here. Open the link from your invitation again.")


def _refuse_late(row: AnyRow, request: Save) -> None:
    if row.submitted_at is not None:
        raise GoneError("You have submitted your answers, so they can no longer be changed.")
    late = row.closes_at is not None and request.at > row.closes_at + timedelta(hours=request.grace_hours)
    if row.status != "open" or late:
        raise GoneError("The survey has closed, so this answer could not be saved. Copy your text if you need it.")


def _refuse_unknown(questionnaire: Questionnaire, answer: AnswerInput) -> None:
    profile = {question.id: question for question in questionnaire.profile}
    if answer.question_id not in questionnaire.position and answer.question_id not in profile:
        raise NotFoundError(
            f"'{answer.question_id}' is not a question of {questionnaire.id} {questionnaire.version}. Reload the page."
        )
    question = profile.get(answer.question_id) or questionnaire.question(answer.question_id)
    options = {option.id for option in question.options}
    if answer.option_id is not None and answer.option_id not in options:
        raise InvalidInputError(
            f"'{answer.option_id}' is not an option of '{answer.question_id}'; there is: {', '.join(sorted(options))}."
        )


def _store(
    connection: Connection, response: AnyRow, request: Save, answer: AnswerInput, before: AnyRow | None
) -> Saved:
    # An anonymous answer carries the day, not the moment: the order of saves would join it to the list of invitations.
    anonymous = response.anonymity == "anonymous"
    at = request.at.replace(hour=0, minute=0, second=0, microsecond=0) if anonymous else request.at
    values = {
        "status": answer.status,
        "option_id": answer.option_id,
        "reason": answer.reason,
        "comment": answer.comment,
        "evidence_url": answer.evidence_url,
        "mutation_id": answer.mutation_id,
        "saved_at": at,
    }
    if before is None:
        keys = {
            "response_id": request.response_id,
            "question_id": answer.question_id,
            "organization_id": response.organization_id,
            "assessment_id": response.assessment_id,
        }
        connection.execute(insert(Answer).values(**keys, **values, revision=1))
        return Saved(answer.question_id, 1, request.at)
    content = (before.status, before.option_id, before.reason, before.comment, before.evidence_url)
    if before.mutation_id == answer.mutation_id or content == answer.content:
        return Saved(answer.question_id, before.revision, request.at if anonymous else before.saved_at)
    if before.revision != answer.base_revision:
        raise ConflictError(
            "This answer was changed in another tab or on another device. Choose which one to keep.",
            question=answer.question_id,
            current=_shown(before) | {"revision": before.revision},
            yours=_shown(answer),
        )
    connection.execute(
        update(Answer)
        .where(col(Answer.response_id) == request.response_id, col(Answer.question_id) == answer.question_id)
        .values(**values, revision=before.revision + 1)
    )
    return Saved(answer.question_id, before.revision + 1, request.at)


def _shown(answer: AnyRow | AnswerInput) -> dict[str, str | None]:
    return {
        "status": answer.status,
        "value": answer.option_id,
        "reason": answer.reason,
        "comment": answer.comment,
        "evidence_url": answer.evidence_url,
    }


class Saver(Protocol):
    """Accepts saves and answers each once it is durable."""

    def submit(self, request: Save) -> "Future[list[Saved]]": ...


@contextmanager
def make_saver(engine: Engine) -> Iterator[Saver]:
    """The saver that fits the database; stops, with everything queued written, when the context ends."""
    saver = _GroupCommit(engine) if engine.dialect.name == "sqlite" else _EachItsOwn(engine)
    try:
        yield saver
    finally:
        saver.stop()


class _EachItsOwn:
    """One short transaction for each save, on a pool of connections."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.threads = ThreadPoolExecutor(16, thread_name_prefix="save")

    def submit(self, request: Save) -> "Future[list[Saved]]":
        return self.threads.submit(self._save, request)

    def _save(self, request: Save) -> list[Saved]:
        with self.engine.begin() as connection:
            return save(connection, request)

    def stop(self) -> None:
        self.threads.shutdown()


Waiting = tuple[Save, "Future[list[Saved]]"]


class _GroupCommit:
    """One writer thread: everything that is waiting shares one transaction and one flush to disk."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self.thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self.thread.start()

    def submit(self, request: Save) -> "Future[list[Saved]]":
        future: Future[list[Saved]] = Future()
        self.waiting.put((request, future))
        return future

    def stop(self) -> None:
        self.waiting.put(None)
        self.thread.join()

    def _run(self) -> None:
        while (first := self.waiting.get()) is not None:
            batch, last = [first], False
            while len(batch) < MOST_IN_ONE_COMMIT:
                try:
                    more = self.waiting.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    last = True
                    break
                batch.append(more)
            self._commit(batch)
            if last:
                return

    def _commit(self, batch: Sequence[Waiting]) -> None:
        try:
            with self.engine.begin() as connection:
                outcomes = [_outcome(connection, request) for request, _ in batch]
        except SQLAlchemyError as error:
            # Nothing was committed; nobody may be told otherwise.
            for _, future in batch:
                future.set_exception(error)
            return
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, AppError):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)


def _outcome(connection: Connection, request: Save) -> list[Saved] | AppError:
    """One save of a batch: a refused one leaves nothing behind and does not disturb the others."""
    mark = connection.begin_nested()
    try:
        results = save(connection, request)
    except AppError as refusal:
        mark.rollback()
        return refusal
    mark.commit()
    return results
