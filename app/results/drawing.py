"""The one theme of all charts, and how a spec becomes SVG in the page or a file.

Colours are written as the light theme's hex values; in the page each becomes its CSS variable, so that one drawing
serves both themes.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal

import altair as alt
import vl_convert

from app.assets import fonts

Format = Literal["png", "svg"]

INK = "#14202b"
SECONDARY = "#44515e"
MUTED = "#5a6673"
RULE = "#d3dae0"
SOFT_RULE = "#e7ebee"
AXIS = "#aeb8c2"
ACCENT = "#0b5a78"
INTERVAL = "#9dbfcc"
BAND = "#d9dfe5"
PEER = "#8793a0"
SURFACE = "#ffffff"
TINT = "#e6f0f4"
CAUTION = "#8a4b08"

VARIABLES: Mapping[str, str] = {
    INK: "ink",
    SECONDARY: "secondary",
    MUTED: "muted",
    RULE: "rule",
    SOFT_RULE: "soft-rule",
    AXIS: "axis",
    ACCENT: "accent",
    INTERVAL: "interval",
    BAND: "peer-band",
    PEER: "peer-dot",
    SURFACE: "surface",
    TINT: "tint",
    CAUTION: "caution",
}
FONT = "Inter, Arial, Helvetica, sans-serif"

_NOISE = re.compile(r' (?:aria-[a-z]+|role|class|xmlns:xlink|version|stroke-miterlimit|font-family)="[^"]*"')
_EMPTY = re.compile(r'<path d="" display="none"/>|<path d="M0,0h[\d.]+v[\d.]+h-[\d.]+Z"/>|<g></g>')
_BACKGROUND = re.compile(r'<rect width="[\d.]+" height="[\d.]+" fill="[^"]*"/>')
_SIZE = re.compile(r'^<svg[^>]*?width="(?P<width>[\d.]+)" height="(?P<height>[\d.]+)"[^>]*>')
_LONG = re.compile(r"(\d+\.\d{2})\d+")

Row = Mapping[str, Any]


Scale = tuple[float, float, float, float]
Style = tuple[tuple[str, Any], ...]

_UNDER, _BARS, _RULES, _POINTS, _TEXTS = range(5)


class Canvas:
    """A drawing whose x is in the units measured and whose y is in pixels from the top.

    Every mark of the theme is a method; a drawing may have several x scales. Marks of one style become one layer of the
    chart, drawn in the order grid, bars, rules, points, texts.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._scale: Scale = (0.0, float(width), 0.0, float(width))
        self._marks: dict[Scale, dict[tuple[int, str, Style], list[Row]]] = {}

    def scale(self, low: float, high: float, start: float, end: float) -> None:
        """From here on x runs from ``low`` to ``high`` between the pixels ``start`` and ``end``."""
        self._scale = (low, high, start, end)

    def pixels(self) -> None:
        """From here on x is in pixels, for columns of text."""
        self.scale(0, self.width, 0, self.width)

    def texts(self, rows: Sequence[Row], *, size: int = 12, align: str = "left", dx: float = 0, dy: float = 4) -> None:
        """``x``, ``y``, ``text``; optional ``color`` and ``bold``."""
        for row in rows:
            style = {
                "align": align,
                "baseline": "alphabetic",
                "dx": dx,
                "dy": dy,
                "font": FONT,
                "fontSize": size,
                "fontWeight": 600 if row.get("bold") else 400,
                "color": row.get("color", SECONDARY),
            }
            self._add(_TEXTS, "text", [row], style)

    def grid(self, rows: Sequence[Row], color: str = SOFT_RULE, *, width: float = 1) -> None:
        """Lines under everything else."""
        self._add(_UNDER, "rule", rows, {"color": color, "strokeWidth": width})

    def rules(self, rows: Sequence[Row], color: str, *, width: float = 1, dash: tuple[int, int] | None = None) -> None:
        """Horizontal or vertical lines: ``x``, ``y`` and one of ``x2``, ``y2``."""
        style = {"color": color, "strokeWidth": width, **({"strokeDash": dash} if dash else {})}
        self._add(_RULES, "rule", rows, style)

    def bars(self, rows: Sequence[Row], color: str, *, stroke: str | None = None) -> None:
        """Filled boxes from ``x``, ``y`` to ``x2``, ``y2``."""
        self._add(_BARS, "rect", rows, {"color": color, **({"stroke": stroke, "strokeWidth": 1} if stroke else {})})

    def points(
        self, rows: Sequence[Row], color: str, *, shape: str = "circle", area: float = 80, hollow: bool = False
    ) -> None:
        """``x``, ``y``. Filled circle = ours, open triangle = target, square = leaders or a dimension."""
        style = {
            "shape": shape,
            "size": area,
            "filled": True,
            "fill": SURFACE if hollow else color,
            "stroke": color if hollow else SURFACE,
            "strokeWidth": 1.75 if hollow else 0,
            "opacity": 1,
        }
        self._add(_POINTS, "point", rows, style)

    def _add(self, order: int, mark: str, rows: Sequence[Row], style: Mapping[str, Any]) -> None:
        marks = self._marks.setdefault(self._scale, {})
        for row in rows:
            ends = "".join(end for end in ("x2", "y2") if end in row)
            marks.setdefault((order, f"{mark} {ends}", tuple(style.items())), []).append(row)

    def chart(self) -> alt.LayerChart:
        """The finished Altair chart: one flat list of layers that name their rows, because Altair copies layers often."""
        layers: list[alt.Chart] = []
        rows: dict[str, list[dict[str, Any]]] = {}
        for scale, marks in self._marks.items():
            for key in sorted(marks, key=lambda key: key[0]):
                name = f"rows{len(rows)}"
                layers.append(self._layer(scale, key, name))
                rows[name] = self._values(key, marks[key])
        drawing: alt.LayerChart = (
            alt.layer(*layers)
            .resolve_scale(x="independent")
            .properties(width=self.width, height=self.height, padding=0, background=SURFACE)
            .configure_view(stroke=None)
        )
        drawing.datasets = rows
        return drawing

    def _values(self, key: tuple[int, str, Style], rows: list[Row]) -> list[dict[str, Any]]:
        mark, ends = key[1].split(" ")
        names = ("x", "y", *_ends(mark, ends))
        return [{name: row[name] for name in names} for row in rows]

    def _layer(self, scale: Scale, key: tuple[int, str, Style], name: str) -> alt.Chart:
        low, high, start, end = scale
        mark, ends = key[1].split(" ")
        encodings: dict[str, Any] = {one: f"{one}:{'N' if one == 'text' else 'Q'}" for one in _ends(mark, ends)}
        chart = alt.Chart(alt.NamedData(name=name), mark=alt.MarkDef(type=mark, **dict(key[2])))  # type: ignore[arg-type]
        return chart.encode(
            x=alt.X("x:Q", scale=alt.Scale(domain=[low, high], range=[start, end], zero=False, nice=False), axis=None),
            y=alt.Y("y:Q", scale=alt.Scale(domain=[0, self.height], range=[0, self.height]), axis=None),
            **encodings,
        )


