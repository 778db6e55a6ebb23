"""The data scales of the page (`frontend/src/css/tokens.css`) for files, which know no style sheet."""

LEVELS = ("#f6f1e1", "#dce7dc", "#bfd9d5", "#95c2c6", "#68a2b3", "#3b799a", "#23587f", "#143a63")
GAPS = ("#5c9cb8", "#a3c8d8", "#d5e6ed", "#f3f2ee", "#f9e8cf", "#f1cf9b", "#dea65c", "#be7f33", "#7a430b")
DARK, LIGHT = "#14202b", "#ffffff"
LIGHT_ON = frozenset({*LEVELS[5:], GAPS[-1]})
"""Fills on which the number is white."""


def fill_of(value: float, kind: str, low: float, high: float) -> tuple[str, str]:
    """Fill and ink of a cell: levels in eight steps of the scale, gaps in steps of half a level around nought.

    >>> fill_of(0.0, "gap", 1, 5), fill_of(3.0, "level", 0, 3)[1]
    (('#f3f2ee', '#14202b'), '#ffffff')
    """
    if kind == "level":
        place = min(max(int((value - low) / (high - low) * 8 + 1e-4), 0), 7)
        fill = LEVELS[place]
    else:
        half = int(abs(value) * 2 + 0.5001) * (1 if value >= 0 else -1)
        fill = GAPS[min(max(half, -3), 5) + 3]
    return fill, LIGHT if fill in LIGHT_ON else DARK
