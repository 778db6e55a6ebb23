"""Lines between initiatives of which one must finish before the other starts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.roadmaps.pages.view import Bar

ROW = 36
"""Height of a row of the timeline in pixels; the style sheet has the same."""


@dataclass(frozen=True)
class Line:
    """From the end of one bar to the start of another: ``x`` and ``width`` in percent of the axis, ``top`` and ``bottom``
    in pixels from the first row. ``words`` say the same."""

    x: float
    width: float
    top: float
    bottom: float
    words: str


def lines(bars: Sequence[tuple[str, str, Bar | None]], requires: Mapping[str, Sequence[str]]) -> tuple[Line, ...]:
    """``bars``: id, title and bar of each row, top down; ``requires``: initiative → what finishes first."""
    place = {name: (row, title, bar) for row, (name, title, bar) in enumerate(bars) if bar is not None}
    found = []
    for name, (row, title, bar) in place.items():
        for other in requires.get(name, ()):
            if other not in place:
                continue
            above, earlier, first = place[other]
            x = first.x + first.width
            words = f"{earlier} must finish before {title} starts"
            found.append(Line(x, max(0.0, bar.x - x), _middle(above), _middle(row), words))
    return tuple(found)


def _middle(row: int) -> float:
    return row * ROW + ROW / 2
