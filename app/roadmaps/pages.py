"""What the roadmap pages may use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from app.models import Roadmap, RoadmapItem
from app.roadmaps.limits import Limits, horizon, period_name, period_start
from questionnaires.schema import Initiative, InitiativeLibrary, Questionnaire
from scoring.results import AssessmentResult, CapabilityResult, Overall

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}


@dataclass(frozen=True)
class Bar:
    """A place on the time axis, both in percent of its width."""

    x: float
    width: float


@dataclass(frozen=True)
class TimelineRow:
    """One initiative: where it stands in this plan, and in the plan it is compared with."""

    id: str
    href: str
    title: str
    lifts: str
    owner: str
    cost: str
    horizon: str
    when: str
    bar: Bar | None
    before: Bar | None
    state: str
    """``same``, ``moved``, ``added`` or ``dropped`` beside the other plan."""
    why: str
    worth: float
    waits_for: tuple[str, ...]


@dataclass(frozen=True)
class UsePeriod:
    used: float
    before: float | None
    limit: float
    height: float
    """Share of the largest number of the chart, 0 to 1, for drawing; the same scale for all three."""
    before_height: float
    limit_height: float


@dataclass(frozen=True)
class UseRow:
    name: str
    note: str
    periods: tuple[UsePeriod, ...]


@dataclass(frozen=True)
class LevelPoint:
    name: str
    level: float
    before: float | None


@dataclass(frozen=True)
class LeftOut:
    id: str
    title: str
    reason: str


@dataclass(frozen=True)
class Change:
    title: str
    what: str
    why: str


@dataclass(frozen=True)
class DiffRow:
    name: str
    before: str
    after: str
    change: str


@dataclass(frozen=True)
class SkillField:
    id: str
    name: str
    value: float
    before: float


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True)
class WhatIf:
    """The panel: what was entered, and the plan it is set beside."""

    action: str
    operating: float
    capital_per_year: float
    skills: tuple[SkillField, ...]
    pins: tuple[tuple[str, str], ...]
    excludes: tuple[Choice, ...]
    candidates: tuple[Choice, ...]
    periods: tuple[Choice, ...]
    weights: tuple[tuple[str, str, float], ...]
    solved: str


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
    use: tuple[UseRow, ...]
    levels: tuple[LevelPoint, ...]
    level_now: float | None
    target: float | None
    left_out: tuple[LeftOut, ...]
    at_target: tuple[str, ...]
    unknown: tuple[str, ...]
    what_if: WhatIf
    compared: bool
    differences: tuple[DiffRow, ...]
    changes: tuple[Change, ...]
    scenarios: tuple[tuple[str, str], ...]
    back_href: str
    conflict: tuple[str, ...]


@dataclass(frozen=True)
class DatedMilestone:
    on: date
    text: str


@dataclass(frozen=True)
class EffortRow:
    skill: str
    low: float
    high: float
    planned: float


@dataclass(frozen=True)
class InitiativePage:
    initiative: Initiative
    capability: str
    capability_href: str
    lifts: str
    when: str
    horizon: str
    why: str
    worth: float
    value_note: str
    milestones: tuple[DatedMilestone, ...]
    effort: tuple[EffortRow, ...]
    operating: str
    capital: str
    capital_when: str
    gap: str
    goal: str
    reason: str
    waits_for: tuple[str, ...]
    unblocks: tuple[str, ...]
    item: RoadmapItem | None
    action: str
    back_href: str
    planned: bool


def money(thousands: float, currency: str) -> str:
    """36 → €36k."""
    return f"{SYMBOLS.get(currency, currency + ' ')}{thousands:,.0f}k"


def lifts_words(initiative: Initiative, questionnaire: Questionnaire, *, enabler: bool) -> str:
    scale = questionnaire.scale
    step = f"{scale.level(initiative.from_level).value:g} → {scale.level(initiative.to_level).value:g}"
    return f"enables ({step})" if enabler else step


@dataclass(frozen=True)
class View:
    """A stored plan with everything that its pages read."""

    roadmap: Roadmap
    limits: Limits
    library: InitiativeLibrary
    questionnaire: Questionnaire
    result: AssessmentResult
    currency: str
    items: Mapping[str, RoadmapItem]

    @property
    def starts(self) -> dict[str, int]:
        starts: dict[str, int] = self.roadmap.solution["starts"]
        return starts

    @property
    def durations(self) -> dict[str, int]:
        return {x["id"]: x["duration"] for x in self.roadmap.problem["initiatives"]}

    def step(self, initiative_id: str) -> Initiative:
        return next(x for x in self.library if x.id == initiative_id)

    def when(self, initiative_id: str) -> str:
        start = self.starts[initiative_id]
        end = start + self.durations[initiative_id] - 1
        first, last = period_name(self.limits, start), period_name(self.limits, end)
        return first if first == last else f"{first} to {last}"

    def bar(self, initiative_id: str) -> Bar | None:
        if initiative_id not in self.starts:
            return None
        width = 100 / self.limits.periods
        return Bar(self.starts[initiative_id] * width, self.durations[initiative_id] * width)


def expected_levels(view: View) -> tuple[float, ...] | None:
    """Overall level at the end of each period, if every initiative lifts what it promises."""
    overall = view.result.overall
    if not isinstance(overall, Overall):
        return None
    share = {
        capability.id: 1 / (len(dimension.capabilities) * len(view.questionnaire.dimensions))
        for dimension in view.questionnaire.dimensions
        for capability in dimension.capabilities
    }
    gains = {x["id"]: x["gain"] for x in view.roadmap.problem["initiatives"]}
    per_period = [0.0] * view.limits.periods
    for name, start in view.starts.items():
        end = start + view.durations[name] - 1
        per_period[end] += sum(share[capability] * gain for capability, gain in gains[name].items())
    return tuple(overall.estimate + lift for lift in accumulate(per_period))


def roadmap_page(view: View, before: View | None, scenarios: Sequence[Roadmap], back_href: str) -> RoadmapPage:
    """The plan; with ``before``, what differs from it."""
    limits = view.limits
    rows = _rows(view, before)
    levels = expected_levels(view)
    levels_before = expected_levels(before) if before else None
    overall = view.result.overall
    return RoadmapPage(
        id=view.roadmap.id,
        title=_title(view, before, rows),
        lead=_lead(view),
        status=view.roadmap.status,
        name=view.roadmap.name,
        unit=SYMBOLS.get(view.currency, view.currency),
        periods=tuple((name.split()[0], name.split()[1]) for name in _names(limits)),
        horizons=_horizons(limits),
        rows=rows,
        use=_use(view, before),
        levels=tuple(
            LevelPoint(name, level, levels_before[place] if levels_before and place < len(levels_before) else None)
            for place, (name, level) in enumerate(zip(_names(limits), levels, strict=True))
        )
        if levels
        else (),
        level_now=overall.estimate if isinstance(overall, Overall) else None,
        target=overall.target if isinstance(overall, Overall) else None,
        left_out=tuple(
            LeftOut(name, view.step(name).title, view.roadmap.explanation["left_out"].get(name, ""))
            for name in view.roadmap.solution["left_out"]
        ),
        at_target=tuple(_short(view, name) for name in view.roadmap.explanation["at_target"]),
        unknown=tuple(_short(view, name) for name in view.roadmap.explanation["unknown"]),
        what_if=_what_if(view, before),
        compared=before is not None,
        differences=_differences(view, before, levels, levels_before) if before else (),
        changes=_changes(view, before, rows) if before else (),
        scenarios=tuple((f"/roadmaps/{row.id}", row.name) for row in scenarios),
        back_href=back_href,
        conflict=tuple(view.roadmap.solution["conflict"]),
    )


def _names(limits: Limits) -> list[str]:
    return [period_name(limits, period) for period in range(limits.periods)]


def _horizons(limits: Limits) -> tuple[tuple[str, int], ...]:
    words = [horizon(limits, period) for period in range(limits.periods)]
    return tuple((word, words.count(word)) for word in dict.fromkeys(words))


def _short(view: View, capability_id: str) -> str:
    return view.questionnaire.capability(capability_id).short


def _rows(view: View, before: View | None) -> tuple[TimelineRow, ...]:
    names = sorted(view.starts, key=lambda name: (view.starts[name], -view.durations[name], name))
    dropped = [name for name in before.starts if name not in view.starts] if before else []
    explanation = view.roadmap.explanation
    requires = {x["id"]: x["requires"] for x in view.roadmap.problem["initiatives"]}
    rows = []
    for name in (*names, *dropped):
        step = view.step(name)
        item = view.items.get(name) or (before.items.get(name) if before else None)
        inside = name in view.starts
        rows.append(
            TimelineRow(
                id=name,
                href=f"/roadmaps/{view.roadmap.id}/initiatives/{name}",
                title=step.title,
                lifts=lifts_words(step, view.questionnaire, enabler=name in explanation["enablers"]),
                owner=item.owner if item else "",
                cost=money(step.operating.middle + step.capital.middle, view.currency),
                horizon=horizon(view.limits, view.starts[name]) if inside else "",
                when=view.when(name) if inside else "left out",
                bar=view.bar(name),
                before=before.bar(name) if before else None,
                state=_state(view, before, name),
                why=explanation["why"].get(name, "") if inside else explanation["left_out"].get(name, ""),
                worth=explanation["worth"].get(name, 0.0),
                waits_for=tuple(view.step(x).title for x in requires.get(name, []) if x in view.starts),
            )
        )
    return tuple(rows)


def _state(view: View, before: View | None, name: str) -> str:
    if before is None or before.starts.get(name) == view.starts.get(name):
        return "same"
    if name not in view.starts:
        return "dropped"
    return "moved" if name in before.starts else "added"


def _title(view: View, before: View | None, rows: Sequence[TimelineRow]) -> str:
    if not view.starts:
        return "Nothing can be started under these limits"
    if before is not None:
        counts = {state: sum(row.state == state for row in rows) for state in ("dropped", "added", "moved")}
        parts = [
            f"{verb} {count} {'initiative' if count == 1 else 'initiatives'}"
            for state, verb in (("dropped", "drops"), ("added", "adds"), ("moved", "moves"))
            if (count := counts[state])
        ]
        return (
            "This what-if " + " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
            if parts
            else ("This what-if changes nothing in the plan")
        )
    levels = expected_levels(view)
    count = len(view.starts)
    until = period_name(view.limits, view.limits.periods - 1)
    if levels is None:
        return f"{count} initiatives until {until}"
    overall = view.result.overall
    now = overall.estimate if isinstance(overall, Overall) else levels[0]
    return f"{count} initiatives lift the overall level from {now:.1f} to {levels[-1]:.1f} by {until}"


def _lead(view: View) -> str:
    solution = view.roadmap.solution
    sure = (
        "the best plan under these limits"
        if solution["status"] == "optimal"
        else f"within {100 * solution['gap']:.0f}% of the best that is possible under these limits"
    )
    return (
        f"Chosen for the importance-weighted gap they close within budget and capacity over "
        f"{view.limits.periods} quarters: {sure}. Levels are expected if every initiative lifts what it promises; "
        "the next wave measures whether it did."
    )


def _use(view: View, before: View | None) -> tuple[UseRow, ...]:
    limits, use = view.limits, view.roadmap.solution["use"]
    old = before.roadmap.solution["use"] if before else None
    carry = " (unspent money carries over)" if limits.carry_over else ""
    unit = SYMBOLS.get(view.currency, view.currency)
    rows = [
        _use_row(
            "Operating budget",
            f"{unit}k per quarter, limit {limits.operating:,.0f}{carry}",
            use["operating"],
            [limits.operating] * limits.periods,
            old["operating"] if old else None,
        ),
        _use_row(
            "Capital",
            f"{unit}k, limit {limits.capital_per_year:,.0f} per year{carry}",
            use["capital"],
            limits.capital(),
            old["capital"] if old else None,
        ),
    ]
    for skill in view.library.skills:
        if skill.id in use["skills"]:
            days = limits.skills.get(skill.id, 0.0)
            rows.append(
                _use_row(
                    skill.name,
                    f"days per quarter, limit {days:,.0f}",
                    use["skills"][skill.id],
                    [days] * limits.periods,
                    old["skills"].get(skill.id) if old else None,
                )
            )
    return tuple(rows)


def _use_row(
    name: str, note: str, used: Sequence[float], limit: Sequence[float], before: Sequence[float] | None
) -> UseRow:
    most = max((*used, *limit, *(before or ()), 1e-9))
    return UseRow(
        name,
        note,
        tuple(
            UsePeriod(
                used=value,
                before=before[place] if before and place < len(before) else None,
                limit=limit[place],
                height=value / most,
                before_height=before[place] / most if before and place < len(before) else 0.0,
                limit_height=limit[place] / most,
            )
            for place, value in enumerate(used)
        ),
    )


def _what_if(view: View, before: View | None) -> WhatIf:
    limits, base = view.limits, before.limits if before else view.limits
    parent = before.roadmap if before else view.roadmap
    solution = view.roadmap.solution
    titles = {x["id"]: view.step(x["id"]).title for x in view.roadmap.problem["initiatives"]}
    return WhatIf(
        action=f"/roadmaps/{parent.id}/scenarios",
        operating=limits.operating,
        capital_per_year=limits.capital_per_year,
        skills=tuple(
            SkillField(skill.id, skill.name, limits.skills[skill.id], base.skills.get(skill.id, 0.0))
            for skill in view.library.skills
            if skill.id in limits.skills
        ),
        pins=tuple((titles.get(name, name), period_name(limits, period)) for name, period in limits.pins.items()),
        excludes=tuple(Choice(name, titles.get(name, name)) for name in limits.excludes),
        candidates=tuple(Choice(name, title) for name, title in sorted(titles.items(), key=lambda pair: pair[1])),
        periods=tuple(Choice(str(place), name) for place, name in enumerate(_names(limits))),
        weights=tuple(
            (x.id, x.short, limits.weights.get(x.id, x.importance or 0.0))
            for x in view.result.capabilities
            if isinstance(x, CapabilityResult) and x.importance is not None
        ),
        solved=f"Planned in {solution['seconds']:.1f} s, within {100 * solution['gap']:.1f}% of optimal",
    )


def _spent(view: View, kind: str) -> float:
    return float(sum(view.roadmap.solution["use"][kind]))


def _differences(
    view: View, before: View, levels: tuple[float, ...] | None, old: tuple[float, ...] | None
) -> tuple[DiffRow, ...]:
    rows = []
    if levels and old:
        last = period_name(view.limits, view.limits.periods - 1)
        rows.append(_diff(f"Level, end {last}", old[-1], levels[-1], digits=2))
    value, value_before = view.roadmap.solution["objective"], before.roadmap.solution["objective"]
    change = f"{100 * (value / value_before - 1):+.0f}%".replace("-", "−") if value_before else "–"
    rows.append(DiffRow("Value of the plan", f"{value_before:,.0f}", f"{value:,.0f}", change))
    rows.append(_diff("Initiatives", len(before.starts), len(view.starts)))
    unit = SYMBOLS.get(view.currency, view.currency)
    rows.append(_diff(f"Operating, {unit}k", _spent(before, "operating"), _spent(view, "operating")))
    rows.append(_diff(f"Capital, {unit}k", _spent(before, "capital"), _spent(view, "capital")))
    return tuple(rows)


def _diff(name: str, before: float, after: float, digits: int = 0) -> DiffRow:
    change = round(after, digits) - round(before, digits)
    text = f"{change:+,.{digits}f}".replace("-", "−") if change else "0"
    return DiffRow(name, f"{before:,.{digits}f}", f"{after:,.{digits}f}", text)


def _changes(view: View, before: View, rows: Sequence[TimelineRow]) -> tuple[Change, ...]:
    changes = []
    for row in rows:
        if row.state == "same":
            continue
        what = {
            "dropped": "left out",
            "added": f"added, {row.when}",
            "moved": f"{period_name(before.limits, before.starts[row.id])} → {row.when.split(' to ')[0]}"
            if row.id in before.starts
            else "",
        }[row.state]
        changes.append(Change(row.title, what, row.why))
    return tuple(changes)


def initiative_page(
    view: View, initiative_id: str, goals: Mapping[str, tuple[str, str]], back_href: str
) -> InitiativePage:
    """Everything about one initiative in its plan. ``goals``: capability → (goal, reason of the target)."""
    step = view.step(initiative_id)
    planned = initiative_id in view.starts
    capability = view.questionnaire.capability(step.capability)
    measured = view.result.capability(capability.id)
    explanation = view.roadmap.explanation
    goal, reason = goals.get(capability.id, ("", ""))
    start = period_start(view.limits, view.starts[initiative_id]) if planned else view.limits.starts_on
    days = 91 * view.durations[initiative_id]
    requires = next(x["requires"] for x in view.roadmap.problem["initiatives"] if x["id"] == initiative_id)
    return InitiativePage(
        initiative=step,
        capability=capability.name,
        capability_href=f"/snapshots/{view.roadmap.snapshot_id}/capabilities/{capability.id}",
        lifts=lifts_words(step, view.questionnaire, enabler=initiative_id in explanation["enablers"]),
        when=view.when(initiative_id) if planned else "Not in this plan",
        horizon=horizon(view.limits, view.starts[initiative_id]) if planned else "",
        why=explanation["why" if planned else "left_out"].get(initiative_id, ""),
        worth=explanation["worth"].get(initiative_id, 0.0),
        value_note="Share of the plan's value that goes if it, and what waits for it, is taken out.",
        milestones=tuple(
            DatedMilestone(start + timedelta(days=round(days * milestone.at)), milestone.text)
            for milestone in step.milestones
        ),
        effort=tuple(
            EffortRow(skill.name, step.effort[skill.id].low, step.effort[skill.id].high, step.effort[skill.id].middle)
            for skill in view.library.skills
            if skill.id in step.effort
        ),
        operating=_money_range(step.operating.low, step.operating.high, view.currency),
        capital=_money_range(step.capital.low, step.capital.high, view.currency),
        capital_when=period_name(view.limits, view.starts[initiative_id]) if planned and step.capital.high else "",
        gap=_gap_words(measured),
        goal=goal,
        reason=reason,
        waits_for=tuple(view.step(name).title for name in requires),
        unblocks=tuple(view.step(name).title for name in explanation["unblocks"].get(initiative_id, [])),
        item=view.items.get(initiative_id),
        action=f"/roadmaps/{view.roadmap.id}/initiatives/{initiative_id}",
        back_href=back_href,
        planned=planned,
    )


def _money_range(low: float, high: float, currency: str) -> str:
    if not high:
        return "none"
    return money(high, currency) if low == high else f"{money(low, currency)} to {money(high, currency)}"


def _gap_words(measured: Any) -> str:
    if not isinstance(measured, CapabilityResult) or measured.target is None or measured.target_gap is None:
        return "No level or no target: the gap is not known."
    return (
        f"Level {measured.estimate:.1f}, target {measured.target:.1f}: {measured.target_gap:.1f} to go, "
        f"importance {measured.importance:.0f} of 5."
    )
