"""Lines over time."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import chain, pairwise
from math import isfinite
from typing import Final

from bursar.preview.axes import PIXELS_PER_COLUMN, PIXELS_PER_ROW, Frame, Span, framed
from bursar.preview.colours import named, of_series
from bursar.preview.numbers import shown
from bursar.preview.reading import Panel, Series
from bursar.preview.svg import drawing, element, path

MOST_IN_LEGEND: Final = 12
_LEGEND_HEIGHT: Final = 52.0
Points = tuple[tuple[float, float], ...]


def timeseries(panel: Panel, series: Sequence[Series], span: Span) -> str:
    """Draw lines, stacked where the panel says so, with its thresholds and a legend."""
    custom = panel.defaults.get("custom") or {}
    log = (custom.get("scaleDistribution") or {}).get("type") == "log"
    stacked = (custom.get("stacking") or {}).get("mode") == "normal"
    drawn = _stacked(series) if stacked else [each.points for each in series]
    lines = _thresholds(panel) if (custom.get("thresholdsStyle") or {}).get("mode", "off") != "off" else []
    frame = _frame(panel, span, drawn, lines, log=log, stacked=stacked)
    parts = chain(frame.clock(), frame.scale(panel.unit), _dashes(frame, lines), _curves(frame, drawn, filled=stacked))
    return drawing(frame.width, frame.height, parts, panel.title) + legend(panel, series)


def legend(panel: Panel, series: Sequence[Series]) -> str:
    """Name the series, with their newest values."""
    entries = [
        f'<li><i style="background:{of_series(number)}"></i>{escape(each.name)} '
        f"<b>{escape(shown(each.newest, panel.unit, panel.decimals))}</b></li>"
        for number, each in enumerate(series[:MOST_IN_LEGEND])
    ]
    more = [f"<li>+{len(series) - MOST_IN_LEGEND} more</li>"] if len(series) > MOST_IN_LEGEND else []
    return f'<ul class="legend">{"".join([*entries, *more])}</ul>'


def _frame(
    panel: Panel, span: Span, drawn: Sequence[Points], lines: Sequence[tuple[float, str]], *, log: bool, stacked: bool
) -> Frame:
    values = [value for points in drawn for _, value in points]
    top = max((value for value in values if isfinite(value)), default=0.0)
    near = [value for value, _ in lines if log or value <= 1.5 * top]
    low = 0.0 if stacked else panel.defaults.get("min")
    width, height = panel.place["w"] * PIXELS_PER_COLUMN, panel.place["h"] * PIXELS_PER_ROW - _LEGEND_HEIGHT
    return framed(width, max(height, 60.0), span, [*values, *near], log=log, ends=(low, panel.defaults.get("max")))


def _thresholds(panel: Panel) -> list[tuple[float, str]]:
    return [(value, colour) for value, colour in panel.steps if value is not None]


def _dashes(frame: Frame, lines: Sequence[tuple[float, str]]) -> Iterator[str]:
    left, _, width, _ = frame.inner
    for value, colour in lines:
        if frame.low <= value <= frame.high:
            at = frame.y(value)
            yield element("line", x1=left, x2=left + width, y1=at, y2=at, stroke=named(colour), class_="threshold")


def _curves(frame: Frame, drawn: Sequence[Points], *, filled: bool) -> Iterator[str]:
    for number, points in reversed(list(enumerate(drawn))):
        colour = of_series(number)
        for stretch in _unbroken(points, above=frame.low if frame.log else None):
            spots = [(frame.x(at), frame.y(value)) for at, value in stretch]
            if filled:
                floor_ = frame.y(max(frame.low, 0.0))
                area = [(spots[0][0], floor_), *spots, (spots[-1][0], floor_)]
                yield element("path", d=path(area), fill=colour, fill_opacity="0.35", stroke="none")
            yield element("path", d=path(spots), stroke=colour, class_="curve")


def _unbroken(points: Points, *, above: float | None) -> Iterator[list[tuple[float, float]]]:
    """Split a line where samples are missing, or stand nowhere on a logarithmic scale."""
    known = [point for point in points if isfinite(point[1]) and (above is None or point[1] >= above)]
    if not known:
        return
    usual = min((later[0] - earlier[0] for earlier, later in pairwise(points)), default=0.0)
    stretch = [known[0]]
    for earlier, later in pairwise(known):
        if later[0] - earlier[0] > 1.5 * usual:
            yield stretch
            stretch = []
        stretch.append(later)
    yield stretch


def _stacked(series: Sequence[Series]) -> list[Points]:
    """Put each series upon those before it."""
    heights: dict[float, float] = {}
    result = []
    for each in series:
        for at, value in each.points:
            heights[at] = heights.get(at, 0.0) + (value if isfinite(value) else 0.0)
        result.append(tuple((at, heights[at]) for at, _ in each.points))
    return result