def _ends(mark: str, ends: str) -> list[str]:
    return [name for name in ("x2", "y2") if name in ends] + (["text"] if mark == "text" else [])


@cache
def _with_fonts() -> None:
    """The renderer measures and draws text with the fonts of the page, not with whatever the machine has."""
    vl_convert.register_font_directory(str(fonts().resolve()))


def svg_file(chart: alt.LayerChart) -> str:
    """The chart as a stand-alone SVG in the light theme."""
    _with_fonts()
    return str(vl_convert.vegalite_to_svg(chart.to_dict(validate=False)))


def png_file(chart: alt.LayerChart) -> bytes:
    """The chart as PNG at twice its size."""
    _with_fonts()
    return bytes(vl_convert.vegalite_to_png(chart.to_dict(validate=False), scale=2))


def svg_inline(chart: alt.LayerChart, alternative: str) -> str:
    """The chart as an element of a page: no background, colours as CSS variables, one text alternative."""
    svg = _BACKGROUND.sub("", svg_file(chart), count=1)
    for noise in (_NOISE, _EMPTY):
        svg = noise.sub("", svg)
    for color, variable in VARIABLES.items():
        svg = svg.replace(f'"{color}"', f'"var(--{variable})"')
    svg = _LONG.sub(r"\1", svg)
    return _SIZE.sub(
        lambda size: (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{size["width"]}" height="{size["height"]}" '
            f'viewBox="0 0 {size["width"]} {size["height"]}" role="img" aria-label="{_attribute(alternative)}">'
        ),
        svg,
        count=1,
    )


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
