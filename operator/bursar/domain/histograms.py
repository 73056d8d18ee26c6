"""Latency: how many events of a histogram took too long, whichever kind of histogram a server stores."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bursar.domain.decimals import plain
from bursar.domain.promql.build import rate, ratio, sum_by
from bursar.domain.promql.matcher import MatchOperator
from bursar.domain.promql.selector import Selector


@dataclass(frozen=True, slots=True)
class SlowOfHistogram:
    """A histogram of which an event is bad when it took longer than `threshold`.

    `histogram` names the metric with or without `_bucket`, `_count` or `_sum`. The rules read the classic buckets and,
    for labels that have none with this bound, the native histogram: whichever is there, and a change from one to the
    other leaves no gap. Without either nothing is known, so nothing is recorded: neither 0 nor 100 % would be true.
    Source: https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_fraction
    """

    histogram: Selector
    threshold: timedelta

    @property
    def seconds(self) -> str:
        """The threshold as a number of seconds."""
        return plain(Decimal(self.threshold // timedelta(microseconds=1)).scaleb(-6))

    @property
    def spellings(self) -> tuple[str, ...]:
        """The values of `le` that mean the threshold, canonical first: 1 s is `1` or, since Prometheus 3.0, `1.0`."""
        return (self.seconds,) if "." in self.seconds else (self.seconds, f"{self.seconds}.0")

    @property
    def bucket(self) -> Selector:
        """The series that count the events within the threshold."""
        buckets = self.histogram.histogram_part("bucket")
        if len(self.spellings) == 1:
            return buckets.where("le", MatchOperator.EQUAL, self.spellings[0])
        return buckets.where("le", MatchOperator.REGEXP, "|".join(self.spellings).replace(".", "\\."))

    def judged(self, by: tuple[str, ...], window: timedelta) -> str:
        """See EventSource; a total without its bucket would dilute the sums of a long window."""
        return f"{self._counted(by, window)} and {self._fast(by, window)} or {self._observed(by, window)}"

    def bad(self, by: tuple[str, ...], window: timedelta, *, judged: str) -> str:
        """See EventSource; what is judged by neither has no events."""
        native = f"{judged} * (1 - ({self._fraction(by, window)}))"
        return f"{judged} - {self._fast(by, window)} or {native} or {judged} * 0"

    def error_ratio(self, by: tuple[str, ...], window: timedelta, *, judged: str) -> str:
        """See EventSource; classic buckets that are gone say nothing any more, though a range still holds some."""
        classic = f"{ratio(self._fast(by, window), self._counted(by, window))} and {sum_by(by, str(self.bucket))}"
        return f"1 - ({classic} or {self._fraction(by, window)})"

    def spacing(self, _: timedelta) -> timedelta | None:
        """See EventSource."""
        return None

    def expected(self, _: timedelta) -> int | None:
        """See EventSource."""
        return None

    def _counted(self, by: tuple[str, ...], window: timedelta) -> str:
        return sum_by(by, rate(self.histogram.histogram_part("count"), window))

    def _fast(self, by: tuple[str, ...], window: timedelta) -> str:
        return sum_by(by, rate(self.bucket, window))

    def _native(self, by: tuple[str, ...], window: timedelta) -> str:
        return sum_by(by, rate(self.histogram.histogram_part(""), window))

    def _observed(self, by: tuple[str, ...], window: timedelta) -> str:
        return f"histogram_count({self._native(by, window)})"

    def _fraction(self, by: tuple[str, ...], window: timedelta) -> str:
        """The share of fast events; of none at all it is not a number, and left out."""
        return f"histogram_fraction(-Inf, {self.seconds}, {self._native(by, window)}) >= 0"
