"""Initiatives on the time axis, beside the plan they are compared with."""

from dataclasses import dataclass

from app.roadmaps.difference import difference
from app.roadmaps.limits import horizon
from app.roadmaps.pages.view import Bar, View, lifts_words, money
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
    bar: Bar | None
    before: Bar | None
    state: str
    """``same``, ``moved``, ``added`` or ``dropped`` beside the other plan."""
    why: str
    worth: float
    waits_for: tuple[str, ...]


def timeline(view: View, before: View | None) -> tuple[TimelineRow, ...]:
    names = sorted(view.starts, key=lambda name: (view.starts[name], -view.durations[name], name))
    dropped = [name for name in before.starts if name not in view.starts] if before else []
    explanation = view.roadmap.explanation
    requires = {x["id"]: x["requires"] for x in view.roadmap.problem["initiatives"]}
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
                cost=money(step.operating.middle + step.capital.middle, view.currency),
                horizon=horizon(view.limits, view.starts[name]) if inside else "",
                when=view.when(name) if inside else "left out",
                bar=view.bar(name),
                before=before.bar(name) if before else None,
                state=changed.get(name, "same"),
                why=explanation["why"].get(name, "") if inside else explanation["left_out"].get(name, ""),
                worth=explanation["worth"].get(name, 0.0),
                waits_for=tuple(view.step(x).title for x in requires.get(name, []) if x in view.starts),
            )
        )
    return tuple(rows)


def states(compared: Comparison) -> dict[str, str]:
    """Initiative → ``moved``, ``added`` or ``dropped``; what is not named is the same in both."""
    found = {move.id: "moved" for move in compared.moved}
    return found | dict.fromkeys(compared.added, "added") | dict.fromkeys(compared.dropped, "dropped")
