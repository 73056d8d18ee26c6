"""A counter as Prometheus scrapes it, and `rate` as Prometheus computes it.

Source: https://github.com/prometheus/prometheus/blob/main/promql/functions.go, extrapolatedRate
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

_FARTHEST: Final = 1.1  # in gaps between samples: further than that, a range is taken to have no more events


@dataclass(frozen=True, slots=True)
class Tick:
    """What happened from one scrape to the next; `seen` False: the scrape at its end failed."""

    total: int
    bad: int = 0
    seen: bool = True


@dataclass(frozen=True, slots=True)
class Counter:
    """The samples of a counter, `times` in seconds; it starts at 0 and never resets."""

    times: Sequence[float]
    values: Sequence[float]

    @classmethod
    def scraped(cls, growth: Iterable[int], seen: Iterable[bool], *, every: float) -> "Counter":
        """Scrape a counter that grows by so much from scrape to scrape."""
        values = enumerate(accumulate(growth, initial=0))
        kept = [(number * every, float(value)) for (number, value), ok in zip(values, (True, *seen), strict=True) if ok]
        return cls([at for at, _ in kept], [value for _, value in kept])

    def rate(self, at: float, window: float) -> float | None:
        """Return the increase per second over a window; None where there are not two samples."""
        first, last = bisect_right(self.times, at - window), bisect_right(self.times, at) - 1
        if last <= first:
            return None
        increase, sampled = self.values[last] - self.values[first], self.times[last] - self.times[first]
        gap = sampled / (last - first)
        before = _extension(self.times[first] - (at - window), gap)
        if increase > 0:
            before = min(before, sampled * self.values[first] / increase)
        after = _extension(at - self.times[last], gap)
        return increase * (sampled + before + after) / sampled / window


def _extension(distance: float, gap: float) -> float:
    """How far the samples are taken to go on beyond the outermost one."""
    return distance if distance < _FARTHEST * gap else gap / 2
