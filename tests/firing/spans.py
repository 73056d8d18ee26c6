"""Stretches of time in which something holds: found, joined and cut."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Final, TypeAlias

Spans: TypeAlias = tuple[tuple[float, float], ...]
"""Beginnings and ends in minutes, apart from each other and in order."""

_FINE: Final = 0.001  # of a minute


def when(holds: Callable[[float], bool], edges: Iterable[float], *, turns: int = 1) -> Spans:
    """Find out when something holds that turns at most so many times between two neighbouring `edges`."""
    points = sorted(set(edges))
    return joined(span for start, end in pairwise(points) for span in _within(holds, start, end, turns))


def joined(spans: Iterable[tuple[float, float]]) -> Spans:
    """Join what overlaps or touches."""
    found: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def either(*alternatives: Spans) -> Spans:
    """Return when at least one holds."""
    return joined(span for spans in alternatives for span in spans)


def both(first: Spans, second: Spans) -> Spans:
    """Return when two things hold together."""
    common = ((max(a, c), min(b, d)) for a, b in first for c, d in second)
    return joined((start, end) for start, end in common if start < end)


def kept(spans: Spans, minutes: float) -> Spans:
    """Let everything last some minutes longer."""
    return joined((start, end + minutes) for start, end in spans)


def _within(holds: Callable[[float], bool], start: float, end: float, turns: int) -> Iterator[tuple[float, float]]:
    """Look into one piece, between whose ends nothing jumps; the ends themselves belong to its neighbours too."""
    margin = (end - start) / 1_000_000
    points = [start + margin + (end - start - 2 * margin) * step / turns for step in range(turns + 1)]
    since = start
    for before, after in pairwise(points):
        if holds(before) != holds(after):
            turn = _turn(holds, before, after)
            if holds(before):
                yield since, turn
            since = turn
    if holds(points[-1]):
        yield since, end


def _turn(holds: Callable[[float], bool], before: float, after: float) -> float:
    was = holds(before)
    while after - before > _FINE:
        middle = (before + after) / 2
        before, after = (middle, after) if holds(middle) == was else (before, middle)
    return after
