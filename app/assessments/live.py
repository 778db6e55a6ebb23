"""The live page: who was asked, who has started and submitted; never what was answered."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from app.assessments.pages import input_moment, window_words
from app.assessments.queries import Progress, UnitProgress, progress, submission_times
from app.formats import day, long_day, moment, plural, share
from app.models import Assessment
from app.web import FormErrors

GOAL = 0.7
"""The response rate that units are measured against."""


@dataclass(frozen=True)
class LiveRow:
    unit: UnitProgress
    rate: str
    caution: str


@dataclass(frozen=True)
class Mark:
    """A label at a place, 0–100% of the drawing."""

    at: float
    label: str


@dataclass(frozen=True)
class Curve:
    """Submitted responses, cumulative by day. Places in % of the drawing; 0 is at the left and at the top."""

    title: str
    subtitle: str
    line: str
    now: Mark
    height: float
    goal: Mark
    invited: Mark
    counts: tuple[Mark, ...]
    days: tuple[Mark, ...]
    weekends: tuple[Mark, ...]
    weekend_width: float
    rows: tuple[tuple[str, int, int], ...]
    """Day, submitted on it, submitted until then."""


@dataclass(frozen=True)
class LivePage:
    title: str
    lead: str
    base: str
    open: bool
    manage: bool
    count: UnitProgress
    units: int
    invited_note: str
    started_note: str
    submitted_note: str
    goal: float
    goal_people: int
    rows: tuple[LiveRow, ...]
    rate: str
    most: int
    minimum: int
    hidden: str
    curve: Curve | None
    curve_hidden: str
    links: str
    closes_words: str
    close_words: tuple[str, ...]
    extend_value: str
    errors: FormErrors
    report_href: str


def live_page(
    session: Session,
    assessment: Assessment,
    *,
    at: datetime,
    manage: bool = True,
    errors: FormErrors | None = None,
    extend_value: str = "",
) -> LivePage:
    """``manage``: whether the viewer may extend, close and hand out links."""
    counts = progress(session, assessment)
    total = counts.total
    hidden = f"fewer than {counts.minimum}"
    goal_people = -(-int(GOAL * 100) * total.invited // 100)
    return LivePage(
        title=_headline(assessment, counts, goal_people, at),
        lead=_lead(assessment, at),
        base=f"/assessments/{assessment.id}",
        open=assessment.status == "open",
        manage=manage,
        count=total,
        units=len(counts.units),
        invited_note=plural(len(counts.units), "unit"),
        started_note=f"{share(total.started / total.invited)} of invited"
        if total.started is not None and total.invited
        else "",
        submitted_note=f"{share(total.submitted / total.invited)} of invited"
        if total.submitted is not None and total.invited
        else "",
        goal=GOAL,
        goal_people=goal_people,
        rows=tuple(_live_row(unit, counts) for unit in counts.units),
        rate=_rate(total),
        most=max((unit.invited for unit in counts.units), default=1),
        minimum=counts.minimum,
        hidden=hidden,
        curve=_curve(session, assessment, total.invited, goal_people, at),
        curve_hidden="Anonymous: the course over time is not drawn, because single steps could be joined to people."
        if counts.anonymous
        else "",
        links=moment(assessment.links_downloaded_at) if assessment.links_downloaded_at else "",
        closes_words=moment(assessment.closes_at),
        close_words=_close_words(counts),
        extend_value=extend_value or input_moment((assessment.closes_at or at) + timedelta(days=7)),
        errors=errors or FormErrors(),
        report_href=f"/assessments/{assessment.id}/report" if assessment.status == "closed" else "",
    )


def _headline(assessment: Assessment, counts: Progress, goal_people: int, at: datetime) -> str:
    total = counts.total
    if assessment.status == "closed":
        return f"Closed with {plural(total.submitted, 'response')}" if total.submitted is not None else "Closed"
    if assessment.opens_at and at < assessment.opens_at:
        return f"Opens on {long_day(assessment.opens_at)}; {plural(total.invited, 'person', 'people')} will be asked"
    if total.submitted is None:
        return f"{plural(total.invited, 'person', 'people')} asked; fewer than {counts.minimum} have answered so far"
    if total.submitted >= goal_people:
        return f"The goal of {share(GOAL)} is reached: {total.submitted} of {total.invited} have answered"
    behind = [
        unit.name for unit in counts.units if unit.submitted is not None and unit.submitted < GOAL * unit.invited
    ][:2]
    more = goal_people - total.submitted
    nudge = (
        f"; {' and '.join(behind)} {'needs' if len(behind) == 1 else 'need'} a nudge"
        if behind and total.submitted
        else ""
    )
    return f"{total.submitted} of {total.invited} have answered, {more} short of the goal{nudge}"


def _lead(assessment: Assessment, at: datetime) -> str:
    mode = {
        "confidential": "Confidential: you see who answered, never what.",
        "anonymous": "Anonymous: nobody sees who answered.",
        "identified": "Identified: answers are stored with the invitation.",
    }[assessment.anonymity]
    late = assessment.status == "open" and assessment.closes_at is not None and assessment.closes_at <= at
    state = (
        "The window has ended; close the assessment to compute its results."
        if late
        else "No results are shown while the window is open."
    )
    if assessment.status == "closed":
        return f"Window {window_words(assessment)}. Closed on {moment(assessment.closed_at)}. {mode}"
    return f"Window {window_words(assessment)}. As of {moment(at)}. {mode} {state}"


def _live_row(unit: UnitProgress, counts: Progress) -> LiveRow:
    if unit.invited < counts.minimum:
        caution = f"under {counts.minimum} asked: no result of its own"
    elif unit.below_minimum and not counts.anonymous:
        caution = f"below {counts.minimum}: no result yet"
    else:
        caution = ""
    return LiveRow(unit, _rate(unit), caution)


def _rate(unit: UnitProgress) -> str:
    return share(unit.submitted / unit.invited) if unit.submitted is not None and unit.invited else "–"


def _close_words(counts: Progress) -> tuple[str, ...]:
    total = counts.total
    words = ["Every link stops working at once, and nobody can go on answering."]
    if total.submitted is not None and total.started is not None:
        unfinished = total.started - total.submitted
        waiting = total.invited - total.submitted
        words.append(f"{plural(waiting, 'person has', 'people have')} not submitted; {unfinished} of them started.")
        words.append("Answers that were saved but not submitted do not count.")
    small = [unit.name for unit in counts.units if unit.below_minimum]
    if small and not counts.anonymous:
        words.append(f"Fewer than {counts.minimum} answers, so no result of their own: {', '.join(small)}.")
    words.append("The results are computed and frozen. It cannot be opened again; a new wave can ask again.")
    return tuple(words)


MOST_DAYS_DRAWN = 120


def _curve(session: Session, assessment: Assessment, invited: int, goal: int, at: datetime) -> Curve | None:
    """The course of submissions; none where times could be joined to people, or before anything happened."""
    times = submission_times(session, assessment)
    if assessment.anonymity == "anonymous" or not times or assessment.opens_at is None:
        return None
    first = min(assessment.opens_at, times[0]).date()
    today = max(min(at, assessment.closed_at or at).date(), times[-1].date())
    last = max(today, (assessment.closed_at or assessment.closes_at or at).date())
    span = max((last - first).days, 1)
    if span > MOST_DAYS_DRAWN:
        return None
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    sent = [sum(time.date() == each for time in times) for each in days]
    sums = [sum(sent[: n + 1]) for n in range(len(sent))]
    points = [(100 * n / span, 100 - 100 * total / invited) for n, total in enumerate(sums)]
    recent = sum(sent[-3:])
    return Curve(
        f"{recent} of {plural(len(times), 'answer')} came in the last three days",
        f"Submitted, cumulative, {day(first)} to {day(last)}; weekends shaded",
        " ".join(f"{x:.2f},{y:.2f}" for x, y in points),
        Mark(points[-1][0], f"{sums[-1]} submitted, {share(sums[-1] / invited)}"),
        points[-1][1],
        Mark(100 - 100 * goal / invited, f"Goal {share(GOAL)}, {plural(goal, 'person', 'people')}"),
        Mark(0, f"{invited} invited"),
        tuple(Mark(100 - 100 * count / invited, str(count)) for count in _ticks(invited)),
        tuple(Mark(100 * n / span, _tick_day(first + timedelta(days=n))) for n in range(0, span + 1, -(-span // 4))),
        tuple(Mark(100 * (n - 0.5) / span, "") for n in range(1, span) if (first + timedelta(days=n)).weekday() > 4),
        100 / span,
        tuple(zip((day(each) for each in days), sent, sums, strict=True)),
    )


def _ticks(most: int) -> list[int]:
    """Three or four round counts up to ``most``."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000) if most / step < 5)
    return list(range(0, most, step))


def _tick_day(value: date) -> str:
    return f"{value.day} {value:%b}"
