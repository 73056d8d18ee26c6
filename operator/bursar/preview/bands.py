"""Bands over time: states, and distributions."""

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from math import inf, isfinite
from typing import Final

from bursar.preview.axes import PIXELS_PER_COLUMN, PIXELS_PER_ROW, Frame, Span
from bursar.preview.colours import named
from bursar.preview.numbers import shown
from bursar.preview.reading import Panel, Series
from bursar.preview.svg import drawing, element, text

MOST_BANDS: Final = 20
_HEAT: Final = "#e8861a"
_NAME_WIDTH: Final = 34


def states(panel: Panel, series: Sequence[Series], span: Span) -> str:
    """Draw one band for each series, coloured by its value."""
    frame, rows = _frame(panel, span), list(series[:MOST_BANDS])
    parts = chain(frame.clock(), *(_band(frame, panel, each, n, len(rows)) for n, each in enumerate(rows)))
    return drawing(frame.width, frame.height, parts, panel.title)


def heatmap(panel: Panel, series: Sequence[Series], span: Span) -> str:
    """Draw how many values fell into which bucket when; the buckets of a classic histogram are cumulative."""
    frame, buckets = _frame(panel, span), _buckets(series)
    most = max((value for _, points in buckets for _, value in points), default=0.0) or 1.0
    height = frame.inner[3] / max(len(buckets), 1)
    rows = (_heat(frame, points, most, number * height, height) for number, (_, points) in enumerate(reversed(buckets)))
    names = (_name(frame, panel, bound, n, height) for n, (bound, _) in enumerate(reversed(buckets)))
    return drawing(frame.width, frame.height, chain(frame.clock(), *rows, names), panel.title)


def _frame(panel: Panel, span: Span) -> Frame:
    return Frame(panel.place["w"] * PIXELS_PER_COLUMN, panel.place["h"] * PIXELS_PER_ROW - 40.0, span)


def _band(frame: Frame, panel: Panel, each: Series, number: int, count: int) -> Iterator[str]:
    _, top, _, whole = frame.inner
    height = min(whole / count, 40.0)
    y = top + number * height
    for start, end, value in _stretches(each):
        left, right = frame.x(start), min(frame.x(end), frame.x(frame.span.end))
        mapped = panel.mapped(value).get("color")
        colour = named(str(mapped or panel.colour(value)))
        yield element(
            "rect", x=left, y=y + 2, width=max(right - left, 1.0), height=height - 4, fill=colour, class_="band"
        )
    name = each.name if len(each.name) <= _NAME_WIDTH else f"{each.name[: _NAME_WIDTH - 1]}…"
    yield text(frame.inner[0] + 4, y + height / 2 + 4, name, class_="small name")


def _stretches(each: Series) -> Iterator[tuple[float, float, float]]:
    """Join neighbouring points of one value."""
    step = min((later[0] - earlier[0] for earlier, later in pairwise(each.points)), default=60.0)
    start: tuple[float, float] | None = None
    end = 0.0
    for at, value in each.points:
        if start is not None and (value != start[1] or at - end > step):
            yield start[0], end + step, start[1]
            start = None
        start, end = start or (at, value), at
    if start is not None:
        yield start[0], end + step, start[1]


def _buckets(series: Sequence[Series]) -> list[tuple[float, list[tuple[float, float]]]]:
    """Order buckets by their bounds, and take from each what the one below has counted already."""
    bounded = sorted((_bound(each), each) for each in series if "le" in each.labels)
    below: dict[float, float] = {}
    result = []
    for bound, each in bounded:
        counted = dict(each.points)
        result.append((bound, [(at, max(value - below.get(at, 0.0), 0.0)) for at, value in each.points]))
        below = counted
    return result


def _bound(each: Series) -> float:
    try:
        return float(each.labels["le"])
    except ValueError:
        return inf


def _heat(frame: Frame, points: Sequence[tuple[float, float]], most: float, y: float, height: float) -> Iterator[str]:
    _, top, _, _ = frame.inner
    step = min((later[0] - earlier[0] for earlier, later in pairwise(points)), default=60.0)
    for at, value in points:
        if value > 0:
            left, right = frame.x(at - step), frame.x(at)
            strength = f"{0.08 + 0.92 * (value / most) ** 0.5:.2g}"
            yield element(
                "rect", x=left, y=top + y, width=right - left + 0.4, height=height, fill=_HEAT, fill_opacity=strength
            )


def _name(frame: Frame, panel: Panel, bound: float, number: int, height: float) -> str:
    left, top, _, _ = frame.inner
    unit = str((panel.options.get("yAxis") or {}).get("unit") or panel.unit)
    written = shown(bound, unit) if isfinite(bound) else "more"
    return text(left - 6, top + number * height + height / 2 + 4, written, text_anchor="end", class_="small")
