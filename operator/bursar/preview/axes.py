"""The frame of a picture over time: where times and values stand, and what is written beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor, isfinite, log10
from typing import Final

from bursar.preview.numbers import shown
from bursar.preview.svg import element, text

PIXELS_PER_COLUMN: Final = 50.0
PIXELS_PER_ROW: Final = 30.0
_LEFT: Final = 78.0
_RIGHT: Final = 8.0
_TOP: Final = 8.0
_BOTTOM: Final = 20.0
_TIME_STEPS: Final = (60, 300, 600, 1800, 3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 7 * 86400)


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, in seconds of the epoch."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture of some size, over a span, from `low` to `high`; `log` has powers of ten at equal distances."""

    width: float
    height: float
    span: Span
    low: float = 0.0
    high: float = 1.0
    log: bool = False

    @property
    def inner(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of the field."""
        return _LEFT, _TOP, self.width - _LEFT - _RIGHT, self.height - _TOP - _BOTTOM

    def x(self, at: float) -> float:
        """Where a time stands."""
        left, _, width, _ = self.inner
        return left + width * (at - self.span.start) / (self.span.end - self.span.start)

    def y(self, value: float) -> float:
        """Where a value stands."""
        _, top, _, height = self.inner
        low, high, value = (self._scaled(each) for each in (self.low, self.high, value))
        return top + height * (1 - (value - low) / ((high - low) or 1.0))

    def _scaled(self, value: float) -> float:
        return log10(max(value, self.low)) if self.log else value

    def clock(self) -> Iterator[str]:
        """Write the times below."""
        left, top, width, height = self.inner
        length = self.span.end - self.span.start
        step = next((each for each in _TIME_STEPS if length / each <= max(2.0, width / 90)), _TIME_STEPS[-1])
        form = "%H:%M" if step < 86400 else "%d %b"
        for number in range(ceil(self.span.start / step), floor(self.span.end / step) + 1):
            at = self.x(number * step)
            yield element("line", x1=at, x2=at, y1=top, y2=top + height, class_="grid")
            label = datetime.fromtimestamp(number * step, UTC).strftime(form)
            if left + 14 < at < left + width - 14:
                yield text(at, top + height + 14, label, text_anchor="middle", class_="small")

    def scale(self, unit: str) -> Iterator[str]:
        """Write the values at the left."""
        left, _, width, height = self.inner
        for value in _powers(self.low, self.high) if self.log else _rounds(self.low, self.high, height / 34):
            at = self.y(value)
            yield element("line", x1=left, x2=left + width, y1=at, y2=at, class_="grid")
            yield text(left - 6, at + 4, shown(value, unit), text_anchor="end", class_="small")


def framed(
    width: float,
    height: float,
    span: Span,
    values: Sequence[float],
    *,
    log: bool,
    ends: tuple[float | None, float | None],
) -> Frame:
    """Choose a frame that holds all values; `ends` are those of the scale that are given, None: of the data."""
    known = [value for value in values if isfinite(value) and (value > 0 or not log)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    if log:
        low = 10.0 ** floor(log10(low)) if known else 0.1
        return Frame(width, height, span, low, max(10.0 ** ceil(log10(high)), low * 10), log=True)
    low, high = low if ends[0] is None else min(ends[0], low), high if ends[1] is None else max(ends[1], high)
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return Frame(width, height, span, low if ends[0] is not None else low - room, high + room)


def _powers(low: float, high: float) -> Iterator[float]:
    return (10.0**power for power in range(floor(log10(low)), ceil(log10(high)) + 1))


def _rounds(low: float, high: float, most: float) -> Iterator[float]:
    """Return round numbers between two, about as many as there is room for."""
    rough = (high - low) / max(most, 2.0)
    size = 10.0 ** floor(log10(rough))
    step = next(size * each for each in (1, 2, 2.5, 5, 10) if size * each >= rough)
    return (number * step for number in range(ceil(low / step), floor(high / step) + 1))
