"""The page of a plan."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.formats import plural
from app.models import Roadmap, RoadmapJob
from app.roadmaps.limits import Limits, horizon, period_name
from app.roadmaps.pages.conflict import conflict_words
from app.roadmaps.pages.difference import Change, DiffRow, changes, differences
from app.roadmaps.pages.expected import ExpectedLevels, expected
from app.roadmaps.pages.job import JobLine, job_line
from app.roadmaps.pages.levels import expected_levels
from app.roadmaps.pages.links import ROW, Line, lines
from app.roadmaps.pages.reasons import LimitGain, limit_gains, what_binds
from app.roadmaps.pages.stopping import Stopping, what_to_stop
from app.roadmaps.pages.timeline import TimelineRow, left_out_words, timeline
from app.roadmaps.pages.use import UseRow, use_rows
from app.roadmaps.pages.view import SYMBOLS, View, certainty, period_names, short_name
from app.roadmaps.pages.what_if import WhatIf, what_if
from scoring.results import Overall


@dataclass(frozen=True)
class LeftOut:
    id: str
    title: str
    reason: str


FILES = (
    ("xlsx", "XLSX workbook"),
    ("csv", "CSV list"),
    ("jira.csv", "CSV for Jira"),
    ("asana.csv", "CSV for Asana"),
    ("ics", "Calendar of milestones"),
    ("json", "JSON"),
)


@dataclass(frozen=True)
class RoadmapPage:
    id: str
    title: str
    lead: str
    status: str
    name: str
    unit: str
    periods: tuple[tuple[str, str], ...]
    """(``Q1``, ``2027``) of each period."""
    horizons: tuple[tuple[str, int], ...]
    rows: tuple[TimelineRow, ...]
    lines: tuple[Line, ...]
    height: int
    """Of all rows together, in pixels."""
    fit: int
    """By how much the timeline shrinks to print on one page, in percent."""
    use: tuple[UseRow, ...]
    expected: ExpectedLevels | None
    left_out: tuple[LeftOut, ...]
    at_target: tuple[str, ...]
    stop: tuple[Stopping, ...]
    unknown: tuple[str, ...]
    limit_gains: tuple[LimitGain, ...]
    binds: str
    what_if: WhatIf
    compared: bool
    differences: tuple[DiffRow, ...]
    changes: tuple[Change, ...]
    scenarios: tuple[tuple[str, str], ...]
    compare_href: str
    back_href: str
    conflict: tuple[str, ...]
    job: JobLine | None
    improve: str
    files: tuple[tuple[str, str], ...]
    """Address and name of each file."""
    may_plan: bool
    """Whether the reader may plan again, adopt and discard."""


def roadmap_page(
    view: View,
    before: View | None,
    scenarios: Sequence[Roadmap],
    job: RoadmapJob | None,
    back_href: str,
    *,
    may_plan: bool,
) -> RoadmapPage:
    """The plan; with ``before``, what differs from it."""
    limits = view.limits
    rows = timeline(view, before)
    use = use_rows(view, before)
    requires = {x["id"]: x["requires"] for x in view.roadmap.problem["initiatives"]}
    return RoadmapPage(
        id=view.roadmap.id,
        title=_title(view, before, rows),
        lead=_lead(view),
        status=view.roadmap.status,
        name=view.roadmap.name,
        unit=SYMBOLS.get(view.currency, view.currency),
        periods=tuple((name.split()[0], name.split()[1]) for name in period_names(limits)),
        horizons=_horizons(limits),
        rows=rows,
        lines=lines([(row.id, row.title, row.bar) for row in rows], requires),
        height=ROW * len(rows),
        fit=_fit(len(rows), len(use)),
        use=use,
        expected=expected(view, before, period_names(limits)),
        left_out=tuple(
            LeftOut(name, view.step(name).title, left_out_words(view, name))
            for name in view.roadmap.solution["left_out"]
        ),
        at_target=tuple(short_name(view, name) for name in view.roadmap.explanation["at_target"]),
        stop=what_to_stop(view),
        unknown=tuple(short_name(view, name) for name in view.roadmap.explanation["unknown"]),
        limit_gains=limit_gains(view),
        binds=what_binds(view),
        what_if=what_if(view, before),
        compared=before is not None,
        may_plan=may_plan,
        differences=differences(view, before) if before else (),
        changes=changes(view, before, rows) if before else (),
        scenarios=tuple((f"/roadmaps/{row.id}", row.name) for row in scenarios),
        compare_href=f"/roadmaps/{(before or view).roadmap.id}/compare",
        back_href=back_href,
        conflict=conflict_words(view),
        job=job_line(job),
        improve=f"/roadmaps/{view.roadmap.id}/improve",
        files=tuple((f"/api/v1/roadmaps/{view.roadmap.id}/export.{kind}", name) for kind, name in FILES),
    )


def _fit(rows: int, uses: int) -> int:
    """In steps of five that the style sheet knows; below the title, a page on its side has room for 600 pixels."""
    height = 100 + ROW * rows + 62 * uses
    return max(20, min(100, 66000 // height // 5 * 5))


def _horizons(limits: Limits) -> tuple[tuple[str, int], ...]:
    words = [horizon(limits, period) for period in range(limits.periods)]
    return tuple((word, words.count(word)) for word in dict.fromkeys(words))


def _title(view: View, before: View | None, rows: Sequence[TimelineRow]) -> str:
    if not view.starts:
        return "Nothing can be started under these limits"
    if before is not None:
        counts = [
            (verb, sum(row.state == state for row in rows))
            for state, verb in (("dropped", "drops"), ("added", "adds"), ("moved", "moves"))
        ]
        parts = [f"{verb} {count}" for verb, count in counts if count]
        if not parts:
            return f"{_subject(view)} changes nothing in the plan"
        last = max(place for place, (_, count) in enumerate(counts) if count)
        parts[-1] += " initiative" if counts[last][1] == 1 else " initiatives"
        return f"{_subject(view)} " + " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    levels = expected_levels(view)
    count = len(view.starts)
    until = period_name(view.limits, view.limits.periods - 1)
    if levels is None:
        return f"{plural(count, 'initiative')} until {until}"
    overall = view.result.overall
    now = overall.estimate if isinstance(overall, Overall) else levels[0]
    lift = "initiative lifts" if count == 1 else "initiatives lift"
    return f"{count} {lift} the overall level from {now:.1f} to {levels[-1]:.1f} by {until}"


def _subject(view: View) -> str:
    return "This what-if" if view.roadmap.review is None else "This review"


def _lead(view: View) -> str:
    if not view.starts:
        return "Loosen a limit, or take pins and exclusions away, in the panel of what-ifs."
    return (
        f"Chosen for the importance-weighted gap they close within budget and capacity over "
        f"{view.limits.periods} quarters: {certainty(view)}. Levels are expected if every initiative lifts what it promises; "
        "the next wave measures whether it did."
    )
