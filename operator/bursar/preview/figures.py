"""Single values: in large digits, as bars, as shares of a whole."""

from collections.abc import Sequence
from html import escape
from math import cos, isfinite, nan, pi, sin

from bursar.preview.colours import named, of_series
from bursar.preview.lines import legend
from bursar.preview.numbers import shown
from bursar.preview.reading import Panel, Series
from bursar.preview.svg import drawing, element


def stat(panel: Panel, series: Sequence[Series]) -> str:
    """Show the newest value of every series; without any what the panel says of nothing."""
    rows = [(each.newest, each.name if len(series) > 1 else "") for each in series] or [(nan, "")]
    return f'<div class="stats">{"".join(_figure(panel, *each) for each in rows)}</div>'


def _figure(panel: Panel, value: float, name: str) -> str:
    mapped = panel.mapped(value)
    written = mapped.get("text") or ("No data" if not isfinite(value) else shown(value, panel.unit, panel.decimals))
    colour = named(str(mapped.get("color") or (panel.colour(value) if isfinite(value) else "")))
    small = " long" if len(written) > 9 else ""
    return f'<p class="figure{small}" style="color:{colour}">{escape(written)}<small>{escape(name)}</small></p>'


def bars(panel: Panel, series: Sequence[Series]) -> str:
    """Show the newest values as bars beside each other."""
    values = [each.newest for each in series if isfinite(each.newest)]
    low = float(panel.defaults.get("min", min([0.0, *values])))
    high = float(panel.defaults.get("max", max([0.0, *values])))
    rows = "".join(_bar(panel, each, low, (high - low) or 1.0) for each in series)
    return f'<div class="bars">{rows}</div>'


def _bar(panel: Panel, each: Series, low: float, length: float) -> str:
    share = 100 * (each.newest - low) / length if isfinite(each.newest) else 0.0
    colour, written = named(panel.colour(each.newest)), shown(each.newest, panel.unit, panel.decimals)
    return (
        f"<span>{escape(each.name)}</span>"
        f'<div><i style="width:{min(max(share, 0.5), 100.0):.4g}%;background:{colour}"></i></div>'
        f'<b style="color:{colour}">{escape(written)}</b>'
    )


def pie(panel: Panel, series: Sequence[Series]) -> str:
    """Show shares of a whole as a ring."""
    values = [max(each.newest, 0.0) if isfinite(each.newest) else 0.0 for each in series]
    whole, start, parts = sum(values) or 1.0, 0.0, []
    for number, value in enumerate(values):
        parts.append(_slice(start, min(value / whole, 0.9999), of_series(number)))
        start += value / whole
    return f'<div class="pie">{drawing(200, 200, parts, panel.title)}{legend(panel, series)}</div>'


def _slice(start: float, share: float, colour: str) -> str:
    (x1, y1), (x2, y2) = _on_circle(start), _on_circle(start + share)
    arc = f"M{x1:.5g},{y1:.5g}A70,70 0 {int(share > 0.5)} 1 {x2:.5g},{y2:.5g}"
    return element("path", d=arc, fill="none", stroke=colour, stroke_width="34")


def _on_circle(turn: float) -> tuple[float, float]:
    return 100 + 70 * sin(2 * pi * turn), 100 - 70 * cos(2 * pi * turn)
