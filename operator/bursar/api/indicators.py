"""Indicators: what an objective counts as good and bad."""

import re
from datetime import timedelta
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field

from bursar.api.base import Model, PromDuration, VectorSelector
from bursar.api.rules import Rule, exactly_one
from bursar.domain.promql.comparison import comparison
from bursar.domain.promql.expression import parse
from bursar.domain.promql.nodes import ValueType
from bursar.domain.timeslices import Missing

_WINDOW: Final = "[{][{] *[.]window *[}][}]"
_SLICES: Final = (timedelta(minutes=1), timedelta(minutes=5))

HAS_WINDOW: Final = Rule(
    f"self.matches('{_WINDOW}')",
    lambda text: re.search(_WINDOW, text) is not None,
    "one query serves many windows; write {{.window}} for the length of every range: rate(errors_total[{{.window}}])",
)
ONE_OR_FIVE_MINUTES: Final = Rule(
    "self in ['1m', '60s', '5m', '300s']",
    lambda length: length in _SLICES,
    "a slice is 1m or 5m long",
)


def _vector(text: str) -> str:
    """Accept PromQL that returns an instant vector; raises PromqlError with line, column and cure."""
    found = parse(text, windows_allowed=True).type
    if found is not ValueType.VECTOR:
        raise ValueError(
            f"this is a {found}; write an expression that returns an instant vector, such as sum(rate(...))"
        )
    return text


def _comparison(text: str) -> str:
    """Accept PromQL that compares; raises PromqlError with line, column and cure."""
    comparison(parse(text, windows_allowed=True))
    return text


WindowedQuery = Annotated[str, Field(min_length=1, max_length=4096), HAS_WINDOW, AfterValidator(_vector)]
WindowedComparison = Annotated[str, Field(min_length=1, max_length=4096), HAS_WINDOW, AfterValidator(_comparison)]


class Availability(Model):
    """The share of requests that succeed; written {}."""


class RatioIndicator(Model):
    """The share of good events, from two counters."""

    RULES: ClassVar[tuple[Rule, ...]] = (exactly_one("bad", "good"),)

    total: VectorSelector = Field(description='Selector of a counter of all events: jobs_total{queue="mail"}.')
    bad: VectorSelector | None = Field(
        default=None, description='Selector of the bad ones among them: jobs_failed_total{queue="mail"}.'
    )
    good: VectorSelector | None = Field(
        default=None, description="Selector of the good ones among them; all others are bad."
    )


class LatencyIndicator(Model):
    """The share of requests that are fast enough, from a histogram, classic or native: whichever is there."""

    threshold: PromDuration = Field(
        description="What is fast enough, as 300ms; a classic histogram must have a bucket that ends there."
    )
    histogram: VectorSelector | None = Field(
        default=None, description="Selector of a histogram in seconds. Default: the target's latency signal."
    )


class ExpressionIndicator(Model):
    """The share of good events, from PromQL for events per second."""

    RULES: ClassVar[tuple[Rule, ...]] = (exactly_one("bad", "good"),)

    total: WindowedQuery = Field(description="All events per second: sum(rate(x_total[{{.window}}])).")
    bad: WindowedQuery | None = Field(
        default=None, description="The bad ones among them; nothing returned means that nothing was bad."
    )
    good: WindowedQuery | None = Field(
        default=None, description="The good ones among them; nothing returned means that nothing was good."
    )


class GaugeIndicator(Model):
    """The share of time that a gauge was 1."""

    selector: VectorSelector = Field(
        description='Selector of a gauge that is 1 or 0: probe_success{job="checkout-probe"}; every sample counts.'
    )


class TimesliceIndicator(Model):
    """The share of time slices that were good as a whole."""

    slice: Annotated[PromDuration, ONE_OR_FIVE_MINUTES] = Field(
        default=timedelta(minutes=1), description="Length of a slice, 1m or 5m. Default 1m."
    )
    good: WindowedComparison = Field(
        description="When a slice is good: one comparison, as histogram_quantile(0.95, …[{{.window}}]…) < 0.5. With "
        "several series (of a group) all must be good."
    )
    missing: Missing = Field(
        default=Missing.IGNORE,
        description="What a slice without data counts as: ignore (it lowers coverage), good or bad. Default ignore.",
    )


class Indicator(Model):
    """What is counted as good and bad: exactly one of the fields."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        exactly_one("availability", "ratio", "latency", "expression", "gauge", "timeslice"),
    )

    availability: Availability | None = Field(
        default=None, description="Requests that do not fail, from the target's requests signal; written {}."
    )
    ratio: RatioIndicator | None = Field(default=None, description="Good or bad events against all events.")
    latency: LatencyIndicator | None = Field(default=None, description="Requests that are fast enough.")
    expression: ExpressionIndicator | None = Field(default=None, description="Events from PromQL of your own.")
    gauge: GaugeIndicator | None = Field(default=None, description="Samples of a gauge that is 1 or 0.")
    timeslice: TimesliceIndicator | None = Field(default=None, description="Minutes that were good as a whole.")

    @property
    def reads_the_target(self) -> bool:
        """Whether the indicator needs a signal of the SLA's target."""
        return self.availability is not None or (self.latency is not None and self.latency.histogram is None)
