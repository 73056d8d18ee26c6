"""Charts: curves over time, and strips that show when something was so."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from pictures.svg import WIDTH, Picture

LEFT, RIGHT = 76, 34
STRIP_HEIGHT = 14


@dataclass(frozen=True, slots=True)
class Axis:
    """A range of values, and those that are named: value -> text."""

    low: float
    high: float
    named: tuple[tuple[float, str], ...]

    def share(self, value: float) -> float:
        """Where a value lies between the ends: 0 to 1."""
        return (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Chart:
    """A place in a picture where x and y have a meaning; y None: strips only."""

    picture: Picture
    top: float
    height: float
    x: Axis
    y: Axis | None = None
    left: float = LEFT

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point lies in the picture."""
        assert self.y is not None
        return self.across(x), self.top + self.height * (1 - self.y.share(y))

    def across(self, x: float) -> float:
        """Return where a value of x lies in the picture."""
        return self.left + (WIDTH - RIGHT - self.left) * self.x.share(x)

    def grid(self) -> None:
        """Draw the lines of the named values, and the names of those of y."""
        bottom, right = self.top + self.height, WIDTH - RIGHT
        for value, name in self.y.named if self.y else ():
            _, y = self.at(self.x.low, value)
            self.picture.line((self.left, y), (right, y), "grid")
            self.picture.text(self.left - 8, y + 4, name, "soft small", anchor="end")
        for value, _ in self.x.named:
            self.picture.line((self.across(value), self.top), (self.across(value), bottom), "grid")

    def names(self) -> None:
        """Write the named values of x below the chart."""
        for value, name in self.x.named:
            self.picture.text(self.across(value), self.top + self.height + 18, name, "soft small", anchor="middle")

    def shade(self, start: float, end: float) -> None:
        """Mark a stretch of time."""
        x = self.across(start)
        self.picture.box(x, self.top, self.across(end) - x, self.height, "shade")

    def curve(self, points: Iterable[tuple[float, float | None]], look: str) -> None:
        """Draw a curve, with a gap where there is no value."""
        for _, run in groupby(points, key=lambda point: point[1] is None):
            known = [self.at(x, y) for x, y in run if y is not None and self.x.low <= x <= self.x.high]
            if len(known) > 1:
                self.picture.curve(known, look)

    def bar(self, ends: tuple[float, float], value: float, look: str) -> None:
        """Draw a bar from 0 up."""
        (left, top), (right, bottom) = self.at(ends[0], value), self.at(ends[1], 0)
        self.picture.box(left, top, right - left, bottom - top, look)

    def level(self, y: float, look: str) -> None:
        """Draw a horizontal line over the whole width."""
        _, height = self.at(self.x.low, y)
        self.picture.line((self.left, height), (WIDTH - RIGHT, height), look)

    def moment(self, x: float, look: str) -> None:
        """Draw a vertical line over the whole height."""
        self.picture.line((self.across(x), self.top), (self.across(x), self.top + self.height), look)

    def strip(self, y: float, runs: Iterable[tuple[float, float]], look: str) -> None:
        """Draw a bar for every stretch of time."""
        self.picture.box(self.left, y, WIDTH - RIGHT - self.left, STRIP_HEIGHT, "shade")
        for start, end in runs:
            if end > self.x.low and start < self.x.high:
                x = self.across(start)
                self.picture.box(x, y, self.across(end) - x, STRIP_HEIGHT, look)
