"""What each respondent page may use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app import formats
from app.clock import new_token
from app.models import Answer, Assessment, Organization, Participant, Response
from app.web import FieldError
from questionnaires.schema import Capability, OutcomeQuestion, ProfileQuestion, Question, Questionnaire

HUB = "/answering"
CHECK = "/answering/check"
OUTCOMES = "outcomes"
ABOUT_YOU = "about-you"

Asked = Question | OutcomeQuestion | ProfileQuestion


@dataclass(frozen=True)
class Privacy:
    label: str
    summary: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnsweringShell:
    """The frame of every respondent page."""

    nonce: str
    lang: str
    organization: str
    survey: str
    privacy: Privacy
    closes: str
    csrf: str = ""
    response: str = ""
    answers_url: str = ""


@dataclass(frozen=True)
class LandingPage:
    purpose: str
    asked_by: str
    questions: int
    median_minutes: int | None
    started: bool
    answered: int
    action: str
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class Progress:
    """``groups``: per dimension the state of each capability: done, started or open."""

    answered: int
    questions: int
    capabilities_done: int
    capabilities: int
    groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Task:
    id: str
    name: str
    short: str
    href: str
    answered: int
    questions: int


@dataclass(frozen=True)
class TaskGroup:
    name: str
    answered: int
    questions: int
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class HubPage:
    progress: Progress
    groups: tuple[TaskGroup, ...]
    next: Task | None
    check_href: str
    minutes_left: int | None
    saved_at: datetime | None
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class Choice:
    id: str
    text: str


@dataclass(frozen=True)
class Conflict:
    current: str
    yours: str


@dataclass(frozen=True)
class QuestionView:
    """One question with what was answered, or typed and not yet accepted."""

    id: str
    number: int
    of: int
    text: str
    help: str
    options: tuple[Choice, ...]
    value: str | None
    status: str
    reason: str
    comment: str
    evidence_url: str
    revision: int
    mutation_id: str
    saved_at: datetime | None
    dont_know_allowed: bool = True
    not_applicable_allowed: bool = True
    comments_allowed: bool = True
    answer_error: str | None = None
    reason_error: str | None = None
    evidence_error: str | None = None
    conflict: Conflict | None = None


@dataclass(frozen=True)
class QuestionsPage:
    """A capability, the outcome questions, or the questions about the respondent."""

    name: str
    dimension: str
    intro: str
    action: str
    next_href: str
    hub_href: str
    questions: tuple[QuestionView, ...]
    progress: Progress
    median_minutes: int | None
    saved_at: datetime | None
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class CheckedAnswer:
    question: str
    text: str
    open: bool
    reason: str
    comment: str
    evidence_url: str


@dataclass(frozen=True)
class CheckGroup:
    name: str
    href: str
    answers: tuple[CheckedAnswer, ...]


@dataclass(frozen=True)
class CheckPage:
    progress: Progress
    open_count: int
    groups: tuple[CheckGroup, ...]
    action: str
    hub_href: str
    idempotency_key: str
    saved_at: datetime | None
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class ProfileRow:
    name: str
    value: float | None


@dataclass(frozen=True)
class ReceiptPage:
    submitted_at: datetime
    show_time: bool
    answered: int
    questions: int
    receipt_code: str
    next_step: str
    profile: tuple[ProfileRow, ...]
    scale_low: float
    scale_high: float
    ticks: tuple[float, ...]
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class ClosedPage:
    answered: int
    contact: str
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class ProblemPage:
    title: str
    explanation: str
    next_step: str = ""
    href: str = ""
    href_label: str = ""
    errors: tuple[FieldError, ...] = ()


def privacy_of(assessment: Assessment) -> Privacy:
    """Who sees what, in the words that every page repeats."""
    k = assessment.min_group
    shown = (
        f"Results need {k} people. Comments need {max(10, k)}, appear in random order and never with your unit or role."
    )
    if assessment.anonymity == "identified":
        return Privacy(
            "Identified",
            f"The people who run this survey can see your answers with your name. {shown}",
            ("In reports to others nobody is named.",),
        )
    if assessment.anonymity == "anonymous":
        return Privacy(
            "Anonymous",
            f"Nothing stored connects your answers to you, only to your unit and role. {shown}",
            (
                "Only the day is stored, not the time; no address of your device is kept.",
                "Your link and your receipt code are the only ways back to your answers.",
            ),
        )
    return Privacy(
        "Confidential",
        f"The consultant sees that you answered, never what. {shown}",
        (
            "Your answers count with your unit and role, never with your name.",
            "If you are asked again later, change is measured against your own answers; only results of groups are shown.",
        ),
    )


def shell_of(
    organization: Organization,
    assessment: Assessment,
    questionnaire: Questionnaire,
    *,
    nonce: str,
    csrf: str = "",
    response: Response | None = None,
) -> AnsweringShell:
    """The frame of a respondent page; with a response, the script saves to it."""
    return AnsweringShell(
        nonce=nonce,
        lang=questionnaire.language,
        organization=organization.name,
        survey=assessment.name,
        privacy=privacy_of(assessment),
        closes=closes_text(assessment),
        csrf=csrf,
        response=response.id if response else "",
        answers_url=f"/api/v1/responses/{response.id}/answers" if response else "",
    )


def closes_text(assessment: Assessment) -> str:
    """``Friday 30 October 2026, 18:00 UTC``."""
    if assessment.closes_at is None:
        return "it is closed by the people who run it"
    return f"{formats.long_day(assessment.closes_at)}, {formats.clock_time(assessment.closes_at)} UTC"


@dataclass(frozen=True)
class Sheet:
    """One page of questions: a capability, the outcomes, or the questions about the respondent."""

    slug: str
    name: str
    short: str
    group: str
    questions: tuple[Asked, ...]

    @property
    def href(self) -> str:
        return f"{HUB}/{self.slug}"


def sheets_of(questionnaire: Questionnaire, response: Response) -> tuple[Sheet, ...]:
    """The pages of a survey in order. What the invitation knows about the respondent is not asked again."""
    sheets = [
        _sheet(capability, dimension.name)
        for dimension in questionnaire.dimensions
        for capability in dimension.capabilities
    ]
    if questionnaire.outcomes:
        name = "How well marketing meets its goals"
        sheets.append(Sheet(OUTCOMES, name, "Outcomes", "Outcomes", questionnaire.outcomes))
    unknown = unknown_profile(questionnaire, response)
    if unknown:
        sheets.append(Sheet(ABOUT_YOU, "About your work", "About your work", "About you", unknown))
    return tuple(sheets)


def unknown_profile(questionnaire: Questionnaire, response: Response | Participant) -> tuple[ProfileQuestion, ...]:
    """The profile questions that the invitation leaves open."""
    known = {"profile.role": response.role, "profile.seniority": response.seniority}
    return tuple(question for question in questionnaire.profile if not known.get(question.id, "unknown to us"))


def _sheet(capability: Capability, dimension: str) -> Sheet:
    return Sheet(capability.id, capability.name, capability.short, dimension, capability.questions)


def is_answered(answer: Answer | None) -> bool:
    return answer is not None and answer.status != "unanswered"


def answered_in(sheet: Sheet, answers: Mapping[str, Answer]) -> int:
    return sum(is_answered(answers.get(question.id)) for question in sheet.questions)


def progress_of(sheets: Sequence[Sheet], answers: Mapping[str, Answer]) -> Progress:
    """Counts that only grow: what was answered stays answered."""
    groups: dict[str, list[str]] = {}
    for sheet in sheets:
        groups.setdefault(sheet.group, []).append(_state(sheet, answers))
    states = [state for group in groups.values() for state in group]
    return Progress(
        answered=sum(answered_in(sheet, answers) for sheet in sheets),
        questions=sum(len(sheet.questions) for sheet in sheets),
        capabilities_done=states.count("done"),
        capabilities=len(states),
        groups=tuple(tuple(group) for group in groups.values()),
    )


def _state(sheet: Sheet, answers: Mapping[str, Answer]) -> str:
    count = answered_in(sheet, answers)
    return "done" if count == len(sheet.questions) else "started" if count else "open"


def last_saved(answers: Mapping[str, Answer], assessment: Assessment) -> datetime | None:
    """When something was last saved; never shown where only days are kept."""
    if assessment.anonymity == "anonymous":
        return None
    return max((answer.saved_at for answer in answers.values()), default=None)


def task_of(sheet: Sheet, answers: Mapping[str, Answer]) -> Task:
    return Task(sheet.slug, sheet.name, sheet.short, sheet.href, answered_in(sheet, answers), len(sheet.questions))


def hub_page(
    sheets: Sequence[Sheet], answers: Mapping[str, Answer], assessment: Assessment, minutes: int | None
) -> HubPage:
    """All pages as a task list, in any order."""
    groups: dict[str, list[Task]] = {}
    for sheet in sheets:
        groups.setdefault(sheet.group, []).append(task_of(sheet, answers))
    progress = progress_of(sheets, answers)
    tasks = [task for group in groups.values() for task in group]
    left = 1 - progress.answered / progress.questions
    return HubPage(
        progress=progress,
        groups=tuple(
            TaskGroup(name, sum(t.answered for t in group), sum(t.questions for t in group), tuple(group))
            for name, group in groups.items()
        ),
        next=next((task for task in tasks if task.answered < task.questions), None),
        check_href=CHECK,
        minutes_left=max(1, round(minutes * left)) if minutes and left else None,
        saved_at=last_saved(answers, assessment),
    )


def question_view(question: Asked, number: int, of: int, answer: Answer | None, assessment: Assessment) -> QuestionView:
    """One question with its stored answer."""
    scored = isinstance(question, Question)
    profile = isinstance(question, ProfileQuestion)
    hide_time = assessment.anonymity == "anonymous"
    return QuestionView(
        id=question.id,
        number=number,
        of=of,
        text=question.text,
        help="" if isinstance(question, ProfileQuestion) else question.help,
        options=tuple(Choice(option.id, option.text) for option in question.options),
        value=answer.option_id if answer else None,
        status=answer.status if answer else "unanswered",
        reason=answer.reason if answer else "",
        comment=answer.comment if answer else "",
        evidence_url=answer.evidence_url if answer else "",
        revision=answer.revision if answer else 0,
        mutation_id=new_token(),
        saved_at=None if answer is None or hide_time else answer.saved_at,
        dont_know_allowed=not profile,
        not_applicable_allowed=scored,
        comments_allowed=scored,
    )


def answer_text(question: Asked, status: str, option_id: str | None) -> str:
    """What was answered, in words."""
    fixed = {"dont_know": "Don't know", "not_applicable": "Not applicable to my work", "unanswered": "Not answered"}
    if status in fixed:
        return fixed[status]
    return next((option.text for option in question.options if option.id == option_id), "Not answered")


def check_groups(sheets: Sequence[Sheet], answers: Mapping[str, Answer]) -> tuple[CheckGroup, ...]:
    """Every answer, to be read once more before submitting."""
    return tuple(
        CheckGroup(
            sheet.name, sheet.href, tuple(_checked(question, answers.get(question.id)) for question in sheet.questions)
        )
        for sheet in sheets
    )


def _checked(question: Asked, answer: Answer | None) -> CheckedAnswer:
    if answer is None:
        return CheckedAnswer(question.text, "Not answered", open=True, reason="", comment="", evidence_url="")
    return CheckedAnswer(
        question.text,
        answer_text(question, answer.status, answer.option_id),
        open=answer.status == "unanswered",
        reason=answer.reason,
        comment=answer.comment,
        evidence_url=answer.evidence_url,
    )


def own_profile(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> tuple[ProfileRow, ...]:
    """Mean level per dimension from the person's own answers."""
    rows = []
    for dimension in questionnaire.dimensions:
        values = [
            option.value
            for capability in dimension.capabilities
            for question in capability.questions
            for option in question.options
            if (answer := answers.get(question.id)) is not None and answer.option_id == option.id
        ]
        rows.append(ProfileRow(dimension.name, sum(values) / len(values) if values else None))
    return tuple(rows)
