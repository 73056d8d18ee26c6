"""When the alerts of a target fire: conditions that only presets have."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from bursar.domain.alert_conditions import Bound
from bursar.domain.decimals import plain
from bursar.domain.durations import format_duration
from bursar.domain.histograms import SlowOfHistogram
from bursar.domain.promql.build import rate, sum_by
from bursar.domain.promql.selector import Selector

_VALUE: Final = "{{ $value | humanize }}"


@dataclass(frozen=True, slots=True)
class Down:
    """A share of addresses that do not answer, in percent; `up` is 1 for each that does.

    If `absent_is_down`, no address at all is a share of 100 %.
    """

    up: Selector
    bound: Bound
    absent_is_down: bool = True

    def expression(self, _: timedelta) -> str:
        """See AlertCondition."""
        known = f"{self.up} or absent({self.up}) * 0" if self.absent_is_down else str(self.up)
        return f"100 * (1 - avg({known})) {self.bound}"

    @property
    def words(self) -> str:
        """See AlertCondition."""
        return f"{_VALUE} % of the addresses do not answer"


@dataclass(frozen=True, slots=True)
class Full:
    """What is used of a capacity, in percent, for each pair of series with equal labels."""

    used: Selector
    capacity: Selector
    bound: Bound
    what: str

    def expression(self, _: timedelta) -> str:
        """See AlertCondition."""
        return f"100 * {self.used} / ({self.capacity} > 0) {self.bound}"

    @property
    def words(self) -> str:
        """See AlertCondition."""
        return f"{_VALUE} % of {self.what} is used"


@dataclass(frozen=True, slots=True)
class Waiting:
    """More than a number of things that wait, for each series of a gauge."""

    depth: Selector
    bound: Bound
    what: str

    def expression(self, _: timedelta) -> str:
        """See AlertCondition."""
        return f"{self.depth} {self.bound}"

    @property
    def words(self) -> str:
        """See AlertCondition."""
        return f"{_VALUE} wait in {self.what}"


@dataclass(frozen=True, slots=True)
class Slow:
    """A quantile of a histogram, classic or native, that reaches a duration over a window with enough events.

    A quantile beyond the last finite bucket is that bucket's bound, so that reaching it must suffice.
    """

    slow: SlowOfHistogram
    quantile: Decimal
    over: timedelta
    min_events: int
    what: str

    def expression(self, _: timedelta) -> str:
        """See AlertCondition."""
        buckets, native = self._summed(("le",), "bucket"), self._summed((), "")
        quantile = plain(self.quantile)
        compared = (
            f"(histogram_quantile({quantile}, {buckets}) or histogram_quantile({quantile}, {native}))"
            f" >= {self.slow.seconds}"
        )
        counted = f"({self._summed((), 'count')} or histogram_count({native}))"
        return f"{compared}\nand\n{counted} * {int(self.over.total_seconds())} >= {self.min_events}"

    @property
    def words(self) -> str:
        """See AlertCondition."""
        fast = plain(self.quantile * 100)
        limit = format_duration(self.slow.threshold)
        return f"{fast} % of {self.what} take up to {{{{ $value | humanizeDuration }}}}, not below {limit}"

    def _summed(self, by: tuple[str, ...], part: str) -> str:
        return sum_by(by, rate(self.slow.histogram.histogram_part(part), self.over))
