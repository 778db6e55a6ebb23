"""The ladder of a capability: its levels from the top down, each with its descriptions and who chose them."""

from dataclasses import dataclass
from itertools import pairwise

from app.formats import share
from app.results.measures import shown
from app.results.queries import Report
from questionnaires.schema import Question
from scoring.results import (
    CapabilityResult,
    Distribution,
    WithheldDistribution,
)

LARGE_SHARE = 0.6
TENTHS = ("None", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


@dataclass(frozen=True)
class Rung:
    """The answers of one question at one level. ``count`` is absent where the level is merged into a neighbour."""

    text: str
    count: int | None
    share: float
    merged: str


@dataclass(frozen=True)
class QuestionView:
    head: str
    text: str
    withheld: str | None


@dataclass(frozen=True)
class Segment:
    """The part of the vertical ladder beside one level: places from 0 (top) to 100 (bottom) of its row."""

    tick: bool
    ours: float | None
    interval: tuple[float, float] | None
    target: float | None
    to_go: tuple[float, float] | None
    peers: tuple[float, float] | None
    median: float | None
    line: tuple[float, float]


@dataclass(frozen=True)
class LevelRow:
    value: float
    name: str
    next: bool
    segment: Segment
    rungs: tuple[Rung, ...]


def ladder_title(one: CapabilityResult | None, report: Report) -> str:
    """``Eight in ten answer at level 1 or 2 on each question``, where counts were not merged across that level."""
    if one is None:
        return "What people chose"
    steps = report.questionnaire.scale.levels
    nearest = min(steps, key=lambda step: abs(step.value - one.estimate))
    shares = [_share_up_to(found, nearest.id) for found in one.distributions if isinstance(found, Distribution)]
    known = [share for share in shares if share is not None]
    if known and len(known) == len(shares) and min(known) >= LARGE_SHARE:
        reached = [f"{step.value:g}" for step in steps if step.value <= nearest.value]
        words = f"level {' or '.join(reached)}" if len(reached) <= 2 else f"level {reached[-1]} or lower"
        each = " on each question" if len(known) > 1 else ""
        return f"{TENTHS[int(min(known) * 10)]} in ten answer at {words}{each}"
    return f"People answer around level {nearest.value:g}, {nearest.name.lower()}"


def _share_up_to(found: Distribution, level_id: str) -> float | None:
    """The share at or under a level; ``None`` where the level is merged with the one above it."""
    total = 0.0
    for part in found.counts:
        total += part.share
        if level_id in part.levels:
            return total if part.levels[-1] == level_id else None
    return None


def question_views(
    questions: tuple[Question, ...], found: dict[str, Distribution | WithheldDistribution]
) -> tuple[QuestionView, ...]:
    views = []
    for number, question in enumerate(questions, start=1):
        one = found.get(question.id)
        head = f"Question {number}" + (", in the short form" if question.pulse else "")
        if isinstance(one, Distribution):
            head += f"; n = {one.n}"
            head += f", {share(one.dont_know)} do not know" if one.dont_know else ""
            head += f", {share(one.not_applicable)} not applicable" if one.not_applicable else ""
        views.append(QuestionView(head, question.text, one.sentence if isinstance(one, WithheldDistribution) else None))
    return tuple(views)


def level_rows(report: Report, one: CapabilityResult | None, questions: tuple[Question, ...]) -> tuple[LevelRow, ...]:
    steps = report.questionnaire.scale.levels
    values = [step.value for step in steps]
    edges = [
        values[0] - (values[1] - values[0]) / 2,
        *((low + high) / 2 for low, high in pairwise(values)),
        values[-1] + (values[-1] - values[-2]) / 2,
    ]
    following = next((step.value for step in steps if one and step.value > shown(one.estimate)), None)
    found = {found.question: found for found in one.distributions} if one else {}
    rows = []
    for place in reversed(range(len(steps))):
        step = steps[place]
        rungs = tuple(_rung(question, place, step.id, found.get(question.id)) for question in questions)
        segment = _segment(one, step.value, edges[place], edges[place + 1], values)
        rows.append(LevelRow(step.value, step.name, step.value == following, segment, rungs))
    return tuple(rows)


def _rung(question: Question, place: int, level_id: str, found: Distribution | WithheldDistribution | None) -> Rung:
    text = question.options[place].text
    if not isinstance(found, Distribution):
        return Rung(text, None, 0.0, "")
    part = next((count for count in found.counts if level_id in count.levels), None)
    if part is None:
        return Rung(text, None, 0.0, "")
    if len(part.levels) == 1:
        return Rung(text, part.count, part.share, "")
    names = [number for number, option in enumerate(question.options, start=1) if option.id in part.levels]
    if level_id != part.levels[-1]:
        return Rung(text, None, 0.0, "counted above")
    return Rung(text, part.count, part.share, f"{names[0]}–{names[-1]} together")


def _segment(one: CapabilityResult | None, value: float, low: float, high: float, values: list[float]) -> Segment:
    def place(at: float | None) -> float | None:
        if at is None or not low <= at < high:
            return None
        return round(100 * (high - at) / (high - low), 2)

    def part(start: float | None, end: float | None) -> tuple[float, float] | None:
        if start is None or end is None or end <= low or start >= high:
            return None
        top, bottom = min(end, high), max(start, low)
        return round(100 * (high - top) / (high - low), 2), round(100 * (top - bottom) / (high - low), 2)

    line = part(values[0], values[-1]) or (0.0, 100.0)
    if one is None:
        return Segment(True, None, None, None, None, None, None, line)
    peer = one.peer
    return Segment(
        tick=True,
        ours=place(one.estimate),
        interval=part(one.low, one.high),
        target=place(one.target),
        to_go=part(one.estimate, one.target) if one.target is not None else None,
        peers=part(peer.lower_quartile, peer.upper_quartile) if peer else None,
        median=place(peer.median) if peer else None,
        line=line,
    )
