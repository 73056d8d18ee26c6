"""What really happened, to the last event, and when anybody was looking. Nothing here knows PromQL.

**Covered time.** A process is covered from its birth to its last scrape before it restarts or ends, except for the gaps
of telemetry: where two scrapes that succeeded are further apart than the range of the rates that the rules read (about
two minutes). All events of covered time count, seen or not: those around a scrape that failed, those before the first
scrape, the first errors of a series that did not exist before.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate, compress, pairwise
from typing import Final, NamedTuple

SECOND: Final = 1000  # all times and lengths are in milliseconds
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_UNSEEN: Final = re.compile(b"[^\0]+")
_COVERED: Final = re.compile(b"\1+")


class Stretch(NamedTuple):
    """A stretch of time; `end` belongs to it, `start` does not."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


class Sight(IntEnum):
    """What became of a scrape: it succeeded, the target did not answer, or Prometheus was down."""

    SEEN = 0
    FAILED = 1
    BLIND = 2


class Count(NamedTuple):
    """Events, and how many of them were bad."""

    total: int
    bad: int

    def plus(self, other: "Count") -> "Count":
        return Count(self.total + other.total, self.bad + other.bad)


@dataclass(frozen=True, slots=True)
class Instance:
    """One process. Each tick is the time from one scrape to the next: `ticks[kind][n]` ends at `scrapes[n]`.

    `restarts` names the ticks in which the process restarted, each with the share of the tick's events that the old
    process still had. `base` is what its counters had counted before. `well` is what its probe says at each scrape.
    `gone`: it ended after its last scrape, having served everything.
    """

    labels: Mapping[str, str]
    scrapes: range
    sights: bytes
    ticks: Mapping[str, Sequence[int]]
    well: bytes
    restarts: Mapping[int, float]
    base: int
    gone: bool

    @property
    def runs(self) -> list[tuple[int, int]]:
        """The ticks of each life of the process: the first one, and the one behind the last."""
        return list(pairwise([0, *sorted(self.restarts), len(self.scrapes)]))

    def counter(self, kind: str) -> list[int]:
        """Return what a counter says at each scrape."""
        told = self._told(kind)
        said: list[int] = []
        for start, end in self.runs:
            before = self.base if start == 0 else 0
            said += accumulate(told[start + 1 : end], initial=before + told[start])
        return said

    def within(self, window: Stretch) -> slice:
        """Return the ticks that end within a window."""
        return slice(bisect_right(self.scrapes, window.start), bisect_right(self.scrapes, window.end))

    def count(self, bad: str, window: Stretch, longest_gap: int) -> Count:
        """Count the events of covered time within a window."""
        ticks = self.within(window)
        covered = self.covered(longest_gap)[ticks]
        total, failed = (sum(compress(self._told(kind)[ticks], covered)) for kind in ("total", bad))
        return Count(total, failed)

    def _told(self, kind: str) -> Sequence[int]:
        """Leave out what a process that restarted took with it since its last scrape."""
        told = list(self.ticks[kind])
        for tick, share in self.restarts.items():
            told[tick] -= int(told[tick] * share)
        return told

    def covered(self, longest_gap: int) -> bytes:
        """Tell of every tick whether it is covered."""
        flags = bytearray(b"\1" * len(self.scrapes))
        for unseen in _UNSEEN.finditer(self.sights):
            first, next_seen = unseen.span()
            ends = next_seen == len(self.scrapes)
            if ends or self.scrapes[next_seen] - self.scrapes[first] + self.scrapes.step > longest_gap:
                flags[first : next_seen + 1] = bytes(next_seen + 1 - first - ends)
        return bytes(flags)

    def covered_time(self, window: Stretch, longest_gap: int) -> Iterator[Stretch]:
        """Return the stretches of covered time within a window."""
        ticks = self.within(window)
        for covered in _COVERED.finditer(self.covered(longest_gap)[ticks]):
            first, last = ticks.start + covered.start(), ticks.start + covered.end() - 1
            yield Stretch(max(window.start, self.scrapes[first] - self.scrapes.step), self.scrapes[last])


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Join stretches that touch or overlap."""
    joined: list[Stretch] = []
    for each in sorted(stretches):
        if joined and each.start <= joined[-1].end:
            joined[-1] = Stretch(joined[-1].start, max(joined[-1].end, each.end))
        else:
            joined.append(each)
    return joined
