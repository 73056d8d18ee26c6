"""Where the events of an objective come from: how many there are, and how many of them are bad."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from bursar.domain.durations import format_duration
from bursar.domain.promql.build import over_time, rate, ratio, sum_by
from bursar.domain.promql.selector import Selector

WINDOW: Final = "{{.window}}"
"""What stands for the length of a range in an expression of a user."""

_WINDOW: Final = re.compile(r"\{\{ *\.window *\}\}")


class EventSource(Protocol):
    """Rates of events per second, summed by the labels `by`. Nothing is clamped: what cannot be true shall show."""

    def judged(self, by: tuple[str, ...], window: timedelta) -> str:
        """The events of which it is known whether they are good, as an expression over a raw window."""
        ...

    def bad(self, by: tuple[str, ...], window: timedelta, *, judged: str) -> str:
        """The bad events among `judged`, an expression for the same window and labels."""
        ...

    def error_ratio(self, by: tuple[str, ...], window: timedelta, *, judged: str) -> str:
        """The share of bad events over a raw window; `judged` tells only for which labels there are events at all."""
        ...

    def spacing(self, scrape: timedelta) -> timedelta | None:
        """How far two events of a group are apart when they come by the clock; None when they come as they like."""
        ...

    def expected(self, window: timedelta) -> int | None:
        """How many events a window holds when nothing is missing; None when nobody can know."""
        ...


class _AsTheyCome:
    """Events that nobody can foresee."""

    def spacing(self, _: timedelta) -> timedelta | None:
        """See EventSource."""
        return None

    def expected(self, _: timedelta) -> int | None:
        """See EventSource."""
        return None


@dataclass(frozen=True, slots=True)
class BadOfTotal(_AsTheyCome):
    """Counters of bad and of all events. A bad counter that does not exist yet means that nothing was bad."""

    bad_events: Selector
    total_events: Selector

    def judged(self, by: tuple[str, ...], window: timedelta) -> str:
        """See EventSource."""
        return sum_by(by, rate(self.total_events, window))

    def bad(self, by: tuple[str, ...], window: timedelta, *, judged: str) -> str:
        """See EventSource."""
        return f"{sum_by(by, rate(self.bad_events, window))} or {judged} * 0"

    def error_ratio(self, by: tuple[str, ...], window: timedelta, *, judged: str) -> str:
        """See EventSource."""
        return ratio(f"({self.bad(by, window, judged=judged)})", self.judged(by, window))


@dataclass(frozen=True, slots=True)
class GoodOfTotal(_AsTheyCome):
    """Counters of good and of all events. A good counter that does not exist means that nothing was good."""

    good_events: Selector
    total_events: Selector

    def judged(self, by: tuple[str, ...], window: timedelta) -> str:
        """See EventSource."""
        return sum_by(by, rate(self.total_events, window))

    def bad(self, by: tuple[str, ...], window: timedelta, *, judged: str) -> str:
        """See EventSource."""
        return f"{judged} - ({self._good(by, window)} or {judged} * 0)"

    def error_ratio(self, by: tuple[str, ...], window: timedelta, *, judged: str) -> str:
        """See EventSource."""
        return f"1 - {ratio(f'({self._good(by, window)} or {judged} * 0)', self.judged(by, window))}"

    def _good(self, by: tuple[str, ...], window: timedelta) -> str:
        return sum_by(by, rate(self.good_events, window))


@dataclass(frozen=True, slots=True)
class Expressions(_AsTheyCome):
    """PromQL of a user for events per second, with {{.window}} for the length of every range.

    `part` are the good events if `part_is_good`, else the bad ones; where it returns nothing there are none of them.
    """

    total: str
    part: str
    part_is_good: bool = False

    def judged(self, by: tuple[str, ...], window: timedelta) -> str:
        """See EventSource."""
        return sum_by(by, over(self.total, window))

    def bad(self, by: tuple[str, ...], window: timedelta, *, judged: str) -> str:
        """See EventSource."""
        part = f"{sum_by(by, over(self.part, window))} or {judged} * 0"
        return f"{judged} - ({part})" if self.part_is_good else part

    def error_ratio(self, by: tuple[str, ...], window: timedelta, *, judged: str) -> str:
        """See EventSource."""
        part = f"({sum_by(by, over(self.part, window))} or {judged} * 0)"
        share = ratio(part, self.judged(by, window))
        return f"1 - {share}" if self.part_is_good else share


@dataclass(frozen=True, slots=True)
class Gauge:
    """A gauge that is 1 while all is well and 0 while it is not: every sample is an event."""

    selector: Selector

    def judged(self, by: tuple[str, ...], window: timedelta) -> str:
        """See EventSource."""
        return f"{self._count(by, window)} / {_seconds(window)}"

    def bad(self, by: tuple[str, ...], window: timedelta, *, judged: str) -> str:
        """See EventSource."""
        return f"{judged} - {self._sum(by, window)} / {_seconds(window)}"

    def error_ratio(self, by: tuple[str, ...], window: timedelta, *, judged: str) -> str:
        """See EventSource."""
        return f"1 - {ratio(self._sum(by, window), self._count(by, window))}"

    def spacing(self, scrape: timedelta) -> timedelta | None:
        """See EventSource."""
        return scrape

    def expected(self, _: timedelta) -> int | None:
        """See EventSource: how many series there are is not known."""
        return None

    def _count(self, by: tuple[str, ...], window: timedelta) -> str:
        return sum_by(by, over_time("count", self.selector, window))

    def _sum(self, by: tuple[str, ...], window: timedelta) -> str:
        return sum_by(by, over_time("sum", self.selector, window))


def closed(expression: str) -> str:
    """End the last line of a user's expression: a comment there would swallow what follows."""
    return f"{expression}\n" if "#" in expression else expression


def over(expression: str, window: timedelta) -> str:
    """Fill the length of a window into a user's expression."""
    return _WINDOW.sub(format_duration(window), expression)


def _seconds(window: timedelta) -> str:
    return f"{window.total_seconds():g}"
