"""The save path: answers in, revisions out, nothing acknowledged before its commit.

Requests are decided together: two reads find everything the batch needs, plain Python decides who may save what, one
statement writes. A refused request leaves nothing behind and does not disturb the others. `app.responses.writer` makes the
batches and commits them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection

from app.errors import AppError, ConflictError, GoneError, InvalidInputError, NotFoundError, NotSignedInError
from app.responses.answer_rows import AnswerRow, Desk, Key, answer_rows, driver_errors
from questionnaires.load import load_questionnaire


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
        return self.status, self.option_id, self.reason, self.comment, self.evidence_url


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


Outcome = list[Saved] | AppError


def save(connection: Connection, request: Save) -> list[Saved]:
    """Store the answers of one request inside the caller's transaction.

    Raises `NotSignedInError` for a foreign cookie, `NotFoundError` for another response, `GoneError` after submission or
    the end of the window, and `ConflictError` (with both values) when an answer was changed elsewhere meanwhile. A replayed
    ``mutation_id`` gives the stored result again.
    """
    (outcome,) = save_together(connection, [request])
    if isinstance(outcome, AppError):
        raise outcome
    return outcome


def save_together(connection: Connection, requests: Sequence[Save]) -> list[Outcome]:
    """Store the answers of many requests inside the caller's transaction; for each what was saved, or why it was not.

    A request is stored whole or not at all. Of two that change the same answer, the later one sees the earlier.
    """
    keys = {(request.response_id, answer.question_id) for request in requests for answer in request.answers}
    with driver_errors():
        rows = answer_rows(connection)
        desks, answers = rows.find({request.token_hash for request in requests}, keys)
        changed: dict[Key, AnswerRow] = {}
        outcomes: list[Outcome] = []
        for request in requests:
            try:
                fresh, saved = _decide(request, desks.get(request.token_hash), answers)
            except AppError as refusal:
                outcomes.append(refusal)
                continue
            changed |= fresh
            answers |= fresh
            outcomes.append(saved)
        if changed:
            rows.write(list(changed.values()))
    return outcomes


def _decide(request: Save, desk: Desk | None, stored: dict[Key, AnswerRow]) -> tuple[dict[Key, AnswerRow], list[Saved]]:
    """The rows that ``request`` changes and what it is told. Raises `AppError` when it is refused."""
    if desk is None:
        raise NotSignedInError("Open the link from your invitation again to continue. What you typed is kept here.")
    if desk.response_id != request.response_id:
        raise NotFoundError("There is no such response here. Open the link from your invitation again.")
    _refuse_late(desk, request)
    fresh: dict[Key, AnswerRow] = {}
    saved = []
    for answer in request.answers:
        _refuse_unknown(desk, answer)
        key = desk.response_id, answer.question_id
        row, told = _next_row(desk, request.at, answer, fresh.get(key) or stored.get(key))
        saved.append(told)
        if row is not None:
            fresh[key] = row
    return fresh, saved


def _refuse_late(desk: Desk, request: Save) -> None:
    if desk.submitted_at is not None:
        raise GoneError("You have submitted your answers, so they can no longer be changed.")
    late = desk.closes_at is not None and request.at > desk.closes_at + timedelta(hours=request.grace_hours)
    if desk.status != "open" or late:
        raise GoneError("The survey has closed, so this answer could not be saved. Copy your text if you need it.")


@cache
def _options(questionnaire_id: str, version: str) -> dict[str, frozenset[str]]:
    """Question id → ids of its options, for everything that a questionnaire asks."""
    questionnaire = load_questionnaire(questionnaire_id, version)
    questions = (*questionnaire.asked, *questionnaire.profile)
    return {question.id: frozenset(option.id for option in question.options) for question in questions}


def _refuse_unknown(desk: Desk, answer: AnswerInput) -> None:
    options = _options(desk.questionnaire_id, desk.questionnaire_version).get(answer.question_id)
    if options is None:
        raise NotFoundError(
            f"'{answer.question_id}' is not a question of {desk.questionnaire_id} {desk.questionnaire_version}. "
            "Reload the page."
        )
    if answer.option_id is not None and answer.option_id not in options:
        raise InvalidInputError(
            f"'{answer.option_id}' is not an option of '{answer.question_id}'; there is: {', '.join(sorted(options))}."
        )


def _next_row(
    desk: Desk, now: datetime, answer: AnswerInput, before: AnswerRow | None
) -> tuple[AnswerRow | None, Saved]:
    """The row after ``answer`` (``None`` when nothing changes), and what the sender is told."""
    # An anonymous answer carries the day, not the moment: the order of saves would join it to the list of invitations.
    anonymous = desk.anonymity == "anonymous"
    if before is not None:
        if before.mutation_id == answer.mutation_id or before.content == answer.content:
            return None, Saved(answer.question_id, before.revision, now if anonymous else before.saved_at)
        if before.revision != answer.base_revision:
            raise ConflictError(
                "This answer was changed in another tab or on another device. Choose which one to keep.",
                question=answer.question_id,
                current=_shown(before) | {"revision": before.revision},
                yours=_shown(answer),
            )
    revision = 1 if before is None else before.revision + 1
    row = AnswerRow(
        desk.organization_id,
        desk.assessment_id,
        desk.response_id,
        answer.question_id,
        *answer.content,
        revision,
        answer.mutation_id,
        now.replace(hour=0, minute=0, second=0, microsecond=0) if anonymous else now,
    )
    return row, Saved(answer.question_id, revision, now)


def _shown(answer: AnswerRow | AnswerInput) -> dict[str, str | int | None]:
    return {
        "status": answer.status,
        "value": answer.option_id,
        "reason": answer.reason,
        "comment": answer.comment,
        "evidence_url": answer.evidence_url,
    }
