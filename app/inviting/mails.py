"""Mails to participants made ready as they leave: looked at once more, their link minted, their words chosen."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from app.assessments.invitations import link_of, mint
from app.assessments.mailing import INVITATION, NOT_STARTED, UNFINISHED, UNFINISHED_ANONYMOUS, inviting_of
from app.assessments.queries import organization_of, questionnaire_of
from app.assessments.reminders import too_often
from app.formats import clock_time, long_day
from app.mail.message import NotWantedError, Prepare, Ready
from app.mail.wording import Wording, shipped_wording
from app.models import Assessment, Invitation, MailWording, Organization, OutboxMail, Participant
from app.settings import get_settings

TEMPLATES = (INVITATION, NOT_STARTED, UNFINISHED, UNFINISHED_ANONYMOUS)

PRIVACY = {
    "confidential": (
        "Confidential: the people who run the survey see that you answered, never what. Results are shown only for groups "
        "of at least {n} people."
    ),
    "anonymous": (
        "Anonymous: nothing that is stored leads from this invitation to your answers. Results are shown only for groups of "
        "at least {n} people."
    ),
    "identified": (
        "Identified: your answers are stored with your invitation, and the people who run the survey can see them. Reports "
        "show only groups of at least {n} people."
    ),
}


def ready_participant_mail(session: Session, mail: OutboxMail, at: datetime) -> Ready:
    """Raises `NotWantedError` when it is no longer wanted; everything may have changed since it was queued."""
    if mail.invitation_id is None:
        return _test_mail(session, mail)
    assessment, organization, participant, invitation = _found(session, mail)
    reason = unwanted(mail, assessment, participant, invitation, at)
    if not reason and mail.template != INVITATION:
        reason = too_often(session, mail, at)
    if reason:
        raise NotWantedError(reason)
    if mail.template != INVITATION:
        mail.template = reminder_template(assessment, invitation)
    token = mint(session, invitation, at)
    base = get_settings().base_url
    values = {
        **shared_values(assessment, organization),
        "name": participant.name,
        "link": link_of(token, base),
        "stop": f"{link_of(token, base)}/stop",
    }
    return Ready(
        values,
        wording=wording_of(session, assessment, mail.template),
        sender_name=organization.name,
        reply_to=inviting_of(session, assessment).reply_to,
        stop=f"{base}/api/v1/invitations/stop/{token}",
    )


def _found(session: Session, mail: OutboxMail) -> tuple[Assessment, Organization, Participant, Invitation]:
    statement = (
        select(Assessment, Organization, Participant, Invitation)
        .join(Organization, col(Organization.id) == col(Assessment.organization_id))
        .join(
            Invitation,
            (col(Invitation.organization_id) == col(Assessment.organization_id))
            & (col(Invitation.assessment_id) == col(Assessment.id)),
        )
        .join(
            Participant,
            (col(Participant.organization_id) == col(Invitation.organization_id))
            & (col(Participant.id) == col(Invitation.participant_id)),
        )
        .where(Invitation.organization_id == mail.organization_id, Invitation.id == mail.invitation_id)
    )
    found = session.exec(statement).first()
    if found is None:
        raise NotWantedError("the person is no longer asked")
    return found


def unwanted(
    mail: OutboxMail, assessment: Assessment, participant: Participant, invitation: Invitation, at: datetime
) -> str:
    """Why a mail to a participant must not leave now; empty when it may."""
    closed = assessment.status != "open" or (assessment.closes_at is not None and assessment.closes_at <= at)
    anonymous_invitation = assessment.anonymity == "anonymous" and mail.template == INVITATION
    reasons = (
        (closed, "the survey has closed"),
        (invitation.revoked_at is not None, "the invitation was revoked"),
        (invitation.opted_out_at is not None, "no more mails are wanted"),
        (mail.to_address != participant.email, "the address was corrected"),
        # An anonymous invitation that was skipped for this would show who has answered.
        (invitation.submitted_at is not None and not anonymous_invitation, "already answered"),
    )
    return next((words for true, words in reasons if true), "")


def reminder_template(assessment: Assessment, invitation: Invitation) -> str:
    """Other words for those who have begun; in anonymous surveys no new link leads to what they answered."""
    if invitation.started_at is None:
        return NOT_STARTED
    return UNFINISHED_ANONYMOUS if assessment.anonymity == "anonymous" else UNFINISHED


def shared_values(assessment: Assessment, organization: Organization) -> dict[str, str]:
    """The values that are the same for everybody."""
    questionnaire = questionnaire_of(assessment)
    closes = assessment.closes_at
    return {
        "organization": organization.name,
        "survey": assessment.name,
        "purpose": assessment.purpose or questionnaire.description,
        "questions": str(len(questionnaire.asked)),
        "closes": f"{long_day(closes)}, {clock_time(closes)} UTC" if closes else "further notice",
        "privacy": PRIVACY[assessment.anonymity].format(n=assessment.min_group),
    }


def example_values(assessment: Assessment, organization: Organization) -> dict[str, str]:
    """What a preview and a test mail show: links that lead nowhere."""
    base = get_settings().base_url
    link = link_of("example", base)
    return {
        **shared_values(assessment, organization),
        "name": "First Last",
        "link": link,
        "stop": f"{link}/stop",
    }


def wording_of(session: Session, assessment: Assessment, template: str) -> Wording:
    """The consultant's own words over the shipped footer, or the shipped ones."""
    shipped = shipped_wording(template, questionnaire_of(assessment).language)
    own = session.get(MailWording, (assessment.organization_id, assessment.id, template))
    return Wording(own.subject, own.body, shipped.footer) if own else shipped


def _test_mail(session: Session, mail: OutboxMail) -> Ready:
    assessment = session.get(Assessment, (mail.organization_id, mail.assessment_id))
    if assessment is None:
        raise NotWantedError("the assessment is gone")
    organization = organization_of(session, assessment)
    wording = wording_of(session, assessment, mail.template)
    return Ready(
        example_values(assessment, organization),
        wording=Wording(f"Test: {wording.subject}", wording.body, wording.footer),
        sender_name=organization.name,
        reply_to=inviting_of(session, assessment).reply_to,
    )


PREPARE: Mapping[str, Prepare] = dict.fromkeys(TEMPLATES, ready_participant_mail)
