"""The record of processing of one organisation: what is done with whose data, why, and for how long."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from app.formats import plural
from app.models import Assessment, Membership, Organization, Participant


@dataclass(frozen=True)
class Activity:
    """One entry of the record (Article 30 of the GDPR lists what belongs into it)."""

    name: str
    purpose: str
    people: str
    stored: str
    seen_by: str
    kept: str


@dataclass(frozen=True)
class Asked:
    """One assessment and what it still holds of people."""

    id: str
    name: str
    status: str
    anonymity: str
    people: int
    erased: bool


@dataclass(frozen=True)
class ProcessingRecord:
    controller: str
    activities: tuple[Activity, ...]
    safeguards: tuple[str, ...]
    recipients: tuple[str, ...]
    assessments: tuple[Asked, ...]


SAFEGUARDS = (
    "Answers are shown only for groups of a minimum size, by one gate for pages, API and files.",
    "Each organisation's rows are held apart by the application, and on PostgreSQL by the database as well.",
    "Links, cookies and codes are stored as digests; passwords as Argon2 hashes; second factors can be made obligatory.",
    "Every act of a user is in a log that can only grow; it holds ids and counts, no names and no answers.",
)
RECIPIENTS = (
    "The mail server that the administrator has set up: names and addresses of those who are asked by mail.",
    "Whoever runs this installation, and its backups. Nothing is sent to anybody else.",
)


def processing_record(session: Session, organization: Organization) -> ProcessingRecord:
    """The record as it is now, counts included."""
    members = session.exec(
        select(func.count()).select_from(Membership).where(Membership.organization_id == organization.id)
    ).one()
    return ProcessingRecord(
        organization.name, _activities(organization, members), SAFEGUARDS, RECIPIENTS, _asked(session, organization)
    )


def _activities(organization: Organization, members: int) -> tuple[Activity, ...]:
    months = organization.retention_months
    after = f"{plural(months, 'month')} after the close of the assessment" if months else "until somebody erases it"
    return (
        Activity(
            "Asking people", "To invite each once, and remind those who have not answered",
            "Employees and others on the list of participants", "Name, address, unit, role, seniority; mails and their fate",
            "Consultants of the organisation", after,
        ),
        Activity(
            "Answers", "To measure how mature capabilities are, as a group sees them",
            "Those who answer", "Answers, reasons, comments, links to evidence, unit, role; times unless anonymous",
            "The person; by name nobody but consultants of identified assessments; as groups all members", after,
        ),
        Activity(
            "Results and roadmaps", "To report, compare waves and plan", "No single person: groups of a minimum size",
            "Levels, intervals, comments without their writer", "Members, and readers of shared links",
            "until the organisation is deleted",
        ),
        Activity(
            "Members", "To let colleagues in and know who did what", f"{plural(members, 'user')} of this organisation",
            "Name, address, role, sign-ins, what they wrote as comments on a report",
            "Consultants of the organisation, platform administrators", "until the membership or the user is removed",
        ),
        Activity(
            "Log of acts", "To prove what was done", "Members and administrators", "User id, act, time, counts",
            "Consultants of the organisation, platform administrators", "for good: it cannot be shortened",
        ),
    )  # fmt: skip


def _asked(session: Session, organization: Organization) -> tuple[Asked, ...]:
    on_list = (
        select(col(Participant.assessment_id), func.count().label("people"))
        .where(Participant.organization_id == organization.id)
        .group_by(col(Participant.assessment_id))
    )
    people: dict[str, int] = dict(session.exec(on_list).all())
    statement = (
        select(Assessment)
        .where(Assessment.organization_id == organization.id)
        .order_by(col(Assessment.created_at).desc())
    )
    return tuple(
        Asked(row.id, row.name, row.status, row.anonymity, people.get(row.id, 0), row.people_erased_at is not None)
        for row in session.exec(statement)
    )
