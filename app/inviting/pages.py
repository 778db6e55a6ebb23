"""What the page of mails shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from app.assessments.mailing import INVITATION, NOT_STARTED, UNFINISHED, UNFINISHED_ANONYMOUS, inviting_of
from app.assessments.pages import Typed, reminder_values
from app.assessments.queries import organization_of, questionnaire_of, units_of
from app.assessments.reminders import reminders_of
from app.formats import moment, plural
from app.inviting.mails import example_values, wording_of
from app.mail.servers import described
from app.mail.wording import Wording, Words, fill, shipped_wording, wording_problems
from app.models import Assessment, MailWording
from app.settings import get_settings
from app.web import FormErrors, Link

LABELS = {
    INVITATION: "Invitation",
    NOT_STARTED: "Reminder: not started",
    UNFINISHED: "Reminder: unfinished",
    UNFINISHED_ANONYMOUS: "Reminder: unfinished",
}


def templates_for(assessment: Assessment) -> tuple[str, ...]:
    """The mails that this assessment can send."""
    unfinished = UNFINISHED_ANONYMOUS if assessment.anonymity == "anonymous" else UNFINISHED
    return (INVITATION, NOT_STARTED, unfinished)


@dataclass(frozen=True)
class Round:
    """One round of reminders: when, what became of it, and its address while it can be skipped."""

    when: str
    what: str
    skip: str


@dataclass(frozen=True)
class MailsPage:
    title: str
    lead: str
    base: str
    by_mail: bool
    reply_to: str
    server: str
    kinds: tuple[Link, ...]
    template: str
    label: str
    subject: str
    body: str
    placeholders: tuple[str, ...]
    own: bool
    can_change: bool
    can_remind: bool
    rounds: tuple[Round, ...]
    planned: Mapping[str, str]
    preview: Words | None
    paragraphs: tuple[str, ...]
    errors: FormErrors
    back: str


def mails_page(
    session: Session,
    assessment: Assessment,
    template: str,
    *,
    typed: Mapping[str, str] | None = None,
    planned: Mapping[str, str] | None = None,
    errors: FormErrors | None = None,
) -> MailsPage:
    """``typed``: a subject and body that are not saved, to be looked at."""
    base = f"/assessments/{assessment.id}"
    shipped = shipped_wording(template, questionnaire_of(assessment).language)
    wording = wording_of(session, assessment, template)
    if typed is not None:
        wording = Wording(typed.get("subject", ""), typed.get("body", ""), shipped.footer)
    chosen = inviting_of(session, assessment)
    preview = None
    if not wording_problems(wording, shipped):
        preview = fill(wording, example_values(assessment, organization_of(session, assessment)))
    return MailsPage(
        title="Invitations go out by mail" if chosen.by == "mail" else "Links are handed out; no mail is sent",
        lead=_lead(assessment, chosen.by),
        base=base,
        by_mail=chosen.by == "mail",
        reply_to=chosen.reply_to,
        server=described(get_settings().smtp_url.get_secret_value()),
        kinds=tuple(
            Link(LABELS[name], f"{base}/mails?template={name}", name == template) for name in templates_for(assessment)
        ),
        template=template,
        label=LABELS[template],
        subject=wording.subject,
        body=wording.body,
        placeholders=tuple(f"{{{name}}}" for name in sorted(shipped.placeholders)),
        own=session.get(MailWording, (assessment.organization_id, assessment.id, template)) is not None,
        can_change=assessment.status != "closed",
        can_remind=assessment.status == "open" and chosen.by == "mail",
        rounds=rounds_of(session, assessment),
        planned=Typed(planned if planned is not None else _planned(session, assessment)),
        preview=preview,
        paragraphs=tuple(preview.text.strip().split("\n\n")) if preview else (),
        errors=errors or FormErrors(),
        back=f"{base}/setup/terms" if assessment.status == "draft" else "",
    )


def rounds_of(session: Session, assessment: Assessment) -> tuple[Round, ...]:
    """The reminders, oldest first. In anonymous assessments no count tells how many have not submitted."""
    units = {unit.unit_id: unit.name for unit in units_of(session, assessment)}
    base = f"/assessments/{assessment.id}/reminders"
    found = []
    for each in reminders_of(session, assessment):
        to = ", ".join(units[unit] for unit in each.unit_ids if unit in units)
        where = f" in {to}" if to else ""
        people = (
            "those who had not submitted"
            if assessment.anonymity == "anonymous"
            else plural(each.mails, "person", "people")
        )
        what = {"planned": "planned, to those who have not submitted", "skipped": "skipped"}.get(
            each.state, f"sent to {people}{where}"
        )
        found.append(Round(moment(each.due_at), what, f"{base}/{each.id}/skip" if each.state == "planned" else ""))
    return tuple(found)


def _planned(session: Session, assessment: Assessment) -> dict[str, str]:
    return reminder_values([each.due_at for each in reminders_of(session, assessment) if each.state == "planned"])


def _lead(assessment: Assessment, by: str) -> str:
    if assessment.status == "closed":
        return "The assessment has closed, so no more mails go out."
    if by == "links":
        return "Choose “by mail” and everybody gets an invitation with a link of their own, and reminders if you plan some."
    if assessment.status == "draft":
        return "The launch writes one mail for each participant; they leave as soon as the window is open."
    return "Whoever is added now gets the invitation at once."
