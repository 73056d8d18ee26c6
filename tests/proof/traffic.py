"""Random traffic of a case, made anew from its seed: the same whenever and wherever it runs."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi
from random import Random
from typing import Final

from .case import REGION, Case
from .world import DAY, HOUR, MINUTE, SECOND, Instance, Sight, Stretch

PER_SECOND: Final = {"steady": 10.0, "daily": 20.0, "weekly": 20.0, "rare": 0.02}
"""Events of one process per second, at most."""

_BURST: Final = 10
_WEEK: Final = 7 * DAY // MINUTE
_CALM: Final = 10 * MINUTE  # at the end, so that Prometheus is there when it is asked
_NIGHT: Final = 0.1  # below this share of the day's traffic it is night


def _daily(minute: int) -> float:
    """The middle of the day is 50 times as busy as that of the night."""
    return float(0.02 + 0.98 * ((1 - cos(2 * pi * minute * MINUTE / DAY)) / 2) ** 2)


def _weekly(minute: int) -> float:
    return _daily(minute) * (0.3 if minute * MINUTE // DAY >= 5 else 1)


SHAPES: Final = {
    "steady": [1.0] * _WEEK,
    "daily": [_daily(minute) for minute in range(_WEEK)],
    "weekly": [_weekly(minute) for minute in range(_WEEK)],
    "rare": [1.0] * _WEEK,
}
"""The traffic of each minute of a week, as a share of the most."""


def ticks_of(scrapes: range, stretch: Stretch) -> slice:
    """Return all ticks that a stretch touches."""
    born = scrapes.start - scrapes.step
    return slice(bisect_right(scrapes, stretch.start), bisect_left(scrapes, stretch.end) + (stretch.end > born))


@dataclass(frozen=True, slots=True)
class Times:
    """When something happens in a case, to all its processes at once."""

    all: Stretch
    idles: Sequence[Stretch]
    bursts: Sequence[Stretch]
    incidents: Sequence[tuple[Stretch, float]]
    gaps: Sequence[Stretch]
    outages: Sequence[Stretch]


@dataclass(frozen=True, slots=True)
class World:
    """All processes of a case, and when Prometheus was down."""

    case: Case
    instances: Sequence[Instance]
    outages: Sequence[Stretch]


def world(case: Case, time: Stretch) -> World:
    """Let a case happen."""
    dice = Random(f"{case.name} {case.seed}")
    times = _times(case, time, dice)
    return World(case, tuple(_instances(case, times, dice)), times.outages)


def _times(case: Case, time: Stretch, dice: Random) -> Times:
    def often(count: int, least: int, most: int) -> list[Stretch]:
        latest = time.end - most - _CALM
        starts = sorted(dice.randrange(time.start, latest) for _ in range(_in_days(count, time.length)))
        return [Stretch(start, start + dice.randint(least, most)) for start in starts]

    spikes = [(each, 1.0) for each in often(case.spikes, SECOND, SECOND)]
    incidents = [(each, dice.choice((0.02, 0.1, 0.5, 1.0))) for each in often(case.incidents, 5 * MINUTE, 6 * HOUR)]
    return Times(
        time,
        often(case.idles, 30 * MINUTE, 30 * MINUTE),
        often(case.bursts, 5 * SECOND, 2 * MINUTE),
        [*incidents, *spikes],
        often(case.gaps, 5 * MINUTE, 3 * HOUR),
        often(case.outages, 3 * MINUTE, 40 * MINUTE),
    )


def _in_days(count: int, length: int) -> int:
    """Return how often something happens that happens `count` times in 30 days."""
    return round(count * length / (30 * DAY))


def _instances(case: Case, times: Times, dice: Random) -> Iterator[Instance]:
    for group, lives in case.groups.items():
        labels = {REGION: group} if group else {}
        for number, (born, died) in enumerate(lives):
            for replica in range(case.replicas):
                named = {**labels, "case": case.name, "instance": f"{number}-{replica}"}
                yield _Maker(case, times, Random(dice.random())).instance(named, born, died)


class _Maker:
    """Makes one process."""

    def __init__(self, case: Case, times: Times, dice: Random) -> None:
        self.case, self.times, self.dice = case, times, dice

    def instance(self, labels: dict[str, str], born: float, died: float) -> Instance:
        scrapes = self.scrapes(born, died)
        failing = self.failing(scrapes)
        total = self.happen(self.load(scrapes))
        return Instance(
            labels,
            scrapes,
            self.sights(scrapes),
            {"total": total, "failed": self.among(total, failing), "slow": self.among(total, self.slow(failing))},
            self.well(failing),
            self.restarts(scrapes),
            base=self.dice.randrange(1_000_000) if born == 0 else 0,
            gone=died < 1,
        )

    def scrapes(self, born: float, died: float) -> range:
        time, step = self.times.all, round(self.case.scrape.total_seconds()) * SECOND
        first, last = (time.start + round(share * (time.end - time.start)) for share in (born, died))
        begin = first + self.dice.randrange(step)
        return range(begin, begin + (last - begin) // step * step + step, step)

    def load(self, scrapes: range) -> list[float]:
        """Return how many events are to be expected in each tick."""
        shape, most = SHAPES[self.case.load], PER_SECOND[self.case.load] * scrapes.step / SECOND
        expected = [most * shape[at // MINUTE % _WEEK] for at in scrapes]
        for stretch in self.times.bursts:
            ticks = ticks_of(scrapes, stretch)
            expected[ticks] = [_BURST * load for load in expected[ticks]]
        for stretch in self.times.idles:
            ticks = ticks_of(scrapes, stretch)
            expected[ticks] = [0.0] * len(expected[ticks])
        return expected

    def failing(self, scrapes: range) -> list[float]:
        """Return which share of the events fails in each tick."""
        if self.case.errors == "none":
            return [0.0] * len(scrapes)
        quiet, shape = self.case.share, SHAPES["daily"]
        shares = [quiet] * len(scrapes)
        if self.case.errors == "nightly":
            shares = [40 * quiet if shape[at // MINUTE % _WEEK] < _NIGHT else quiet for at in scrapes]
        for stretch, share in self.times.incidents:
            ticks = ticks_of(scrapes, stretch)
            shares[ticks] = [share] * len(shares[ticks])
        return shares

    def slow(self, failing: list[float]) -> list[float]:
        return [min(1.0, 2 * share + 0.0005) for share in failing]

    def happen(self, expected: list[float]) -> list[int]:
        dice = self.dice.random
        return [int(load * (0.5 + dice()) + dice()) if load else 0 for load in expected]

    def among(self, events: list[int], shares: list[float]) -> list[int]:
        dice = self.dice.random
        return [int(count * share + dice()) if share else 0 for count, share in zip(events, shares, strict=True)]

    def well(self, failing: list[float]) -> bytes:
        dice = self.dice.random
        return bytes(dice() >= share for share in failing)

    def restarts(self, scrapes: range) -> dict[int, float]:
        return {tick: self.dice.random() for tick in self.some(scrapes, self.case.restarts)}

    def some(self, scrapes: range, count: int) -> list[int]:
        """Choose ticks; the first scrape of a process always succeeds."""
        return self.dice.sample(range(1, len(scrapes)), _in_days(count, len(scrapes) * scrapes.step))

    def sights(self, scrapes: range) -> bytes:
        sights = bytearray(len(scrapes))
        for tick in self.some(scrapes, self.case.missed):
            sights[tick] = Sight.FAILED
        for stretches, sight in ((self.gaps(), Sight.FAILED), (self.times.outages, Sight.BLIND)):
            for stretch in stretches:
                ticks = ticks_of(scrapes, stretch)
                sights[ticks] = bytes([sight]) * len(sights[ticks])
        return bytes(sights)

    def gaps(self) -> Iterator[Stretch]:
        yield from self.times.gaps
        time = self.times.all
        for _ in range(_in_days(self.case.partial_gaps, time.length)):
            start = self.dice.randrange(time.start, time.end - 3 * HOUR)
            yield Stretch(start, start + self.dice.randint(5 * MINUTE, 3 * HOUR))
