"""The panel of a thread, and the page of all threads of an assessment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.access import ROLE_PERMISSIONS, Permission, may
from app.models import Assessment, User
from app.remarks.queries import Said, remarks_of, thread_of


@dataclass(frozen=True)
class RemarkRow:
    """``action``: the address of its forms, without what they do."""

    id: str
    author: str
    text: str
    written_at: datetime
    edited: bool
    resolved: bool
    own: bool
    revision: int
    action: str


@dataclass(frozen=True)
class RemarksPanel:
    """What may be seen of a thread and done in it. ``back``: the page it stands on."""

    subject: str
    subject_id: str
    action: str
    back: str
    open: tuple[RemarkRow, ...]
    resolved: tuple[RemarkRow, ...]
    may_resolve: bool


@dataclass(frozen=True)
class Thread:
    """``href``: the newest page of its subject."""

    title: str
    kind: str
    href: str
    panel: RemarksPanel


@dataclass(frozen=True)
class ThreadsPage:
    assessment: str
    threads: tuple[Thread, ...]


def remarks_panel(
    session: Session, user: User, assessment: Assessment, *, subject: str, subject_id: str = "", back: str
) -> RemarksPanel | None:
    """The thread of a subject; None for those it is not for: readers by link, and analysts."""
    role, said = thread_of(session, user, assessment, subject, subject_id)
    allowed = ROLE_PERMISSIONS.get(role or "", frozenset())
    if Permission.COMMENT not in allowed:
        return None
    return _panel(assessment, said, user, subject, subject_id, back, Permission.MANAGE in allowed)


def threads_page(
    session: Session, user: User, assessment: Assessment, names: Mapping[tuple[str, str], tuple[str, str]]
) -> ThreadsPage:
    """Every thread, those with something open first. ``names``: subject → title and address."""
    moderator = may(session, user, assessment.organization_id, Permission.MANAGE)
    threads: dict[tuple[str, str], list[Said]] = {}
    for said in remarks_of(session, assessment):
        threads.setdefault((said.remark.subject, said.remark.subject_id), []).append(said)
    back = f"/assessments/{assessment.id}/comments"
    found = [
        Thread(*_named(key, names), _panel(assessment, said, user, *key, back, moderator))
        for key, said in threads.items()
    ]
    return ThreadsPage(assessment.name, tuple(sorted(found, key=lambda thread: not thread.panel.open)))


def _named(key: tuple[str, str], names: Mapping[tuple[str, str], tuple[str, str]]) -> tuple[str, str, str]:
    title, href = names.get(key, (key[1], ""))
    return title, key[0].capitalize(), href


def _panel(
    assessment: Assessment, said: Sequence[Said], user: User, subject: str, subject_id: str, back: str, moderator: bool
) -> RemarksPanel:
    action = f"/assessments/{assessment.id}/comments"
    rows = [_row(each, user, action) for each in said]
    return RemarksPanel(
        subject=subject,
        subject_id=subject_id,
        action=action,
        back=back,
        open=tuple(row for row in rows if not row.resolved),
        resolved=tuple(row for row in rows if row.resolved),
        may_resolve=moderator,
    )


def _row(said: Said, user: User, action: str) -> RemarkRow:
    remark = said.remark
    return RemarkRow(
        id=remark.id,
        author=said.author,
        text=remark.text,
        written_at=remark.created_at,
        edited=remark.edited_at is not None,
        resolved=remark.resolved_at is not None,
        own=remark.author_id == user.id,
        revision=remark.revision,
        action=f"{action}/{remark.id}",
    )
