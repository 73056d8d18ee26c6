"""Conditions: when an AlertRule fires."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, ClassVar, Final

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema

from bursar.api.base import ExactNumber, Model, PromDuration, VectorSelector
from bursar.api.fields import LabelName
from bursar.api.rules import Rule, exactly_one
from bursar.domain.alert_conditions import (
    Absent,
    AlertCondition,
    Bound,
    Change,
    Forecast,
    Share,
    Side,
    Threshold,
    Written,
)
from bursar.domain.promql.expression import Expression, parse
from bursar.domain.promql.nodes import ValueType

_HOUR: Final = timedelta(hours=1)

A_PERCENTAGE = Rule(
    "self >= 0.0 && self < 100.0", lambda percent: 0 <= percent < 100, "a percentage of bad events is 0 to below 100"
)
A_CHANGE = Rule("self > 0.0", lambda percent: percent > 0, "a change is above 0 %; both directions count")


def _query(value: object) -> Expression:
    """Accept PromQL that returns an instant vector; raises PromqlError with line, column and cure."""
    if isinstance(value, Expression):
        return value
    if not isinstance(value, str):
        raise ValueError("must be PromQL such as sum(queue_depth)")
    query = parse(value)
    if query.type is not ValueType.VECTOR:
        raise ValueError(f"this is a {query.type}; write PromQL that returns an instant vector, such as sum(...)")
    return query


Query = Annotated[
    Expression,
    PlainValidator(_query),
    PlainSerializer(lambda query: query.text, return_type=str),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 4096}),
]


def bound(above: Decimal | None, below: Decimal | None) -> Bound:
    """Build the bound of a model that has exactly one of both."""
    if above is not None:
        return Bound(Side.ABOVE, above)
    assert below is not None  # the model demands exactly one of the two
    return Bound(Side.BELOW, below)


class ExpressionCondition(Model):
    """PromQL that returns one series for each alert, and nothing while all is well."""

    promql: Query = Field(description="Any alerting expression: queue_depth > 100 and rate(jobs_total[5m]) == 0.")


class ThresholdCondition(Model):
    """A query above or below a number."""

    RULES: ClassVar[tuple[Rule, ...]] = (exactly_one("above", "below"),)

    query: Query = Field(description='What is compared: sum(queue_depth{job="checkout"}); one alert for each series.')
    above: ExactNumber | None = Field(default=None, description="Fire above this number.")
    below: ExactNumber | None = Field(default=None, description="Fire below this number.")


class AbsentCondition(Model):
    """Series that are not there."""

    selector: VectorSelector = Field(description='Selector that must find something: up{job="checkout"}.')


class RatioCondition(Model):
    """A share of bad events that is too large."""

    total: VectorSelector = Field(description='Selector of a counter of all events: jobs_total{queue="mail"}.')
    bad: VectorSelector = Field(
        description='Selector of the bad ones among them: jobs_failed_total{queue="mail"}; none means 0 %.'
    )
    above_percent: Annotated[ExactNumber, A_PERCENTAGE] = Field(description="Fire above this percentage: 5.")
    over: PromDuration = Field(
        default=timedelta(minutes=5), description="Over which window the events are counted. Default 5m."
    )
    min_events: int = Field(
        default=0,
        ge=0,
        le=1_000_000_000,
        description="How many events the window must hold: 20; one failure of two at night is no news. Default 0.",
    )
    group_by: Annotated[tuple[LabelName, ...], Field(max_length=8)] = Field(
        default=(), description="Labels by which the events are divided: one alert for each combination of values."
    )


class ChangeCondition(Model):
    """A query that is far from what it was."""

    query: Query = Field(description="What is compared: sum(rate(orders_total[10m])).")
    over: PromDuration = Field(description="With what: the same time one day ago is 1d, a week ago 7d.")
    by_percent: Annotated[ExactNumber, A_CHANGE] = Field(
        description="Fire when it rose or fell by more than this percentage: 50. A change from 0 has none."
    )


class ForecastCondition(Model):
    """A query that will soon pass a number, if it goes on like this."""

    RULES: ClassVar[tuple[Rule, ...]] = (exactly_one("above", "below"),)

    query: Query = Field(description='What is extrapolated, in a straight line: disk_free_bytes{mount="/data"}.')
    above: ExactNumber | None = Field(default=None, description="Fire when it will be above this number.")
    below: ExactNumber | None = Field(default=None, description="Fire when it will be below this number.")
    within: PromDuration = Field(description="How soon: 4h.")
    lookback: PromDuration | None = Field(
        default=None,
        description="How much of the past is extrapolated; half of it must be recorded. Default: as long as within, "
        "and at least 1h.",
    )


class Condition(Model):
    """When the alert fires: exactly one of the fields."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        exactly_one("expression", "threshold", "absent", "ratio", "change", "forecast"),
    )

    expression: ExpressionCondition | None = Field(default=None, description="PromQL of your own.")
    threshold: ThresholdCondition | None = Field(default=None, description="A query above or below a number.")
    absent: AbsentCondition | None = Field(default=None, description="Series that are not there.")
    ratio: RatioCondition | None = Field(default=None, description="A share of bad events that is too large.")
    change: ChangeCondition | None = Field(default=None, description="A query that is far from what it was.")
    forecast: ForecastCondition | None = Field(default=None, description="A query that will soon pass a number.")

    def resolved(self) -> AlertCondition:
        """Return the condition that was chosen, with its defaults filled in."""
        if self.expression is not None:
            return Written(self.expression.promql)
        if self.threshold is not None:
            return Threshold(self.threshold.query, bound(self.threshold.above, self.threshold.below))
        if self.absent is not None:
            return Absent(self.absent.selector)
        if self.ratio is not None:
            return _share(self.ratio)
        if self.change is not None:
            return Change(self.change.query, self.change.over, self.change.by_percent)
        assert self.forecast is not None  # the model demands exactly one
        return _forecast(self.forecast)


def _share(ratio: RatioCondition) -> Share:
    limit = Bound(Side.ABOVE, ratio.above_percent)
    return Share(ratio.bad, ratio.total, limit, ratio.over, min_events=ratio.min_events, by=ratio.group_by)


def _forecast(forecast: ForecastCondition) -> Forecast:
    lookback = forecast.lookback or max(forecast.within, _HOUR)
    return Forecast(forecast.query, bound(forecast.above, forecast.below), forecast.within, lookback)
