"""Where the events of an objective come from: how many there are, and how many of them are bad."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Protocol

from bursar.domain.decimals import plain
from bursar.domain.promql.build import rate, sum_by
from bursar.domain.promql.matcher import MatchOperator
from bursar.domain.promql.selector import Selector


class EventSource(Protocol):
    """Rates of events per second, summed by the labels `by`."""

    def total(self, by: tuple[str, ...], window: timedelta) -> str:
        """All events, as an expression over a raw window."""
        ...

    def judged(self, by: tuple[str, ...], window: timedelta) -> str:
        """The events of which it is known whether they are good."""
        ...

    def bad(self, by: tuple[str, ...], window: timedelta, *, total: str) -> str:
        """The bad events among `total`, an expression for the same window and labels."""
        ...


@dataclass(frozen=True, slots=True)
class BadOfTotal:
    """Counters of bad and of all events. A bad counter that does not exist yet means that nothing was bad."""

    bad_events: Selector
    total_events: Selector

    def total(self, by: tuple[str, ...], window: timedelta) -> str:
        """See EventSource."""
        return sum_by(by, rate(self.total_events, window))

    def judged(self, by: tuple[str, ...], window: timedelta) -> str:
        """See EventSource."""
        return self.total(by, window)

    def bad(self, by: tuple[str, ...], window: timedelta, *, total: str) -> str:
        """See EventSource."""
        return f"{sum_by(by, rate(self.bad_events, window))} or {total} * 0"


@dataclass(frozen=True, slots=True)
class GoodOfTotal:
    """Counters of good and of all events. A good counter that does not exist means that nothing was good."""

    good_events: Selector
    total_events: Selector

    def total(self, by: tuple[str, ...], window: timedelta) -> str:
        """See EventSource."""
        return sum_by(by, rate(self.total_events, window))

    def judged(self, by: tuple[str, ...], window: timedelta) -> str:
        """See EventSource."""
        return self.total(by, window)

    def bad(self, by: tuple[str, ...], window: timedelta, *, total: str) -> str:
        """See EventSource; good may run ahead of total for a moment, so the difference is never below 0."""
        good = f"({sum_by(by, rate(self.good_events, window))} or {total} * 0)"
        return f"clamp_min({total} - {good}, 0)"


@dataclass(frozen=True, slots=True)
class SlowOfHistogram:
    """A classic histogram: an event is bad when it took longer than `threshold`.

    Without a bucket for the threshold nothing is known, so nothing is recorded: neither 0 nor 100 % would be true.
    `histogram` names the metric with or without `_bucket`, `_count` or `_sum`.
    """

    histogram: Selector
    threshold: timedelta

    @property
    def spellings(self) -> tuple[str, ...]:
        """The values of `le` that mean the threshold in seconds, canonical first: 1 s is `1` or, since 3.0, `1.0`."""
        seconds = plain(Decimal(self.threshold // timedelta(microseconds=1)).scaleb(-6))
        return (seconds,) if "." in seconds else (seconds, f"{seconds}.0")

    @property
    def bucket(self) -> Selector:
        """The series that count the events within the threshold."""
        buckets = self.histogram.histogram_part("bucket")
        if len(self.spellings) == 1:
            return buckets.where("le", MatchOperator.EQUAL, self.spellings[0])
        return buckets.where("le", MatchOperator.REGEXP, "|".join(self.spellings).replace(".", "\\."))

    def total(self, by: tuple[str, ...], window: timedelta) -> str:
        """See EventSource."""
        return sum_by(by, rate(self.histogram.histogram_part("count"), window))

    def judged(self, by: tuple[str, ...], window: timedelta) -> str:
        """See EventSource; a total without its bucket would dilute the sums of a long window."""
        return f"{self.total(by, window)} and {sum_by(by, rate(self.bucket, window))}"

    def bad(self, by: tuple[str, ...], window: timedelta, *, total: str) -> str:
        """See EventSource."""
        return f"clamp_min({total} - {sum_by(by, rate(self.bucket, window))}, 0)"
