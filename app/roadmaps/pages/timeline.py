"""Initiatives on the time axis, beside the plan they are compared with."""

from dataclasses import dataclass

from app.roadmaps.difference import difference
from app.roadmaps.items.forms import STATUSES
from app.roadmaps.limits import horizon
from app.roadmaps.pages.reasons import with_it, without_it
from app.roadmaps.pages.view import Bar, View, cost_words, lifts_words
from scoring.roadmap import Comparison


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
    when_before: str
    """Where the other plan has it; empty: not at all, or there is no other plan."""
    bar: Bar | None
    before: Bar | None
    state: str
    """``same``, ``moved``, ``added`` or ``dropped`` beside the other plan."""
    why: str
    worth: float
    waits_for: tuple[str, ...]
    status: str
    """``Started``, ``Done`` or ``Dropped``; empty while it is planned."""
    without: str
    """What planning anew without it has shown; empty until that was asked."""
    delay_rank: int | None
    """Its place by cost of delay ÷ duration among all candidates."""
    inside: str
    """The owner as far as the bar has room for the name."""


def timeline(view: View, before: View | None) -> tuple[TimelineRow, ...]:
    names = sorted(view.starts, key=lambda name: (view.starts[name], -view.durations[name], name))
    dropped = [name for name in before.starts if name not in view.starts] if before else []
    explanation = view.roadmap.explanation
    requires = {x["id"]: x["requires"] for x in view.roadmap.problem["initiatives"]}
    ranks = {each["id"]: each["rank"] for each in explanation["delay"]}
    changed = states(difference(before.roadmap, view.roadmap)) if before else {}
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
                cost=cost_words(step.operating.middle + step.capital.middle, view.currency),
                horizon=horizon(view.limits, view.starts[name]) if inside else "",
                when=view.when(name) if inside else "left out",
                when_before=before.when(name) if before and name in before.starts else "",
                bar=view.bar(name),
                before=before.bar(name) if before else None,
                state=changed.get(name, "same"),
                why=explanation["why"].get(name, "") if inside else left_out_words(view, name),
                worth=explanation["worth"].get(name, 0.0),
                waits_for=tuple(view.step(x).title for x in requires.get(name, []) if x in view.starts),
                status=STATUSES[item.status] if item and item.status != "planned" else "",
                without=without_it(view, name) if inside else "",
                delay_rank=ranks.get(name),
                inside=_inside(item.owner if item else "", view.durations[name] if inside else 0),
            )
        )
    return tuple(rows)


def left_out_words(view: View, name: str) -> str:
    """Why an initiative is left out, and what taking it in would cost."""
    return f"{view.roadmap.explanation['left_out'].get(name, '')} {with_it(view, name)}".strip()


def _inside(owner: str, periods: int) -> str:
    room = 12 * periods - 10
    if room <= 0:
        return ""
    return owner if len(owner) <= room else f"{owner[: room - 1].rstrip()}…"


def states(compared: Comparison) -> dict[str, str]:
    """Initiative → ``moved``, ``added`` or ``dropped``; what is not named is the same in both."""
    found = {move.id: "moved" for move in compared.moved}
    return found | dict.fromkeys(compared.added, "added") | dict.fromkeys(compared.dropped, "dropped")
