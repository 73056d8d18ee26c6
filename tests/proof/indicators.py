"""The indicators: how each is shown to Prometheus, how users would define it, and what the truth is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial, reduce
from typing import Final, Protocol

from bursar.domain.events import BadOfTotal, EventSource, Expressions, Gauge, GoodOfTotal
from bursar.domain.histograms import SlowOfHistogram
from bursar.domain.objective import Identity
from bursar.domain.promql.selector import parse_selector
from bursar.domain.timeslices import Missing, Timeslices
from sandbox.remote_write import AnySeries

from .case import Case
from .exposition import scraped, scraped_histogram, shown_late
from .slices import Slices
from .world import Count, Instance, Stretch, merged

Exposition = Callable[[Case, Instance], Iterator[AnySeries]]

THRESHOLD: Final = timedelta(milliseconds=250)  # ends a bucket of both histograms


@dataclass(frozen=True, slots=True)
class Seen:
    """One group of a world in one window; `evaluations` are those of the group of rules that measures slices."""

    instances: Sequence[Instance]
    window: Stretch
    longest_gap: int
    evaluations: Sequence[range]

    @property
    def covered(self) -> list[Stretch]:
        """The stretches in which at least one instance was covered."""
        times = (time for each in self.instances for time in each.covered_time(self.window, self.longest_gap))
        return merged(times)


@dataclass(frozen=True, slots=True)
class Truth:
    """The events of covered time, and the share of the window that is covered (0 to 1)."""

    count: Count
    coverage: float


class Indicator(Protocol):
    """One way to say what is good. Indicators may share an exposition: what a process shows of its events."""

    @property
    def name(self) -> str: ...

    @property
    def exposition(self) -> Exposition: ...

    def source(self, case: Case, identity: Identity) -> EventSource: ...

    def truth(self, seen: Seen) -> Truth: ...


@dataclass(frozen=True, slots=True)
class Counted:
    """Events that a process counts; `bad` is the kind that is bad."""

    name: str
    exposition: Exposition
    bad: str
    define: Callable[[Case], EventSource]

    def source(self, case: Case, _: Identity) -> EventSource:
        return self.define(case)

    def truth(self, seen: Seen) -> Truth:
        counts = (each.count(self.bad, seen.window, seen.longest_gap) for each in seen.instances)
        return Truth(reduce(Count.plus, counts), _share(seen))


@dataclass(frozen=True, slots=True)
class Probed:
    """Samples of a probe: each is an event, and bad when the probe failed."""

    name: str
    exposition: Exposition

    def source(self, case: Case, _: Identity) -> EventSource:
        return Gauge(parse_selector(_select("probe_success", case)))

    def truth(self, seen: Seen) -> Truth:
        return Truth(reduce(Count.plus, map(partial(self._samples, seen), seen.instances)), _share(seen))

    @staticmethod
    def _samples(seen: Seen, instance: Instance) -> Count:
        ticks = instance.within(seen.window)
        found = [well for well, sight in zip(instance.well[ticks], instance.sights[ticks], strict=True) if not sight]
        return Count(len(found), found.count(0))


@dataclass(frozen=True, slots=True)
class Sliced:
    """Slices of time: one is good when no probe of any process failed in it."""

    name: str
    exposition: Exposition
    slice: timedelta
    missing: Missing

    def source(self, case: Case, identity: Identity) -> EventSource:
        good = f"min_over_time({_select('probe_success', case)}[{{{{.window}}}}])"
        return Timeslices(identity, good, self.slice, self.missing)

    def truth(self, seen: Seen) -> Truth:
        slices = Slices(seen.evaluations, seen.instances, self.missing)
        count = slices.count(seen.window)
        return Truth(count, count.total * slices.length / seen.window.length)


def requests(case: Case, instance: Instance) -> Iterator[AnySeries]:
    failed = instance.counter("failed")
    good = [total - bad for total, bad in zip(instance.counter("total"), failed, strict=True)]
    yield scraped(instance, "requests_total", good, code="200")
    if case.errors != "none":
        shown = shown_late(instance, failed) if case.late_errors else failed
        yield scraped(instance, "requests_total", shown, code="500")


def durations(_: Case, instance: Instance) -> Iterator[AnySeries]:
    total = instance.counter("total")
    yield scraped(instance, "duration_seconds_bucket", _fast(instance), le="0.25")
    yield scraped(instance, "duration_seconds_bucket", total, le="+Inf")
    yield scraped(instance, "duration_seconds_count", total)


def native_durations(_: Case, instance: Instance) -> Iterator[AnySeries]:
    buckets = list(zip(_fast(instance), instance.counter("slow"), strict=True))
    yield scraped_histogram(instance, "native_seconds", buckets)


def probes(_: Case, instance: Instance) -> Iterator[AnySeries]:
    yield scraped(instance, "probe_success", instance.well)


def _fast(instance: Instance) -> list[int]:
    pairs = zip(instance.counter("total"), instance.counter("slow"), strict=True)
    return [total - slow for total, slow in pairs]


def _share(seen: Seen) -> float:
    return sum(stretch.length for stretch in seen.covered) / seen.window.length


def _select(metric: str, case: Case, more: str = "") -> str:
    return f'{metric}{{case="{case.name}"{more}}}'


def _bad_of_total(case: Case) -> EventSource:
    bad, total = _select("requests_total", case, ',code="500"'), _select("requests_total", case)
    return BadOfTotal(parse_selector(bad), parse_selector(total))


def _good_of_total(case: Case) -> EventSource:
    good, total = _select("requests_total", case, ',code="200"'), _select("requests_total", case)
    return GoodOfTotal(parse_selector(good), parse_selector(total))


def _slow(metric: str, case: Case) -> EventSource:
    return SlowOfHistogram(parse_selector(_select(metric, case)), THRESHOLD)


def _expression(case: Case) -> EventSource:
    bad, total = _select("requests_total", case, ',code=~"5.."'), _select("requests_total", case)
    return Expressions(f"rate({total}[{{{{ .window }}}}])", f"rate({bad}[{{{{.window}}}}])")


INDICATORS: Final[Sequence[Indicator]] = (
    Counted("availability", requests, "failed", _bad_of_total),
    Counted("ratio of good", requests, "failed", _good_of_total),
    Counted("expression", requests, "failed", _expression),
    Counted("latency", durations, "slow", partial(_slow, "duration_seconds")),
    Counted("native latency", native_durations, "slow", partial(_slow, "native_seconds")),
    Probed("gauge", probes),
    Sliced("slice 1m", probes, timedelta(minutes=1), Missing.IGNORE),
    Sliced("slice 1m bad", probes, timedelta(minutes=1), Missing.BAD),
    Sliced("slice 5m good", probes, timedelta(minutes=5), Missing.GOOD),
)
