"""Traffic with an incident in it: to be reckoned with, and written down as counters for promtool.

Minutes are counted from the beginning of the incident; what happened before has negative ones.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Final

EVENTS: Final = 1_000_000
"""Events of one scrape: enough for whole numbers of bad ones at a hundredth of a percent."""
SCRAPES_PER_MINUTE: Final = 2
_BEFORE: Final = 10 * EVENTS
"""Where counters stand at first. Prometheus counts too little of what happens while a counter still is at 0."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of even traffic of which a share of `errors` is bad; `lost`: it cannot be seen."""

    minutes: int
    errors: float = 0.0
    lost: bool = False


@dataclass(frozen=True)
class Traffic:
    """Phases one after the other, of which the first `history` minutes come before the incident."""

    history: int
    phases: tuple[Phase, ...]

    @cached_property
    def edges(self) -> tuple[int, ...]:
        """Where phases begin and end."""
        return tuple(accumulate((phase.minutes for phase in self.phases), initial=-self.history))

    @property
    def end(self) -> int:
        """The last minute."""
        return self.edges[-1]

    def lost(self) -> Iterator[tuple[int, int]]:
        """Return the stretches in which nothing is seen."""
        ends = zip(self.edges, self.edges[1:], self.phases, strict=False)
        return ((since, until) for since, until, phase in ends if phase.lost)

    def seen(self, start: float, end: float) -> float:
        """Count the minutes of traffic that is seen, its rate being always the same."""
        return self._until(end, self._seen) - self._until(start, self._seen)

    def bad(self, start: float, end: float) -> float:
        """Count the minutes of total outage which the bad events that are seen amount to."""
        return self._until(end, self._bad) - self._until(start, self._bad)

    def counter(self, *, bad: bool, delay: int) -> str:
        """Write the counter of the bad or of the other events, `delay` minutes late, in promtool's notation."""
        value, parts = _BEFORE, [f"_x{delay * SCRAPES_PER_MINUTE}"] if delay else []
        for phase in self.phases:
            scrapes = phase.minutes * SCRAPES_PER_MINUTE
            if phase.lost:
                parts.append(f"stale _x{scrapes - 1}")
                continue
            growth = round(EVENTS * (phase.errors if bad else 1 - phase.errors))
            parts.append(f"{value}+{growth}x{scrapes - 1}")
            value += growth * scrapes
        return " ".join(parts)

    @cached_property
    def _seen(self) -> tuple[float, ...]:
        return self._sums(lambda phase: 0.0 if phase.lost else 1.0)

    @cached_property
    def _bad(self) -> tuple[float, ...]:
        return self._sums(lambda phase: 0.0 if phase.lost else phase.errors)

    def _sums(self, share: Callable[[Phase], float]) -> tuple[float, ...]:
        return tuple(accumulate((share(phase) * phase.minutes for phase in self.phases), initial=0.0))

    def _until(self, at: float, sums: tuple[float, ...]) -> float:
        """Look up a sum at any time: it is known at the edges, and grows evenly between them."""
        after = bisect_right(self.edges, at)
        if after in (0, len(sums)):
            return sums[max(0, after - 1)]
        since, until = self.edges[after - 1], self.edges[after]
        return sums[after - 1] + (sums[after] - sums[after - 1]) * (at - since) / (until - since)
