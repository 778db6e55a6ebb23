"""The plan on one page, for those who decide about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.formats import level, plural, share
from app.roadmaps.limits import horizon, period_name, period_start
from app.roadmaps.pages.expected import ExpectedLevels, expected
from app.roadmaps.pages.levels import capability_levels, expected_levels
from app.roadmaps.pages.reasons import what_binds
from app.roadmaps.pages.timeline import left_out_words
from app.roadmaps.pages.view import View, cost_words, lifts_words, money, period_names, short_name, unit_of
from scoring.results import CapabilityResult, Overall

MOST_LISTED, MOST_LEFT_OUT, MOST_RISKS = 11, 4, 4
"""So that it stays one page."""


@dataclass(frozen=True)
class SummaryItem:
    title: str
    when: str
    lifts: str
    cost: str
    owner: str


@dataclass(frozen=True)
class SummaryHorizon:
    name: str
    span: str
    items: tuple[SummaryItem, ...]
    more: int
    """How many begin here beyond those listed."""


@dataclass(frozen=True)
class SummaryUse:
    """Used and there in each year, with the share that is used."""

    name: str
    years: tuple[str, ...]


@dataclass(frozen=True)
class SummaryGain:
    """A dimension, or the whole: measured, expected at the end, and what both are held against."""

    name: str
    now: float
    end: float
    target: float | None
    median: float | None


@dataclass(frozen=True)
class NamedText:
    title: str
    text: str


@dataclass(frozen=True)
class SummaryPage:
    organization: str
    wave: str
    status: str
    question: str
    plan: str
    horizons: tuple[SummaryHorizon, ...]
    years: tuple[str, ...]
    use: tuple[SummaryUse, ...]
    binds: str
    gains_title: str
    gains: tuple[SummaryGain, ...]
    peers: str
    label: str
    left_out_title: str
    left_out: tuple[NamedText, ...]
    not_needed: str
    risks: tuple[NamedText, ...]
    back_href: str
    pdf_href: str


def summary_page(view: View, organization: str, wave: str) -> SummaryPage:
    """Everything on the page, in words and numbers of the stored plan."""
    levels = expected(view, None, period_names(view.limits))
    years, use = _use(view)
    peers = view.result.peers
    here = f"/roadmaps/{view.roadmap.id}"
    return SummaryPage(
        organization=organization,
        wave=wave,
        status={"adopted": "Adopted plan", "scenario": "What-if, not adopted", "replaced": "Replaced plan"}.get(
            view.roadmap.status, "Proposed plan, not adopted"
        ),
        question=_question(view),
        plan=" ".join(_plan(view)),
        horizons=_horizons(view),
        years=years,
        use=use,
        binds=what_binds(view),
        gains_title=levels.title if levels else "",
        gains=_gains(levels),
        peers=f"Peers: {peers.group_name}, n = {peers.n}, {peers.id} {peers.edition}." if peers else "",
        label=levels.label if levels else "",
        left_out_title=_left_out_title(view),
        left_out=_left_out(view),
        not_needed=_not_needed(view),
        risks=_risks(view),
        back_href=here,
        pdf_href=f"/api/v1{here}/summary.pdf",
    )


def _span(view: View) -> str:
    return f"{period_name(view.limits, 0)} to {period_name(view.limits, view.limits.periods - 1)}"


def _total(view: View, kind: str) -> float:
    return float(sum(view.roadmap.solution["use"][kind]))


def _days(view: View) -> float:
    return sum(sum(days) for days in view.roadmap.solution["use"]["skills"].values())


def _question(view: View) -> str:
    if not view.starts:
        return "Which limit do we raise, so that a plan becomes possible?"
    cost = money(round(_total(view, "operating")) + round(_total(view, "capital")), view.currency)
    levels, overall = expected_levels(view), view.result.overall
    to = ""
    if levels and isinstance(overall, Overall):
        to = f" to lift the overall level from {level(overall.estimate)} to {level(levels[-1])}"
    return f"Do we spend {cost} and {_days(view):,.0f} person-days from {_span(view)}{to}?"


def _plan(view: View) -> list[str]:
    """The plan in sentences; each stands on numbers that the roadmap shows too."""
    if not view.starts:
        return ["No initiative fits under these limits."]
    at_once = sum(start == 0 for start in view.starts.values())
    enablers = [name for name in view.roadmap.explanation["enablers"] if name in view.starts]
    operating, capital = (money(_total(view, kind), view.currency) for kind in ("operating", "capital"))
    gap = view.roadmap.solution["gap"]
    sure = "no plan under these limits is worth more"
    if gap > 0.0005:
        sure = f"the best possible plan under these limits is worth at most {share(gap / (1 - gap), 1)} more"
    first = period_name(view.limits, 0)
    begin = f"{at_once} begins" if at_once == 1 else f"{at_once} begin"
    take = "It takes" if len(view.starts) == 1 else "They take"
    said = [
        f"{plural(len(view.starts), 'initiative')} over {plural(view.limits.periods, 'quarter')}; {begin} in {first}.",
        f"{take} {operating} of operating cost, {capital} of capital and {_days(view):,.0f} person-days.",
    ]
    reached, missed = _targets(view)
    if reached or missed:
        said.append(f"{reached} of the {reached + missed} capabilities below their target reach it.")
    if enablers:
        alone = plural(len(enablers), "initiative closes no gap but makes", "initiatives close no gap but make")
        said.append(f"{alone} others possible.")
    said.append(f"The plan closes the gaps that matter most as early as budget and people allow; {sure}.")
    return said


def _targets(view: View) -> tuple[int, int]:
    """Capabilities below their target today that reach it by the end, and that do not; as printed, to one decimal."""
    ends = capability_levels(view)
    below = [
        x
        for x in view.result.capabilities
        if isinstance(x, CapabilityResult) and x.target is not None and round(x.estimate, 1) < round(x.target, 1)
    ]
    reached = sum(round(ends[x.id][-1], 1) >= round(x.target or 0.0, 1) for x in below)
    return reached, len(below) - reached


def _horizons(view: View) -> tuple[SummaryHorizon, ...]:
    periods = range(view.limits.periods)
    names = dict.fromkeys(horizon(view.limits, period) for period in periods)
    order = sorted(view.starts, key=lambda name: (view.starts[name], name))
    found = []
    for name in names:
        inside = [period for period in periods if horizon(view.limits, period) == name]
        first, last = period_name(view.limits, inside[0]), period_name(view.limits, inside[-1])
        begin = [one for one in order if view.starts[one] in inside]
        items = tuple(_item(view, one) for one in begin[:MOST_LISTED])
        span = first if first == last else f"{first} to {last}"
        found.append(SummaryHorizon(name, span, items, max(0, len(begin) - MOST_LISTED)))
    return tuple(found)


def _item(view: View, name: str) -> SummaryItem:
    step, item = view.step(name), view.items.get(name)
    return SummaryItem(
        title=step.title,
        when=period_name(view.limits, view.starts[name]),
        lifts=lifts_words(step, view.questionnaire, enabler=name in view.roadmap.explanation["enablers"]),
        cost=cost_words(step.operating.middle + step.capital.middle, view.currency),
        owner=item.owner if item else "",
    )


def _use(view: View) -> tuple[tuple[str, ...], tuple[SummaryUse, ...]]:
    """Per calendar year: what is used of what there is; money that carries over is there in the next year too."""
    limits, use = view.limits, view.roadmap.solution["use"]
    years = [str(period_start(limits, period).year) for period in range(limits.periods)]
    budget, carry = [limits.operating] * limits.periods, limits.carry_over
    given: list[tuple[str, Sequence[float], Sequence[float], bool]] = [
        (f"Operating, {unit_of(view.currency)}k", use["operating"], budget, carry),
        (f"Capital, {unit_of(view.currency)}k", use["capital"], limits.capital(), carry),
    ]
    for skill in view.library.skills:
        if skill.id in use["skills"]:
            days = [limits.skills.get(skill.id, 0.0)] * limits.periods
            given.append((f"{skill.name}, days", use["skills"][skill.id], days, False))
    named = tuple(dict.fromkeys(years))
    return named, tuple(
        SummaryUse(name, _per_year(named, years, used, there, rolls)) for name, used, there, rolls in given
    )


def _per_year(
    named: Sequence[str], years: Sequence[str], used: Sequence[float], there: Sequence[float], carry: bool
) -> tuple[str, ...]:
    cells, left = [], 0.0
    for year in named:
        places = [place for place, other in enumerate(years) if other == year]
        taken, most = sum(used[place] for place in places), left + sum(there[place] for place in places)
        cells.append(f"{taken:,.0f} of {most:,.0f}" + (f" ({share(taken / most)})" if most else ""))
        left = most - taken if carry else 0.0
    return tuple(cells)


def _gains(levels: ExpectedLevels | None) -> tuple[SummaryGain, ...]:
    if levels is None:
        return ()
    return tuple(SummaryGain(x.name, x.now, x.levels[-1], x.target, x.median) for x in levels.panels)


def _left_out_title(view: View) -> str:
    count = len(view.roadmap.solution["left_out"])
    if not count:
        return "Everything that closes a gap is in the plan"
    shown = f"; the {MOST_LEFT_OUT} with the highest cost of delay" if count > MOST_LEFT_OUT else ""
    return f"Not in the plan: {plural(count, 'initiative')}{shown}"


def _left_out(view: View) -> tuple[NamedText, ...]:
    """Those whose delay costs most, with the reason."""
    cost = {each["id"]: each["cost_of_delay"] for each in view.roadmap.explanation["delay"]}
    order = sorted(view.roadmap.solution["left_out"], key=lambda name: (-cost.get(name, 0.0), name))
    return tuple(NamedText(view.step(name).title, left_out_words(view, name)) for name in order[:MOST_LEFT_OUT])


def _not_needed(view: View) -> str:
    names = [short_name(view, name) for name in view.roadmap.explanation["at_target"]]
    return f"Nothing is planned where the target is reached: {'; '.join(names)}." if names else ""


def _risks(view: View) -> tuple[NamedText, ...]:
    """What hangs on nobody yet, and the first risk of the initiatives that most of the value hangs on."""
    worth: Mapping[str, float] = view.roadmap.explanation["worth"]
    found = []
    without = [name for name in view.starts if not (view.items.get(name) and view.items[name].owner)]
    if without:
        found.append(
            NamedText("Nobody in charge", f"{len(without)} of {len(view.starts)} initiatives have no owner yet.")
        )
    order = sorted(view.starts, key=lambda name: (-worth.get(name, 0.0), name))
    for name in order:
        step = view.step(name)
        if step.risks and len(found) < MOST_RISKS:
            found.append(NamedText(f"{step.title} ({share(worth.get(name, 0.0))} of the value)", step.risks[0]))
    return tuple(found)
