"""Mails of an assessment as JSON: how people are asked, the words, and sending again."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.access import Permission, access_assessment
from app.assessments.invitations import invited
from app.assessments.mailing import inviting_of, send_again
from app.assessments.people import change_participant, remove_participant
from app.assessments.reminders import MOST, plan_reminders, remind_now, reminders_of
from app.clock import now
from app.inviting import actions
from app.inviting.forms import PersonForm, WayForm
from app.inviting.mails import wording_of
from app.inviting.pages import templates_for
from app.models import Assessment, Reminder
from app.repeats import OnceRoute
from app.web import CurrentUser, Problem, SessionDep

router = APIRouter(
    prefix="/api/v1",
    tags=["inviting"],
    route_class=OnceRoute,
    responses={code: {"model": Problem} for code in (401, 403, 404, 409, 422)},
)

MANAGE = Permission.MANAGE


class WordsOut(BaseModel):
    """Subject and body, placeholders in braces."""

    subject: str
    body: str


class ReminderOut(BaseModel):
    """One round: ``planned``, ``queued`` or ``skipped``. ``mails`` is absent in anonymous assessments."""

    id: str
    due_at: datetime
    state: str
    unit_ids: list[str]
    mails: int | None


class InvitingOut(BaseModel):
    """How people get their links; ``words`` by kind of mail."""

    by: str
    reply_to: str
    reminders: list[ReminderOut]
    words: dict[str, WordsOut]


class PlanIn(BaseModel):
    """When everybody who has not submitted by then is reminded."""

    model_config = ConfigDict(extra="forbid")

    due_at: list[AwareDatetime] = Field(max_length=MOST)


class RemindIn(BaseModel):
    """Whom to remind now: everybody who has not submitted, or those of some units."""

    model_config = ConfigDict(extra="forbid")

    units: list[Annotated[str, Field(max_length=36)]] = Field(default_factory=list, max_length=1000)


class WordsIn(BaseModel):
    """Words of one's own; unknown placeholders, and a body without ``{link}`` where one belongs, are refused."""

    model_config = ConfigDict(extra="forbid")

    subject: str = Field(max_length=2000)
    body: str = Field(max_length=20_000)


def _out(session: Session, assessment: Assessment) -> InvitingOut:
    chosen = inviting_of(session, assessment)
    found = {name: wording_of(session, assessment, name) for name in templates_for(assessment)}
    words = {name: WordsOut(subject=wording.subject, body=wording.body) for name, wording in found.items()}
    reminders = [_reminder(assessment, each) for each in reminders_of(session, assessment)]
    return InvitingOut(by=chosen.by, reply_to=chosen.reply_to, reminders=reminders, words=words)


def _reminder(assessment: Assessment, reminder: Reminder) -> ReminderOut:
    told = reminder.state == "queued" and assessment.anonymity != "anonymous"
    return ReminderOut(
        id=reminder.id,
        due_at=reminder.due_at,
        state=reminder.state,
        unit_ids=reminder.unit_ids,
        mails=reminder.mails if told else None,
    )


@router.get("/assessments/{assessment_id}/inviting", summary="How people get their links, and the words of the mails")
def get_inviting(session: SessionDep, user: CurrentUser, assessment_id: str) -> InvitingOut:
    return _out(session, access_assessment(session, user, assessment_id, MANAGE))


@router.put("/assessments/{assessment_id}/inviting", summary="Ask by mail, or by links that are handed out")
def put_inviting(session: SessionDep, user: CurrentUser, assessment_id: str, given: WayForm) -> InvitingOut:
    """While the window is open it may become ``mail``: then everybody who has not answered gets an invitation."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    actions.choose_way(session, assessment, by=given.by, reply_to=given.reply_to.strip(), at=now())
    return _out(session, assessment)


@router.put("/assessments/{assessment_id}/reminders", summary="Plan the reminders, instead of those planned before")
def put_reminders(session: SessionDep, user: CurrentUser, assessment_id: str, given: PlanIn) -> InvitingOut:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    plan_reminders(session, assessment, given.due_at, at=now())
    return _out(session, assessment)


@router.post("/assessments/{assessment_id}/remind", summary="Remind those who have not submitted, now", status_code=202)
def post_remind(
    session: SessionDep, user: CurrentUser, assessment_id: str, given: RemindIn | None = None
) -> ReminderOut:
    """Nobody within three days of another mail, nobody more than three times, nobody who asked for no more mails."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    reminder = remind_now(session, assessment, given.units if given else (), at=now())
    return _reminder(assessment, reminder)


@router.put("/assessments/{assessment_id}/inviting/words/{template}", summary="The words of one kind of mail")
def put_words(session: SessionDep, user: CurrentUser, assessment_id: str, template: str, given: WordsIn) -> InvitingOut:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    wording = actions.check_wording(assessment, actions.find_template(template), given.subject, given.body)
    actions.save_wording(session, assessment, template, wording)
    return _out(session, assessment)


@router.patch(
    "/assessments/{assessment_id}/participants/{participant_id}", summary="Correct a participant", status_code=204
)
def patch_participant(
    session: SessionDep, user: CurrentUser, assessment_id: str, participant_id: str, given: PersonForm
) -> None:
    """Before the answers are begun everything; after that, and in anonymous assessments, name and address."""
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    change_participant(session, assessment, participant_id, given.person(), at=now())


@router.delete(
    "/assessments/{assessment_id}/participants/{participant_id}", summary="Take somebody off the list", status_code=204
)
def delete_participant(session: SessionDep, user: CurrentUser, assessment_id: str, participant_id: str) -> None:
    """Only who has not begun; in anonymous assessments nobody after the launch: revoke the invitation instead."""
    remove_participant(session, access_assessment(session, user, assessment_id, MANAGE), participant_id)


@router.post(
    "/assessments/{assessment_id}/participants/{participant_id}/send-again",
    summary="Another invitation by mail, in place of one that did not arrive",
    status_code=204,
)
def post_send_again(session: SessionDep, user: CurrentUser, assessment_id: str, participant_id: str) -> None:
    assessment = access_assessment(session, user, assessment_id, MANAGE)
    send_again(session, assessment, invited(session, assessment, participant_id), at=now())
