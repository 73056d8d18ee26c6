"""Scalable pictures as text: a card with a background of its own, legible on white and on dark pages."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from typing import Final

WIDTH: Final = 880

_LIGHT: Final[Mapping[str, str]] = {
    "card": "#ffffff",
    "edge": "#d0d7de",
    "ink": "#1f2328",
    "soft": "#57606a",
    "grid": "#e4e8ec",
    "shade": "#eef1f4",
    "blue": "#0969da",
    "red": "#cf222e",
    "amber": "#bc6c00",
    "green": "#1a7f37",
}
_DARK: Final[Mapping[str, str]] = {
    "card": "#161b22",
    "edge": "#3d444d",
    "ink": "#e6edf3",
    "soft": "#a0a8b2",
    "grid": "#2b323b",
    "shade": "#232a33",
    "blue": "#58a6ff",
    "red": "#ff7b72",
    "amber": "#e3a13a",
    "green": "#3fb950",
}
_SHAPES: Final = (
    "text{font:13px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}"
    ".head{font-size:16px;font-weight:600}.strong{font-weight:600}.small{font-size:12px}"
    ".curve{fill:none;stroke-width:2;stroke-linejoin:round}.wide{stroke-width:7;opacity:.4}"
    ".line{stroke-width:1}.dash{stroke-dasharray:6 4}.pale{opacity:.3}"
)


def number(value: float) -> str:
    """Print a coordinate with one digit behind the point, so that two machines draw the same."""
    return f"{round(value, 1) + 0:g}"


class Picture:
    """One picture; coordinates are pixels from the top left. Colours are names: ink, soft, blue, red ..."""

    def __init__(self, height: int, *, title: str, description: str) -> None:
        size = {"width": str(WIDTH), "height": str(height), "viewBox": f"0 0 {WIDTH} {height}"}
        self._root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", **size})
        ET.SubElement(self._root, "title").text = title
        ET.SubElement(self._root, "desc").text = description
        ET.SubElement(self._root, "style").text = _style()
        frame = {"x": "0.5", "y": "0.5", "width": str(WIDTH - 1), "height": str(height - 1), "rx": "8"}
        self._add("rect", frame, "card-fill edge-line")
        self.text(24, 32, title, "ink head")

    def text(self, x: float, y: float, words: str, look: str = "ink", *, anchor: str = "start") -> None:
        """Write one line; `anchor` says which part of it stands at x: start, middle or end."""
        colour, *shapes = look.split()
        where = {"x": number(x), "y": number(y), **({} if anchor == "start" else {"text-anchor": anchor})}
        self._add("text", where, " ".join([f"{colour}-fill", *shapes])).text = words

    def box(self, x: float, y: float, width: float, height: float, look: str) -> None:
        """Fill a rectangle."""
        colour, *shapes = look.split()
        size = {"x": number(x), "y": number(y), "width": number(width), "height": number(height)}
        self._add("rect", size, " ".join([f"{colour}-fill", *shapes]))

    def dot(self, x: float, y: float, colour: str) -> None:
        """Draw a dot."""
        self._add("circle", {"cx": number(x), "cy": number(y), "r": "3"}, f"{colour}-fill")

    def line(self, start: tuple[float, float], end: tuple[float, float], look: str) -> None:
        """Draw a thin straight line."""
        (x1, y1), (x2, y2) = start, end
        ends = {"x1": number(x1), "y1": number(y1), "x2": number(x2), "y2": number(y2)}
        self._add("line", ends, _stroked(look, "line"))

    def curve(self, points: Iterable[tuple[float, float]], look: str) -> None:
        """Join points by lines."""
        path = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        self._add("polyline", {"points": path}, _stroked(look, "curve"))

    def __str__(self) -> str:
        ET.indent(self._root, " ")
        return ET.tostring(self._root, encoding="unicode") + "\n"

    def _add(self, tag: str, attributes: Mapping[str, str], look: str) -> ET.Element:
        return ET.SubElement(self._root, tag, {**attributes, "class": look})


def _stroked(look: str, shape: str) -> str:
    colour, *shapes = look.split()
    return " ".join([f"{colour}-line", shape, *shapes])


def _style() -> str:
    return f"{_SHAPES}{_colours(_LIGHT)}@media(prefers-color-scheme:dark){{{_colours(_DARK)}}}"


def _colours(palette: Mapping[str, str]) -> str:
    return "".join(f".{name}-fill{{fill:{value}}}.{name}-line{{stroke:{value}}}" for name, value in palette.items())
