"""Where a plan stands at a review, read off what people have recorded, and the problem that is planned again from there."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from app.models import RoadmapItem
from app.roadmaps.limits import Limits, period_of
from scoring.roadmap import Initiative, Kept, Problem, at_review, parse_problem, problem_document


@dataclass(frozen=True)
class Standing:
    """``now``: the period of the review. ``kept``: what has started or finished. ``stopped``: initiative → operating cost
    and capital that were spent on it before it was dropped. ``work``: the kept initiatives as the plan before had them."""

    now: int
    kept: tuple[Kept, ...]
    stopped: Mapping[str, tuple[float, float]]
    work: tuple[Mapping[str, Any], ...]

    def document(self) -> dict[str, Any]:
        return {
            "now": self.now,
            "kept": [asdict(each) for each in self.kept],
            "stopped": {name: list(spent) for name, spent in self.stopped.items()},
            "work": [dict(each) for each in self.work],
        }

    @staticmethod
    def of(document: Mapping[str, Any]) -> "Standing":
        return Standing(
            document["now"],
            tuple(Kept(**each) for each in document["kept"]),
            {name: (spent[0], spent[1]) for name, spent in document["stopped"].items()},
            tuple(document["work"]),
        )


def standing_of(problem: Mapping[str, Any], items: Mapping[str, RoadmapItem], limits: Limits, day: date) -> Standing:
    """``problem``: that of the plan under review, as stored. ``limits``: those to plan under from ``day`` on."""
    now = max(0, period_of(limits, day))
    planned = {each.id: each for each in parse_problem(problem).initiatives}
    kept = tuple(
        _kept(item, planned[name], limits, now)
        for name, item in sorted(items.items())
        if name in planned and item.status in {"started", "done"}
    )
    names = {each.id for each in kept}
    return Standing(
        now,
        kept,
        {name: (x.operating or 0.0, x.capital or 0.0) for name, x in items.items() if x.status == "stopped"},
        tuple(each for each in problem["initiatives"] if each["id"] in names),
    )


def _kept(item: RoadmapItem, planned: Initiative, limits: Limits, now: int) -> Kept:
    start = min(now, max(0, period_of(limits, item.started_on or limits.starts_on)))
    finished = period_of(limits, item.finished_on) if item.finished_on else None
    over = finished is not None and finished < now and start < now
    left = 0 if over else _periods_left(item, planned, limits, start, now)
    return Kept(
        id=item.initiative_id,
        start=start,
        remaining=left,
        finished=max(start, finished) if over and finished is not None else None,
        effort=None
        if over
        else {
            skill: rest
            for skill, days in item.effort.items()
            if (rest := _rest(sum(planned.effort.get(skill, ())), days)) is not None
        },
        operating=None if over else _rest(sum(planned.operating), item.operating),
        capital=None if over else _rest(sum(planned.capital), item.capital),
        spent_operating=item.operating if start < now else None,
        spent_capital=item.capital if start < now else None,
    )


def _periods_left(item: RoadmapItem, planned: Initiative, limits: Limits, start: int, now: int) -> int:
    """Periods still to come, this one included: as expected by now, else as planned; at most to the end of the plan."""
    if item.status == "done":
        left = 1
    elif item.planned_to is not None:
        left = period_of(limits, item.planned_to) - now + 1
    else:
        left = planned.duration - (now - start)
    return min(limits.periods - now, max(1, left))


def _rest(planned: float, spent: float | None) -> float | None:
    """What is still to come of a planned total; None, as planned for the time left, where more is spent already."""
    return planned - spent if spent is not None and spent <= planned else None


def reviewed(document: Mapping[str, Any], standing: Standing) -> tuple[dict[str, Any], dict[str, Any]]:
    """The problem ``document`` as it stands now, and what there is to say: limits raised (``overruns``), ``late`` pins.

    An initiative under way that is not in the document, because nothing would be planned there today, is kept as the plan
    before had it. Money spent on what was dropped is gone from the budgets.
    """
    there = {each["id"] for each in document["initiatives"]}
    missing = [each for each in standing.work if each["id"] not in there]
    whole = {**document, "initiatives": [*document["initiatives"], *missing]}
    problem = _without_stopped(parse_problem(whole), standing)
    review = at_review(problem, standing.now, standing.kept)
    said = {"overruns": [asdict(each) for each in review.overruns], "late": list(review.late)}
    return problem_document(review.problem), said


def _without_stopped(problem: Problem, standing: Standing) -> Problem:
    operating = sum(spent for spent, _ in standing.stopped.values())
    capital = sum(spent for _, spent in standing.stopped.values())
    return replace(
        problem,
        initiatives=tuple(
            replace(each, exclude=True, mandatory=False, pin=None) if each.id in standing.stopped else each
            for each in problem.initiatives
        ),
        operating=_less(problem.operating, operating, standing.now),
        capital=_less(problem.capital, capital, standing.now),
    )


def _less(limit: tuple[float, ...] | None, spent: float, now: int) -> tuple[float, ...] | None:
    """``limit`` without what was spent: from the last period before ``now`` backwards, then from ``now`` on.

    >>> _less((10.0, 10.0, 10.0), 25.0, 2)
    (0.0, 0.0, 5.0)
    """
    if limit is None or not spent:
        return limit
    left = list(limit)
    for period in (*range(now - 1, -1, -1), *range(now, len(left))):
        taken = min(left[period], spent)
        left[period], spent = left[period] - taken, spent - taken
    return tuple(left)
