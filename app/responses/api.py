"""Answering as JSON."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi import Response as HttpResponse
from pydantic import BaseModel

from app.access import answers_of
from app.clock import now
from app.errors import NotFoundError
from app.models import Answer
from app.responses.actions import receipt_code, redeem, submit_response
from app.responses.forms import AnswerForm, RedeemForm
from app.responses.respondent import ANSWERING_COOKIE, AnsweringDep, RespondentDep
from app.responses.saving import Save
from app.settings import get_settings
from app.throttle import INVITATION, throttled
from app.web import Problem, Public, SessionDep, set_cookie

COOKIE_DAYS = 90

router = APIRouter(
    prefix="/api/v1",
    tags=["answering"],
    responses={code: {"model": Problem} for code in (401, 403, 404, 410, 422)},
)


class RedeemedOut(BaseModel):
    response_id: str


class AnswerOut(BaseModel):
    question: str
    status: str
    value: str | None
    reason: str
    comment: str
    evidence_url: str
    revision: int
    saved_at: datetime


class ResponseOut(BaseModel):
    id: str
    assessment_id: str
    started_at: datetime
    submitted_at: datetime | None
    answers: list[AnswerOut]


class SavedOut(BaseModel):
    revision: int
    saved_at: datetime


class ReceiptOut(BaseModel):
    response_id: str
    submitted_at: datetime
    receipt_code: str


class ConflictOut(Problem):
    """Both values, so that the person can choose."""

    question: str
    current: dict[str, str | int | None]
    yours: dict[str, str | int | None]


@router.post(
    "/invitations/redeem",
    summary="Start or continue answering from a link",
    dependencies=[Public, throttled(INVITATION)],
)
def post_redeem(session: SessionDep, form: RedeemForm, http: HttpResponse) -> RedeemedOut:
    redeemed = redeem(session, form.token, at=now())
    set_cookie(http, ANSWERING_COOKIE, redeemed.cookie, days=COOKIE_DAYS)
    return RedeemedOut(response_id=redeemed.response.id)


@router.get("/responses/{response_id}", summary="Your response and its answers")
def get_response(session: SessionDep, respondent: RespondentDep, response_id: str) -> ResponseOut:
    response = respondent.response
    return ResponseOut(
        id=response.id,
        assessment_id=response.assessment_id,
        started_at=response.started_at,
        submitted_at=response.submitted_at,
        answers=[_answer(row) for row in answers_of(session, response)],
    )


def _answer(row: Answer) -> AnswerOut:
    return AnswerOut(
        question=row.question_id,
        status=row.status,
        value=row.option_id,
        reason=row.reason,
        comment=row.comment,
        evidence_url=row.evidence_url,
        revision=row.revision,
        saved_at=row.saved_at,
    )


@router.put(
    "/responses/{response_id}/answers/{question_id}",
    summary="Save one answer; acknowledged only when it is on disk",
    responses={409: {"model": ConflictOut}, 503: {"model": Problem}},
)
async def put_answer(
    request: Request, token_hash: AnsweringDep, response_id: str, question_id: str, form: AnswerForm
) -> SavedOut:
    at = now()
    grace = get_settings().grace_hours
    saving = Save(token_hash, response_id, (form.answer(question_id),), at, grace)
    saved = await request.app.state.saver.submit(saving)
    return SavedOut(revision=saved[0].revision, saved_at=saved[0].saved_at)


@router.post("/responses/{response_id}/submit", summary="Submit; sent again it returns the same receipt")
def post_submit(
    session: SessionDep,
    respondent: RespondentDep,
    response_id: str,
    idempotency_key: Annotated[str, Header(max_length=64)] = "",
) -> ReceiptOut:
    response = submit_response(session, respondent.response, link=respondent.link, key=idempotency_key, at=now())
    return _receipt(response.id, response.submitted_at)


@router.get("/responses/{response_id}/receipt", summary="The receipt of a submitted response")
def get_receipt(respondent: RespondentDep, response_id: str) -> ReceiptOut:
    return _receipt(respondent.response.id, respondent.response.submitted_at)


def _receipt(response_id: str, submitted_at: datetime | None) -> ReceiptOut:
    if submitted_at is None:
        raise NotFoundError("This response is not submitted yet, so there is no receipt.")
    return ReceiptOut(response_id=response_id, submitted_at=submitted_at, receipt_code=receipt_code(response_id))
